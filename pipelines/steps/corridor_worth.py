"""Beside the corridors: metal in against metal out at each hub, and what a kilogram earned on the way."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from features.corridors import (
    Watch,
    lane_amounts,
    watched_codes,
)
from features.corridors.amounts import drop_told_again
from features.corridors.conversion import conversions
from features.corridors.incentive import arbitrage_incentive, destination_prices
from features.corridors.state import first_of_month
from pipelines.reference import load_minerals
from pipelines.reference.production import metal_content
from pipelines.settings.corridors import CorridorSettings
from pipelines.steps.corridor_lanes import CIF_RATIO, watched_origins
from pipelines.steps.corridor_search import CorridorSearch


def corridor_conversions(findings: pl.DataFrame, search: CorridorSearch, pairs: pl.DataFrame) -> pl.DataFrame:
    """Compare the metal that came into each hub with the metal that left it, code by code."""
    if findings.is_empty():
        return pl.DataFrame()
    content = metal_content(load_minerals())
    codes = pl.DataFrame(
        [(one.name, code) for one in search.watches for code in one.hs_codes],
        schema={"mineral": pl.String, "hs6": pl.String}, orient="row",
    )  # fmt: skip
    window = findings.select(
        "mineral", "corridor_id", "origin_iso3", "hub_iso3", "destination_iso3",
        first_of_month(pl.col("event")).alias("from_on"), pl.col("period").alias("to_on"),
    ).join(codes, on="mineral", how="left")  # fmt: skip
    kg = pl.coalesce("m_kg", "x_kg").alias("kg")
    lots = drop_told_again(pairs.lazy().filter(pl.col("freq") == "M")).collect()
    monthly = lots.select("exporter_iso3", "importer_iso3", "hs6", "period", kg)
    legs = []
    for side, start, end in (("in", "origin_iso3", "hub_iso3"), ("out", "hub_iso3", "destination_iso3")):
        rows = window.join(
            monthly, left_on=[start, end, "hs6"], right_on=["exporter_iso3", "importer_iso3", "hs6"], how="left"
        )
        n_months = 12 * (pl.col("to_on").dt.year() - pl.col("from_on").dt.year()) + (
            pl.col("to_on").dt.month().cast(pl.Int32) - pl.col("from_on").dt.month().cast(pl.Int32) + 1
        )
        since = pl.col("period").is_between("from_on", "to_on")
        before = (pl.col("period") < pl.col("from_on").dt.offset_by("-3mo")) & (
            pl.col("period") >= pl.col("from_on").dt.offset_by("-27mo")
        )
        usual = pl.col("kg").filter(before).sum() / 24.0 * n_months.first()
        legs.append(
            rows.group_by("mineral", "corridor_id", "hs6")
            .agg((pl.col("kg").filter(since).sum() - usual).clip(lower_bound=0.0).alias("kg"))
            .with_columns(pl.lit(side).alias("side"))
        )
    return conversions(pl.concat(legs).lazy(), content.lazy()).collect()


def corridor_incentives(
    pairs: pl.LazyFrame, watches: Sequence[Watch], findings: pl.DataFrame, look: int, settings: CorridorSettings
) -> pl.DataFrame:
    """Work out what a kilogram earned on each corridor, at the unit values that both ends show."""
    if findings.is_empty():
        return pl.DataFrame()
    by_code = [
        Watch(code, (code,), one.origins, one.destinations, one.events) for one in watches for code in one.hs_codes
    ]
    amounts = lane_amounts(pairs, watched_codes(by_code), looks=[look], cif_ratio=CIF_RATIO)
    prices = destination_prices(amounts, watched_origins(by_code).unique()).collect()
    sides = {
        side: prices.filter(pl.col("side") == side).select(
            pl.col("mineral").alias("hs6"), pl.col("place_iso3").alias(f"{side}_iso3"),
            pl.col("usd_per_kg").alias(f"{side}_usd_per_kg"), pl.col("n_lanes").alias(f"{side}_n_lanes"),
        )
        for side in ("origin", "destination")
    }  # fmt: skip
    lanes = findings.select(
        "corridor_id", "origin_iso3", "destination_iso3", pl.col("hs_codes").str.split(";").alias("hs6"), "excess_kg"
    ).explode("hs6", empty_as_null=True)
    both = lanes.join(sides["origin"], on=["hs6", "origin_iso3"], how="left", maintain_order="left").join(
        sides["destination"], on=["hs6", "destination_iso3"], how="left", maintain_order="left"
    )
    earned = arbitrage_incentive(
        pl.col("origin_usd_per_kg"), pl.col("destination_usd_per_kg"),
        freight_share=CIF_RATIO - 1.0, penalty_share=settings.penalty_share,
    )  # fmt: skip
    return both.with_columns(earned.alias("incentive_usd_per_kg")).with_columns(
        (pl.col("incentive_usd_per_kg") / pl.col("origin_usd_per_kg")).alias("incentive_ratio")
    )

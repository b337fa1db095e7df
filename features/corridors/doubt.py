"""Legs whose two sides contradict each other in mass: what the side that is not read says of the price."""

from __future__ import annotations

import polars as pl

from features.corridors.amounts import month_number
from features.corridors.lanes import ORDINARY_SPREAD, TRIAL

TWO_SIDES_LN = 2.0 * ORDINARY_SPREAD
"""Nineteen of twenty lanes' two figures of a year lie within this, in ln (nickel, indicators.md 4)."""


def doubted_prices(corridors: pl.LazyFrame, pairs: pl.LazyFrame, codes: pl.LazyFrame) -> pl.LazyFrame:
    """Weighed by the exporter as quite another mass than by the importer, whose figure was read.

    `corridors` from `corridor_surges`, `pairs` from `pair_mirrors`, `codes`: `mineral`, `hs6`. Over the months compared
    for which, by the look, both sides had measured masses: one row per leg (trial keys, `exporter_iso3`,
    `importer_iso3`) whose two sums lie further apart than nineteen in twenty lanes' do, with the exporter's unit value
    (`other_uv`, USD/kg). Either side may be wrong, or mean other goods. Source: indicators.md 3, 4.
    """
    lane = ["exporter_iso3", "importer_iso3"]
    ways = (("origin_iso3", "hub_iso3"), ("hub_iso3", "destination_iso3"))
    windows = [
        corridors.select(*TRIAL, "post_from", "post_to", pl.col(start).alias(lane[0]), pl.col(end).alias(lane[1]))
        for start, end in ways
    ]
    weighed = (
        pairs.filter(pl.col("freq") == "M", pl.col("x_measured_kg") > 0, pl.col("m_measured_kg") > 0)
        .join(codes, on="hs6", how="left")
        .filter(pl.col("mineral").is_not_null())
        .select(
            "mineral",
            *lane,
            month_number(pl.col("period")).alias("month"),
            month_number(pl.col("known_from")).alias("known_month"),
            month_number(pl.col("known_to")).alias("until_month"),
            "x_usd",
            "x_measured_kg",
            "m_measured_kg",
        )
    )
    still = pl.col("until_month").is_null() | (pl.col("until_month") >= pl.col("look"))
    sums = (
        pl.concat(windows)
        .unique()
        .join(weighed, on=["mineral", *lane], how="left")
        .filter(pl.col("month").is_between("post_from", "post_to"), pl.col("known_month") < pl.col("look"), still)
        .group_by(*TRIAL, *lane)
        .agg(pl.col("x_usd", "x_measured_kg", "m_measured_kg").sum().round(3))
    )
    apart = (pl.col("m_measured_kg") / pl.col("x_measured_kg")).log().abs()
    return sums.filter(apart > TWO_SIDES_LN).select(
        *TRIAL, *lane, (pl.col("x_usd") / pl.col("x_measured_kg")).alias("other_uv")
    )

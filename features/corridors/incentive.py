"""What the detour could pay: the price at the destination less that at the origin, the freight and the risk."""

from __future__ import annotations

import polars as pl

FEWEST_LANES = 3  # a price seen on fewer lanes is one buyer's


def destination_prices(amounts: pl.LazyFrame, origins: pl.LazyFrame, *, months: int = 6) -> pl.LazyFrame:
    """Tell what a good fetched lately where it arrives from elsewhere, and what the origins sold it for.

    `amounts` from `lane_amounts` at one look; `origins`: `mineral`, `exporter_iso3`. Over the last `months` months with
    measured masses, median over lanes weighted alike: `mineral`, `place_iso3`, `side` (`origin`: as sold by it;
    `destination`: as bought from anyone but the origins), `usd_per_kg` (FOB), `n_lanes`.
    """
    marked = amounts.join(
        origins.select(
            pl.col("mineral").cast(amounts.collect_schema()["mineral"]),
            pl.col("exporter_iso3").cast(amounts.collect_schema()["exporter_iso3"]),
            pl.lit(value=True).alias("is_origin"),
        ),
        on=["mineral", "exporter_iso3"],
        how="left",
    ).with_columns(pl.col("is_origin").fill_null(value=False))
    lately = marked.filter(pl.col("priced_kg") > 0, pl.col("month") > pl.col("month").max().over("mineral") - months)
    lanes = lately.group_by("mineral", "exporter_iso3", "importer_iso3", "is_origin").agg(
        (pl.col("priced_usd").sum() / pl.col("priced_kg").sum()).alias("uv")
    )
    sides = [
        lanes.filter(pl.col("is_origin") if side == "origin" else ~pl.col("is_origin"))
        .group_by("mineral", pl.col(place).alias("place_iso3"))
        .agg(pl.col("uv").median().alias("usd_per_kg"), pl.len().cast(pl.Int64).alias("n_lanes"))
        .with_columns(pl.lit(side).alias("side"))
        for side, place in (("origin", "exporter_iso3"), ("destination", "importer_iso3"))
    ]
    return (
        pl.concat(sides)
        .with_columns(pl.col("mineral", "place_iso3").cast(pl.String))
        .sort("mineral", "side", "place_iso3")
    )


def arbitrage_incentive(
    price_origin: pl.Expr, price_destination: pl.Expr, *, freight_share: float, penalty_share: float
) -> pl.Expr:
    """Each kg that takes the detour earns so much: price there less price here, freight over two legs and the risk.

    USD/kg: p_destination − p_origin·(1 + 2·freight + penalty); `freight_share` of the value for each leg,
    `penalty_share`: expected loss to seizure and fines as a share of the value at the origin. Below 0: no incentive.
    Null where either price is. Source: indicators.md 17.
    """
    return price_destination - price_origin * (1.0 + 2.0 * freight_share + penalty_share)

"""Whether what leaves a hub follows what came in, month by month."""

from __future__ import annotations

import polars as pl

LAGS = (0, 1, 2)  # months goods stay at the hub; indicators.md 10 uses lagged inflow
WINDOW_MONTHS = 24


def comovement(corridors: pl.LazyFrame, amounts: pl.LazyFrame) -> pl.LazyFrame:
    """What left the hub followed what had come in from the origin, month by month.

    Rank correlation of the outflow with the inflow 0, 1 and 2 months before, over the 24 months to the last one, on
    months in which either leg carried something; the highest of the three, in [−1, 1]. Null with fewer than six such
    months or without an outflow. Adds `comovement`. `amounts` from `lane_amounts`. Source: indicators.md 10.
    """
    key = ["mineral", "look", "origin_iso3", "hub_iso3", "destination_iso3"]
    wanted = corridors.group_by(key).agg(pl.col("post_to").max())
    lane = _lanes_of(corridors, amounts)
    incoming = lane.rename({"exporter_iso3": "origin_iso3", "importer_iso3": "hub_iso3", "amount": "inflow"})
    outgoing = lane.rename({"exporter_iso3": "hub_iso3", "importer_iso3": "destination_iso3", "amount": "outflow"})
    months = wanted.with_columns(
        pl.int_ranges(pl.col("post_to") - WINDOW_MONTHS + 1, pl.col("post_to") + 1, dtype=pl.Int32).alias("month")
    ).explode("month", empty_as_null=False)
    rows = months.join(outgoing, on=["mineral", "look", "hub_iso3", "destination_iso3", "month"], how="left")
    for lag in LAGS:
        moved = incoming.with_columns(pl.col("month") + lag).rename({"inflow": f"inflow_{lag}"})
        rows = rows.join(moved, on=["mineral", "look", "origin_iso3", "hub_iso3", "month"], how="left")
    rows = rows.with_columns(pl.col("outflow", *(f"inflow_{lag}" for lag in LAGS)).fill_null(0.0))
    found = []
    for lag in LAGS:
        busy = (pl.col("outflow") > 0) | (pl.col(f"inflow_{lag}") > 0)
        out, inn = pl.col("outflow").filter(busy), pl.col(f"inflow_{lag}").filter(busy)
        varies = (busy.sum() >= 6) & (out.n_unique() > 1) & (inn.n_unique() > 1)
        found.append(pl.when(varies).then(pl.corr(out.rank(), inn.rank())).alias(f"corr_{lag}"))
    best = (
        rows.group_by(key).agg(found).with_columns(pl.max_horizontal(f"corr_{lag}" for lag in LAGS).alias("comovement"))
    )
    return corridors.join(best.select(*key, "comovement"), on=key, how="left")


def _lanes_of(corridors: pl.LazyFrame, amounts: pl.LazyFrame) -> pl.LazyFrame:
    """Keep the few lanes that any of the corridors has, before anything is joined."""
    legs = corridors.select("mineral", "look", "origin_iso3", "hub_iso3", "destination_iso3").unique().collect()
    places = amounts.collect_schema()["exporter_iso3"]
    goods = amounts.collect_schema()["mineral"]
    ends = [
        pl.concat([legs[one], legs["hub_iso3"]]).unique().cast(places).implode()
        for one in ("origin_iso3", "destination_iso3")
    ]
    return amounts.filter(
        pl.col("look").is_in(legs["look"].unique().implode()),
        pl.col("mineral").is_in(legs["mineral"].unique().cast(goods).implode()),
        pl.col("exporter_iso3").is_in(ends[0]),
        pl.col("importer_iso3").is_in(ends[1]),
    ).select(pl.col("mineral", "exporter_iso3", "importer_iso3").cast(pl.String), "look", "month", "amount")

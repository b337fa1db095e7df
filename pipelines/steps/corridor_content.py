"""Beside the corridors: the origin's material worked into other goods in a third country and sent on from there."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from features.corridors import Watch, is_kept_from, watched_places
from features.corridors.chains import RISEN_Z
from features.corridors.content import content_surges
from features.corridors.state import first_of_month
from features.mirror import known_at, pair_mirrors, reported_periods
from models.discovery import placebo_p_values, q_values
from pipelines.settings.corridors import CorridorSettings
from pipelines.steps.corridor_lanes import lanes_now
from pipelines.steps.corridor_search import first_day


def content_corridors(
    flows: pl.LazyFrame, watches: Sequence[Watch], *, look: int, settings: CorridorSettings
) -> pl.DataFrame:
    """Judge content corridors of the watched minerals and the downstream goods of the settings against placebo dates.

    q counts every hub, destination and good looked at. Only those are listed whose both legs rose by an ordinary noise,
    each at its most telling measure.
    """
    own = {one.name: one for one in watches}
    beside = [one for one in settings.beside if one.kind == "downstream" and one.mineral in own]
    if not beside:
        return pl.DataFrame()
    made = {f"{one.mineral}|{one.good}": one for one in beside}
    goods = [
        Watch(name, tuple(one.hs6), own[one.mineral].origins, own[one.mineral].destinations, own[one.mineral].events)
        for name, one in made.items()
    ]
    minerals = [own[name] for name in sorted({one.mineral for one in beside})]
    codes = sorted({code for one in [*goods, *minerals] for code in one.hs_codes})
    mine = flows.filter(pl.col("hs_code").str.slice(0, 6).is_in(codes))
    pairs = known_at(pair_mirrors(mine), pl.lit(first_day(look))).collect()
    periods = reported_periods(mine).filter(pl.col("available_from") < first_day(look)).collect()
    material = lanes_now(pairs, periods, minerals, look, settings)
    products = lanes_now(pairs, periods, goods, look, settings)
    if material is None or products is None:
        return pl.DataFrame()
    name = pl.col("mineral").str.split("|")
    tidy = products.with_columns(name.list.get(0).alias("mineral"), name.list.get(1).alias("good"))
    surges = content_surges(material.lazy(), tidy.lazy()).collect()
    real, placebo = surges.filter(pl.col("trial") == "real"), surges.filter(pl.col("trial") != "real")
    covers = watched_places(minerals).collect()
    real = real.join(covers, on="mineral", how="left", maintain_order="left").filter(
        is_kept_from(), ~pl.col("destinations").list.contains(pl.col("hub_iso3"))
    )
    if real.is_empty():
        return pl.DataFrame()
    key = ["mineral", "good", "origin_iso3", "hub_iso3", "destination_iso3"]
    p = placebo_p_values(real["content_z"].to_numpy(), placebo["content_z"].to_numpy())
    judged = real.with_columns(pl.Series("p_value", p), pl.lit(placebo.height).alias("n_placebos"))
    q = q_values(judged["p_value"].to_numpy(), method=settings.false_discovery_method)
    judged = judged.with_columns(pl.Series("q_value", q))
    unit = {side: pl.when(f"{side}_is_mass").then(pl.lit("kg")).otherwise(pl.lit("USD")) for side in ("in", "out")}
    codes_of = {
        "in_codes": {name: ";".join(own[one.mineral].hs_codes) for name, one in made.items()},
        "out_codes": {name: ";".join(one.hs6) for name, one in made.items()},
    }
    cell = pl.format("{}|{}", "mineral", "good")
    return (
        judged.filter(pl.col("content_z") >= RISEN_Z)
        .with_columns(cell.replace_strict(own, return_dtype=pl.String).alias(side) for side, own in codes_of.items())
        .sort("q_value", "p_value", *key, "event")
        .unique(key, keep="first", maintain_order=True)
        .select(
            *key, "in_codes", "out_codes", first_of_month(pl.col("event")).alias("event_on"),
            first_of_month(pl.col("post_to")).alias("period"), "content_z", "in_excess", unit["in"].alias("in_unit"),
            "out_excess", unit["out"].alias("out_unit"), "out_usd", "p_value", "q_value", "n_placebos",
        )
    )  # fmt: skip

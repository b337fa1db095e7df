"""Beside the corridors: chains of several hubs, and mass that moved to a code next door or of the same kind of good."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from features.corridors import (
    Watch,
    is_kept_from,
    watched_places,
)
from features.corridors.chains import chain_places, strongest_chains
from features.corridors.kindred import kindred_codes
from features.corridors.migration import code_migrations
from features.corridors.state import first_of_month
from features.mirror import (
    known_at,
    pair_mirrors,
    reported_periods,
)
from models.discovery import placebo_p_values, q_values
from pipelines.settings.corridors import CorridorSettings
from pipelines.steps.corridor_lanes import lanes_now
from pipelines.steps.corridor_search import first_day, substitutes


def judged_chains(lanes: pl.DataFrame | None, meant: pl.DataFrame, watches: Sequence[Watch]) -> pl.DataFrame:
    """Judge chains of two and three hubs against the chains of placebo dates with as many hubs."""
    if lanes is None:
        return pl.DataFrame()
    asked = chain_places(lanes.lazy()).join(pl.LazyFrame({"n_hubs": [2, 3]}), how="cross")
    key = ["mineral", "look", "event", "trial", "origin_iso3", "destination_iso3", "n_hubs"]
    rows = asked.join(strongest_chains(lanes.lazy()), on=key, how="left").collect().sort(key)
    scored = rows.with_columns(pl.col("chain_z").fill_null(0.0))
    real, placebo = scored.filter(pl.col("trial") == "real"), scored.filter(pl.col("trial") != "real")
    parts = []
    for n_hubs in (2, 3):
        mine = real.filter(pl.col("n_hubs") == n_hubs)
        pool = placebo.filter(pl.col("n_hubs") == n_hubs)["chain_z"].to_numpy()
        if not mine.height or not len(pool):
            continue
        p = placebo_p_values(mine["chain_z"].to_numpy(), pool)
        parts.append(mine.with_columns(pl.Series("p_value", p), pl.lit(len(pool)).alias("n_placebos")))
    if not parts:
        return pl.DataFrame()
    judged = pl.concat(parts)
    told = judged.rename({"mineral": "good"}).join(meant, on="good", how="left", maintain_order="left")
    covers = watched_places(watches).collect()
    told = told.join(covers, on="mineral", how="left", maintain_order="left").filter(is_kept_from())
    told = told.with_columns(pl.Series("q_value", q_values(told["p_value"].to_numpy())))
    unit = pl.when("is_mass").then(pl.lit("kg")).otherwise(pl.lit("USD"))
    return (
        told.filter(pl.col("hubs").is_not_null())
        .select(
            "mineral", "hs_codes", "origin_iso3", "hubs", "destination_iso3", "n_hubs",
            first_of_month(pl.col("event")).alias("event_on"), first_of_month(pl.col("post_to")).alias("period"),
            "chain_z", "passed", unit.alias("unit"), "p_value", "q_value", "n_placebos",
        )
        .sort("q_value", "p_value", "mineral", "hs_codes", "hubs", "destination_iso3", "event_on")
        .unique(["mineral", "origin_iso3", "hubs", "destination_iso3"], keep="first", maintain_order=True)
    )  # fmt: skip


def moved_codes(
    flows: pl.LazyFrame, watches: Sequence[Watch], *, look: int, settings: CorridorSettings
) -> pl.DataFrame:
    """Follow mass from watched codes to the other codes of their heading, and back; and between kindred codes.

    Kindred (`kindred_codes`): of the same mineral or of what stands in for it, in whatever chapter.
    """
    hs6 = pl.col("hs_code").str.slice(0, 6)
    watched = {code for one in watches for code in one.hs_codes}
    headings = sorted({code[:4] for code in watched})
    kindred = set(kindred_codes(watches, substitutes(settings)).rows())
    asked = hs6.str.slice(0, 4).is_in(headings) | hs6.is_in(sorted({kin for _, kin in kindred}))
    near_flows = flows.filter(asked)
    known = near_flows.select(hs6.unique().sort()).collect().to_series().to_list()
    near_pairs = known_at(pair_mirrors(near_flows), pl.lit(first_day(look))).collect()
    near_periods = reported_periods(near_flows).filter(pl.col("available_from") < first_day(look)).collect()
    others = [
        Watch(f"{one.name}|{code}|{near}", (near,), one.origins, one.destinations, one.events)
        for one in watches
        for code in one.hs_codes
        for near in known
        if _is_near(code, near, one, watched, kindred)
    ]
    each = [
        Watch(f"{one.name}|{code}", (code,), one.origins, one.destinations, one.events, one.hubs)
        for one in watches
        for code in one.hs_codes
    ]
    mine = lanes_now(near_pairs, near_periods, each, look, settings)
    theirs = lanes_now(near_pairs, near_periods, others, look, settings)
    if mine is None or theirs is None:
        return pl.DataFrame()
    name = pl.col("mineral").str.split("|")
    tidy = [
        frame.filter(pl.col("trial") == "real").with_columns(
            name.list.last().alias("hs6"), pl.concat_str(name.list.get(0), pl.lit("|"), name.list.get(1)).alias("cell")
        )
        for frame in (mine, theirs)
    ]
    barred = pl.LazyFrame(
        [{"mineral": one.name, "destination_iso3": place} for one in watches for place in one.destinations],
        schema={"mineral": pl.String, "destination_iso3": pl.String},
    )
    own, near = (frame.with_columns(pl.col("cell").alias("mineral")).drop("cell").lazy() for frame in tidy)
    near = near.with_columns(pl.col("hs6").is_in(sorted(watched)).alias("is_watched"))
    by_watch = barred.join(
        pl.LazyFrame({"cell": [one.name for one in each], "mineral": [one.name.split("|")[0] for one in each]}),
        on="mineral",
        how="left",
    ).select(pl.col("cell").alias("mineral"), "destination_iso3")
    found = code_migrations(own, near, by_watch).collect()
    return found.with_columns(
        pl.col("mineral").str.split("|").list.first(),
        first_of_month(pl.col("event")).alias("event_on"),
    ).drop("event", "look")


def _is_near(
    code: str, near: str, watch: Watch, watched: Collection[str], kindred: Collection[tuple[str, str]]
) -> bool:
    """Say whether mass is followed from a watch's code to another: of two codes of one watch, once."""
    if near in watch.hs_codes:
        return code < near
    return (code, near) in kindred or (near[:4] == code[:4] and near not in watched)

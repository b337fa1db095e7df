"""Distinct ways of going: each path with its declared places and mode is measured once, however many rows took it."""

from __future__ import annotations

import polars as pl

from features.lookback import settle
from features.routing.places import UNREADABLE, path_places, place_country
from features.routing.rules import LANDLOCKED

WAY = (
    "told_path",
    "origin_iso3",
    "dispatch_iso3",
    "destination_iso3",
    "loading_country",
    "discharge_country",
    "loading_zone",
    "discharge_zone",
    "transport_mode",
)
"""What a way is told apart by."""


def stops(ways: pl.LazyFrame) -> pl.LazyFrame:
    """List the places of each way: `way`, `stop` (0 first), `place`, `country`, `is_landlocked`; unreadable null."""
    listed = (
        ways.select("way", path_places(pl.col("told_path")).alias("place"))
        .filter(pl.col("place").is_not_null())
        .with_columns(stop=pl.int_ranges(0, pl.col("place").list.len(), dtype=pl.Int32))
        .explode("place", "stop")
        .with_columns(place=pl.when(pl.col("place") != UNREADABLE).then("place"))
    )
    country = place_country(pl.col("place"))
    return listed.with_columns(
        country=country, is_landlocked=country.is_in(list(LANDLOCKED)).fill_null(value=False)
    ).sort("way", "stop")


def legs(stopped: pl.LazyFrame) -> pl.LazyFrame:
    """Pair each place of a way with the next: `way`, `stop`, `place`, `next_place`, `country`, `next_country`.

    Both ends must be readable; waiting at one place (the same twice in a row) is not a leg.
    """
    paired = stopped.with_columns(
        pl.col("place", "country", "is_landlocked").shift(-1).over("way").name.prefix("next_")
    )
    return paired.filter(pl.col("next_place").is_not_null() & (pl.col("place") != pl.col("next_place")))


def with_km(pairs: pl.LazyFrame, distances: pl.LazyFrame, *, start: str, end: str) -> pl.LazyFrame:
    """Add `sea_km` and `great_circle_km` between two columns of places, whichever way round they were measured."""
    ordered = pairs.with_columns(place_a=pl.min_horizontal(start, end), place_b=pl.max_horizontal(start, end))
    known = distances.select("place_a", "place_b", "sea_km", "great_circle_km").unique(["place_a", "place_b"])
    return ordered.join(known, on=["place_a", "place_b"], how="left").drop("place_a", "place_b")


def ends(stopped: pl.LazyFrame) -> pl.LazyFrame:
    """Take the first and the last place of each way: `way`, `start`, `end` (null where unreadable), `n_stops`."""
    return stopped.group_by("way").agg(
        pl.col("place").sort_by("stop").first().alias("start"),
        pl.col("place").sort_by("stop").last().alias("end"),
        pl.col("country").sort_by("stop").first().alias("first_country"),
        pl.col("country").sort_by("stop").last().alias("last_country"),
        pl.col("country").drop_nulls().unique().sort().str.join(">").alias("route_countries"),
        pl.len().cast(pl.Int32).alias("n_stops"),
        pl.col("place").null_count().cast(pl.Int32).alias("n_unreadable_places"),
    )


def place_pairs(ways: pl.LazyFrame) -> pl.LazyFrame:
    """List the pairs of places whose distance the routes of `ways` ask for: `place_a` < `place_b`, distinct, sorted."""
    stopped = settle(stops(ways))
    parts = []
    for one in (stopped, stopped.filter(~pl.col("is_landlocked"))):
        parts.append(legs(one).select(pl.col("place").alias("start"), pl.col("next_place").alias("end")))
        parts.append(ends(one).select("start", "end"))
    return (
        pl.concat(parts)
        .select(place_a=pl.min_horizontal("start", "end"), place_b=pl.max_horizontal("start", "end"))
        .filter(pl.col("place_a") != pl.col("place_b"))
        .unique()
        .sort("place_a", "place_b")
    )

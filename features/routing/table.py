"""Build the route's evidence: one row per declaration."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from operator import xor

import polars as pl

from features.beside import beside, told_once
from features.completeness import complete
from features.contracts import Declarations
from features.lookback import month_number, settle, settle_streamed, settled
from features.remembered import Remembered
from features.routing.course import measure_ways
from features.routing.places import path_places, place_code, place_country, route_columns
from features.routing.registry import REGISTRY
from features.routing.rules import RoutingRules
from features.routing.timing import (
    impossible_leg,
    late_change,
    read_days,
    slow_transit,
    speed_share,
    time_journeys,
    transit_words,
    usual_transit,
)
from features.routing.ways import WAY, place_pairs

_COLUMNS = (
    "declaration_id",
    "declared_on",
    "origin_iso3",
    "dispatch_iso3",
    "destination_iso3",
    "loading_port",
    "discharge_port",
    "route",
    "transport_mode",
    "amended_on",
)
_DATED = ("declaration_id", "declared_on", "amended_on")
_LANE = ("first_country", "last_country", "transport_mode")
_FIGURES = (
    "route_km",
    "direct_km",
    "route_ratio",
    "n_stops",
    "first_country",
    "last_country",
    "loading_country",
    "discharge_country",
    "hub_iso3",
    "free_zone_place",
    "transit_days",
    "usual_transit_days",
    "expected_days",
    "dwell_days",
    "transit_words",
    "speed_share",
    "amended_days",
)
NO_DISTANCES = pl.DataFrame(
    schema={"place_a": pl.String, "place_b": pl.String, "sea_km": pl.Float64, "great_circle_km": pl.Float64}
)
"""Distances where none were measured: lengths, detours and speeds are then unknown."""


def build_routing(
    declarations: pl.LazyFrame,
    distances: pl.LazyFrame,
    history: pl.LazyFrame,
    *,
    rules: RoutingRules | None = None,
) -> pl.LazyFrame:
    """Weigh the route against distances, dates, the papers' places and the lane's usual time.

    Parameters
    ----------
    declarations
        Rows to judge (contract `Declarations`; optional columns may be missing).
    distances
        `place_a` < `place_b`, `sea_km`, `great_circle_km` for the pairs of `wanted_pairs`; missing pairs are unknown.
    history
        Earlier declarations; a journey counts from the month after its end was known.
    rules
        Thresholds, hubs and speeds.

    Returns
    -------
    pl.LazyFrame
        `declaration_id`, the columns of `REGISTRY` (Float32, null unknown) and the figures behind them.
    """
    return judge_routing(declarations, distances, past_journeys(history), rules or RoutingRules())


@dataclass(frozen=True, slots=True, eq=False)
class Travelled:
    """What was worked out of routes: few different ones occur, so that each is measured once for all batches."""

    ways: Remembered = field(default_factory=Remembered)
    days: Remembered = field(default_factory=Remembered)
    journeys: Remembered = field(default_factory=Remembered)
    usual: Remembered = field(default_factory=Remembered)


def judge_routing(
    declarations: pl.LazyFrame,
    distances: pl.LazyFrame,
    journeys: pl.LazyFrame,
    rules: RoutingRules,
    travelled: Travelled | None = None,
) -> pl.LazyFrame:
    """Return what `build_routing` does, from journeys counted already (see `past_journeys`).

    `travelled` is kept from batch to batch, of the same other arguments.
    """
    seen = travelled or Travelled()
    read = _read(declarations, rules)
    ways = seen.ways.answers(read.select("way", *WAY), "way", lambda new: measure_ways(new, distances, rules))
    days = seen.days.answers(read.select("told_days"), "told_days", read_days)
    rows = beside(beside(read, ways, "way"), days, "told_days")
    usual = seen.usual.answers(
        rows.select(*_LANE, "month"), [*_LANE, "month"], lambda new: usual_transit(journeys, new, rules)
    )
    timed = seen.journeys.answers(
        rows.select("way", "steps", "told_path"), ["way", "steps"], lambda new: time_journeys(new, distances)
    )
    judged = (
        beside(beside(rows, usual, [*_LANE, "month"]), timed, ["way", "steps"])
        .lazy()
        .with_columns(
            speed_share(rules).alias("speed_share"),
            (pl.col("amended_on") - pl.col("declared_on")).dt.total_days().cast(pl.Int32).alias("amended_days"),
        )
        .with_columns(
            impossible_leg().alias("impossible_leg"),
            slow_transit(rules).alias("slow_transit"),
            transit_words(rules).alias("transit_words"),
            late_change(rules).alias("late_change"),
        )
    )
    codes = [one.code for one in REGISTRY]
    return judged.select("declaration_id", pl.col(codes).cast(pl.Float32), *_FIGURES)


def wanted_pairs(declarations: pl.LazyFrame) -> pl.LazyFrame:
    """List the pairs of places whose distances `build_routing` will ask for: `place_a` < `place_b`, distinct."""
    present = declarations.collect_schema().names()
    told = declarations.select(name for name in _COLUMNS if name in present and name not in _DATED).unique()
    return place_pairs(_read(told, RoutingRules()).select("way", *WAY).unique("way").lazy())


def _read(declarations: pl.LazyFrame, rules: RoutingRules) -> pl.DataFrame:
    """Read routes, ports and months, and number the ways: `way`, told apart by 64 bits."""
    given = complete(declarations, Declarations, _COLUMNS).with_columns(
        month_number(pl.col("declared_on")).alias("month")
    )
    rows = told_once(settled(given), "route", *route_columns())
    ports = _read_ports(rows.lazy(), rules)
    for side in ("loading", "discharge"):
        rows = beside(rows, ports.select(pl.all().name.prefix(f"{side}_")), f"{side}_port")
    return rows.with_columns(way=reduce(xor, (pl.col(name).hash(seed) for seed, name in enumerate(WAY))))


def _read_ports(rows: pl.LazyFrame, rules: RoutingRules) -> pl.LazyFrame:
    """Read each distinct port once: `port`, `country`, and `zone`, the free zone that it is (null for none)."""
    both = pl.concat(rows.select(port=f"{side}_port").unique() for side in ("loading", "discharge"))
    code, zones = place_code(pl.col("port")), [zone.place for zone in rules.free_zones]
    read = (
        both.drop_nulls().unique().with_columns(country=place_country(code), zone=pl.when(code.is_in(zones)).then(code))
    )
    return settle(read)


def past_journeys(history: pl.LazyFrame) -> pl.LazyFrame:
    """Count past routes by lane, days and the month in which their end was known (never before their declaration)."""
    told = complete(history, Declarations, ("declared_on", "transport_mode", "route"))
    written = settle_streamed(
        told.filter(pl.col("route").str.contains("@", literal=True))
        .group_by("route", "transport_mode", month_number(pl.col("declared_on")).alias("month"))
        .agg(pl.len().alias("n"))
    )
    counted = settle(
        written.with_columns(*route_columns())
        .filter(pl.col("told_days").str.contains("@", literal=True))
        .group_by("told_path", "told_days", "transport_mode", "month")
        .agg(pl.col("n").sum())
    )
    paths = settle(counted.select("told_path").unique().with_columns(place=path_places(pl.col("told_path"))))
    lanes = paths.select(
        "told_path",
        place_country(pl.col("place").list.first()).alias("first_country"),
        place_country(pl.col("place").list.last()).alias("last_country"),
    )
    days = read_days(counted.select("told_days").unique()).select("told_days", "ended_day", "transit_days")
    ended = month_number(pl.from_epoch(pl.col("ended_day"), time_unit="d"))
    known = (
        counted.join(settle(lanes), on="told_path", how="left")
        .join(settle(days), on="told_days", how="left")
        .with_columns(known_month=pl.max_horizontal(ended, "month"))
    )
    return settle(known.group_by(*_LANE, "transit_days", "known_month").agg(pl.col("n").sum()))

"""When a route was travelled: too fast, too slow, backwards, changed late."""

from __future__ import annotations

import math

import polars as pl

from features.lookback import settle
from features.routing.places import day_numbers
from features.routing.rules import RoutingRules
from features.routing.ways import stops, with_km
from features.strength import ramp, strongest
from features.usual import log_bin, usual_before

_LANE = ["first_country", "last_country", "transport_mode"]
_MODE = pl.col("transport_mode").fill_null("unknown")


def timing_columns() -> list[pl.Expr]:
    """Build `left_day` (first dated place), `ended_day` (last), `transit_days` and `is_backwards` from `days`.

    `transit_days` needs both ends of the route dated.
    """
    days = day_numbers(pl.col("days"))
    known = days.list.drop_nulls()
    total = days.list.last() - days.list.first()
    return [
        days.list.first().alias("left_day"),
        days.list.max().alias("ended_day"),
        pl.when((days.list.len() > 1) & (total >= 0)).then(total).alias("transit_days"),
        pl.when(known.list.len() > 1).then(known.list.diff().list.min() < 0).alias("is_backwards"),
    ]


def time_journeys(rows: pl.LazyFrame, distances: pl.LazyFrame) -> pl.LazyFrame:
    """Time each distinct journey: `path`, `days`, `km_per_day` (fastest step), `dwell_days` (longest wait at a place).

    Great circles are never longer than the way taken, and a day is added to each step since dates do not tell the
    hour, so no speed is too high. Null without two dates in a row, or without a distance.
    """
    journeys = settle(rows.select("path", "days").filter(pl.col("days").str.contains(r"[0-9]")).unique())
    numbered = settle(journeys.sort("path", "days").with_row_index("way"))
    days = (
        numbered.select("way", day_numbers(pl.col("days")).alias("day"))
        .with_columns(stop=pl.int_ranges(0, pl.col("day").list.len(), dtype=pl.Int32))
        .explode("day", "stop")
    )
    dated = settle(stops(numbered)).join(days, on=["way", "stop"], how="left").sort("way", "stop")
    onward = dated.with_columns(pl.col("place", "day").shift(-1).over("way").name.prefix("next_"))
    steps = with_km(
        onward.filter((pl.col("next_day") - pl.col("day")) >= 0), distances, start="place", end="next_place"
    )
    taken, waiting = pl.col("next_day") - pl.col("day"), pl.col("place") == pl.col("next_place")
    timed = steps.group_by("way").agg(
        (pl.col("great_circle_km") / (taken + 1)).filter(~waiting).max().alias("km_per_day"),
        taken.filter(waiting).max().alias("dwell_days"),
    )
    return settle(numbered.join(timed, on="way", how="left").drop("way"))


def speed_share(rules: RoutingRules) -> pl.Expr:
    """Highest speed that the dates ask for, over the fastest that the mode can do; an unknown mode may fly."""
    fastest = _MODE.replace_strict(
        dict(rules.fastest_km_per_day), default=max(rules.fastest_km_per_day.values()), return_dtype=pl.Float64
    )
    whole = pl.col("land_route_km") / (pl.col("transit_days") + 1)
    return pl.max_horizontal("km_per_day", whole) / fastest


def impossible_leg() -> pl.Expr:
    """A leg that the declared mode cannot have travelled, or dates that run backwards. indicators.md 27.

    Null without dates, distances or an inland sea leg to judge.
    """
    backwards = pl.col("is_backwards").cast(pl.Float64)
    return strongest(pl.col("inland_leg"), ramp(pl.col("speed_share"), 1.0, 1.5), backwards)


def slow_transit(rules: RoutingRules) -> pl.Expr:
    """The journey or a wait on it took far longer than usual. indicators.md 28.

    Against dated routes of the lane in the year before; without them against distance and usual speed. Null without
    dates at both ends, or without either measure.
    """
    apart = (pl.col("transit_days").clip(lower_bound=1).cast(pl.Float64).log() - pl.col("middle")) / pl.col(
        "spread"
    ).clip(lower_bound=rules.spread_least)
    by_history = ramp(apart, rules.doubt_from_spreads, rules.doubt_full_spreads)
    ratio = pl.col("transit_days") / pl.col("expected_days")
    by_speed = ramp(
        ratio.clip(lower_bound=0.01).log(), math.log(rules.late_from_ratio), math.log(rules.late_full_ratio)
    )
    usual = pl.coalesce("usual_transit_days", "expected_days")
    late = (pl.col("transit_days") - usual >= rules.late_least_days).cast(pl.Float64)
    waited = ramp(pl.col("dwell_days"), rules.dwell_from_days, rules.dwell_full_days)
    return strongest(pl.coalesce(by_history, by_speed) * late, waited)


def expected_days(rules: RoutingRules) -> pl.Expr:
    """Days the route's length asks for at usual speed, with waiting at each place; null for an unknown mode."""
    speed = _MODE.replace_strict(dict(rules.usual_km_per_day), default=None, return_dtype=pl.Float64)
    return pl.col("route_km") / speed + rules.handling_days_per_place * pl.col("n_stops")


def late_change(rules: RoutingRules) -> pl.Expr:
    """The declaration was amended after it was made, or after the goods had left. indicators.md 31.

    Up to 0.6 by days since the declaration, and 0.4 more after departure; amended before it was declared is 0.5.
    Null where no amendment is recorded. Weights are own choice.
    """
    late = 0.6 * ramp(pl.col("amended_days").cast(pl.Float64), 0.0, rules.change_full_days)
    departed = pl.col("left_day") < pl.col("amended_on").cast(pl.Int32)
    after = 0.4 * departed.fill_null(value=False).cast(pl.Float64) * (pl.col("amended_days") > 0).cast(pl.Float64)
    return pl.when(pl.col("amended_days") < 0).then(0.5).otherwise(late + after)


def usual_transit(dated: pl.LazyFrame, wanted: pl.LazyFrame, rules: RoutingRules) -> pl.LazyFrame:
    """Find the usual journey of each lane and mode: `_LANE`, `month`, `middle`, `spread`, `usual_transit_days`.

    `dated` holds past routes with `transit_days` and `known_month`, the month in which the journey's end was known.
    """
    counts = settle(
        dated.filter(pl.col("transit_days").is_not_null())
        .group_by(
            *_LANE,
            pl.col("known_month").alias("month"),
            log_bin(pl.col("transit_days").clip(lower_bound=1).cast(pl.Float64).log()).alias("bin"),
        )
        .agg(pl.len().alias("n"))
    )
    usual = usual_before(counts, wanted, by=_LANE, window=rules.history_months)
    return settle(
        usual.filter(pl.col("n") >= rules.shipments_least)
        .with_columns(usual_transit_days=pl.col("middle").exp())
        .drop("n")
    )

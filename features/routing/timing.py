"""When a route was travelled: too fast, too slow, backwards, changed late."""

from __future__ import annotations

import math

import polars as pl

from features.lookback import settle
from features.routing.places import UNREADABLE, day_numbers
from features.routing.rules import RoutingRules
from features.routing.ways import stops, with_km
from features.strength import ramp, strongest
from features.units import plain_number
from features.usual import log_bin, usual_before

_LANE = ["first_country", "last_country", "transport_mode"]
_MODE = pl.col("transport_mode").fill_null("unknown")


def read_days(daysets: pl.LazyFrame) -> pl.LazyFrame:
    """Read each distinct `told_days`: `left_day`, `ended_day`, `transit_days`, `is_backwards`, `steps`.

    `left_day` is the day of the first place, `ended_day` the latest; `transit_days` needs both ends dated; `steps` is
    the text of days since the earliest, `?` where undated, so that the same journey a week later reads the same.
    """
    read = daysets.with_columns(day=day_numbers(pl.col("told_days")))
    day, known = pl.col("day"), pl.col("day").list.drop_nulls()
    total = day.list.last() - day.list.first()
    since = day.list.eval((pl.element() - pl.element().min()).cast(pl.String).fill_null(UNREADABLE))
    return read.with_columns(
        left_day=day.list.first(),
        ended_day=day.list.max(),
        transit_days=pl.when((day.list.len() > 1) & (total >= 0)).then(total),
        is_backwards=pl.when(known.list.len() > 1).then(known.list.diff().list.min() < 0),
        steps=pl.when(known.list.len() > 0).then(since.list.join(">")),
    ).drop("day")


def time_journeys(rows: pl.LazyFrame, distances: pl.LazyFrame) -> pl.LazyFrame:
    """Time each distinct journey: `way`, `steps`, `km_per_day` (fastest leg), `dwell_days` (longest wait at a place).

    `rows`: distinct `way`, `steps`, with the way's `told_path`.

    Great circles are never longer than the way taken, and a day is added to each leg since dates do not tell the
    hour, so no speed is too high. Null without two dates in a row, or without a distance.
    """
    journeys = settle(rows.select("way", "steps").sort("way", "steps").with_row_index("journey"))
    stopped = settle(stops(rows.select("way", "told_path").unique("way")))
    day = pl.col("steps").str.split(">").list.eval(pl.element().cast(pl.Int32, strict=False)).alias("day")
    days = (
        journeys.select("journey", "way", day)
        .with_columns(stop=pl.int_ranges(0, pl.col("day").list.len(), dtype=pl.Int32))
        .explode("day", "stop")
    )
    dated = days.join(stopped, on=["way", "stop"], how="left").sort("journey", "stop")
    onward = dated.with_columns(pl.col("place", "day").shift(-1).over("journey").name.prefix("next_"))
    forward = onward.filter((pl.col("next_day") - pl.col("day")) >= 0)
    legs = with_km(forward, distances, start="place", end="next_place")
    taken, waiting = pl.col("next_day") - pl.col("day"), pl.col("place") == pl.col("next_place")
    timed = legs.group_by("journey").agg(
        (pl.col("great_circle_km") / (taken + 1)).filter(~waiting).max().alias("km_per_day"),
        taken.filter(waiting).max().alias("dwell_days"),
    )
    return settle(journeys.join(timed, on="journey", how="left").drop("journey"))


def speed_share(rules: RoutingRules) -> pl.Expr:
    """Highest speed that the dates ask for, over the fastest that the mode can do; an unknown mode may fly."""
    fastest = _MODE.replace_strict(
        dict(rules.fastest_km_per_day), default=max(rules.fastest_km_per_day.values()), return_dtype=pl.Float64
    )
    whole = pl.col("land_route_km") / (pl.col("transit_days") + 1)
    return pl.max_horizontal("km_per_day", whole) / fastest


def impossible_leg() -> pl.Expr:
    """A leg that the declared mode cannot have travelled, or dates that run backwards. indicators.md 27.

    Null without dates, distances, an inland sea leg or an overland leg to judge.
    """
    backwards = pl.col("is_backwards").cast(pl.Float64)
    return strongest(pl.col("inland_leg"), pl.col("overseas_leg"), ramp(pl.col("speed_share"), 1.0, 1.5), backwards)


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


def transit_words(rules: RoutingRules) -> pl.Expr:
    """Say how long the journey took, what it is compared with, and a long wait on it; what is unknown is left out."""
    days = [plain_number(pl.col(name).round(1)) for name in ("usual_transit_days", "expected_days")]
    beside = pl.format("{} are usual on this lane", days[0]), pl.format("{} are usual for the distance", days[1])
    taken = pl.col("transit_days")
    waited = pl.when(pl.col("dwell_days") >= rules.dwell_from_days).then("dwell_days")
    parts = (
        pl.format("the journey took {} days", taken),
        pl.when(taken.is_not_null()).then(pl.coalesce(beside)),
        pl.format("the goods lay {} days at one place", waited),
    )
    return pl.concat_str(parts, separator="; ", ignore_nulls=True)


def late_change(rules: RoutingRules) -> pl.Expr:
    """The declaration was amended after it was made, or after the goods had left. indicators.md 31.

    Up to 0.6 by days since the declaration, and 0.4 more after departure; amended before it was declared is 0.5.
    Null where no amendment is recorded. Weights are own choice.
    """
    late = 0.6 * ramp(pl.col("amended_days").cast(pl.Float64), 0.0, rules.change_full_days)
    departed = pl.col("left_day") < pl.col("amended_on").cast(pl.Int32)
    after = 0.4 * departed.fill_null(value=False).cast(pl.Float64) * (pl.col("amended_days") > 0).cast(pl.Float64)
    return pl.when(pl.col("amended_days") < 0).then(0.5).otherwise(late + after)


def usual_transit(journeys: pl.LazyFrame, wanted: pl.LazyFrame, rules: RoutingRules) -> pl.LazyFrame:
    """Find the usual journey of each lane and mode: `_LANE`, `month`, `middle`, `spread`, `usual_transit_days`.

    `journeys` holds counts `n` of past routes by lane, `transit_days` and `known_month`, the month in which the end of
    the journey was known.
    """
    log_days = pl.col("transit_days").clip(lower_bound=1).cast(pl.Float64).log()
    counts = settle(
        journeys.filter(pl.col("transit_days").is_not_null())
        .group_by(*_LANE, pl.col("known_month").alias("month"), log_bin(log_days).alias("bin"))
        .agg(pl.col("n").sum())
    )
    usual = usual_before(counts, wanted, by=_LANE, window=rules.history_months)
    enough = usual.filter(pl.col("n") >= rules.shipments_least).drop("n")
    return settle(enough.with_columns(usual_transit_days=pl.col("middle").exp()))

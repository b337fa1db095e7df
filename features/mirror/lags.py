"""Goods that left last month arrive this month: exports moved to the months in which they would be seen to arrive."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl

from features.errors import ConfigError

DAYS_PER_MONTH = 30.44  # 365.25/12
DEFAULT_TRANSIT_DAYS = 25.0
"""Port to port and through two ports by sea: 14 knots (622 km/day) over 11,000 km, and a week in ports."""


def transit_weights(transit_days: float, *, n_lags: int = 4) -> tuple[float, ...]:
    """Share of a month's exports that arrive 0, 1, 2, 3 months later, if they leave evenly and travel `transit_days`.

    With T = days/30.44, whole part n and fraction f: share 1−f arrives after n months and f after n+1; what would be
    later than the last lag is put on the last.

    >>> [round(w, 3) for w in transit_weights(15.22)]
    [0.5, 0.5, 0.0, 0.0]
    >>> transit_weights(0.0)
    (1.0, 0.0, 0.0, 0.0)
    """
    if transit_days < 0 or n_lags < 1:
        raise ConfigError(f"transit_days must not be negative and n_lags at least 1 (got {transit_days}, {n_lags})")
    whole = math.floor(transit_days / DAYS_PER_MONTH)
    late = transit_days / DAYS_PER_MONTH - whole
    weights = [0.0] * n_lags
    weights[min(whole, n_lags - 1)] += 1.0 - late
    weights[min(whole + 1, n_lags - 1)] += late
    return tuple(weights)


def check_weights(weights: Sequence[float]) -> tuple[float, ...]:
    """Return the weights if they are non-negative and sum to one; raises ConfigError otherwise."""
    if not weights or min(weights) < 0 or abs(sum(weights) - 1.0) > 1e-6:
        raise ConfigError(f"lag weights must be non-negative and sum to 1 (got {list(weights)})")
    return tuple(weights)


def align_lags(
    exports: pl.LazyFrame,
    reported: pl.LazyFrame,
    *,
    weights: Sequence[float],
    lane: Sequence[str] = ("exporter_iso3", "importer_iso3", "hs6"),
    reporter: Sequence[str] = ("exporter_iso3", "hs6"),
    amount: str = "x_usd",
) -> pl.LazyFrame:
    """Add up what should be arriving: X̃_t = Σ w_l X_(t−l), from this month and the ones before it, never after.

    `exports`: one row per lane and `period` (monthly) with `amount`; `reported`: the months in which each reporter
    reported the commodity (`reporter` columns and `period`). A month it reported without this lane is a zero; a month
    it did not report is unknown. Returns lane, `period`, `lag_aligned` (unit of `amount`) and `lag_coverage`, the
    weight of the months that are known, in [0, 1]; `lag_aligned` is divided by it and null below one half.
    Source: indicators.md 2.
    """
    steps = (
        pl.DataFrame(
            {"lag": list(range(len(weights))), "weight": check_weights(weights)},
            schema={"lag": pl.Int32, "weight": pl.Float64},
        )
        .lazy()
        .filter(pl.col("weight") > 0)
    )
    arrives = pl.col("period").dt.offset_by(pl.format("{}mo", "lag"))

    def spread(rows: pl.LazyFrame) -> pl.LazyFrame:
        return rows.join(steps, how="cross").with_columns(arrives.alias("period"))

    coming = (
        spread(exports.select(*lane, "period", pl.col(amount).alias("amount")))
        .group_by(*lane, "period")
        .agg((pl.col("amount") * pl.col("weight")).sum().alias("coming"))
    )
    known = (
        spread(reported.select(*reporter, "period").unique())
        .group_by(*reporter, "period")
        .agg(pl.col("weight").sum().alias("lag_coverage"))
    )
    aligned = pl.when(pl.col("lag_coverage") >= 0.5).then(pl.col("coming") / pl.col("lag_coverage"))
    return (
        coming.join(known, on=[*reporter, "period"], how="left")
        .with_columns(pl.col("lag_coverage").fill_null(0.0))
        .select(*lane, "period", aligned.alias("lag_aligned"), "lag_coverage")
    )

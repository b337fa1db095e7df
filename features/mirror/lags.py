"""Goods that left last month arrive this month: exports moved to the months in which they would be seen to arrive."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl

from features.errors import ConfigError
from features.lookback import settle

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
    weights: Sequence[float] | pl.LazyFrame,
    lane: Sequence[str] = ("exporter_iso3", "importer_iso3", "hs6"),
    reporter: Sequence[str] = ("exporter_iso3", "hs6"),
    amount: str = "x_usd",
) -> pl.LazyFrame:
    """Add up what should be arriving: X̃_t = Σ w_l X_(t−l), from this month and the ones before it, never after.

    `exports`: one row per lane and `period` (monthly) with `amount`; `reported`: the months in which each reporter
    reported the commodity (`reporter` columns and `period`); `weights`: the same for all lanes, or a table of
    `exporter_iso3 importer_iso3 lag weight`. A month it reported without this lane is a zero; a month it did not report
    is unknown, and so is what arrives of a month whose amount is null. Returns lane, `period`, `lag_aligned` (unit of
    `amount`) and `lag_coverage`, the weight of the months that are known, in [0, 1]; `lag_aligned` is divided by it and
    null below one half. Source: indicators.md 2.
    """
    arrives = pl.col("period").dt.offset_by(pl.format("{}mo", "lag"))

    def steps(rows: pl.LazyFrame) -> pl.LazyFrame:
        if isinstance(weights, pl.LazyFrame):
            own = weights.filter(pl.col("weight") > 0)
            return rows.join(own, on=["exporter_iso3", "importer_iso3"], how="left").filter(
                pl.col("weight").is_not_null()
            )
        same = {"lag": list(range(len(weights))), "weight": check_weights(weights)}
        table = pl.LazyFrame(same, schema={"lag": pl.Int32, "weight": pl.Float64})
        return rows.join(table.filter(pl.col("weight") > 0), how="cross")

    part = pl.col("amount") * pl.col("weight")
    coming = (
        steps(exports.select(*lane, "period", pl.col(amount).alias("amount")))
        .with_columns(arrives.alias("period"))
        .group_by(*lane, "period")
        .agg(pl.when(pl.col("amount").null_count() == 0).then(part.sum()).alias("coming"))
    )
    coming = settle(coming)
    asked = reported.select(*reporter, pl.col("period").alias("left_on"), pl.lit(value=True).alias("is_known")).unique()
    left = pl.col("period").dt.offset_by(pl.format("-{}mo", "lag")).alias("left_on")
    known = (
        steps(coming.select(*lane, "period"))
        .with_columns(left)
        .join(asked, on=[*reporter, "left_on"], how="left")
        .group_by(*lane, "period")
        .agg(pl.col("weight").filter(pl.col("is_known").fill_null(value=False)).sum().alias("lag_coverage"))
    )
    aligned = pl.when(pl.col("lag_coverage") >= 0.5).then(pl.col("coming") / pl.col("lag_coverage"))
    return (
        coming.join(known, on=[*lane, "period"], how="left")
        .with_columns(pl.col("lag_coverage").fill_null(0.0))
        .select(*lane, "period", aligned.alias("lag_aligned"), "lag_coverage")
    )


def lagged_pairs(pairs: pl.LazyFrame, periods: pl.LazyFrame, weights: pl.LazyFrame) -> pl.LazyFrame:
    """Set beside each month's imports the exports that should be arriving in it, not those that left in it.

    `pairs`: monthly, one row per lane and period as known on a day; `periods` from `reported_periods`, public by then;
    `weights` per pair of countries as in `align_lags`. Adds `x_lagged_usd` and `x_lagged_kg` (measured masses; null
    where one is unknown). Months in which something should have arrived and neither side shows a figure are added, if
    the importer had reported the good. A lane without weights keeps its own months. Source: indicators.md 2.
    """
    key = ["exporter_iso3", "importer_iso3", "hs6", "period"]
    sides = {
        side: periods.filter(pl.col("freq") == "M", pl.col("side") == side).select("reporter_iso3", "hs6", "period")
        for side in ("X", "M")
    }
    reported = sides["X"].rename({"reporter_iso3": "exporter_iso3"})
    exports = pairs.filter(pl.col("x_usd").is_not_null())
    usd, kg = (
        align_lags(exports, reported, weights=weights, amount=amount).select(*key, pl.col("lag_aligned").alias(name))
        for amount, name in (("x_usd", "x_lagged_usd"), ("x_measured_kg", "x_lagged_kg"))
    )
    coming = settle(usd.join(kg, on=key, how="left"))
    seen = pairs.join(coming, on=key, how="left").with_columns(
        pl.coalesce("x_lagged_usd", "x_usd").alias("x_lagged_usd"),
        pl.when(pl.col("x_lagged_usd").is_null()).then("x_measured_kg").otherwise("x_lagged_kg").alias("x_lagged_kg"),
    )
    silent = (
        coming.filter(pl.col("x_lagged_usd") > 0)
        .join(pairs.select(key), on=key, how="anti")
        .join(sides["M"].rename({"reporter_iso3": "importer_iso3"}), on=["importer_iso3", "hs6", "period"], how="semi")
        .with_columns(
            pl.lit("M").alias("freq"),
            pl.lit(value=True).alias("is_x_reported"),
            pl.lit(value=True).alias("is_m_reported"),
            pl.lit(value=True).alias("is_like_basis"),
        )
    )
    return pl.concat([seen, silent], how="diagonal_relaxed")

"""What is usual: middle and spread of a figure's log over earlier months, from counts in bins.

Counts are whole numbers and add up over months, so that twelve months of state cost twelve small tables rather than a
window over rows, and no order of rows can change a digit. The spread is half the range between the quartiles, scaled to
a standard deviation of the normal distribution: robust to a quarter of wild rows, from the same sorted table.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from features.lookback import months_behind, settle

BIN_WIDTH = 0.1  # of the natural log: 10 %, well inside the scatter of declared prices for one good
_NORMAL_QUARTILE_RANGE = 1.349  # distance between the quartiles of a normal distribution, in standard deviations


def log_bin(log_value: pl.Expr) -> pl.Expr:
    """Number the bin of a log."""
    return (log_value * (1.0 / BIN_WIDTH)).floor().cast(pl.Int32)


def usual_before(counts: pl.LazyFrame, wanted: pl.LazyFrame, *, by: Sequence[str], window: int) -> pl.LazyFrame:
    """Find middle and spread of what was counted in the months before each wanted month.

    Parameters
    ----------
    counts
        `by`, `month`, `bin` (see `log_bin`), `n`: how many observations fell in that bin that month.
    wanted
        `by` and `month`.
    by
        Key columns.
    window
        Months to look back.

    Returns
    -------
    pl.LazyFrame
        Rows of `wanted` that have any observation: `by`, `month`, `n`, `middle` and `spread` of the log.
    """
    keys = [*by, "month"]
    past = counts.select(*by, pl.col("month").alias("past"), "bin", pl.col("n").cast(pl.Int64))
    binned = settle(
        months_behind(wanted, by=by, window=window)
        .join(past, on=[*by, "past"], how="inner")
        .group_by(*keys, "bin")
        .agg(pl.col("n").sum())
        .sort(*keys, "bin")
        .with_columns(below=pl.col("n").cum_sum().over(keys) - pl.col("n"), total=pl.col("n").sum().over(keys))
    )
    return (
        binned.group_by(keys)
        .agg(pl.col("total").first().alias("n"), *(_quantile(q).alias(f"q{q}") for q in (25, 50, 75)))
        .select(
            *keys,
            "n",
            pl.col("q50").alias("middle"),
            ((pl.col("q75") - pl.col("q25")) * (1.0 / _NORMAL_QUARTILE_RANGE)).alias("spread"),
        )
    )


def _quantile(percent: int) -> pl.Expr:
    """Interpolate a quantile inside the bin where the running count crosses it."""
    target = pl.col("total") * (percent / 100)
    crosses = (pl.col("below") < target) & (target <= pl.col("below") + pl.col("n"))
    inside = (pl.col("bin") + (target - pl.col("below")) / pl.col("n")) * BIN_WIDTH
    return pl.when(crosses).then(inside).max()

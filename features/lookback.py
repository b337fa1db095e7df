"""The one place that looks back: what was known strictly before the first day of a declaration's month.

A month is a whole number (`year * 12 + month - 1`), so that windows are subtractions. Sums are of whole numbers, so
that neither row order nor batches can change the last digit of a score; a log is kept in steps of `FIXED_POINT`.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

FIXED_POINT = 10_000  # steps per unit of log: 0.01 %, far below any trade figure's precision


def month_number(day: pl.Expr) -> pl.Expr:
    """Number a date's month since year 0; null where the date is.

    >>> from datetime import date
    >>> pl.select(month_number(pl.lit(date(2024, 3, 31)))).item() - 2024 * 12
    2
    """
    return day.dt.year().cast(pl.Int32) * 12 + day.dt.month().cast(pl.Int32) - 1


def day_number(day: pl.Expr) -> pl.Expr:
    """Number a date from 1970 on; null where the date is. For what may not wait for the month's end.

    >>> from datetime import date
    >>> pl.select(day_number(pl.lit(date(1970, 2, 1)))).item()
    31
    """
    return day.dt.epoch("d").cast(pl.Int32)


def to_steps(value: pl.Expr) -> pl.Expr:
    """Keep a real number as whole fixed-point steps, so that sums are exact."""
    return (value * FIXED_POINT).round(0).cast(pl.Int64)


def from_steps(steps: pl.Expr) -> pl.Expr:
    """Turn fixed-point steps back into a real number.

    Multiplied, not divided: polars divides many rows by a constant through its reciprocal, but a single row outright,
    which can differ in the last digit.
    """
    return steps * (1.0 / FIXED_POINT)


def settled(state: pl.LazyFrame) -> pl.DataFrame:
    """Work out a table now, in memory: a batch asks for hundreds of small ones, which polars streams at twice the cost.

    Settled state is shared by everything joined to it. It is small (keys times months). Left lazy it would be worked
    out again wherever it is used: polars did not recognise the shared part of plans this deep, and a room took twenty
    times longer.
    """
    return state.collect(engine="in-memory")


def settle(state: pl.LazyFrame) -> pl.LazyFrame:
    """Work out a state table now (see `settled`), for a plan to go on with."""
    return settled(state).lazy()


def settle_whole(state: pl.LazyFrame) -> pl.LazyFrame:
    """Work out a table now, in one piece: polars fails to format text where one row follows a piece filtered empty."""
    return settled(state).rechunk().lazy()


def streamed(state: pl.LazyFrame) -> pl.DataFrame:
    """Work out a table of millions of rows part by part, which sums up large groups at half the cost of `settled`.

    The order of its rows means nothing.
    """
    return state.collect(engine="streaming")


def settle_streamed(state: pl.LazyFrame) -> pl.LazyFrame:
    """Work out a state table from history without holding history in memory (see `streamed`)."""
    return streamed(state).lazy()


def totals_before(
    events: pl.LazyFrame,
    wanted: pl.LazyFrame,
    *,
    by: Sequence[str],
    sums: Sequence[str],
    window: int | None = None,
    step: str = "month",
) -> pl.LazyFrame:
    """Add up events of strictly earlier months (or days: `step`), for each wanted key and month.

    Parameters
    ----------
    events
        Columns `by`, `month`, and whole-number columns `sums`; several rows for one key and month are added.
    wanted
        Columns `by` and `month` at least; duplicates and null keys are dropped.
    by, sums
        Key columns and columns to add up.
    window
        How many months to look back; None looks back to the beginning.
    step
        The column of whole numbers that stands for `month`, such as `day`.

    Returns
    -------
    pl.LazyFrame
        One row per distinct wanted key and month: `by`, `month` and `sums` (Int64, 0 where nothing happened before).
    """
    keys = [*by, step]
    happened = events.select(*keys, *[pl.col(name).cast(pl.Int64) for name in sums]).drop_nulls(keys)
    leaving = [] if window is None else [_negated(happened, sums, step, window)]
    moved = pl.concat([happened.with_columns(pl.col(step) + 1), *leaving]).with_columns(is_asked=pl.lit(value=False))
    zero = [pl.lit(0, pl.Int64).alias(name) for name in sums]
    asked = wanted.select(keys).drop_nulls().with_columns(*zero, is_asked=pl.lit(value=True))
    steps = pl.concat([moved, asked]).group_by(keys).agg(pl.col(*sums).sum(), pl.col("is_asked").any()).sort(keys)
    return steps.with_columns(_running(by, sums)).filter("is_asked").select(*keys, *sums)


def _running(by: Sequence[str], sums: Sequence[str]) -> list[pl.Expr]:
    """Add up within each key, over rows sorted by key: all so far less all before the key began.

    Whole numbers, so exact; three times faster than a window over the key.
    """
    begins = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in by)
    begins = begins | (pl.int_range(pl.len()) == 0)
    so_far = {name: pl.col(name).cum_sum() for name in sums}
    return [all_ - pl.when(begins).then(all_ - pl.col(name)).forward_fill() for name, all_ in so_far.items()]


def _negated(happened: pl.LazyFrame, sums: Sequence[str], step: str, window: int) -> pl.LazyFrame:
    return happened.with_columns(pl.col(step) + window + 1, *[-pl.col(name) for name in sums])


def months_behind(wanted: pl.LazyFrame, *, by: Sequence[str], window: int) -> pl.LazyFrame:
    """Pair each wanted key and month with each of the `window` months before it (`month` wanted, `past` looked at)."""
    asked = wanted.select(*by, "month").drop_nulls().unique()
    return asked.with_columns(past=pl.int_ranges(pl.col("month") - window, pl.col("month"), dtype=pl.Int32)).explode(
        "past"
    )

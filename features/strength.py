"""How a figure becomes a strength in [0, 1]: 0 ordinary, 0.5 worth mentioning, 1 can hardly be explained."""

from __future__ import annotations

from functools import reduce

import polars as pl


def ramp(value: pl.Expr, low: float, high: float) -> pl.Expr:
    """Rise in a straight line from 0 at `low` to 1 at `high`; null and NaN stay unknown.

    >>> pl.select(ramp(pl.lit(pl.Series([0.0, 3.0, 9.0, None, float("nan")])), 2.0, 4.0)).to_series().to_list()
    [0.0, 0.5, 1.0, None, None]
    """
    return ((value - low) * (1.0 / (high - low))).clip(0.0, 1.0).fill_nan(None)  # as in `from_steps`


def strongest(*strengths: pl.Expr) -> pl.Expr:
    """Take the strongest of what is known; null only where nothing is known."""
    return pl.max_horizontal(*strengths)


def joined(*strengths: pl.Expr) -> pl.Expr:
    """Add up doubts that speak of different things: 1 - product of (1 - strength); null where nothing is known.

    >>> pl.select(joined(pl.lit(0.5), pl.lit(0.5), pl.lit(None, pl.Float64))).item()
    0.75
    """
    known = reduce(lambda a, b: a | b, (one.is_not_null() for one in strengths))
    calm = reduce(lambda a, b: a * b, (1.0 - one.fill_null(0.0) for one in strengths))
    return pl.when(known).then(1.0 - calm)


def ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Divide two amounts, both above zero and finite; otherwise, or where no float holds the answer, unknown.

    >>> parts, wholes = pl.Series([3.0, 3.0, 1e12, 1e-320]), pl.Series([2.0, 0.0, 1e-300, 1e15])
    >>> pl.select(ratio(pl.lit(parts), pl.lit(wholes))).to_series().to_list()
    [1.5, None, None, None]
    """
    usable = (part > 0) & (whole > 0) & part.is_finite() & whole.is_finite()
    quotient = part / whole
    return pl.when(usable & (quotient > 0) & quotient.is_finite()).then(quotient)

"""Foreign amounts into US dollars by the average rate of their month, else of their year."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl


def rate_of(period: pl.Expr, rates: Mapping[str, float]) -> pl.Expr:
    """Rate of the period's month, else of its year, else null."""
    return pl.coalesce(own_rate(period, rates), _look_up(period.dt.to_string("%Y"), rates))


def own_rate(period: pl.Expr, rates: Mapping[str, float]) -> pl.Expr:
    """Rate of the period's own month; null where only the year's average is known."""
    return _look_up(period.dt.to_string("%Y-%m"), rates)


def _look_up(key: pl.Expr, rates: Mapping[str, float]) -> pl.Expr:
    if not rates:
        return pl.lit(None, dtype=pl.Float64)
    return key.replace_strict(dict(rates), default=None, return_dtype=pl.Float64)

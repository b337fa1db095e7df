"""Blanks where nearly all other declarations say something: what is left out hides what evidence speaks of."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.lookback import month_number, streamed
from features.strength import ramp

USUAL_FROM, USUAL_FULL = 0.9, 1.0
"""Share of earlier declarations that say it: at 0.9 a blank is ordinary, where all do it is 1 (own choice)."""
ROWS_TO_TRUST = 10.0
"""Shares count as if so many more had left it blank: a short history proves no habit (own choice)."""


def blank_strength(filled: pl.Expr, n: pl.Expr) -> pl.Expr:
    """Weigh a blank by how many of `n` earlier declarations were `filled`: a strength in [0, 1].

    >>> round(pl.select(blank_strength(pl.lit(985), pl.lit(990))).item(), 6)
    0.85
    """
    return ramp(filled / (n + ROWS_TO_TRUST), USUAL_FROM, USUAL_FULL)


@dataclass(frozen=True, slots=True, eq=False)
class FilledBefore:
    """How many declarations of history came, and filled one column, up to each month."""

    months: pl.Series
    """Months with declarations, numbered and sorted."""
    n: pl.Series
    filled: pl.Series
    """Declarations before the first month, up to the first, up to the second ... : one more than `months`."""

    @classmethod
    def of(cls, name: str, history: pl.LazyFrame) -> FilledBefore:
        """Count them month by month."""
        counted = streamed(
            history.group_by(month=month_number(pl.col("declared_on"))).agg(
                n=pl.len().cast(pl.Int64), filled=pl.col(name).is_not_null().sum().cast(pl.Int64)
            )
        ).sort("month")
        nought = pl.Series([0], dtype=pl.Int64)
        n, filled = (pl.concat([nought, counted[one].cum_sum()]) for one in ("n", "filled"))
        return cls(counted["month"], n, filled)

    def strength(self) -> pl.Expr:
        """Weigh a blank of a row with `declared_on` by the months before its own; null where there are none."""
        place = pl.lit(self.months).search_sorted(month_number(pl.col("declared_on")), side="left")
        n, filled = (pl.lit(one).gather(place) for one in (self.n, self.filled))
        return pl.when(n > 0).then(blank_strength(filled, n))

"""Answers worked out once, whichever batch asks first: the same question costs later batches a look-up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

ANSWERS_MOST = 1_000_000
"""More answers than this are forgotten but for those at hand (own choice: a few hundred megabytes)."""


@dataclass(slots=True, eq=False)
class Remembered:
    """Answers to one kind of question, each of which depends on nothing but its key."""

    known: pl.DataFrame | None = None
    """One row for each key asked so far."""

    def answers(
        self, rows: pl.DataFrame, on: str | Sequence[str], work_out: Callable[[pl.LazyFrame], pl.LazyFrame]
    ) -> pl.DataFrame:
        """Return a table that has the answer for each key of `rows`, unique by the columns `on`.

        `work_out` is given the distinct keys that nobody has asked about, with the other columns of one row each, and
        returns `on` and the answers; a key that it leaves out has none. Keys with a null in them are not asked about.
        """
        keys = [on] if isinstance(on, str) else list(on)
        asked = rows.lazy().select(keys).drop_nulls().unique().collect()
        fresh = asked if self.known is None else asked.join(self.known, on=keys, how="anti")
        if self.known is None or fresh.height:
            questions = rows.lazy().join(fresh.lazy(), on=keys, how="semi").unique(keys)
            told = fresh.lazy().join(work_out(questions.collect().lazy()), on=keys, how="left").collect()
            self.known = self._with(told, asked, keys)
        return self.known

    def _with(self, told: pl.DataFrame, asked: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
        if self.known is None:
            return told
        kept = self.known
        if kept.height + told.height > ANSWERS_MOST:
            kept = kept.join(asked, on=keys, how="semi")
        return pl.concat([kept, told], rechunk=True)

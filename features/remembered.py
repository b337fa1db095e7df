"""Answers worked out once, whichever batch asks first: the same question costs later batches a look-up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from features.lookback import settle, settled

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
        asked = settled(rows.lazy().select(keys).drop_nulls().unique())
        known = self.known  # batches side by side may both work an answer out: the later one's table stays
        fresh = asked if known is None else asked.join(known, on=keys, how="anti")
        if known is not None and fresh.is_empty():
            return known
        questions = rows.lazy().join(fresh.lazy(), on=keys, how="semi").unique(keys)
        told = settled(fresh.lazy().join(work_out(settle(questions)), on=keys, how="left"))
        self.known = found = told if known is None else self._with(known, told, asked, keys)
        return found

    @staticmethod
    def _with(kept: pl.DataFrame, told: pl.DataFrame, asked: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
        if kept.height + told.height > ANSWERS_MOST:
            kept = kept.join(asked, on=keys, how="semi")
        return pl.concat([kept, told], rechunk=True)

"""What had happened to each key before a month: sorted once, then two look-ups for a question.

The same sums as `features.lookback.totals_before`, for keys that are whole numbers and questions as many as rows: ten
times faster than joins and windows, and what was sorted serves any number of batches of questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Whole = npt.NDArray[np.int64]
MONTHS = 2**17
"""More than any month's number (`features.lookback.month_number` of the year 9999)."""
KEYS = 2**46
"""Keys are below this, so that key and month fit one whole number."""


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Events of whole-number keys, sorted by key and month, with running sums."""

    at: Whole
    """`key * MONTHS + month` of each event, sorted."""
    so_far: tuple[Whole, ...]
    """For each amount, the sum over all events before each place of `at`, and over all: one longer than `at`."""

    @classmethod
    def of(cls, key: pl.Series, month: pl.Series, *amounts: pl.Series) -> Tally:
        """Sort events; those without key or month count nowhere. Amounts are whole numbers, null is nothing."""
        is_known = (key.is_not_null() & month.is_not_null()).to_numpy()
        at = places(key, month)[is_known]
        if not amounts:
            return cls(np.sort(at), ())
        order = np.argsort(at, kind="stable")
        sums = [np.cumsum(_whole(one.fill_null(0))[is_known][order]) for one in amounts]
        return cls(at[order], tuple(np.concatenate([np.zeros(1, np.int64), one]) for one in sums))

    def before(
        self, key: pl.Series, month: pl.Series, windows: Sequence[int | None] = (None,)
    ) -> list[list[pl.Series]]:
        """Count and add up the events of each key in earlier months.

        Returns, for each window (months to look back; None to the beginning), the number of events and then the sum of
        each amount, as Int64: 0 where nothing happened before, null without a key.
        """
        asked = places(key, month)
        order = np.argsort(asked)
        until = self._find(asked, order)
        found = []
        for window in windows:
            first = (asked // MONTHS) * MONTHS if window is None else asked - np.minimum(window, asked % MONTHS)
            since = self._find(first, order)
            parts = [until - since, *(one[until] - one[since] for one in self.so_far)]
            found.append([pl.select(pl.when(key.is_not_null()).then(pl.Series(one))).to_series() for one in parts])
        return found

    def firsts(self) -> Whole:
        """Return the place of each key's first event."""
        key = self.at // MONTHS
        begins: npt.NDArray[np.bool_] = np.concatenate([np.ones(min(1, len(key)), bool), key[1:] != key[:-1]])
        return _whole(pl.Series(self.at[begins]))

    def _find(self, places: Whole, order: npt.NDArray[np.intp]) -> Whole:
        """Look places up in order, which reads memory once from end to end."""
        found = np.empty(len(places), np.int64)
        found[order] = np.searchsorted(self.at, places[order])
        return found


def places(key: pl.Series, month: pl.Series) -> Whole:
    """Put key and month in one number; a null key goes below all others."""
    most = key.max()
    if isinstance(most, int) and most >= KEYS:
        raise ValueError(f"a key of {most} is too large to be tallied")
    return _whole(key.fill_null(-1)) * MONTHS + _whole(month.fill_null(0))


def _whole(values: pl.Series) -> Whole:
    return values.cast(pl.Int64).to_numpy()

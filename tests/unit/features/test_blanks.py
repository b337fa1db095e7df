"""Blanks where nearly all other declarations say something."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from features.blanks import FilledBefore

MARCH, APRIL = date(2024, 3, 5), date(2024, 4, 5)


def strengths(texts: list[str | None], *days: date) -> list[float | None]:
    history = pl.LazyFrame(
        {
            "declared_on": pl.Series([MARCH] * len(texts), dtype=pl.Date),
            "description": pl.Series(texts, dtype=pl.String),
        }
    )
    rows = pl.DataFrame({"declared_on": pl.Series(days, dtype=pl.Date)})
    return rows.select(FilledBefore.of("description", history).strength()).to_series().to_list()


def test_a_blank_is_weighed_by_the_share_of_earlier_months_that_say_something() -> None:
    known = [*["tiles"] * 985, *[None] * 5]
    assert strengths(known, APRIL, date(2031, 1, 1)) == pytest.approx([0.85, 0.85])
    assert strengths([*["tiles"] * 80, *[None] * 20], APRIL) == [0.0]


def test_the_own_month_and_no_history_say_nothing() -> None:
    assert strengths(["tiles"] * 990, MARCH, date(2024, 3, 31)) == [None, None]
    assert strengths([], APRIL) == [None]

"""Middle and spread from counts in bins."""

from __future__ import annotations

import polars as pl
import pytest

from features.usual import log_bin, usual_before


def counts(*rows: tuple[str, int, int, int]) -> pl.LazyFrame:
    schema = {"key": pl.String, "month": pl.Int32, "bin": pl.Int32, "n": pl.Int64}
    return pl.LazyFrame(list(rows), schema=schema, orient="row")


ASKED = pl.LazyFrame({"key": ["a"], "month": [10]}, schema={"key": pl.String, "month": pl.Int32})


def test_bins_are_a_tenth_of_a_log_wide():
    logs = pl.lit(pl.Series([0.0, 0.05, 0.1, -0.05, None]))
    assert pl.select(log_bin(logs)).to_series().to_list() == [0, 0, 1, -1, None]


def test_middle_and_spread_by_hand():
    # Ten observations in bin 0 and ten in bin 1: running counts 10 and 20.
    # Quartile targets 5, 10, 15 fall at 5/10 of bin 0, 10/10 of bin 0, 5/10 of bin 1: 0.05, 0.10, 0.15.
    found = usual_before(counts(("a", 9, 0, 10), ("a", 8, 1, 10)), ASKED, by=["key"], window=12).collect()
    assert found["n"].item() == 20
    assert found["middle"].item() == pytest.approx(0.10)
    assert found["spread"].item() == pytest.approx(0.10 / 1.349)


def test_a_quarter_of_wild_rows_does_not_move_the_middle_far():
    found = usual_before(counts(("a", 9, 0, 76), ("a", 9, 900, 24)), ASKED, by=["key"], window=12).collect()
    assert 0.0 < found["middle"].item() < 0.1


def test_own_month_and_months_beyond_the_window_are_not_seen():
    seen = counts(("a", 10, 5, 3), ("a", 7, 5, 3), ("a", 6, 5, 3))
    found = usual_before(seen, ASKED, by=["key"], window=3).collect()
    assert found["n"].item() == 3  # month 7 only: 10 is the month itself, 6 is four months back


def test_nothing_seen_gives_no_row():
    assert usual_before(counts(), ASKED, by=["key"], window=12).collect().height == 0

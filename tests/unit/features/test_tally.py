"""Running sums by key and month give what the joins of `totals_before` give."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.lookback import totals_before
from features.tally import KEYS, Tally

EVENTS = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(0, 3)), st.integers(0, 6), st.integers(-9, 9)), max_size=30
)
ASKED = st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 4)), st.integers(0, 9)), min_size=1, max_size=10)


def frame(rows: list[tuple[int | None, ...]], *names: str) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Int64), orient="row")


def test_sums_by_hand() -> None:
    # Key 1: 5 in month 3, 7 in month 4. Before month 5: both; of the last month only 7; before month 3 nothing.
    events = frame([(1, 4, 7), (1, 3, 5), (2, 1, 100)], "key", "month", "n")
    tally = Tally.of(events["key"], events["month"], events["n"])
    asked = frame([(1, 5), (1, 3), (None, 5), (9, 5)], "key", "month")
    ever, last = tally.before(asked["key"], asked["month"], (None, 1))
    assert [one.to_list() for one in ever] == [[2, 0, None, 0], [12, 0, None, 0]]
    assert [one.to_list() for one in last] == [[1, 0, None, 0], [7, 0, None, 0]]


@given(EVENTS, ASKED, st.one_of(st.none(), st.integers(1, 4)))
def test_the_same_as_by_joins(
    happened: list[tuple[int | None, ...]], questions: list[tuple[int | None, ...]], window: int | None
) -> None:
    events, asked = frame(happened, "key", "month", "n"), frame(questions, "key", "month")
    slow = totals_before(events.lazy(), asked.lazy(), by=["key"], sums=["n"], window=window).collect()
    expected = asked.join(slow, on=["key", "month"], how="left", maintain_order="left")["n"].to_list()
    ((_, fast),) = Tally.of(events["key"], events["month"], events["n"]).before(asked["key"], asked["month"], (window,))
    assert fast.to_list() == expected


def test_a_key_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        Tally.of(pl.Series([KEYS]), pl.Series([1]))

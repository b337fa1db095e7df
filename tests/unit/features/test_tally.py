"""Running sums by key and month give what the joins of `totals_before` give."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.lookback import totals_before
from features.parties.novelty import parents_of
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
    tally = Tally.of(events["key"], events["month"], kg=events["n"])
    asked = frame([(1, 5), (1, 3), (None, 5), (9, 5)], "key", "month")
    ever, last = tally.before(asked["key"], asked["month"], (None, 1))
    assert {name: one.to_list() for name, one in ever.items()} == {"n": [2, 0, None, 0], "kg": [12, 0, None, 0]}
    assert {name: one.to_list() for name, one in last.items()} == {"n": [1, 0, None, 0], "kg": [7, 0, None, 0]}


@given(EVENTS, ASKED, st.one_of(st.none(), st.integers(1, 4)))
def test_the_same_as_by_joins(
    happened: list[tuple[int | None, ...]], questions: list[tuple[int | None, ...]], window: int | None
) -> None:
    events, asked = frame(happened, "key", "month", "n"), frame(questions, "key", "month")
    slow = totals_before(events.lazy(), asked.lazy(), by=["key"], sums=["n"], window=window).collect()
    expected = asked.join(slow, on=["key", "month"], how="left", maintain_order="left")["n"].to_list()
    tally = Tally.of(events["key"], events["month"], kg=events["n"])
    (fast,) = tally.before(asked["key"], asked["month"], (window,))
    assert fast["kg"].to_list() == expected


def test_the_latest_is_told_and_not_added_up() -> None:
    # Key 1: 5 in month 3, then 7 and 9 in month 4, in any order; 2 has an unknown. Key 9 never was.
    events = frame([(1, 4, 9), (1, 3, 5), (1, 4, 7), (2, 1, None)], "key", "month", "place")
    tally = Tally.of(events["key"], events["month"], {"place": events["place"], "last": events["month"]})
    asked = frame([(1, 5), (1, 4), (1, 3), (2, 5), (9, 5), (None, 5)], "key", "month")
    (ever,) = tally.before(asked["key"], asked["month"])
    assert ever["place"].to_list() == [9, 5, 0, 0, 0, None]
    assert ever["last"].to_list() == [4, 3, 0, 1, 0, None]
    nothing = Tally.of(events["key"].clear(), events["month"].clear(), {"place": events["place"].clear()})
    assert nothing.before(asked["key"], asked["month"])[0]["place"].to_list() == [0, 0, 0, 0, 0, None]


def test_first_sightings_are_counted_where_their_parents_are() -> None:
    # Houses 1 and 2 have ten kinds of goods at most: 13 is seen in months 2 and 4, 15 in month 4, 21 in month 3.
    goods = frame([(13, 2), (13, 4), (15, 4), (15, 4), (21, 3)], "key", "month")
    houses = Tally.of(goods["key"] // 10, goods["month"])
    firsts = parents_of(Tally.of(goods["key"], goods["month"]).firsts(), 10)
    (seen,) = houses.with_counts("kinds", firsts).before(pl.Series([1, 1, 2]), pl.Series([4, 5, 3]))
    assert seen["kinds"].to_list() == [1, 2, 0]
    assert seen["n"].to_list() == [1, 4, 0]


def test_the_month_a_key_began_by_hand() -> None:
    # Key 1 began in month 3, key 2 in month 5. In month 3 key 1 is not seen yet; a window of 2 before 7 begins with 5.
    events = frame([(1, 4), (1, 3), (1, 3), (2, 5), (None, 1)], "key", "month")
    tally = Tally.of(events["key"], events["month"]).with_began()
    asked = frame([(1, 3), (1, 4), (1, 7), (2, 7), (9, 7), (None, 7)], "key", "month")
    ever, last = tally.before(asked["key"], asked["month"], (None, 2))
    assert ever["began"].to_list() == [0, 3, 3, 5, 0, None]
    assert last["began"].to_list() == [0, 3, 0, 5, 0, None]
    nothing = Tally.of(events["key"].clear(), events["month"].clear()).with_began()
    assert nothing.before(asked["key"], asked["month"])[0]["began"].to_list() == [0, 0, 0, 0, 0, None]


def test_a_key_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        Tally.of(pl.Series([KEYS]), pl.Series([1]))

"""Looking back: strictly earlier months, exact sums."""

from __future__ import annotations

import polars as pl

from features.lookback import FIXED_POINT, from_steps, months_behind, to_steps, totals_before
from features.strength import ramp

EVENTS = pl.LazyFrame(
    {"key": ["a", "a", "b"], "month": [1, 3, 1], "n": [1, 2, 5]}, schema_overrides={"month": pl.Int32}
)


def wanted(*rows: tuple[str | None, int | None]) -> pl.LazyFrame:
    return pl.LazyFrame(list(rows), schema={"key": pl.String, "month": pl.Int32}, orient="row")


def test_only_strictly_earlier_months_are_added_up():
    found = totals_before(EVENTS, wanted(("a", 1), ("a", 2), ("a", 3), ("a", 4)), by=["key"], sums=["n"])
    # The event of month 1 counts from month 2, that of month 3 from month 4.
    assert found.sort("month").collect()["n"].to_list() == [0, 1, 1, 3]


def test_a_window_forgets():
    asked = wanted(("a", 2), ("a", 3), ("a", 4), ("a", 5), ("a", 6))
    found = totals_before(EVENTS, asked, by=["key"], sums=["n"], window=2)
    # Two months back: month 4 sees {2, 3}, month 5 sees {3, 4}, month 6 sees {4, 5}.
    assert found.sort("month").collect()["n"].to_list() == [1, 1, 2, 2, 0]


def test_unknown_keys_are_zero_and_null_keys_are_left_out():
    found = totals_before(EVENTS, wanted(("c", 9), (None, 9), ("a", None)), by=["key"], sums=["n"]).collect()
    assert found.rows() == [("c", 9, 0)]


def test_no_event_at_all_gives_zeros():
    found = totals_before(EVENTS.clear(), wanted(("a", 2)), by=["key"], sums=["n"]).collect()
    assert found.rows() == [("a", 2, 0)]


def test_months_behind_are_the_window_before_the_month():
    found = months_behind(wanted(("a", 5)), by=["key"], window=3).collect()
    assert sorted(found["past"].to_list()) == [2, 3, 4]


def test_steps_come_back_to_a_hundredth_of_a_percent():
    value = pl.lit(0.69315)
    assert pl.select(to_steps(value)).item() == round(0.69315 * FIXED_POINT)
    assert abs(pl.select(from_steps(to_steps(value))).item() - 0.69315) < 1e-4


def test_a_row_alone_gets_the_digits_it_has_among_others() -> None:
    # 0.0001 is no binary fraction: dividing by 10,000 and multiplying with its reciprocal differ for one in four.
    steps = pl.DataFrame({"steps": range(1, 400)})
    among = steps.select(value=from_steps(pl.col("steps")), strength=ramp(pl.col("steps"), 3.0, 300.0))
    alone = [
        steps.slice(at, 1).select(value=from_steps(pl.col("steps")), strength=ramp(pl.col("steps"), 3.0, 300.0))
        for at in range(steps.height)
    ]
    assert pl.concat(alone).equals(among)

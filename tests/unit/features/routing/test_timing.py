"""When routes were travelled."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from features.routing import build_routing
from tests.unit.features.routing.worlds import declaration, distances, frame


def build(*rows: dict[str, Any], past: pl.LazyFrame | None = None) -> pl.DataFrame:
    history = past if past is not None else frame(declaration("past")).clear()
    return build_routing(frame(*rows), distances(), history).sort("declaration_id").collect()


def one(column: str, past: pl.LazyFrame | None = None, **given: Any) -> Any:
    return build(declaration("a", **given), past=past)[column].item()


def journeys(n: int, left: date, arrived: date) -> pl.LazyFrame:
    route = f"CNSHA@{left}>USLAX@{arrived}"
    return frame(*(declaration(f"p{i}", declared_on=left, route=route) for i in range(n)))


@pytest.mark.parametrize(
    ("route", "mode", "expected"),
    [
        # 10,400 km (great circle) in 14 + 1 days: 693 km a day, 0.62 of the fastest ship.
        ("CNSHA@2024-03-01>USLAX@2024-03-15", "sea", 0.0),
        # In 6 + 1 days: 1,486 a day, 1.337 times 1,111: (1.337 - 1) / 0.5 = 0.675.
        ("CNSHA@2024-03-01>USLAX@2024-03-07", "sea", 0.675),
        ("CNSHA@2024-03-01>USLAX@2024-03-03", "sea", 1.0),
        ("CNSHA@2024-03-01>USLAX@2024-03-03", "air", 0.0),
        ("CNSHA@2024-03-01>USLAX@2024-03-03", None, 0.0),  # an unknown mode may fly
        ("CNSHA@2024-03-15>USLAX@2024-03-01", "sea", 1.0),  # backwards
        ("CNSHA@2024-03-01>SGSIN>USLAX@2024-03-04", "sea", 1.0),  # the whole way counts where a stop is undated
        ("CNSHA>USLAX", "air", None),
        (None, "air", None),
    ],
)
def test_impossible_leg(route: str | None, mode: str | None, expected: float | None):
    found = one("impossible_leg", route=route, transport_mode=mode)
    assert found == (pytest.approx(expected, abs=0.002) if expected is not None else None)


def test_slow_against_distance_where_there_is_no_history():
    # 10,000 km at 550 a day and four days at each of two places: 26.2 days. 52 days are 1.99 times that:
    # ln(1.986 / 1.5) / ln(4 / 1.5) = 0.286.
    found = build(declaration("a", route="CNSHA@2024-03-01>USLAX@2024-04-22"))
    assert found["expected_days"].item() == pytest.approx(26.18, abs=0.01)
    assert found["slow_transit"].item() == pytest.approx(0.286, abs=0.002)
    assert found["transit_words"].item() == "the journey took 52 days; 26.2 are usual for the distance"


def test_slow_against_the_lanes_history():
    past = journeys(20, date(2024, 1, 3), date(2024, 1, 18))  # 15 days
    found = build(declaration("a", route="CNSHA@2024-03-01>USLAX@2024-04-01"), past=past)
    # 31 days against about 15: ln(2.07) = 0.73 with the least spread 0.15 is about 4.7 spreads: 0.44.
    assert found["usual_transit_days"].item() == pytest.approx(15, rel=0.06)
    assert found["slow_transit"].item() == pytest.approx(0.44, abs=0.08)
    assert found["transit_words"].item().startswith("the journey took 31 days; 1")
    assert found["transit_words"].item().endswith(" are usual on this lane")


def test_a_journey_counts_only_once_its_end_was_known():
    late = journeys(20, date(2024, 1, 3), date(2024, 3, 2))  # arrived in the row's own month
    assert one("usual_transit_days", past=late, route="CNSHA@2024-03-01>USLAX@2024-04-01") is None
    early = journeys(20, date(2024, 1, 3), date(2024, 2, 29))
    assert one("usual_transit_days", past=early, route="CNSHA@2024-03-01>USLAX@2024-04-01") is not None


def test_too_few_journeys_are_no_usual_time():
    past = journeys(4, date(2024, 1, 3), date(2024, 1, 18))
    assert one("usual_transit_days", past=past, route="CNSHA@2024-03-01>USLAX@2024-04-01") is None


def test_a_long_wait_speaks_without_any_distance():
    route = "VNHPH@2024-03-01>VNHPH@2024-04-07>JPTYO"
    # 37 days, from 14 to 60: 0.5.
    assert one("dwell_days", route=route) == 37
    assert one("slow_transit", route=route) == pytest.approx(0.5)
    assert one("transit_words", route=route) == "the goods lay 37 days at one place"


def test_slow_is_unknown_without_dates_at_both_ends():
    assert one("slow_transit", route="CNSHA@2024-03-01>USLAX") is None
    assert one("slow_transit", route=None) is None


@pytest.mark.parametrize(
    ("amended", "route", "expected"),
    [
        (None, None, None),
        (date(2024, 3, 1), None, 0.0),
        (date(2024, 3, 16), None, 0.3),  # half of thirty days
        (date(2024, 3, 16), "CNSHA@2024-03-10>USLAX", 0.7),  # and after departure
        (date(2024, 3, 16), "CNSHA@2024-03-20>USLAX", 0.3),
        (date(2024, 2, 1), None, 0.5),  # before it was declared
    ],
)
def test_late_change(amended: date | None, route: str | None, expected: float | None):
    found = one("late_change", amended_on=amended, route=route)
    assert found == (pytest.approx(expected) if expected is not None else None)

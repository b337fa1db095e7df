"""A lot on its way when the measure came: told by the exporter before it, by the importer after it."""

from typing import Any

import polars as pl
import pytest

from features.corridors.afloat import shipped_before

EVENT, LOOK = 24_301, 24_310
TRIAL = {"mineral": "282590", "look": LOOK, "event": EVENT, "trial": "real"}
WAY = {"origin_iso3": "CHN", "hub_iso3": "AUS", "destination_iso3": "KOR"}
LEG = {"hs6": "282590", "exporter_iso3": "CHN", "importer_iso3": "AUS"}
WINDOW = {"base_from": EVENT - 23, "base_to": EVENT - 4, "post_from": EVENT, "post_to": EVENT + 2}


def part(left: dict[int, float], came: dict[int, float], *, published: int = LOOK - 1, **other: Any) -> float | None:
    """Say what part had left before; USD by month since the measure that the exporter and the importer tell."""
    told = [
        LEG | {"month": EVENT + month, "x": left.get(month, 0.0), "m": came.get(month, 0.0)}
        | {"known_month": LOOK - 1, "until_month": None, "both_month": published}
        for month in {*left, *came}
    ]  # fmt: skip
    sides = pl.LazyFrame(told, schema_overrides={"until_month": pl.Int32})
    codes = pl.LazyFrame({"mineral": ["282590"], "hs6": ["282590"]})
    found = shipped_before(
        pl.LazyFrame([TRIAL | WAY | other]), pl.LazyFrame([TRIAL | WINDOW | other]), sides, codes
    ).collect()
    return found["shipped_before"].item() if found.height else None


def test_a_lot_that_left_before_the_measure_and_came_after_it() -> None:
    assert part({-1: 900.0}, {0: 2_000.0}) == pytest.approx(1.0)  # however far the two sides' figures lie apart
    assert part({-1: 900.0}, {1: 700.0}) == pytest.approx(1.0)
    # 300 of 1,200 left after it; 500 of 2,000 came in the third month
    assert part({-1: 900.0, 1: 300.0}, {0: 1_500.0, 2: 500.0}) == pytest.approx(0.75 * 0.75)


def test_what_had_arrived_or_is_usual_was_not_under_way() -> None:
    assert part({-2: 900.0}, {-1: 900.0, 0: 500.0}) is None
    usual = dict.fromkeys(range(-23, 3), 100.0)
    assert part(usual, usual | {0: 900.0}) is None
    # beside the usual 100 a month: 900 more left in the month before, and came in the month of the measure
    assert part(usual | {-1: 1_000.0}, usual | {0: 1_000.0}) == pytest.approx(1.0)


def test_what_left_after_the_measure_or_is_not_known_says_nothing() -> None:
    assert part({0: 900.0}, {1: 900.0}) is None
    assert part({-1: 900.0}, {2: 900.0}) is None  # two months and more after it
    assert part({}, {0: 900.0}) is None
    assert part({-1: 900.0}, {}) is None
    assert part({-1: 900.0}, {0: 900.0}, published=LOOK) is None
    assert part({-1: 900.0}, {0: 900.0}, trial="real-recent") is None
    assert part({-1: 900.0}, {0: 900.0}, event=EVENT - 1) is None  # these months do not begin with the measure

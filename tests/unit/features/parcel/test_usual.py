"""What is usual for a good and lane, shrunk upwards, as of the month."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from features.parcel.quantities import quantity_columns
from features.parcel.rules import ParcelRules
from features.parcel.usual import ParcelPast, add_usual, key_columns
from tests.unit.features.parcel.worlds import declaration, frame

RULES = ParcelRules()


def keyed(rows: list[dict[str, Any]]) -> pl.LazyFrame:
    return frame(rows).with_columns(*key_columns(), *quantity_columns())


def usual(rows: list[dict[str, Any]], past: list[dict[str, Any]]) -> pl.DataFrame:
    return add_usual(keyed(rows).collect(), ParcelPast.of(keyed(past), RULES)).sort("declaration_id")


def test_alike_shipments_make_the_middle_and_the_least_spread():
    past = [declaration(f"p{i}", declared_on=date(2024, 8, 5)) for i in range(20)]
    found = usual([declaration("a")], past)
    # 0.50 USD/kg is log -0.693, in the bin from -0.7 to -0.6: its middle is -0.65 (0.52 USD/kg).
    assert found["unit_value_middle"].item() == pytest.approx(-0.65)
    assert found["unit_value_spread"].item() == RULES.spread_least
    assert found["unit_value_n"].item() == 20


def test_a_thin_subheading_leans_on_its_heading():
    past = [declaration(f"h{i}", hs_code="382499", declared_on=date(2024, 8, 5)) for i in range(10)]
    past += [declaration(f"s{i}", value_usd=20_000.0 * 2.7183**2, declared_on=date(2024, 8, 5)) for i in range(5)]
    found = usual([declaration("a", destination_iso3="USA")], past)
    # Chapter and heading hold the same 15: ten at -0.65, five at log 2.718^2 = 2 (bin 2.0 to 2.1, or just below).
    # Target 7.5 of 15 lies 0.75 into the bin at -0.7: -0.625. Subheading alone: about 2.05, trust 5/(5+10) = 1/3.
    assert found["unit_value_middle"].item() == pytest.approx(-0.625 + (2.05 + 0.625) / 3, abs=0.04)
    assert found["unit_value_spread"].item() > 0.5


FERRO_SILICON = [
    declaration(f"h{i}", hs_code="72022100", value_usd=27_400.0, declared_on=date(2024, 8, 5)) for i in range(40)
]
"""1.37 USD/kg."""


def test_a_subheading_never_declared_has_nothing_usual():
    found = usual([declaration("a", hs_code="72028000", value_usd=740_000.0)], FERRO_SILICON)
    assert found.select("unit_value_middle", "unit_value_spread").row(0) == (None, None)
    assert found["unit_value_n"].item() == 0
    by_heading = usual([declaration("a", hs_code="7202")], FERRO_SILICON)
    assert by_heading["unit_value_middle"].item() == pytest.approx(0.35)  # log 1.37 is 0.315, in the bin 0.3 to 0.4


def test_a_subheading_seldom_declared_does_not_lie_outside_at_its_own_price():
    # Three of ferro-tungsten at 37 USD/kg (log 3.61, bin middle 3.65) beside forty at 1.37 (0.35, the heading's middle
    # too, for three of 43 hardly move it). Trust 3/13: the middle is 0.35 + 3/13 * 3.3 = 1.11, and the spread at least
    # 10/13 * 3.3 = 2.54, so 37 USD/kg is at most one spread away.
    past = [
        declaration(f"t{i}", hs_code="72028000", value_usd=740_000.0, declared_on=date(2024, 8, 5)) for i in range(3)
    ]
    asked = declaration("a", hs_code="72028000", value_usd=740_000.0, destination_iso3="USA")
    found = usual([asked], [*FERRO_SILICON, *past])
    assert found["unit_value_middle"].item() == pytest.approx(1.11, abs=0.02)
    assert found["unit_value_spread"].item() == pytest.approx(2.54, abs=0.03)


def test_a_lane_that_pays_more_is_its_own_measure():
    past = [declaration(f"c{i}", declared_on=date(2024, 6, 5)) for i in range(200)]
    past += [declaration(f"d{i}", declared_on=date(2024, 7, 5)) for i in range(200)]
    past += [
        declaration(f"j{i}", destination_iso3="JPN", value_usd=13_000.0, declared_on=date(2024, 7, 5))
        for i in range(90)
    ]
    found = usual([declaration("hkg"), declaration("jpn", destination_iso3="JPN")], past)
    common, dear = found["unit_value_middle"].to_list()
    # Japan paid 30 % more (log 0.262) than the usual of July; 90 of 100 parts of that are trusted.
    assert dear - common == pytest.approx(0.262 * 90 / 100, abs=0.05)


def test_too_few_shipments_of_the_heading_say_nothing():
    past = [declaration(f"p{i}", declared_on=date(2024, 8, 5)) for i in range(4)]
    found = usual([declaration("a")], past)
    assert found["unit_value_middle"].item() is None
    assert found["unit_value_n"].item() == 4


def test_zero_and_missing_masses_never_enter():
    past = [declaration(f"p{i}", declared_on=date(2024, 8, 5)) for i in range(10)]
    past += [declaration(f"z{i}", net_kg=0.0, declared_on=date(2024, 8, 5)) for i in range(50)]
    past += [declaration(f"n{i}", net_kg=None, declared_on=date(2024, 8, 5)) for i in range(50)]
    found = usual([declaration("a")], past)
    assert found["unit_value_n"].item() == 10
    assert found["density_n"].item() == 10


def test_own_month_and_later_are_not_seen():
    past = [declaration(f"p{i}", declared_on=date(2024, 9, 1)) for i in range(20)]
    assert usual([declaration("a")], past)["unit_value_n"].item() == 0

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
    assert found["unit_value_spread"].item() == pytest.approx(RULES.spread_least)
    assert found["unit_value_n"].item() == 20


def test_a_thin_subheading_has_its_own_middle_and_much_of_its_headings_spread():
    past = [declaration(f"h{i}", hs_code="382499", declared_on=date(2024, 8, 5)) for i in range(10)]
    past += [declaration(f"s{i}", value_usd=20_000.0 * 2.7183**2, declared_on=date(2024, 8, 5)) for i in range(5)]
    found = usual([declaration("a", destination_iso3="USA")], past)
    # Chapter and heading hold the same 15: ten at -0.65, five at log 2.718^2 = 2 (bin 2.0 to 2.1, or just below). Their
    # middle: 7.5 of 15 lie 0.75 into the bin at -0.7: -0.625. Quartiles -0.66 and 2.025: spread 2.68 / 1.349 = 1.99.
    # The subheading: five at 2.05, spread at least 0.1; 5/(5+10) of its log: exp((log 0.1 + 2 log 1.99) / 3) = 0.734.
    # Trust by precision 5 * 1.99^2 / (5 * 1.99^2 + 0.734^2) = 0.974. Its one line is the same lots once more.
    assert found["unit_value_middle"].item() == pytest.approx(-0.625 + 0.974 * 2.675, abs=0.06)
    assert found["unit_value_spread"].item() == pytest.approx(0.738, abs=0.02)


def test_many_alike_lots_are_their_own_measure_whatever_the_chapter_costs():
    """82 lots of one line at 3,500 USD/kg among a thousand of the chapter at 0.50."""
    past = [declaration(f"c{i}", hs_code="28363000", declared_on=date(2024, 5, 5)) for i in range(1_000)]
    past += [declaration(f"s{i}", hs_code="2825800090", declared_on=date(2024, 5, 5)) for i in range(100)]
    dear = {"hs_code": "2825600010", "value_usd": 20_000.0 * 3_500.0}
    past += [declaration(f"g{i}", declared_on=date(2024, 3 + i // 14, 5), **dear) for i in range(82)]
    found = usual([declaration("a", hs_code="2825600010"), declaration("b", hs_code="2825600090")], past)
    line, other = found["unit_value_middle"].to_list()
    assert line == pytest.approx(8.16, abs=0.06)  # log 3,500
    assert found["unit_value_spread"][0] < 0.16
    assert other == pytest.approx(8.16, abs=0.06)  # another line of the subheading, never declared: nobody knows how
    assert found["unit_value_spread"][1] > 1.0  # far lines of it lie apart, so as far as subheadings of the heading
    assert found["usual_of"].to_list() == [
        "tariff line 2825600010 (82 declarations in the year before)",
        "subheading 282560 (82 declarations in the year before)",
    ]


def test_two_lines_of_one_subheading_are_two_goods():
    past = [
        declaration(f"{code}{i}", hs_code=code, value_usd=20_000.0 * usd, declared_on=date(2024, 8, 5))
        for code, usd in (("2825800010", 42.0), ("2825800090", 8.6))
        for i in range(40)
    ]
    found = usual([declaration("a", hs_code="2825800010"), declaration("b", hs_code="2825800090")], past)
    assert found["unit_value_middle"].to_list() == pytest.approx([3.75, 2.15], abs=0.08)  # log 42 and log 8.6
    assert found["unit_value_spread"].max() < 0.2


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
    # too, for three of 43 hardly move it). Both spreads are the least, 0.1, so trust is 3/4: the middle is 0.35 + 3/4 *
    # 3.3 = 2.83, and the spread at least 1/4 * 3.3 = 0.83, so 37 USD/kg is at most one spread away.
    past = [
        declaration(f"t{i}", hs_code="72028000", value_usd=740_000.0, declared_on=date(2024, 8, 5)) for i in range(3)
    ]
    asked = declaration("a", hs_code="72028000", value_usd=740_000.0, destination_iso3="USA")
    found = usual([asked], [*FERRO_SILICON, *past])
    assert found["unit_value_middle"].item() == pytest.approx(2.83, abs=0.02)
    assert found["unit_value_spread"].item() == pytest.approx(0.83, abs=0.02)


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

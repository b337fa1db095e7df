"""Each piece of parcel evidence as a series, with nulls on each side."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

from features.parcel import boxes, densities, deviation, hidden_mass, packing, quantities
from features.parcel.rules import ParcelRules

RULES = ParcelRules()


def values(expr: pl.Expr, **columns: list[Any]) -> list[Any]:
    schema = {
        name: pl.String if name in {"hs_code", "container_type", "package_type"} else pl.Float64 for name in columns
    }
    schema |= {name: pl.Boolean for name in columns if name.startswith("is_")}
    return pl.DataFrame(columns, schema=schema).select(expr.alias("x"))["x"].to_list()


@pytest.mark.parametrize(
    ("figure", "part", "whole"),
    [
        (quantities.unit_value_usd_per_kg(), "value_usd", "net_kg"),
        (quantities.density_kg_m3(), "net_kg", "volume_m3"),
        (quantities.kg_per_package(), "net_kg", "n_packages"),
        (quantities.gross_net_ratio(), "gross_kg", "net_kg"),
    ],
)
def test_figures_need_both_sides_above_zero_and_finite(figure: pl.Expr, part: str, whole: str):
    given = {
        part: [6.0, None, 6.0, 0.0, 6.0, math.inf, 1e12, 5e-324],  # the last two quotients are beyond any float
        whole: [3.0, 3.0, None, 3.0, 0.0, 3.0, 1e-300, 1e15],
    }
    assert values(figure, **given) == [2.0, None, None, None, None, None, None, None]


def test_unit_value_is_judged_on_both_sides_and_unknown_without_figure_or_history():
    # Usual 1 USD/kg (log 0), spread 0.2. e^1.0 is 5 spreads up: (5 - 2.5) / 5 = 0.5. e^-1.5 is 7.5 down: 1.
    given: dict[str, list[Any]] = {
        "log_unit_value": [1.0, -1.5, 0.4, None, 1.0],
        "unit_value_middle": [0.0, 0.0, 0.0, 0.0, None],
        "unit_value_spread": [0.2, 0.2, 0.2, 0.2, None],
    }
    assert values(deviation.unit_value_high(RULES), **given) == pytest.approx([0.5, 0.0, 0.0, None, None])
    assert values(deviation.unit_value_low(RULES), **given) == pytest.approx([0.0, 1.0, 0.0, None, None])


def test_density_goes_by_history_then_by_the_carrier_and_osmium_bounds_all():
    given: dict[str, list[Any]] = {
        "density_kg_m3": [1_250.0, 6_600.0, 6_600.0, 30_000.0, None, 6_600.0],
        "log_density": [math.log(1_250.0), math.log(6_600.0), math.log(6_600.0), math.log(30_000.0), None, None],
        "density_middle": [math.log(1_250.0), math.log(1_250.0), None, None, math.log(1_250.0), None],
        "density_spread": [0.1, 0.1, None, None, 0.1, None],
        "densest_kg_m3": [1_600.0, 1_600.0, 1_470.0, None, 1_600.0, None],
    }
    # Row 2: ln(6600/1250) = 1.66, 16.6 spreads: 1. Row 3: 6600/1470 = 4.49, above four times: 1. Row 4: no matter is
    # that dense. Rows 5 and 6: no density, or nothing to compare it with.
    assert values(densities.density_off(RULES), **given) == [0.0, 1.0, 1.0, 1.0, None, None]
    assert values(densities.above_densest(RULES), **given) == [0.0, 1.0, 1.0, None, None, None]


def test_words_say_on_which_side_a_density_lies():
    # Usual 6000, spread 0.2: too light below 6000 * e^-0.5 = 3639, too dense above 6000 * e^0.5 = 9892.
    densities_kg_m3 = [863.3, 6_000.0, 12_000.0, 30_000.0, None]
    given: dict[str, list[Any]] = {
        "density_kg_m3": densities_kg_m3,
        "log_density": [None if one is None else math.log(one) for one in densities_kg_m3],
        "density_middle": [math.log(6_000.0)] * 5,
        "density_spread": [0.2] * 5,
        "densest_kg_m3": [9_892.0] * 5,
    }
    assert values(densities.density_words(RULES), **given) == [
        "is lighter than the declared good packs to, which usually is about 6000",
        None,
        "is denser than the declared good packs to, which usually is about 6000, at most 9892",
        "is more than any matter weighs",
        None,
    ]
    unseen: dict[str, list[Any]] = {
        "density_kg_m3": [6_600.0, 1_000.0],
        "log_density": [math.log(6_600.0), math.log(1_000.0)],
        "density_middle": [None, None],
        "density_spread": [None, None],
        "densest_kg_m3": [1_470.0, 1_470.0],
    }
    said = "is denser than the declared good can be, which packs to at most about 1470"
    assert values(densities.density_words(RULES), **unseen) == [said, None]


def test_halfway_above_the_densest():
    # Geometric middle of 1.2 and 4: sqrt(4.8) = 2.19 times the densest is 0.5.
    given: dict[str, list[Any]] = {"density_kg_m3": [1_000.0 * math.sqrt(4.8)], "densest_kg_m3": [1_000.0]}
    assert values(densities.above_densest(RULES), **given) == pytest.approx([0.5])


def test_the_longest_prefix_names_the_carrier():
    codes: list[Any] = ["39269090", "390110", "382450", "38245000", "382499", "8112", None]
    # Plastic articles 300, plastics 1,400, tile adhesive by six digits, other preparations unknown.
    expected = [300.0, 1_400.0, 1_400.0, 1_400.0, None, None, None]
    assert values(densities.carrier_density(pl.col("hs_code"), RULES), hs_code=codes) == expected


def test_container_limits():
    given: dict[str, list[Any]] = {
        "net_kg": [28_000.0, 33_000.0, 33_000.0, None, 33_000.0, 70_000.0],
        "gross_kg": [None, None, None, 35_000.0, None, None],
        "n_containers": [1.0, 1.0, None, 1.0, 0.0, 2.0],
        "box_feet": [20.0, 20.0, 20.0, 20.0, 20.0, None],
    }
    shares = values(boxes.payload_share(RULES), **given)
    # 33 t in a 20 ft box of 28 t: 1.179; no containers or none at all: unknown; gross stands in for net; an unknown
    # box counts as the stronger one: 70 t in two boxes of 28 t.
    assert shares == pytest.approx([1.0, 33 / 28, None, 1.25, None, 1.25])


def test_overfull_by_mass_or_by_room():
    given: dict[str, list[Any]] = {
        "payload_share": [1.0, 1.15, 1.25, None, 0.5, None],
        "volume_share": [1.0, None, 1.0, 1.25, 1.35, None],
    }
    # Mass from 1.05 to 1.25, room from 1.15 (high cube) to 1.35.
    assert values(boxes.container_overfull(RULES), **given) == pytest.approx([0.0, 0.5, 1.0, 0.5, 1.0, None])


def test_heavy_in_small_space_unless_the_good_is_that_dense():
    given: dict[str, list[Any]] = {
        "payload_share": [0.95, 0.95, 0.3, None, 0.95, 0.95],
        "volume_share": [0.05, 0.05, 0.05, 0.05, None, 0.05],
        "density_kg_m3": [6_600.0, 6_600.0, 6_600.0, 6_600.0, None, 6_600.0],
        "densest_kg_m3": [1_470.0, 7_870.0, 1_470.0, 1_470.0, 1_470.0, None],
    }
    # A tenth over a twentieth is 2: fully empty. Steel explains it; below half the payload nothing is remarkable.
    assert values(boxes.heavy_in_small_space(RULES), **given) == pytest.approx([1.0, 0.0, 0.0, None, None, 1.0])


def test_packages_against_history_and_kind():
    given: dict[str, list[Any]] = {
        "log_package": [math.log(25.0), math.log(25.0) + 1.0, math.log(25.0) + 1.0, None, math.log(150.0)],
        "package_middle": [math.log(25.0)] * 4 + [None],
        "package_spread": [0.2] * 4 + [None],
        "kg_per_package": [25.0, 68.0, 68.0, None, 150.0],
        "package_most_kg": [None, None, None, 60.0, 50.0],
        "is_mineral_packing": [None, True, False, None, None],
    }
    # Five spreads are 0.5, weakened to 0.35 where the suspected mineral is not packed so either.
    # 150 kg in a carton for 50: ln 3 between ln 1.5 and ln 6 is 0.5.
    assert values(packing.packing_off(RULES), **given) == pytest.approx([0.0, 0.5, 0.35, None, 0.5])


def test_words_say_which_limit_of_a_package_spoke():
    # 613.1 kg: 0.2 spreads off the good's own 594.1 kg, so its bags are big ones; without history ten times what a bag
    # holds; 150 kg is 9 spreads off 25 kg.
    given: dict[str, list[Any]] = {
        "log_package": [math.log(613.1), math.log(613.1), math.log(150.0), math.log(150.0), math.log(25.0), None],
        "package_middle": [math.log(594.1), None, math.log(25.0), math.log(25.0), math.log(25.0), None],
        "package_spread": [0.2, None, 0.2, 0.2, 0.2, None],
        "usual_kg_per_package": [594.1, None, 25.0, 25.0, 25.0, None],
        "kg_per_package": [613.1, 613.1, 150.0, 150.0, 25.0, None],
        "package_most_kg": [60.0, 60.0, 60.0, None, 60.0, 60.0],
        "is_mineral_packing": [None] * 6,
    }
    kind = "the declared kind of package, which holds 60 kg at most"
    assert values(packing.packing_words(RULES), **given) == [
        None,
        kind,
        f"this good, usually 25 kg, nor {kind}",
        "this good, usually 25 kg",
        None,
        None,
    ]


def test_kinds_of_package_in_words_and_codes():
    of_a_tonne = [
        "bigbag",
        "big-bag",
        "Bulk Bag",
        "super sack",
        "ton bag",
        "tonne bags",
        "集装袋",
        "吨袋",
        "吨包",
        "噸袋",
    ]
    said = values(packing.package_most_kg(pl.col("package_type"), RULES), package_type=of_a_tonne)
    assert said == [2_000.0] * len(of_a_tonne)
    kinds: list[Any] = ["Big Bag", "woven bags", "DR", "纸箱", "crate", "", None]
    assert values(packing.package_most_kg(pl.col("package_type"), RULES), package_type=kinds) == [
        2_000.0,
        60.0,
        500.0,
        50.0,
        None,
        None,
        None,
    ]


def test_gross_below_net_and_odd_tare():
    given: dict[str, list[Any]] = {
        "gross_net_ratio": [1.02, 0.975, 0.90, 0.9995, 2.25, 2.25, None],
        "net_kg": [1_000.0, 1_000.0, 1_000.0, 1_000.0, 1_000.0, 100.0, None],
        "log_tare": [math.log(0.02), None, None, None, None, None, None],
        "tare_middle": [math.log(0.02), None, None, None, None, None, None],
        "tare_spread": [0.3, None, None, None, None, None, None],
    }
    # 2.5 % short is halfway to 5 %: 0.75; rounding is nothing; packing heavier than the goods: (1.25 - 0.5) / 1.5.
    assert values(packing.tare_off(RULES), **given) == pytest.approx([0.0, 0.75, 1.0, 0.0, 0.5, 0.0, None])


def test_more_packing_is_judged_by_spreads_and_by_its_share_of_the_mass():
    steps = quantities.TARE_STEPS
    given: dict[str, list[Any]] = {
        "gross_net_ratio": [1.15, 1.02, 1.15, 1.02, 1.15],
        "net_kg": [1_000.0] * 5,
        "log_tare": [steps * 0.135, steps * 0.02, steps * 0.135, steps * -0.1, steps * 0.135],
        "tare_middle": [0.0, 0.0, 0.0, 0.0, None],
        "tare_spread": [steps * 0.135 / 3.5, steps * 0.02 / 6, steps * 0.135, 1.0, 1.0],
    }
    # halfway in both is a half; six spreads of a fiftieth are nothing, nor is a seventh in goods that vary so; nor less
    found = values(packing.tare_off(RULES), **given)
    assert found == pytest.approx([0.5, 0.0, 0.0, 0.0, 0.0], abs=1e-6)


HEAVY: dict[str, list[Any]] = {
    # a fifth more in each of three; in density alone; cheap but not heavy; lighter; one known; price only beside none
    "log_density": [0.2, 0.2, 0.0, -0.2, 0.2, None],
    "log_package": [0.2, 0.0, 0.0, -0.2, None, None],
    "log_unit_value": [-0.2, 0.0, -0.9, 0.2, None, -0.9],
    **{f"{one}_middle": [0.0] * 6 for one in ("density", "package", "unit_value")},
    **{f"{one}_spread": [0.1] * 6 for one in ("density", "package", "unit_value")},
}


def test_three_figures_off_by_little_speak_together_and_one_alone_does_not():
    judged = hidden_mass.with_hidden_mass(pl.LazyFrame(HEAVY), RULES).collect()
    factor = judged["mass_factor"].to_list()
    # means of the logs: .2; .2 / 3; .3 (three spreads count at most) / 3; -.2
    assert factor[:4] == pytest.approx([math.exp(0.2), math.exp(0.2 / 3), math.exp(0.1), math.exp(-0.2)])
    assert factor[4:] == [None, None]
    found = judged["hidden_mass"].to_list()
    # .2 is 3.46 spreads of a mean of three: root of (3.46 - 1.5) / 3.5 = .561 times (.2 - .05) / .45 = 1 / 3
    assert found[:4] == pytest.approx([math.sqrt(0.5612 / 3), 0.0, 0.0, 0.0], abs=1e-3)
    assert found[4:] == [None, None]


def test_hidden_mass_rises_with_mass_up_to_the_bound():
    grid = [step / 20 for step in range(60)]
    given = {
        "log_density": grid,
        "log_package": grid,
        "log_unit_value": [-one for one in grid],
        **{f"{one}_middle": [0.0] * 60 for one in ("density", "package", "unit_value")},
        **{f"{one}_spread": [0.4] * 60 for one in ("density", "package", "unit_value")},
    }
    found = hidden_mass.with_hidden_mass(pl.LazyFrame(given), RULES).collect()["hidden_mass"].to_list()
    assert found == sorted(found)
    assert found[0] == 0.0
    assert found[-1] == 1.0

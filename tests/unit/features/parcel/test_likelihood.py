"""One likelihood over materials, by hand and on the shipped minerals."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import polars as pl
import pytest

from features.parcel import ParcelRules, build_parcel
from features.parcel.likelihood import best_material, material_likelihoods
from features.parcel.peaks import log_band, log_peak
from features.parcel.table import judge_parcel, parcel_past
from pipelines.reference import load_minerals
from tests.unit.features.parcel.worlds import declaration, frame, history, minerals, no_minerals

RULES = ParcelRules()


def test_densities_integrate_to_one() -> None:
    # Sum over a fine grid from -400 to 400; what lies outside is below one part in a million.
    grid = pl.DataFrame({"x": [n / 100 for n in range(-40_000, 40_000)]})
    for expr in (
        log_peak(pl.col("x"), pl.lit(1.0), pl.lit(0.5)),
        log_band(pl.col("x"), pl.lit(-1.0), pl.lit(2.0), 0.2),
    ):
        assert grid.select(expr.exp().sum() / 100).item() == pytest.approx(1.0, abs=1e-3)


def judge(given: dict[str, Any], facts: Any = None) -> dict[str, Any]:
    row = frame([declaration("a") | given]).with_columns(pl.col("value_usd", "net_kg", "volume_m3").cast(pl.Float64))
    built = build_parcel(row.with_columns(pl.col("n_packages").cast(pl.Int64)), history(), facts or load_minerals())
    return built.collect().row(0, named=True)


def test_all_figures_of_antimony_name_antimony() -> None:
    # 6,454 kg/m3 is 0.96 of solid antimony; by density alone gadolinium (7,900) is nearer the middle of its band.
    found = judge({"volume_m3": 20_000 / 6_454, "value_usd": 450_000.0})
    assert found["material_mineral"] == "antimony"
    assert found["material_mismatch"] > 0.9


def test_density_alone_names_a_commonly_traded_mineral_and_not_gadolinium() -> None:
    found = judge({"volume_m3": 20_000 / 6_454, "value_usd": None, "n_packages": None})
    assert found["material_mineral"] in {"antimony", "molybdenum", "rare_earth_magnets", "tungsten"}
    assert found["material_figures"] == "6454 kg per cubic metre"
    assert found["material_mismatch"] > 0.5


def test_an_ordinary_parcel_is_not_weighed_and_an_unknown_one_is_unknown() -> None:
    assert judge({})["material_mismatch"] == 0.0
    assert judge({})["material_mineral"] is None
    gone = {"value_usd": None, "net_kg": None}
    assert judge(gone)["material_mismatch"] is None


def test_a_price_alone_is_shared_with_other_ordinary_goods() -> None:
    # 20 USD/kg for tile adhesive and nothing else known: many goods cost that.
    assert judge({"value_usd": 400_000.0, "volume_m3": None, "n_packages": None})["material_mismatch"] < 0.5


def test_without_minerals_nothing_is_named() -> None:
    found = judge({"volume_m3": 3.0}, no_minerals())
    assert (found["material_mismatch"], found["material_mineral"]) == (0.0, None)


def odd(**given: Any) -> pl.LazyFrame:
    row: dict[str, Any] = {
        "declaration_id": "a",
        "hs6": "382450",
        "month": 24_300,
        "log_unit_value": None,
        "log_density": math.log(6_000.0),
        "log_package": None,
        "densest_kg_m3": None,
    } | {f"{one}_{part}": None for one in ("unit_value", "density", "package") for part in ("middle", "spread")}
    kinds = dict.fromkeys(row, pl.Float64) | {"declaration_id": pl.String, "hs6": pl.String, "month": pl.Int32}
    return pl.LazyFrame([row | given], schema=kinds)


def test_a_ratio_worked_by_hand() -> None:
    # Declared at usual density 1,250 with spread 0.2: z = ln(6000/1250) / 0.2 = 7.843, log density
    # -2 ln(1 + z^2/3) - ln(0.2 * 2.7207) = -6.136 + 0.609 = -5.528. Antimony's band, ln(2009.1) to ln(7031.9), holds
    # it: -ln(1.2528 + 0.05 * 2.7207) = -0.328. The ratio is 5.199.
    rows = odd(density_middle=math.log(1_250.0), density_spread=0.2)
    found = material_likelihoods(rows, minerals(), RULES).collect()
    assert found["antimony"].item() == pytest.approx(5.199, abs=2e-3)


def test_a_figure_that_is_missing_counts_for_no_side() -> None:
    # Only the price speaks: 22 USD/kg in September 2024 lies in antimony's band of July, ln(21.8 / 1.4) to
    # ln(23.0 * 1.4), whose log density is -ln(0.7265 + 0.2 * 2.7207) = -0.240. The declared good at 0.5 USD/kg with
    # spread 0.2: z = ln(44) / 0.2 = 18.92, -2 ln(1 + z^2/3) - ln(0.2 * 2.7207) = -9.581 + 0.609 = -8.972.
    known = {"unit_value_middle": math.log(0.5), "unit_value_spread": 0.2, "month": 2024 * 12 + 8}
    for unknown in ({}, {"densest_kg_m3": 1_400.0}, {"package_middle": 3.0, "package_spread": 0.2}):
        given = {"log_unit_value": math.log(22.0), "log_density": None} | known | unknown
        found = material_likelihoods(odd(**given), minerals(), RULES).collect()
        assert found["antimony"].item() == pytest.approx(8.732, abs=2e-3)


def test_minerals_of_the_declared_code_are_left_out() -> None:
    rows = odd(hs6="811010", density_middle=math.log(1_250.0), density_spread=0.2)
    found = material_likelihoods(rows, minerals(), RULES).collect()
    assert found["antimony"].item() is None
    assert found["tungsten"].item() is not None


def test_the_best_is_named_and_the_rest_share_the_weight() -> None:
    given = pl.LazyFrame({"declaration_id": ["a"], "gallium": [5.0], "antimony": [5.0], "log_other": [0.0]})
    priors = {"gallium": math.log(0.25), "antimony": math.log(0.75)}
    found = best_material(given, priors, RULES).collect().row(0, named=True)
    # 0.02 e^5 = 2.968 against 1 for the declared good and 0.05 for another: 2.968 / 4.018 = 0.739.
    assert found["material_mineral"] == "antimony"
    assert found["material_mismatch"] == pytest.approx(0.7387, abs=1e-3)


def test_batches_and_order_change_nothing() -> None:
    rows = [
        declaration(f"r{n}", volume_m3=20_000 / (2_000 + 300 * n), value_usd=10_000.0 * (1 + n), n_packages=800 + n)
        for n in range(12)
    ]
    facts = load_minerals()
    whole = build_parcel(frame(rows), history(), facts).sort("declaration_id").collect()
    parts = [build_parcel(frame([one]), history(), facts).collect() for one in reversed(rows[::4])]
    for part in parts:
        same = whole.filter(pl.col("declaration_id") == part["declaration_id"].item())
        assert part.equals(same)


def test_only_what_the_month_knew_counts() -> None:
    later = pl.concat([history(), frame([declaration("late", declared_on=date(2024, 9, 1), value_usd=9e6)])])
    row = frame([declaration("a", volume_m3=3.0)])
    assert (
        build_parcel(row, later, load_minerals())
        .collect()
        .equals(build_parcel(row, history(), load_minerals()).collect())
    )


def test_of_minerals_that_a_price_fits_the_one_that_the_words_name_is_told() -> None:
    # 20 USD/kg: antimony and bismuth cost that by their quotations; a gallium of 20 USD/kg there is not.
    row = frame([declaration("a") | {"value_usd": 400_000.0, "volume_m3": None, "n_packages": None}])
    past = parcel_past(history(), ParcelRules())
    told = {}
    for mineral in ("bismuth", "antimony", "gallium"):
        said = pl.LazyFrame({"declaration_id": ["a"], "said_mineral": [mineral]})
        built = judge_parcel(row, past, load_minerals(), said).collect().row(0, named=True)
        told[mineral] = built["price_mineral"]
    assert told["bismuth"] == "bismuth"
    assert told["antimony"] == "antimony"
    assert told["gallium"] == "antimony"  # the one traded most

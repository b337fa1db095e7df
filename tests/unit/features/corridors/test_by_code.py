"""A rise that lies in one code is explained by what explains that code."""

from typing import Any

import polars as pl
import pytest

from features.corridors.by_code import explained_by_code

ROW: dict[str, Any] = {"look": 24300, "event": 24295, "trial": "real", "origin_iso3": "CHN", "hub_iso3": "KAZ"}
ROW |= {"destination_iso3": "USA", "is_mass": True, "rival_growth": 0.1, "rival_production": 0.2}
METAL = ROW | {"mineral": "811010", "in_excess": 300.0, "out_excess": 900.0, "rival_production": 0.8}
WHOLE = ROW | {"mineral": "282580;811010", "in_excess": 400.0, "out_excess": 1_000.0}


def told(*rows: dict[str, Any]) -> dict[str, Any]:
    found = explained_by_code(pl.LazyFrame(list(rows)), ["rival_growth", "rival_production"]).collect()
    assert found.height == len(rows)
    assert found.columns == list(rows[0])
    (whole,) = found.filter(pl.col("mineral").str.contains(";")).to_dicts()
    return whole


def test_a_codes_reading_counts_by_its_lesser_part_of_the_rise() -> None:
    whole = told(METAL, WHOLE)
    assert whole["rival_production"] == pytest.approx(0.8 * 0.75)  # 300 of 400 kg came, 900 of 1,000 kg left
    assert whole["rival_growth"] == 0.1  # of the metal 0.1 times 0.75
    assert told(METAL | {"mineral": "811010#2"}, WHOLE)["rival_production"] == pytest.approx(0.6)


@pytest.mark.parametrize(
    "other",
    [
        {"in_excess": -5.0},  # something else came
        {"is_mass": False},
        {"destination_iso3": "JPN"},
        {"mineral": "283090"},
        {"look": 24301},
        {"out_excess": None},
    ],
)
def test_otherwise_nothing_changes(other: dict[str, Any]) -> None:
    whole = told(METAL | other, WHOLE)
    assert (whole["rival_growth"], whole["rival_production"]) == (0.1, 0.2)

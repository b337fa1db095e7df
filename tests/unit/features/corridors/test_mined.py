"""Ore that leaves a hub to which no ore came, told among goods of several codes."""

import polars as pl
import pytest

from features.corridors.mined import MINED, unsourced_mined

TRIAL = {"look": 24300, "event": 24295, "trial": "real"}
ROWS = [  # good, from, to, excess in kg
    ("282580", "CHN", "AUS", 90_000.0),
    ("261710", "AUS", "USA", 50_000.0),
    ("261710", "AUS", "JPN", -9_000.0),
    ("261710", "CHN", "VNM", 30_000.0),
    ("261710", "VNM", "USA", 40_000.0),
    ("282580", "VNM", "USA", 70_000.0),
]


def unsourced(good: str, hub: str, destination: str = "USA") -> float | None:
    lanes = pl.LazyFrame(
        [
            TRIAL | {"mineral": code, "exporter_iso3": start, "importer_iso3": end, "excess": kg}
            for code, start, end, kg in ROWS
        ]
    )
    corridor = TRIAL | {"mineral": good, "origin_iso3": "CHN", "hub_iso3": hub, "destination_iso3": destination}
    found: float | None = unsourced_mined(pl.LazyFrame([corridor]), lanes).collect()["mined_unsourced"].item()
    return found


def test_ore_that_came_as_oxide_is_unsourced() -> None:
    assert unsourced("261710;282580", "AUS") == 50_000.0
    assert unsourced("261710;282580#2", "AUS") == 50_000.0
    assert unsourced("261710;282580", "VNM") == 10_000.0  # 40 t of ore left, 30 t came
    assert unsourced("261710;282580", "AUS", "JPN") == 0.0  # none more left for Japan
    assert unsourced("261710;282580", "THA") == 0.0  # nothing is known to have left


def test_goods_of_one_code_or_without_ore_are_not_asked_about() -> None:
    assert unsourced("261710", "AUS") is None
    assert unsourced("282580;283090", "VNM") is None


@pytest.mark.parametrize(
    ("code", "is_mined"), [("250410", True), ("261710", True), ("262099", False), ("380110", False)]
)
def test_what_counts_as_mined(code: str, is_mined: bool) -> None:
    assert pl.select(pl.lit(code).str.contains(MINED)).item() is is_mined

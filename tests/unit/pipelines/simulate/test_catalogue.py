"""The lists of goods and places refuse what they cannot use, and the control list is laid over them by day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from features.errors import ConfigError
from pipelines.reference import load_controls, load_minerals
from pipelines.settings.closed import config_folder
from pipelines.simulate.calendar_of_controls import rules_in_time
from pipelines.simulate.catalogue import Goods, Places, load_goods, load_places
from pipelines.simulate.draws import day_number
from pipelines.simulate.schemes import ALLOYED, CONVERSIONS, DOWNSTREAM, LESSER_GRADES, NEIGHBOURS


@pytest.fixture(scope="module")
def goods() -> Goods:
    return load_goods(config_folder() / "simulate_goods.csv")


@pytest.fixture(scope="module")
def places() -> Places:
    return load_places(config_folder() / "simulate_places.csv")


def test_there_are_enough_goods_over_enough_headings(goods: Goods) -> None:
    ordinary = goods.having(role="ordinary")
    assert len(ordinary) >= 150
    assert len({goods.texts("hs_code")[row][:4] for row in ordinary}) >= 60


def test_minerals_are_named_as_in_the_mineral_list(goods: Goods) -> None:
    known = set(load_minerals().minerals["mineral"])
    assert {mineral for mineral in goods.texts("mineral") if mineral} <= known


def test_every_scheme_finds_its_goods(goods: Goods) -> None:
    named = [*NEIGHBOURS, *LESSER_GRADES, *LESSER_GRADES.values(), *CONVERSIONS]
    named += [other for others in NEIGHBOURS.values() for other in others]
    named += [product for table in (CONVERSIONS, DOWNSTREAM) for product, _ in table.values()]
    named += [*ALLOYED, *DOWNSTREAM, *(other for others in ALLOYED.values() for other in others)]
    assert all(goods.position(name) >= 0 for name in named)
    states = {goods.texts("state")[row] for row in goods.having(role="controlled")}
    assert all(len(goods.covering(state)) >= 3 for state in states)


def test_controls_are_laid_by_day_and_destination(goods: Goods, places: Places) -> None:
    rules = rules_in_time(load_controls().measures, goods, places)
    days = np.array([day_number(date(2024, 12, 2)), day_number(date(2024, 12, 3)), day_number(date(2025, 11, 9))])
    antimony = np.full(3, goods.position("antimony_ingot"))
    america, japan = (np.full(3, places.position(code)) for code in ("USA", "JPN"))
    assert rules.is_refused(antimony, america, days).tolist() == [
        False,
        True,
        False,
    ]  # No. 46 of 2024, suspended 2025-11-09
    assert not rules.is_refused(antimony, japan, days).any()
    assert rules.licensed_from[goods.position("gallium_metal")] == day_number(date(2023, 8, 1))
    assert rules.licensed_from[goods.position("dysprosium_oxide")] == day_number(date(2025, 4, 4))
    assert not rules.needs_licence(np.full(3, goods.position("sb2o3_commercial")), days).any()


def test_a_good_named_twice_is_refused(tmp_path: Path) -> None:
    text = (config_folder() / "simulate_goods.csv").read_text(encoding="utf-8")
    broken = tmp_path / "goods.csv"
    broken.write_text(text + text.splitlines()[-1] + "\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="a good is named twice"):
        load_goods(broken)


def test_an_unknown_place_is_refused(tmp_path: Path) -> None:
    text = (config_folder() / "simulate_places.csv").read_text(encoding="utf-8")
    broken = tmp_path / "places.csv"
    broken.write_text(text.replace("\nCHL,", "\nQQQ,"), encoding="utf-8")
    with pytest.raises(ConfigError, match="QQQ"):
        load_places(broken)

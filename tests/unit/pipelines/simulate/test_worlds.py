"""Named worlds differ in what they promise, and a seed draws its own settings."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.errors import ConfigError
from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.world import build_world
from pipelines.simulate.worlds import draw_settings, drawn_names, load_world, world_names

Tables = dict[str, pl.DataFrame]


def small(name: str, seed: int) -> Tables:
    """A named world with few background lanes: parties, schemes and labels are the point here."""
    settings = load_world(name)
    statistics = settings.statistics.model_copy(update={"lane_share": 0.004})
    quick = settings.model_copy(update={"statistics": statistics, "flows_history_months": 0})
    return build_world(quick, seed=seed, declarations=6_000, months=30)


@pytest.fixture(scope="module")
def train() -> Tables:
    return small("train", 1)


@pytest.fixture(scope="module")
def unseen() -> Tables:
    return small("unseen", 2)


def bad(world: Tables) -> pl.DataFrame:
    return world["truth/declarations"].filter("is_violation")


def test_the_named_worlds_are_shipped() -> None:
    assert world_names() == ["demo", "drift", "hard", "null", "train", "unseen"]


def test_an_unknown_world_is_refused_and_the_known_are_listed() -> None:
    with pytest.raises(ConfigError, match="demo, drift, hard, null, train, unseen"):
        load_world("easy")


def test_settings_of_ones_own_lie_over_the_world(tmp_path: Path) -> None:
    mine = tmp_path / "my.toml"
    mine.write_text("[simulate]\ntransit_share = 0.11\n", encoding="utf-8")
    settings = load_world("hard", mine)
    assert settings.transit_share == 0.11
    assert settings.drawn["evasion.prevalence_share"] == (0.005, 0.005)


def test_each_seed_draws_its_own_settings_within_their_bounds(settings: SimulateSettings) -> None:
    one, again, other = (drawn_names(draw_settings(settings, seed)) for seed in (1, 1, 2))
    assert one == again
    for name, (least, most) in settings.drawn.items():
        assert least <= one[name] <= most, name
        assert one[name] != other[name], name
    assert one["evasion.schemes.false_name"] != other["evasion.schemes.false_name"]


def test_drawing_twice_changes_nothing(settings: SimulateSettings) -> None:
    once = draw_settings(settings, 5)
    assert draw_settings(once, 6) == once


@pytest.mark.parametrize("name", ["evasion.no_such_share", "evasion.forgery_shape.2", "about"])
def test_only_numbers_that_exist_can_be_drawn(settings: SimulateSettings, name: str) -> None:
    with pytest.raises(ConfigError, match="no number"):
        draw_settings(settings.model_copy(update={"drawn": {name: (0.1, 0.2)}}), 1)


def test_the_truth_names_the_numbers_of_the_world(train: Tables) -> None:
    numbers = dict(train["truth/settings"].iter_rows())
    assert numbers["seed"] == 1.0
    assert 0.022 <= numbers["evasion.prevalence_share"] <= 0.028


def test_unseen_has_schemes_hubs_minerals_and_parties_that_train_never_has(train: Tables, unseen: Tables) -> None:
    for column in ("scheme", "mineral"):
        known, new = (set(bad(one)[column].drop_nulls()) for one in (train, unseen))
        assert new
        assert known
        assert not known & new, column
    hubs = [set(bad(one).filter(pl.col("typology") == "transshipment")["hub_iso3"]) for one in (train, unseen)]
    assert hubs[0]
    assert hubs[1]
    assert not hubs[0] & hubs[1]
    for column in ("exporter_id", "exporter_name", "consignee_id"):
        known, new = (set(one["declarations"][column].drop_nulls()) for one in (train, unseen))
        assert not known & new, column


def test_the_minerals_of_unseen_are_not_even_traded_openly_in_train(train: Tables, unseen: Tables) -> None:
    opened = train["truth/declarations"].filter(~pl.col("is_violation"))["mineral"].drop_nulls()
    assert not set(opened) & set(bad(unseen)["mineral"])


def test_hard_is_rare_and_its_papers_are_forged() -> None:
    hard = small("hard", 3)
    assert bad(hard).height == 30  # 0.5 % of 6,000
    assert bad(hard)["forgery"].median() > 0.8


def test_drift_changes_its_schemes_half_way() -> None:
    drift = small("drift", 4)
    rows = drift["declarations"].join(bad(drift), on="declaration_id", how="inner")
    days = rows["declared_on"].to_physical()
    whole = drift["declarations"]["declared_on"].to_physical()
    middle = (int(whole.min()) + int(whole.max())) / 2  # type: ignore[arg-type]
    early, late = (set(rows.filter(half)["scheme"]) for half in (days < middle - 3, days > middle + 3))
    assert early - late
    assert late - early


def test_null_has_no_violation_and_no_finding_of_one() -> None:
    null = small("null", 5)
    assert not null["truth/declarations"]["is_violation"].any()
    assert set(null["outcomes"]["finding"]) <= {"clean", "other_violation"}

"""Honest trade ships what evaders claim to ship: the same goods on paper, to the same places, in lots of that size."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.cover import cover_trade, filled_up, imagined_evaders
from pipelines.simulate.evaders import Agents, recruit
from pipelines.simulate.honest import ordinary_share, ordinary_trade
from pipelines.simulate.movements import Setting
from pipelines.simulate.world import found_world
from pipelines.simulate.worlds import draw_settings, load_world

COUNT = 5_000


def ground(settings: SimulateSettings) -> tuple[Setting, Agents]:
    world, _ = found_world(draw_settings(settings, 11), 11, 20_000, 30)
    return recruit(world, 20_000)


@pytest.fixture(scope="module")
def made(settings: SimulateSettings) -> tuple[Setting, Agents, pl.DataFrame]:
    world, agents = ground(settings)
    return world, agents, cover_trade(world, agents, COUNT)


def test_cover_is_honest_and_says_what_it_is(made: tuple[Setting, Agents, pl.DataFrame]) -> None:
    _, _, cover = made
    assert cover.height == COUNT
    honest = (pl.col("scheme") == -1) & (pl.col("agent") == -1) & (pl.col("good") == pl.col("paper"))
    assert cover.select((honest & (pl.col("destination") == pl.col("declared_destination"))).all()).item()


def test_cover_bears_the_papers_of_evaders(made: tuple[Setting, Agents, pl.DataFrame]) -> None:
    _, agents, cover = made
    named = set(agents.whole("paper_0").tolist()) | set(agents.whole("paper_1").tolist())
    assert set(cover["paper"]) <= named
    assert len(set(cover["paper"])) > 0.8 * len(named)


def test_cover_keeps_the_law(made: tuple[Setting, Agents, pl.DataFrame]) -> None:
    world, _, cover = made
    good, day, to = (cover[name].to_numpy() for name in ("good", "day", "destination"))
    leaves = cover["direction"].to_numpy() == 0
    assert not (world.rules.is_refused(good, to, day) & leaves).any()
    assert (cover["licence_plan"].to_numpy()[leaves] == world.rules.needs_licence(good, day)[leaves]).all()


def test_cover_is_there_before_and_after_any_evader(made: tuple[Setting, Agents, pl.DataFrame]) -> None:
    world, agents, cover = made
    middle = (world.first_day + world.last_day) // 2
    assert 0.3 < float((cover["day"] < middle).mean()) < 0.7  # type: ignore[arg-type]
    assert len(np.unique(cover["firm"].to_numpy())) > 2 * agents.count


@pytest.mark.parametrize("name", ["null", "hard"])
def test_open_trade_is_there_with_few_evaders_or_none(name: str) -> None:
    world, agents = ground(load_world(name))
    imagined = imagined_evaders(world, agents, 20_000)
    assert imagined.count > 2 * agents.count
    assert cover_trade(world, imagined, COUNT).height == COUNT
    nobody = Agents({name: column[:0] for name, column in imagined.columns.items()})
    assert cover_trade(world, nobody, COUNT).is_empty()


def test_open_trade_is_like_the_evaders_that_are_about(settings: SimulateSettings) -> None:
    world, agents = ground(settings)
    assert imagined_evaders(world, agents, 20_000) is agents


def test_what_is_there_is_filled_up_to_one_level() -> None:
    # 1 beside 1, 0 beside 2, 9 beside 1: the first two are brought to 2 for each wanted, the third has enough
    added = filled_up(np.array([1.0, 0.0, 9.0]), np.array([1.0, 2.0, 1.0]), 5.0)
    np.testing.assert_allclose(added, [1.0, 4.0, 0.0])
    # more than what lifts all to the highest: one level for all
    added = filled_up(np.array([1.0, 0.0, 9.0]), np.array([1.0, 2.0, 1.0]), 30.0)
    np.testing.assert_allclose(added, [9.0, 20.0, 1.0])


def test_evaders_are_as_few_among_the_lots_of_one_good_as_of_another(settings: SimulateSettings) -> None:
    world, agents = ground(settings)
    settings = world.config
    open_lots = cover_trade(world, agents, round(settings.cover_trade_share * 20_000))
    ordinary = ordinary_trade(world, round(ordinary_share(settings) * 20_000))
    lots = agents.whole("lots")
    named = np.bincount(agents.whole("paper_0"), lots, len(world.goods.names))
    honest = np.bincount(pl.concat([open_lots, ordinary])["paper"].to_numpy(), minlength=len(named))
    without = np.bincount(ordinary["paper"].to_numpy(), minlength=len(named))
    often = named >= 20
    share, share_without = (np.log(named[often] / np.maximum(one[often], 1)) for one in (honest, without))
    assert share.std() < 0.5 * share_without.std()

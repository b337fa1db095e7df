"""Statistics reach further back than declarations: honest trade does not begin with the first of them."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest

from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.cover import cover_trade
from pipelines.simulate.draws import Ints
from pipelines.simulate.earlier import earlier_sightings
from pipelines.simulate.evaders import Agents, recruit
from pipelines.simulate.honest import licensed_trade, ordinary_trade
from pipelines.simulate.legs import cross_borders
from pipelines.simulate.movements import Setting
from pipelines.simulate.world import found_world, history_months

DECLARATIONS, MONTHS = 20_000, 30


@pytest.fixture(scope="module")
def made(drawn: SimulateSettings) -> tuple[Setting, Agents, Ints, pl.DataFrame]:
    founded, first_month = found_world(drawn, 11, DECLARATIONS, MONTHS)
    world, agents = recruit(founded, DECLARATIONS)
    since = history_months(world, first_month, MONTHS)
    return world, agents, since, earlier_sightings(world, agents, since, DECLARATIONS)


def test_earlier_trade_leaves_before_the_world_begins(made: tuple[Setting, Agents, Ints, pl.DataFrame]) -> None:
    world, _, since, seen = made
    left = seen.filter(pl.col("direction") == "export")["day"].to_numpy()
    assert left.min() >= since[0] - 90  # what is filed on arrival left before
    assert np.quantile(left, 0.99) < world.first_day + 60  # by way of a hub some leave it later


def test_a_month_of_it_is_like_a_month_of_the_world(made: tuple[Setting, Agents, Ints, pl.DataFrame]) -> None:
    world, agents, since, seen = made
    share = world.config.licensed_trade_share
    rows = pl.concat(
        [
            ordinary_trade(world, round(0.6 * DECLARATIONS)),
            licensed_trade(world, round(share * DECLARATIONS)),
            cover_trade(world, agents, round(world.config.cover_trade_share * DECLARATIONS)),
        ]
    )
    later = cross_borders(world, rows, rows["usd_per_kg"] * rows["kg"]).sightings
    n_before = int((since <= world.first_day).sum()) - 1
    controlled = pl.col("hs6").is_in([811292, 282590, 285390, 284690, 250410])
    for kind in (controlled, ~controlled):
        rate = [table.filter(kind).height / months for table, months in ((seen, n_before), (later, MONTHS))]
        assert 0.7 < rate[0] / rate[1] < 1.5


def test_parts_of_a_large_world_weigh_what_they_draw(made: tuple[Setting, Agents, Ints, pl.DataFrame]) -> None:
    world, agents, since, seen = made
    thinned = earlier_sightings(dataclasses.replace(world, parts=4), agents, since, DECLARATIONS)
    assert 0.2 < thinned.height / seen.height < 0.3
    lots = [float(table["kg"].clip(upper_bound=30_000 * weight).sum()) for table, weight in ((thinned, 4), (seen, 1))]
    assert 0.85 < lots[0] / lots[1] < 1.15


def test_without_a_history_there_is_none(made: tuple[Setting, Agents, Ints, pl.DataFrame]) -> None:
    world, agents, since, _ = made
    assert earlier_sightings(world, agents, since[since >= world.first_day], DECLARATIONS).is_empty()

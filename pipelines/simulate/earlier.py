"""Honest trade before the first declaration: statistics reach further back than declarations do."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl

from pipelines.simulate.calendar_of_controls import gap_by_month, price_by_month
from pipelines.simulate.cover import cover_trade
from pipelines.simulate.draws import Floats, Ints, stream
from pipelines.simulate.evaders import Agents
from pipelines.simulate.honest import licensed_trade, month_weights, ordinary_share, ordinary_trade
from pipelines.simulate.legs import SIGHTING, cross_borders
from pipelines.simulate.movements import Setting
from pipelines.simulate.seasons import keep_holidays

MOST_AS_ONE = 8
"""Lots of one kind that one drawn lot stands for, at most, in a world of many parts: only their sums are seen."""


def earlier_sightings(world: Setting, imagined: Agents, months: Ints, declarations: int) -> pl.DataFrame:
    """Draw what offices wrote down of honest trade in the `months` (first days) that begin before the world does.

    The same firms ship the same goods at the rate of the world's `declarations`, so that no lane begins with the first
    declaration; firms that are new in the world are not there yet. Drawn apart from the world's movements, and before
    them: no figure depends on a later lot. Columns of `SIGHTING`.
    """
    before = months[months <= world.first_day]
    if len(before) < 2:
        return pl.DataFrame(schema=SIGHTING)
    past = _before(world, before)
    as_one = min(world.parts, MOST_AS_ONE)
    count = declarations * (len(before) - 1) / (len(world.months) - 1) / as_one
    settings = world.config
    rows = pl.concat(
        [
            ordinary_trade(past, round(ordinary_share(settings) * count)),
            _open_trade(world, past, settings.licensed_trade_share * count),
            cover_trade(past, imagined, round(settings.cover_trade_share * count)),
        ]
    ).filter(pl.col("day") < past.last_day)  # who starts later is drawn later
    rows = keep_holidays(past.seed, past.first_day, past.last_day, rows)
    seen = cross_borders(past, rows, rows["usd_per_kg"] * rows["kg"]).sightings
    return seen.with_columns(pl.col("kg", "usd") * float(as_one))


def _before(world: Setting, months: Ints) -> Setting:
    prices = price_by_month(world.config.prices_usd_per_kg, world.goods, months[:-1])
    gaps = gap_by_month(world.config.price_gap, world.rules, world.goods, months[:-1])
    own = int(stream(world.seed, "earlier").integers(2**31))
    return dataclasses.replace(world, seed=own, months=months, prices=prices, gaps=gaps, usable={})


def _open_trade(world: Setting, past: Setting, count: float) -> pl.DataFrame:
    """Draw open trade in controlled goods at its rate outside a control: more than the mean of the world's months."""
    controlled = np.unique(world.rules.licensed_from)
    rate = {int(day): _mean(past, int(day)) / _mean(world, int(day)) for day in controlled}
    most = max(rate.values())
    rows = licensed_trade(past, round(count * most))
    share = np.array([rate[int(day)] for day in world.rules.licensed_from])[rows["good"].to_numpy()] / most
    chance: Floats = stream(past.seed, "rate of open trade").random(rows.height)
    return rows.filter(pl.Series(chance < share))


def _mean(world: Setting, control_day: int) -> float:
    return float(month_weights(world, control_day).mean())

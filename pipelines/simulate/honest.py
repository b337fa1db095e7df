"""Honest trade: ordinary goods, and controlled goods traded openly under licence."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.draws import Floats, Ints, pick, stream
from pipelines.simulate.movements import TRANSIT, Setting, draw_days, movement_table, ship

FRONT_LOADING = (
    1.9  # exports in the two months before a control, relative to usual (graphite, November 2023: indicators.md 11)
)
PART_LOAD_SHARE = 0.5
"""Of ordinary lots are part loads, from a few pallets in somebody's container to one box, as evading lots are too."""
SMALLEST_PART, LARGEST_PART = 0.003, 0.3
"""Of the usual lot, evenly in logarithms; what would weigh less than SMALLEST_KG is sent whole."""
SMALLEST_KG = 0.5
GOODS_SHARES = (0.52, 0.26, 0.14, 0.08)
"""How much a firm ships of each of its goods."""
COLLAPSE, RECOVERY = (
    0.12,
    0.55,
)  # first three months after, and later (gallium 2023-08 onward, minerals.yaml trade_baseline)


def ordinary_share(settings: SimulateSettings) -> float:
    """Share of all declarations that are honest trade in ordinary goods, look-alikes included."""
    return 1.0 - settings.licensed_trade_share - settings.cover_trade_share - settings.evasion.prevalence_share


def ordinary_trade(world: Setting, count: int) -> pl.DataFrame:
    """Ship ordinary goods: each firm its own few goods, to its usual buyers."""
    rng = stream(world.seed, "ordinary")
    firm = pick(rng, world.firms.weight, count)
    good = world.firms.goods[firm, pick(rng, GOODS_SHARES, count)]
    columns = ship(world, rng, firm=firm, good=good)
    loaded = SMALLEST_PART * (LARGEST_PART / SMALLEST_PART) ** rng.random(count)
    loaded = np.where(columns["kg"] * loaded < SMALLEST_KG, 1.0, loaded)
    part = np.where(rng.random(count) < PART_LOAD_SHARE, loaded, 1.0)
    columns["kg"] = np.round(columns["kg"] * part, 1)
    columns["usd_per_kg"] = columns["usd_per_kg"] * part**-0.08
    home = world.firms.country[firm]
    in_transit = (home == 0) & (rng.random(count) < world.config.transit_share)
    hub = pick(rng, world.places.entrepot, count)
    columns["hub"] = np.where(in_transit & (hub != columns["destination"]), hub, columns["hub"])
    columns["direction"] = np.where(in_transit & (hub != columns["destination"]), TRANSIT, columns["direction"])
    return movement_table(columns, count)


def month_weights(world: Setting, control_day: int) -> Floats:
    """Weigh months of open trade in a controlled good: front-loading, collapse, partial recovery."""
    since = (world.months[:-1] - control_day) / 30.4
    before = np.where((since >= -2.2) & (since < -0.2), FRONT_LOADING, 1.0)
    return np.asarray(np.where(since < -0.2, before, np.where(since < 3, COLLAPSE, RECOVERY)))


def licensed_trade(world: Setting, count: int) -> pl.DataFrame:
    """Ship controlled goods openly; after the control under licence, and not where export is refused."""
    rng = stream(world.seed, "licensed")
    houses, portfolio = world.mineral_houses
    house = pick(rng, world.firms.weight[houses], count)
    firm = houses[house]
    good = portfolio[house, pick(rng, [0.6, 0.28, 0.12], count)]
    day = np.zeros(count, dtype=np.int64)
    for control_day in np.unique(world.rules.licensed_from[good]):
        rows = np.flatnonzero(world.rules.licensed_from[good] == control_day)
        day[rows] = draw_days(world, rng, firm[rows], month_weights(world, int(control_day)))
    columns = ship(world, rng, firm=firm, good=good, day=day)
    columns["destination"] = allowed_destination(world, rng, good, day, columns["destination"])
    columns["declared_destination"] = columns["destination"]
    columns["consignee"] = world.firms.buyer_of(firm, columns["destination"], pick(rng, [0.7, 0.3], count))
    columns["licence_plan"] = world.rules.needs_licence(good, day).astype(np.int64)
    return movement_table(columns, count)


def allowed_destination(world: Setting, rng: np.random.Generator, good: Ints, day: Ints, wanted: Ints) -> Ints:
    """Send elsewhere what may not go to the wanted place on that day."""
    elsewhere = world.places.positions("JPN", "KOR", "DEU", "NLD", "IND", "TWN")
    refused = world.rules.is_refused(good, wanted, day)
    return np.asarray(np.where(refused, elsewhere[rng.integers(0, len(elsewhere), len(good))], wanted))

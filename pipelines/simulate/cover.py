"""Open trade on the lanes that evaders hide in: the goods of their papers to the places they name, by honest traders.

Who wants to pass unseen ships what many ship. Without this trade a good and a place would tell an evader by themselves,
and a look-up table of keys would do the work of a detector.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl

from pipelines.simulate.draws import Floats, Ints, scramble, stream
from pipelines.simulate.evaders import Agents, recruit
from pipelines.simulate.evasion import BY_ROAD_SHARE, FIRST_PAPER_SHARE, PARCELS, SMALL_LOTS, buyers_of
from pipelines.simulate.honest import GOODS_SHARES, allowed_destination, ordinary_share
from pipelines.simulate.movements import COURIER, IMPORT, ROAD, Setting, draw_mass, movement_table, ship
from pipelines.simulate.schemes import NAMES, SCHEMES

SELLERS = 6
"""Honest firms that ship what one evader claims to ship, at most; they ship it in all months, evader or not."""
SHARED_BUYERS = 0.15
"""Of them sell to the evader's own buyer."""
UNUSUAL = (*PARCELS, SMALL_LOTS, NAMES.index("border_route"))
"""Schemes whose lots go another way than the goods on their papers usually do."""
USUAL_PREVALENCE = 0.02
"""Evaders, as a share of declarations, whose papers the open trade is like, even where fewer or none are about."""


def imagined_evaders(world: Setting, agents: Agents, declarations: int) -> Agents:
    """Return `agents`, or as many as are usual where the world has fewer: open trade is there with them or without."""
    evasion = world.config.evasion
    if evasion.prevalence_share >= USUAL_PREVALENCE:
        return agents
    usual = evasion.model_copy(update={"prevalence_share": USUAL_PREVALENCE})
    imagined = dataclasses.replace(world, config=world.config.model_copy(update={"evasion": usual}))
    return recruit(imagined, declarations)[1]


def cover_trade(world: Setting, agents: Agents, count: int) -> pl.DataFrame:
    """Ship `count` honest lots, each as some evader's paper says of its own; `agents` may be imagined ones."""
    rng = stream(world.seed, "cover")
    filed = np.array([scheme.filed for scheme in SCHEMES])
    lots = agents.whole("lots") * (filed != "nowhere")[agents.whole("scheme")] if agents.count else np.zeros(0)
    if count == 0 or not lots.sum():
        return movement_table({}, 0)
    lots = np.concatenate([lots * FIRST_PAPER_SHARE, lots * (1 - FIRST_PAPER_SHARE)])
    papers = np.concatenate([agents.whole("paper_0"), agents.whole("paper_1")])
    at = rng.choice(len(lots), size=count, p=_needed(world, agents, lots, papers))
    row, good = at % agents.count, papers[at]
    scheme, hub = agents.whole("scheme")[row], agents.whole("hub_0")[row]
    abroad = filed[scheme] == "import"
    by_hub = (hub >= 0) & ~abroad
    firm = _sellers(world, rng, agents.whole("firm")[row])
    home = world.firms.country[firm]
    destination = np.where(by_hub, hub, agents.whole("destination")[row])
    parcel, small = np.isin(scheme, PARCELS), scheme == SMALL_LOTS
    by_road = (scheme == NAMES.index("border_route")) & (rng.random(count) < BY_ROAD_SHARE)
    columns = ship(world, rng, firm=firm, good=good, destination=destination)
    destination = np.where(abroad, destination, allowed_destination(world, rng, good, columns["day"], destination))
    mode = np.where(parcel, COURIER, np.where(by_road, ROAD, columns["mode"]))
    hidden = np.array([scheme.typology == "concealment" for scheme in SCHEMES])[scheme]
    lot_of = np.where(hidden, good, agents.whole("good")[row])  # lots as large as what the evader has to move
    kg = draw_mass(world, rng, firm, lot_of, mode) * rng.uniform(0.5, 1.1, count)
    kg = kg * np.where(small, rng.uniform(0.05, 0.2, count), 1.0)
    own = world.firms.buyer_of(firm, destination, rng.integers(0, 3, count))
    shared = buyers_of(world, agents, row, destination, slot=np.zeros_like(row))
    return movement_table(
        columns
        | {
            "destination": destination,
            "declared_destination": destination,
            "origin": home,
            "declared_origin": home,
            "hub": np.full(count, -1),
            "direction": np.where(abroad, IMPORT, 0),
            "mode": mode,
            "usd_per_kg": columns["usd_per_kg"] * (kg / columns["kg"]) ** -0.08,  # small lots are dearer
            "kg": np.maximum(np.where(parcel, np.minimum(kg, rng.uniform(0.5, 28.0, count)), kg).round(1), 0.2),
            "consignee": np.where(rng.random(count) < SHARED_BUYERS, shared, own),
            "licence_plan": (~abroad & world.rules.needs_licence(good, columns["day"])).astype(np.int64),
        },
        count,
    )


def _needed(world: Setting, agents: Agents, lots: Floats, papers: Ints) -> Floats:
    """Share the open trade out among the evaders' papers.

    Most goes where ordinary trade in the same good from the same country is small beside their lots, so that evaders
    are as few among the lots of one good as of another.
    """
    firms, goods = world.firms, len(world.goods.names)
    # parcels, small lots and lots over a border are cells of their own, in which ordinary trade counts for nothing
    way = np.select([agents.whole("scheme") == one for one in UNUSUAL], range(1, 1 + len(UNUSUAL)))
    countries = int(firms.country.max()) + 1
    cell = np.tile(way * countries + firms.country[agents.whole("firm")], 2) * goods + papers
    size = (1 + len(UNUSUAL)) * countries * goods
    sold = (firms.country[:, None] * goods + firms.goods).ravel()
    weight = (firms.weight[:, None] * np.array(GOODS_SHARES)).ravel()
    ordinary = np.bincount(sold, weight, size) / weight.sum() * ordinary_share(world.config)
    evading = np.bincount(cell, lots, size).astype(np.float64)
    asked = np.flatnonzero(evading)
    lacking = np.zeros(size)
    lacking[asked] = filled_up(ordinary[asked], evading[asked], world.config.cover_trade_share)
    needed = lots * (lacking / np.where(evading > 0, evading, 1.0))[cell]
    return np.asarray(needed / needed.sum())


def filled_up(there: Floats, wanted: Floats, more: float) -> Floats:
    """Add `more` in all to what is there, where it is lowest beside what is wanted, up to a common level."""
    order = np.argsort(there / wanted, kind="stable")
    levels = (more + np.cumsum(there[order])) / np.cumsum(wanted[order])
    upper = np.append((there / wanted)[order][1:], np.inf)
    level = levels[np.argmax(levels <= upper)]
    return np.asarray(np.maximum(level * wanted - there, 0.0))


def _sellers(world: Setting, rng: np.random.Generator, evader: Ints) -> Ints:
    """Draw one of the SELLERS firms that live in each evader's country and trade as it does on paper."""
    country = world.firms.country
    by_country = np.argsort(country, kind="stable")
    first = np.searchsorted(country[by_country], country[evader])
    size = np.bincount(country)[country[evader]]
    which = scramble(evader, rng.integers(0, SELLERS, len(evader))) % size
    return np.asarray(by_country[first + which])

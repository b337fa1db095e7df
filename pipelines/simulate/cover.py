"""Open trade on the lanes that evaders hide in: the goods of their papers to the places they name, by honest traders.

Who wants to pass unseen ships what many ship. Without this trade a good and a place would tell an evader by themselves,
and a look-up table of keys would do the work of a detector.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl

from pipelines.simulate.draws import Ints, scramble, stream
from pipelines.simulate.evaders import Agents, recruit
from pipelines.simulate.evasion import BY_ROAD_SHARE, FIRST_PAPER_SHARE, PARCELS, SMALL_LOTS, buyers_of
from pipelines.simulate.honest import allowed_destination
from pipelines.simulate.movements import COURIER, IMPORT, ROAD, Setting, draw_mass, movement_table, ship
from pipelines.simulate.schemes import NAMES, SCHEMES

SELLERS = 6
"""Honest firms that ship what one evader claims to ship, at most; they ship it in all months, evader or not."""
SHARED_BUYERS = 0.15
"""Of them sell to the evader's own buyer."""
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
    wishes = np.select([filed == "export", filed == "import"], [1.0, world.config.hub_cover_share])
    on_paper = agents.whole("lots") * wishes[agents.whole("scheme")] if agents.count else np.zeros(0)
    if count == 0 or not on_paper.sum():
        return movement_table({}, 0)
    row = rng.choice(agents.count, size=count, p=on_paper / on_paper.sum())
    scheme, hub = agents.whole("scheme")[row], agents.whole("hub_0")[row]
    abroad = filed[scheme] == "import"
    by_hub = (hub >= 0) & ~abroad
    good = np.where(rng.random(count) < FIRST_PAPER_SHARE, agents.whole("paper_0")[row], agents.whole("paper_1")[row])
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
            "kg": np.maximum(np.where(parcel, np.minimum(kg, rng.uniform(0.5, 28.0, count)), kg).round(1), 0.3),
            "consignee": np.where(rng.random(count) < SHARED_BUYERS, shared, own),
            "licence_plan": (~abroad & world.rules.needs_licence(good, columns["day"])).astype(np.int64),
        },
        count,
    )


def _sellers(world: Setting, rng: np.random.Generator, evader: Ints) -> Ints:
    """Draw one of the SELLERS firms that live in each evader's country and trade as it does on paper."""
    country = world.firms.country
    by_country = np.argsort(country, kind="stable")
    first = np.searchsorted(country[by_country], country[evader])
    size = np.bincount(country)[country[evader]]
    which = scramble(evader, rng.integers(0, SELLERS, len(evader))) % size
    return np.asarray(by_country[first + which])

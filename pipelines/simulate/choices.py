"""What evaders choose: goods that a scheme can move, papers, destinations, firms, and the schemes of each stretch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipelines.simulate.draws import Bools, Ints, pick_one
from pipelines.simulate.movements import Setting
from pipelines.simulate.schemes import ALLOYED, CONVERSIONS, DOWNSTREAM, LESSER_GRADES, NEIGHBOURS, SCHEMES

PAPERS = {scheme.name: scheme.paper for scheme in SCHEMES}


@dataclass(frozen=True)
class Phase:
    """A stretch of the world in which certain schemes are in use."""

    opens: int
    closes: int
    popularity: dict[str, float]


def phases(world: Setting) -> list[Phase]:
    """Name the stretches of this world: one, or two where schemes change at the turning point."""
    config = world.config.evasion
    first = {str(name): weight for name, weight in config.schemes.items()}
    if not config.schemes_later:
        return [Phase(world.first_day, world.last_day, first)]
    turn = world.first_day + round(config.turn_share * (world.last_day - world.first_day))
    later = {str(name): weight for name, weight in config.schemes_later.items()}
    return [Phase(world.first_day, turn, first), Phase(turn, world.last_day, later)]


def usable_goods(world: Setting, number: int, phase: Phase) -> Ints:
    """Return controlled goods under control early enough, that this scheme knows how to move."""
    return np.flatnonzero(usable(world, phase)[number])


def usable(world: Setting, phase: Phase) -> Bools:
    """Say by scheme and good whether the one can move the other; see usable_goods."""
    if phase.closes not in world.usable:
        table = np.zeros((len(SCHEMES), len(world.goods.names)), dtype=np.bool_)
        for number in range(len(SCHEMES)):
            table[number, _usable_goods(world, number, phase)] = True
        world.usable[phase.closes] = table
    return world.usable[phase.closes]


def _usable_goods(world: Setting, number: int, phase: Phase) -> Ints:
    scheme, names = SCHEMES[number], world.goods.names
    goods = world.goods.having(role="controlled")
    known = {
        "false_code": set(NEIGHBOURS),
        "false_purity": set(LESSER_GRADES),
        "hub_converted": set(CONVERSIONS),
        "hub_downstream": set(DOWNSTREAM),
        "over_alloyed": set(ALLOYED),
    }.get(scheme.name, set(names))
    wanted = world.config.evasion.minerals
    keep = [g for g in goods.tolist() if names[g] in known and world.rules.licensed_from[g] < phase.closes - 75]
    keep = [g for g in keep if not wanted or world.goods.texts("mineral")[g] in wanted]
    if scheme.name in (
        "hidden_in_articles",
        "sample_parcels",
        "hand_baggage",
    ):  # only what is dear enough to carry in small amounts
        keep = [g for g in keep if world.prices[g, -1] > 40]
    return np.array(keep, dtype=np.int64)


def choose_destination(
    world: Setting, rng: np.random.Generator, good: int, hubs: tuple[int, int], *, may_be_refused: bool
) -> int:
    """Choose where an evader's goods end: a market, or a place to which export is refused."""
    refused = world.rules.refused_before(good, world.last_day)
    if may_be_refused and len(refused) and rng.random() < world.config.evasion.forbidden_destination_share:
        return int(refused[rng.integers(0, len(refused))])
    market = world.places.market(world.goods.texts("market")[good]).copy()
    market[[0, *hubs]] = 0.0
    if not may_be_refused:
        market[refused] = 0.0
    return pick_one(rng, market)


def choose_firm(
    world: Setting, rng: np.random.Generator, *, filed: str, hub: int, destination: int, free: Bools
) -> int:
    """Choose a firm for an evader among those free, in the right country."""
    for wish in _wished(world, filed=filed, hub=hub, destination=destination):
        able = np.flatnonzero(free & wish)
        if len(able):
            return int(able[pick_one(rng, world.firms.root_weight[able])])
    return pick_one(rng, free.astype(np.float64) if free.any() else np.ones(len(free)))


def _wished(world: Setting, *, filed: str, hub: int, destination: int) -> Iterator[Bools]:
    """Say which firms suit best, then which would do."""
    country = world.firms.country
    if filed != "import":
        yield country == 0
        return
    yield country == hub
    yield np.isin(country, world.places.positions(*world.config.evasion.hubs)) & (country != destination)
    yield country != 0


def made_abroad(world: Setting, scheme: str, good: int) -> tuple[int, int]:
    """Return what leaves China and what is made of it at the hub; -1 and the good itself where nothing is."""
    table = {"hub_converted": CONVERSIONS, "hub_downstream": DOWNSTREAM}.get(scheme)
    return (-1, good) if table is None else (good, world.goods.position(table[world.goods.names[good]][0]))


def papers_for(world: Setting, rng: np.random.Generator, scheme: str, good: int, firm: int) -> tuple[int, int]:
    """Choose two goods that an evader's papers may name."""
    goods, name = world.goods, world.goods.names[good]
    if scheme == "false_purity":
        only = goods.position(LESSER_GRADES[name])
        return only, only
    if PAPERS[scheme] in ("true_good", "none"):
        return good, good
    if scheme == "over_alloyed":
        choice = np.array([goods.position(other) for other in ALLOYED[name]])
    elif scheme == "false_code":
        choice = np.array([goods.position(other) for other in NEIGHBOURS[name]])
    elif scheme == "hidden_in_articles":
        choice = goods.having(role="ordinary", state="solid")
    elif scheme == "hidden_in_cargo":
        heavy = (goods.floats("lot_kg") > 4000) & (np.array(goods.texts("role")) == "ordinary")
        choice = np.flatnonzero(heavy)
    else:
        choice = goods.covering(goods.texts("state")[good])
    own = sorted(set(choice.tolist()).intersection(world.firms.goods[firm].tolist()))
    if own and rng.random() < 0.6:
        first = own[rng.integers(0, len(own))]
    else:
        first = int(choice[pick_one(rng, goods.floats("weight")[choice])])
    second = int(choice[pick_one(rng, goods.floats("weight")[choice])])
    return first, second if rng.random() < 0.5 else first

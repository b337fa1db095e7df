"""Honest habits of traders that share a trait with a scheme: returns, small orders, border roads, young firms."""

from __future__ import annotations

import numpy as np

from pipelines.simulate.draws import Ints, pick
from pipelines.simulate.movements import ROAD, SEA, Setting, ship

BORDER = ("VNM", "LAO", "KAZ", "HKG")
"""Neighbours that goods reach by road."""


def some_firms(world: Setting, rng: np.random.Generator, count: int, *, abroad: bool = False) -> Ints:
    """Draw firms by size, at home or abroad."""
    weight = world.firms.weight * ((world.firms.country != 0) == abroad)
    return pick(rng, weight if weight.sum() > 0 else world.firms.weight, count)


def some_of(world: Setting, rng: np.random.Generator, count: int, *names: str) -> Ints:
    """Draw among named goods by their weight; a good that this world has not is left out."""
    known = [name for name in names if name in world.goods.names]
    rows = np.array([world.goods.position(name) for name in known], dtype=np.int64)
    return rows[pick(rng, world.goods.floats("weight")[rows], count)]


def own_goods(world: Setting, rng: np.random.Generator, firm: Ints) -> Ints:
    """Draw among each firm's own goods."""
    return np.asarray(world.firms.goods[firm, rng.integers(0, 4, len(firm))])


def returned(world: Setting, rng: np.random.Generator, count: int) -> dict[str, object]:
    """Goods sent back or for repair, at a token value."""
    firm = some_firms(world, rng, count)
    return ship(world, rng, firm=firm, good=own_goods(world, rng, firm)) | {
        "price_twist": rng.normal(-1.6, 0.7, count),
        "packing_twist": rng.normal(0.0, 0.6, count),
    }


def reclassified(world: Setting, rng: np.random.Generator, count: int) -> dict[str, object]:
    """The same goods under the code next to theirs: a ruling, or a new broker."""
    states = world.goods.texts("state")
    roles = world.goods.texts("role")
    sellers = some_firms(world, rng, max(4, count // 8))
    firm = sellers[rng.integers(0, len(sellers), count)]
    good = world.firms.goods[firm, 0]
    twins = {state: world.goods.having(role="ordinary", state=state) for state in sorted(set(states))}
    codes = np.array([int(code) for code in world.goods.texts("hs_code")])
    nearest = np.array(
        [
            row if roles[row] == "controlled" else _next_code(codes, row, twins[state])
            for row, state in enumerate(states)
        ]
    )
    return ship(world, rng, firm=firm, good=good) | {"code": nearest[good]}


def _next_code(codes: Ints, row: int, twins: Ints) -> int:
    others = twins[codes[twins] != codes[row]]
    return int(others[np.argmin(np.abs(codes[others] - codes[row]))]) if len(others) else row


def small_orders(world: Setting, rng: np.random.Generator, count: int) -> dict[str, object]:
    """Many small lots to one buyer within days, as web shops sell."""
    sellers = some_firms(world, rng, max(3, count // 14))
    which = rng.integers(0, len(sellers), count)
    firm = sellers[which]
    opens = np.maximum(world.firms.starts[firm], world.first_day)
    start = opens + ((which * 0.37) % 1.0 * np.maximum(world.last_day - 60 - opens, 1)).astype(np.int64)
    day = np.minimum(start + 30 * rng.integers(0, 2, count) + rng.integers(0, 9, count), world.last_day - 1)
    good = world.firms.goods[firm, 0]
    kg = np.round(world.goods.floats("lot_kg")[good] * rng.uniform(0.05, 0.2, count), 1) + 0.2
    columns = ship(world, rng, firm=firm, good=good, day=day, kg=kg)
    first = ship(world, rng, firm=sellers, good=world.firms.goods[sellers, 0])
    destination = first["destination"][which]
    return columns | {
        "destination": destination,
        "declared_destination": destination,
        "consignee": world.firms.buyer_of(firm, destination, np.full(count, 1)),
    }


def border_trade(world: Setting, rng: np.random.Generator, count: int) -> dict[str, object]:
    """Road trade over the southern and western borders."""
    firm = some_firms(world, rng, count)
    near = world.places.positions(*BORDER)
    destination = near[pick(rng, [0.6, 0.1, 0.15, 0.15], count)]
    columns = ship(world, rng, firm=firm, good=own_goods(world, rng, firm), destination=destination)
    return columns | {"mode": np.where(rng.random(count) < 0.85, ROAD, SEA)}


def new_firm(world: Setting, rng: np.random.Generator, count: int) -> dict[str, object]:
    """Young firms with a handful of shipments."""
    young = np.flatnonzero((world.firms.country == 0) & (world.firms.starts > world.first_day))
    young = young if len(young) else np.flatnonzero(world.firms.country == 0)
    firm = young[rng.integers(0, len(young), count)]
    opens = np.maximum(world.firms.starts[firm], world.first_day)
    day = np.minimum(opens + (100 * rng.random(count) ** 1.5).astype(np.int64), world.last_day - 1)
    return ship(world, rng, firm=firm, good=own_goods(world, rng, firm), day=day)


def hub_maker(world: Setting, rng: np.random.Generator, count: int) -> dict[str, object]:
    """Makers in third countries that sell their own products."""
    good = some_of(world, rng, count, "ge_lens", "ysz_beads", "carbide_inserts", "ndfeb_plain", "sb2o3_commercial")
    hubs = np.isin(world.firms.country, world.places.positions("VNM", "THA", "MYS", "KOR", "MEX", "TWN", "BEL"))
    crew = np.unique(pick(rng, world.firms.weight * hubs if hubs.any() else world.firms.weight, max(3, count // 10)))
    firm = crew[rng.integers(0, len(crew), count)]
    home = world.firms.country[firm]
    return ship(world, rng, firm=firm, good=good) | {
        "origin": home,
        "declared_origin": home,
        "hub": np.full(count, -1),
    }


def changed_goods(world: Setting, rng: np.random.Generator, count: int) -> dict[str, object]:
    """Honest firms that take up a good they never sold before."""
    sellers = np.unique(some_firms(world, rng, max(6, count // 7)))
    which = rng.integers(0, len(sellers), count)
    plain = world.goods.having(role="ordinary")
    taken_up = plain[pick(rng, world.goods.floats("weight")[plain], len(sellers))]
    turn = np.maximum(world.firms.starts[sellers], world.first_day)
    turn = turn + (rng.random(len(sellers)) * np.maximum(world.last_day - 40 - turn, 1)).astype(np.int64)
    left = np.maximum(world.last_day - 1 - turn[which], 1)
    day = turn[which] + (rng.random(count) * left).astype(np.int64)
    return ship(world, rng, firm=sellers[which], good=taken_up[which], day=np.minimum(day, world.last_day - 1))

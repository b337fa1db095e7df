"""Evaders: traders with one scheme, one mineral, a budget of lots and their own care in forging papers."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import cast

import numpy as np

from pipelines.simulate.choices import (
    Phase,
    choose_destination,
    choose_firm,
    made_abroad,
    papers_for,
    phases,
    usable_goods,
)
from pipelines.simulate.disguises import STYLES_OF_DISGUISE
from pipelines.simulate.draws import Bools, Floats, Ints, pick, pick_one, stream
from pipelines.simulate.movements import Setting
from pipelines.simulate.schemes import SCHEMES
from pipelines.simulate.trading_habits import BORDER

RUSH_SHARE = 0.55
"""Share of evaders who begin within the first quarter of the time that their good is under control; with the others,
who begin at any time, about as many are at it in the middle of that time as at its end."""
RUSH_SHARE_OF_TIME, LATEST_START_SHARE = 0.25, 0.95


Column = Ints | Floats


@dataclass(frozen=True)
class Agents:
    """One row an evader: columns by name, all of the same length; goods, firms and places are positions."""

    columns: dict[str, Column]

    @property
    def count(self) -> int:
        """Number of evaders."""
        return len(self.columns["agent"])

    def whole(self, column: str) -> Ints:
        """Return a column of whole numbers."""
        return cast("Ints", self.columns[column])

    def real(self, column: str) -> Floats:
        """Return a column of real numbers."""
        return cast("Floats", self.columns[column])


def planted_hubs(world: Setting) -> dict[str, tuple[int, int]]:
    """Name the two hubs that evaders of each mineral use in this world."""
    minerals = sorted(
        {m for m, r in zip(world.goods.texts("mineral"), world.goods.texts("role"), strict=True) if r == "controlled"}
    )
    hubs = {}
    pool = world.config.evasion.hubs
    for mineral in minerals:
        both = stream(world.root, "hubs", mineral).choice(len(pool), size=2, replace=False)
        hubs[mineral] = (world.places.position(pool[both[0]]), world.places.position(pool[both[1]]))
    return hubs


def recruit(world: Setting, declarations: int) -> tuple[Setting, Agents]:
    """Make evaders out of existing firms; returns the world with their first days moved, and the evaders."""
    config = world.config.evasion
    wanted = round(config.prevalence_share * declarations)
    stretches = phases(world)
    hubs, rows = planted_hubs(world), list[dict[str, int | float]]()
    free = world.firms.weight < np.quantile(world.firms.weight, 0.9)  # of ordinary size, and nobody else's
    starts = world.firms.starts.copy()
    lots: list[Ints] = []
    for at, phase in enumerate(stretches):
        rng = stream(world.seed, "evaders", str(at))
        share = wanted // len(stretches) if at else wanted - wanted // len(stretches) * (len(stretches) - 1)
        usable = [usable_goods(world, number, phase) for number in range(len(SCHEMES))]
        prizes = [_prizes(world, goods, phase) for goods in usable]
        weights = np.array([phase.popularity.get(scheme.name, 0.0) for scheme in SCHEMES])
        weights = weights * np.array([len(goods) > 0 for goods in usable])
        on_paper = weights * np.array([scheme.filed != "nowhere" for scheme in SCHEMES])
        if share == 0 or on_paper.sum() == 0:
            continue
        extra = weights - on_paper  # lots that leave without a paper come on top
        for part, wish in ((on_paper, share), (extra, round(share * extra.sum() / on_paper.sum()))):
            if wish == 0 or part.sum() == 0:
                continue
            active = np.flatnonzero(part)
            count = max(round(wish / config.lots_per_agent), len(active))
            scheme = np.concatenate([active, pick(rng, part, max(count - len(active), 0))])[:count]
            hunger = rng.gamma(1.5, 1.0, len(scheme)) + 0.3
            crew = list[dict[str, int | float]]()
            for kind in scheme.tolist():
                number = len(rows) + len(crew)
                own = stream(world.seed, "evader", str(number))
                row = _one_agent(
                    world, own, kind=kind, usable=usable[kind], prize=prizes[kind], hubs=hubs, free=free, phase=phase
                )
                firm = int(row["firm"])
                free[firm] = False
                starts[firm] = min(int(starts[firm]), int(row["starts"] - row.pop("age_days")))
                crew.append(row | {"agent": number, "lots": 0})
            active_days = np.array([one["ends"] - one["starts"] for one in crew], dtype=np.float64)
            lots.append(_share_out(hunger * np.sqrt(np.maximum(active_days, 1.0)), wish))
            rows += crew
    columns = {
        name: cast("Column", np.array([row[name] for row in rows], dtype=kind)) for name, kind in _COLUMNS.items()
    }
    if not rows:
        return world, Agents(columns)
    columns["lots"] = np.concatenate(lots)
    return dataclasses.replace(world, firms=dataclasses.replace(world.firms, starts=starts)), Agents(columns)


_COLUMNS = {
    "agent": np.int64,
    "scheme": np.int64,
    "firm": np.int64,
    "good": np.int64,
    "source_good": np.int64,
    "paper_0": np.int64,
    "paper_1": np.int64,
    "hub_0": np.int64,
    "hub_1": np.int64,
    "destination": np.int64,
    "starts": np.int64,
    "turns": np.int64,
    "ends": np.int64,
    "lots": np.int64,
    "care_price": np.float64,
    "care_volume": np.float64,
    "care_packing": np.float64,
    "care_text": np.float64,
    "care_route": np.float64,
    "disguise": np.int64,
    "same_group": np.int64,
    "is_tipped": np.int64,
    "licence_plan": np.int64,
    "forwarder": np.int64,
    "changes": np.int64,
    "purse": np.float64,
}


def _share_out(size: Floats, total: int) -> Ints:
    """Share lots out in proportion to size, whole lots, all of them; everybody gets one where there are enough."""
    sure = np.full(len(size), 1 if total >= len(size) else 0, dtype=np.int64)
    exact = size / size.sum() * (total - sure.sum())
    lots = np.floor(exact).astype(np.int64)
    short = total - int(sure.sum() + lots.sum())
    lots[np.argsort(lots - exact, kind="stable")[:short]] += 1
    return np.asarray(lots + sure)


def _prizes(world: Setting, goods: Ints, phase: Phase) -> Floats:
    """Weigh goods by what there is to gain with each, and for how long."""
    open_days = phase.closes - np.maximum(world.rules.licensed_from[goods], phase.opens)
    prize = world.goods.floats("weight")[goods] * np.maximum(world.prices[goods, -1], 1.0) ** 0.15 * open_days
    return np.asarray(prize * world.gaps[goods, -1] ** 0.5)  # where the gap is wider, more is gained


def _one_agent(
    world: Setting,
    rng: np.random.Generator,
    *,
    kind: int,
    usable: Ints,
    prize: Floats,
    hubs: dict[str, tuple[int, int]],
    free: Bools,
    phase: Phase,
) -> dict[str, int | float]:
    scheme, goods, firms = SCHEMES[kind], world.goods, world.firms
    good = int(usable[pick_one(rng, prize)])
    first = max(int(world.rules.licensed_from[good]), phase.opens)
    room = phase.closes - first
    # some come at once, with the control; others come as long as it lasts, so that evasion does not die out by itself
    latest = RUSH_SHARE_OF_TIME if rng.random() < RUSH_SHARE else LATEST_START_SHARE
    starts = first + int(rng.random() * latest * room)
    # nobody knows when the figures end: a career is as long as it is, and is merely seen no further than the last day
    ends = min(phase.closes - 1, starts + max(40, int((0.45 + 0.6 * rng.random()) * room)))
    hub_0, hub_1 = hubs[goods.texts("mineral")[good]]
    if rng.random() < 0.3:
        hub_0, hub_1 = hub_1, hub_0
    if rng.random() >= world.config.evasion.hub_change_share:
        hub_1 = hub_0
    destination = choose_destination(world, rng, good, (hub_0, hub_1), may_be_refused=scheme.name != "undervalued")
    firm = choose_firm(world, rng, filed=scheme.filed, hub=hub_0, destination=destination, free=free)
    if scheme.name == "border_route":
        destination = int(world.places.positions(*BORDER)[rng.integers(0, len(BORDER))])
    if scheme.filed == "import":
        hub_0 = hub_1 = int(firms.country[firm])
        if destination == hub_0:
            destination = world.places.position("USA" if world.places.codes[hub_0] != "USA" else "DEU")
    source, good = made_abroad(world, scheme.name, good)
    paper = papers_for(world, rng, scheme.name, good, firm)
    config = world.config.evasion
    care = rng.beta(*config.forgery_shape)  # one trader is careful or not in general, a little differently each time
    cares = np.clip(care + rng.normal(0, 0.22, 5), 0.0, 1.0).tolist()
    shipped_by_hub = scheme.typology == "transshipment"
    return {
        "scheme": kind,
        "firm": firm,
        "good": good,
        "source_good": source,
        "paper_0": paper[0],
        "paper_1": paper[1],
        "hub_0": hub_0 if shipped_by_hub else -1,
        "hub_1": hub_1 if shipped_by_hub else -1,
        "destination": destination,
        "starts": starts,
        "turns": (starts + ends) // 2,
        "ends": ends,
        "care_price": cares[0],
        "care_volume": cares[1],
        "care_packing": cares[2],
        "care_text": cares[3],
        "care_route": cares[4],
        "disguise": int(rng.integers(1, STYLES_OF_DISGUISE + 1)) if rng.random() < config.disguised_text_share else 0,
        "same_group": int(shipped_by_hub and rng.random() < config.same_group_share),
        "is_tipped": int(rng.random() < world.config.inspection.tipped_agents_share),
        "forwarder": -1,
        "changes": 0,
        "purse": 1.0,
        "licence_plan": pick_one(rng, [0.15, 0.3, 0.2, 0.2, 0.15]),
        "age_days": int(rng.integers(5, 120))
        if rng.random() < (0.9 if scheme.name == "false_identity" else 0.3)
        else 900,
    }


def lots_on_paper(agents: Agents) -> int:
    """Count the lots that have a declaration."""
    filed = np.array([scheme.filed != "nowhere" for scheme in SCHEMES])
    return int(agents.whole("lots")[filed[agents.whole("scheme")]].sum()) if agents.count else 0

"""Evasion month by month: evaders ship, offices open boxes, and whoever learns of a seizure changes tactic.

An evader knows only what was found before the month begins: its own losses at once, others' after two months.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.simulate.choices import papers_for, phases, usable
from pipelines.simulate.draws import Ints, pick_one, stream
from pipelines.simulate.evaders import Agents
from pipelines.simulate.evasion import evading_lots, planned_days
from pipelines.simulate.figures import paper_figures
from pipelines.simulate.inspection import Capacity, chances, open_boxes
from pipelines.simulate.movements import UNDECLARED, Setting, movement_table
from pipelines.simulate.names import FORWARDERS
from pipelines.simulate.papers import offices
from pipelines.simulate.schemes import SCHEMES
from pipelines.simulate.seasons import keep_holidays

RUMOUR_DAYS = 60
CARE_LEARNED = 0.12
CHANGE = {
    "agent": pl.Int64,
    "day": pl.Int64,
    "what": pl.String,
    "before": pl.String,
    "after": pl.String,
    "why": pl.String,
}


@dataclass(frozen=True)
class Campaign:
    """What the evaders did."""

    rows: pl.DataFrame
    """Movements with a paper, in the order of the figures."""
    figures: pl.DataFrame
    undeclared: pl.DataFrame
    """Movements without a paper."""
    opened: pl.DataFrame
    """Inspections, `at` counting from the first of `rows`."""
    changes: pl.DataFrame
    """One row a change of tactic, columns as in CHANGE."""


def campaign(world: Setting, agents: Agents, capacity: Capacity) -> Campaign:
    """Run all months; later months follow what was known by then."""
    row, day = planned_days(world, agents) if agents.count else (np.zeros(0, np.int64), np.zeros(0, np.int64))
    month = world.month_of(day)
    now = Agents({name: column.copy() for name, column in agents.columns.items()})
    seizures, changes = np.zeros((3, 0), np.int64), list[dict[str, Any]]()
    rows, figures, hidden, opened, written = (
        [movement_table({}, 0)],
        list[pl.DataFrame](),
        [movement_table({}, 0)],
        list[pl.DataFrame](),
        0,
    )
    for number in range(len(world.months) - 1):
        _learn(world, now, seizures, month=number, changes=changes)
        here = month == number
        if not here.any():
            continue
        lots = evading_lots(world, now, row[here], day[here], number)
        lots = keep_holidays(world.seed, world.first_day, world.last_day, lots)
        hidden.append(lots.filter(pl.col("direction") == UNDECLARED))
        lots = lots.filter(pl.col("direction") != UNDECLARED)
        shown = paper_figures(world, lots, f"evading {number}")
        stretch = capacity.of(offices(world, lots), np.full(lots.height, number))
        found = open_boxes(world, lots, chances(world, now, lots, shown), stretch, f"evading {number}")
        seizures = np.hstack([seizures, _seized(world, lots, found)])
        opened.append(found.with_columns(pl.col("at") + written))
        rows.append(lots)
        figures.append(shown)
        written += lots.height
    return Campaign(
        pl.concat(rows),
        pl.concat(figures) if figures else pl.DataFrame(),
        pl.concat(hidden),
        pl.concat(opened) if opened else pl.DataFrame(),
        pl.DataFrame(changes, schema=CHANGE),
    )


def _seized(world: Setting, lots: pl.DataFrame, found: pl.DataFrame) -> Ints:
    """Name evader, good and day of each seizure of a mineral."""
    at, good, day = (found[name].to_numpy() for name in ("at", "good", "day"))
    hit = found["is_hit"].to_numpy() & (np.array(world.goods.texts("mineral")) != "")[good]
    return np.stack([lots["agent"].to_numpy()[at], good, day])[:, hit]


def _learn(world: Setting, agents: Agents, seizures: Ints, *, month: int, changes: list[dict[str, Any]]) -> None:
    """Change the tactics of whoever learned something in the month before this one, in place."""
    today = int(world.months[month])
    since = int(world.months[month - 1]) if month else today
    config, rng = world.config.evasion, stream(world.seed, "learning", str(month))
    loser, good, known = seizures
    own = (known >= since) & (known < today)
    heard = (known >= since - RUMOUR_DAYS) & (known < today - RUMOUR_DAYS)
    if not own.any() and not heard.any():
        return
    lost, purse = np.bincount(loser[own], minlength=agents.count), agents.real("purse")
    purse[:] = np.where(lost > 0, np.maximum(purse * (1 - config.purse_lost_share) ** lost, 0.2), purse)
    minerals = world.goods.minerals
    heard_of = np.isin(minerals[agents.whole("good")], minerals[good[heard]])
    chance = np.where(lost > 0, config.learning_share, np.where(heard_of, config.rumour_share, 0.0))
    active = (agents.whole("starts") < today) & (today <= agents.whole("ends"))
    turning = np.flatnonzero((rng.random(agents.count) < chance) & active)
    rows = zip(*(column[turning].tolist() for column in agents.columns.values()), strict=True)
    turned = [dict(zip(agents.columns, row, strict=True)) for row in rows]
    for agent in turned:
        why = "own seizure" if lost[agent["agent"]] else "rumour"
        _change(world, rng, agent, today=today, why=why, changes=changes)
    for name, column in agents.columns.items():
        column[turning] = [agent[name] for agent in turned]


def _change(
    world: Setting,
    rng: np.random.Generator,
    agent: dict[str, Any],
    *,
    today: int,
    why: str,
    changes: list[dict[str, Any]],
) -> None:
    """Take another hub, name, code or scheme, another forwarder and another buyer, and forge with more care."""
    scheme, codes, names = SCHEMES[agent["scheme"]], world.places.codes, world.goods.names
    agent["changes"] += 1
    agent["forwarder"] = int(rng.integers(0, FORWARDERS))
    for care in ("care_price", "care_volume", "care_packing", "care_text", "care_route"):
        agent[care] = min(1.0, agent[care] + CARE_LEARNED)
    noted = {"agent": agent["agent"], "day": today, "why": why}
    if scheme.typology == "transshipment" and scheme.filed == "export":
        free = [world.places.position(hub) for hub in world.config.evasion.hubs]
        free = [hub for hub in free if hub not in (agent["hub_0"], agent["hub_1"], agent["destination"])]
        before = agent["hub_1"] if today >= agent["turns"] else agent["hub_0"]
        if free:
            agent["hub_0"] = agent["hub_1"] = free[int(rng.integers(0, len(free)))]
            changes.append(noted | {"what": "hub", "before": codes[before], "after": codes[agent["hub_0"]]})
        return
    if scheme.filed != "export":
        changes.append(noted | {"what": "forwarder", "before": "", "after": str(agent["forwarder"])})
        return
    kind = _another_scheme(world, rng, agent, today) if rng.random() < 0.5 else agent["scheme"]
    before_paper = agent["paper_0"]
    agent["scheme"] = kind
    agent["paper_0"], agent["paper_1"] = papers_for(world, rng, SCHEMES[kind].name, agent["good"], agent["firm"])
    if kind != NAMES_AT[scheme.name]:
        changes.append(noted | {"what": "scheme", "before": scheme.name, "after": SCHEMES[kind].name})
    else:
        changes.append(noted | {"what": "name", "before": names[before_paper], "after": names[agent["paper_0"]]})


NAMES_AT = {scheme.name: at for at, scheme in enumerate(SCHEMES)}


def _another_scheme(world: Setting, rng: np.random.Generator, agent: dict[str, Any], today: int) -> int:
    """Choose among the schemes in use that leave China by declaration, need no hub and can move the evader's good."""
    phase = next((one for one in phases(world) if one.opens <= today < one.closes), phases(world)[-1])
    moves = usable(world, phase)[:, agent["good"]].tolist()
    able = [
        at
        for at, scheme in enumerate(SCHEMES)
        if moves[at]
        and scheme.filed == "export"
        and scheme.typology != "transshipment"
        and phase.popularity.get(scheme.name, 0.0) > 0
    ]
    weights = [phase.popularity[SCHEMES[at].name] for at in able]
    return able[pick_one(rng, weights)] if able else int(agent["scheme"])

"""The evaders' lots: what moved, which way, and which good the paper names."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate.draws import Floats, Ints, scramble, stream
from pipelines.simulate.evaders import Agents
from pipelines.simulate.movements import (
    COURIER,
    IMPORT,
    ROAD,
    UNDECLARED,
    Setting,
    draw_modes,
    movement_table,
    ship,
)
from pipelines.simulate.schemes import NAMES, SCHEMES

PARCELS = (NAMES.index("sample_parcels"), NAMES.index("hand_baggage"))
SMALL_LOTS = NAMES.index("split_lots")
FIRST_PAPER_SHARE = 0.65  # of lots under the first of the two goods that an evader's papers name
BY_ROAD_SHARE = 0.85  # of lots over a border
PLAIN_TEXT_SHARE = 0.2  # of lots under a neighbouring code, whose text says what they are


def planned_days(world: Setting, agents: Agents) -> tuple[Ints, Ints]:
    """Plan when each evader ships its lots: the evader and the day of each lot, in the order of days."""
    rng = stream(world.seed, "plans")
    row = np.repeat(np.arange(agents.count), agents.whole("lots"))
    day = _days(world, rng, agents, row, agents.whole("scheme")[row])
    order = np.lexsort((row, day))
    return row[order], day[order]


def evading_lots(world: Setting, agents: Agents, row: Ints, day: Ints, month: int) -> pl.DataFrame:
    """Ship the lots of one month, by what each evader does by then; `row` names the evader of each lot."""
    rng = stream(world.seed, "evasion", str(month))
    count = len(row)
    scheme, firm, good = (agents.whole(name)[row] for name in ("scheme", "firm", "good"))
    late = day >= agents.whole("turns")[row]
    paper = np.where(rng.random(count) < FIRST_PAPER_SHARE, agents.whole("paper_0")[row], agents.whole("paper_1")[row])
    hub = np.where(late, agents.whole("hub_1")[row], agents.whole("hub_0")[row])
    destination = agents.whole("destination")[row]
    typology = np.array([SCHEMES[number].typology for number in range(len(SCHEMES))])[scheme]
    filed_abroad = np.array([one.filed == "import" for one in SCHEMES])[scheme]
    by_hub = typology == "transshipment"
    named_destination = np.where(by_hub & ~filed_abroad, hub, destination)
    dispatch = np.where(filed_abroad, hub, 0)
    off_paper = np.array([one.filed == "nowhere" for one in SCHEMES])[scheme]
    parcel = np.isin(scheme, PARCELS)
    hidden = (typology == "concealment") & ~off_paper
    # who takes care ships as the goods on paper would be shipped
    shipped_as = np.where(hidden | (rng.random(count) < agents.real("care_route")[row]), paper, good)
    mode = np.where(parcel, COURIER, draw_modes(world, rng, shipped_as, dispatch, named_destination))
    by_road = (scheme == NAMES.index("border_route")) & (rng.random(count) < BY_ROAD_SHARE)
    # a neighbouring code over an honest text: the broker decides the code, the clerk writes what it is
    plain = (scheme == NAMES.index("false_code")) & (rng.random(count) < PLAIN_TEXT_SHARE)
    columns = ship(
        world,
        rng,
        firm=firm,
        good=good,
        day=day,
        destination=destination,
        mode=np.where(by_road, ROAD, mode),
        code=np.where(plain, paper, -1),
        paper=np.where(plain, good, paper),
        hub=hub,
        scheme=scheme,
        agent=row,
        declared_destination=named_destination,
        declared_origin=dispatch,
        dispatch=dispatch,
        origin=np.zeros(count, np.int64),
        direction=np.where(off_paper, UNDECLARED, np.where(filed_abroad, IMPORT, 0)),
        same_group=agents.whole("same_group")[row],
        disguise=np.where(rng.random(count) < 0.7, agents.whole("disguise")[row], 0),
        source_good=agents.whole("source_good")[row],
        forwarder=agents.whole("forwarder")[row],
        tactic=agents.whole("changes")[row],
    )
    host_kg = np.where(hidden, _host_mass(world, rng, paper, mode), 0.0)
    small = np.where(scheme == SMALL_LOTS, rng.uniform(0.05, 0.2, count), 1.0)
    purse = agents.real("purse")[row]  # seizures leave less to buy with
    columns["kg"] = _true_mass(rng, columns["kg"] * small * purse, host_kg, parcel)
    columns["host_kg"] = host_kg
    columns["consignee"] = buyers_of(
        world, agents, row, named_destination, slot=agents.whole("changes")[row] + (late & by_hub)
    )
    columns["price_twist"] = np.where(scheme == NAMES.index("undervalued"), -rng.uniform(0.35, 1.5, count), 0.0)
    columns["licence_plan"] = _licence_plan(world, rng, agents, row=row, scheme=scheme, good=good, day=day)
    columns["loss_share"] = np.where(by_hub, rng.beta(2, 2 / world.config.evasion.hub_loss_share, count), 0.0)
    # bought at home: the true price of what leaves China is the home price, the gap is the evader's gain
    exporters_share = world.config.price_gap.exporters_share
    cheaper = np.where(filed_abroad, 1.0, world.gap(good, day) ** -exporters_share)
    columns["usd_per_kg"] = columns["usd_per_kg"] * cheaper
    for care in ("care_price", "care_volume", "care_packing", "care_text", "care_route"):
        columns[care] = np.clip(agents.real(care)[row] + rng.normal(0, 0.08, count), 0.0, 1.0)
    return movement_table(columns, count)


def buyers_of(world: Setting, agents: Agents, row: Ints, destination: Ints, *, slot: Ints) -> Ints:
    """Name the buyer: the evader's own, or one that buys openly from a mineral house as well."""
    houses, _ = world.mineral_houses
    agent_firm = agents.whole("firm")[row]
    house = houses[scramble(agent_firm, np.full_like(agent_firm, 3)) % len(houses)]
    known = scramble(agent_firm, np.full_like(agent_firm, 4)) / 2.0**63 < world.config.evasion.mineral_buyer_share
    own = world.firms.buyer_of(agent_firm, destination, slot + 7)
    return np.asarray(np.where(known, world.firms.buyer_of(house, destination, np.zeros_like(row)), own))


def _days(world: Setting, rng: np.random.Generator, agents: Agents, row: Ints, scheme: Ints) -> Ints:
    starts, ends = agents.whole("starts")[row], agents.whole("ends")[row]
    where = rng.random(len(row))
    in_bursts = np.isin(scheme, (*PARCELS, SMALL_LOTS))
    # a handful of parcels within two weeks, then a pause
    burst = (np.floor(where * 3) + 0.12 * rng.random(len(row))) / 3
    day = starts + (np.where(in_bursts, burst, where) * (ends - starts)).astype(np.int64)
    # a lot planned for a day on which the gap was small is mostly put off to a later one
    good = agents.whole("good")[row]
    worth = world.gap(good, day) / world.gap(good, ends)
    later = day + (rng.random(len(row)) * (ends - day)).astype(np.int64)
    return np.asarray(np.where(~in_bursts & (rng.random(len(row)) > np.maximum(worth, 0.4)), later, day))


def _host_mass(world: Setting, rng: np.random.Generator, host: Ints, mode: Ints) -> Floats:
    lot, spread = world.goods.floats("lot_kg")[host], world.goods.floats("lot_spread")[host]
    small = np.where(mode >= COURIER, 0.02, np.where(mode == 1, 0.1, 1.0))
    return np.maximum(lot * small * np.exp(spread * rng.normal(size=len(host))), 5.0)


def _true_mass(rng: np.random.Generator, usual: Floats, host_kg: Floats, parcel: np.ndarray) -> Floats:
    hidden = np.minimum(usual, host_kg * rng.uniform(0.04, 0.35, len(usual)))
    lot = np.where(host_kg > 0, hidden, usual * rng.uniform(0.5, 1.1, len(usual)))
    lot = np.where(parcel, np.minimum(lot, rng.uniform(0.5, 28.0, len(usual))), lot)
    return np.maximum(np.round(lot, 1), 0.2)


def _licence_plan(
    world: Setting, rng: np.random.Generator, agents: Agents, *, row: Ints, scheme: Ints, good: Ints, day: Ints
) -> Ints:
    """0 none, 1 own licence, 2 own licence overdrawn, 3 somebody else's licence, 4 an invented number."""
    open_paper = np.array([one.paper == "true_good" and one.filed == "export" for one in SCHEMES])[scheme]
    usual = agents.whole("licence_plan")[row]
    now = np.where(rng.random(len(row)) < 0.7, usual, rng.integers(0, 5, len(row)))
    plan = np.where(scheme == NAMES.index("undervalued"), 1 + (row % 2), now)
    plan = np.where(scheme == NAMES.index("no_licence"), np.where(rng.random(len(row)) < 0.8, 0, 4), plan)
    return np.asarray(np.where(open_paper & world.rules.needs_licence(good, day), plan, 0))

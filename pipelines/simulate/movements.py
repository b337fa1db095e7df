"""Physical movements of goods: one row a lot, before anybody writes a paper about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.calendar_of_controls import Rules
from pipelines.simulate.catalogue import MODE_SHARES, MODES, Goods, Places
from pipelines.simulate.draws import Bools, Floats, Ints, pick, pick_among, scramble
from pipelines.simulate.firms import Firms
from pipelines.simulate.seasons import SEASON

SEA, AIR, RAIL, ROAD, COURIER = range(5)
EXPORT, IMPORT, TRANSIT, UNDECLARED = range(4)
DESKS = 3
"""Offices of a region or country among which declarations are spread."""
DIRECTIONS = ("export", "import", "transit")
MODES_TEXT = MODES


DEFAULTS: dict[str, Any] = {
    "firm": 0,
    "consignee": 0,
    "day": 0,
    "good": 0,
    "source_good": -1,
    "paper": 0,
    "code": -1,
    "kg": 0.0,
    "host_kg": 0.0,
    "usd_per_kg": 0.0,
    "origin": 0,
    "dispatch": 0,
    "hub": -1,
    "destination": 0,
    "declared_origin": 0,
    "declared_destination": 0,
    "direction": EXPORT,
    "mode": SEA,
    "agent": -1,
    "scheme": -1,
    "lookalike": -1,
    "care_price": 1.0,
    "care_volume": 1.0,
    "care_packing": 1.0,
    "care_text": 1.0,
    "care_route": 1.0,
    "price_twist": 0.0,
    "volume_twist": 0.0,
    "packing_twist": 0.0,
    "disguise": 0,
    "same_group": 0,
    "licence_plan": 0,
    "loss_share": 0.0,
    "forwarder": -1,
    "tactic": 0,
    "desk": 0,
}
"""Columns of a movement. `code` is the good whose customs code the paper bears where that is not the paper's.
Goods, firms, buyers and places are positions; twists are natural logarithms; `care` is 1
where the figure on paper is what an honest paper of that good would say."""


@dataclass(frozen=True)
class Setting:
    """Everything that movements happen in: goods, places, firms, rules, months and prices."""

    seed: int
    """Of the rows: each part of a large world has its own."""
    root: int
    """Of the world: what all parts share."""
    config: SimulateSettings
    goods: Goods
    places: Places
    firms: Firms
    rules: Rules
    months: Ints
    """Day number of each month's first day, and of the day after the last month."""
    prices: Floats
    """USD/kg abroad by good and month."""
    gaps: Floats
    """Price abroad over price in China by good and month, at least 1."""
    part: int = 0
    """Which part of a large world this is."""
    parts: int = 1
    """How many parts the world has; each has firms and numbers of its own."""
    usable: dict[int, Bools] = field(default_factory=dict, compare=False)
    """Goods that each scheme can move, by the end of their stretch, once somebody asked; see choices.usable."""

    @property
    def first_day(self) -> int:
        """First day of the world."""
        return int(self.months[0])

    @property
    def last_day(self) -> int:
        """First day after the world."""
        return int(self.months[-1])

    def month_of(self, day: Ints) -> Ints:
        """Position of the month that a day falls in; days outside go to the nearest month."""
        return np.asarray(self._month_by_day[np.clip(day - self.first_day, 0, len(self._month_by_day) - 1)])

    @cached_property
    def _month_by_day(self) -> Ints:
        return np.repeat(np.arange(len(self.months) - 1), np.diff(self.months))

    @cached_property
    def mineral_houses(self) -> tuple[Ints, Ints]:
        """The Chinese firms that trade controlled goods openly, and three controlled goods for each."""
        goods = self.goods.having(role="controlled")
        home = np.flatnonzero(self.firms.country == 0)
        order = np.argsort(scramble(home, np.full_like(home, self.seed)), kind="stable")
        houses = np.sort(home[order[: max(24, len(home) // 40)]])
        weights = self.goods.floats("weight")[goods]
        cumulative = np.cumsum(weights) / weights.sum()
        depth = np.stack([scramble(houses, np.full_like(houses, slot)) for slot in range(3)], axis=1) / 2.0**63
        return houses, goods[np.searchsorted(cumulative, depth)]

    def price(self, good: Ints, day: Ints) -> Floats:
        """Usual price of a good abroad in the month of a day, USD/kg."""
        return np.asarray(self.prices[good, self.month_of(day)])

    def gap(self, good: Ints, day: Ints) -> Floats:
        """Price abroad over price in China in the month of a day; 1 for what is not controlled."""
        return np.asarray(self.gaps[good, self.month_of(day)])


def movement_table(columns: dict[str, Any], count: int) -> pl.DataFrame:
    """Build a table of movements; columns not given have their default."""
    given = {name: pl.Series(name, columns[name]) for name in _DEFAULTS if name in columns}
    return pl.DataFrame(
        [
            default.new_from_index(0, count)
            if name not in given
            else given[name]
            if given[name].dtype == default.dtype
            else given[name].cast(default.dtype)
            for name, default in _DEFAULTS.items()
        ]
    )


_DEFAULTS = {
    name: pl.Series(name, [value], dtype=pl.Float64 if isinstance(value, float) else pl.Int64)
    for name, value in DEFAULTS.items()
}


def draw_days(world: Setting, rng: np.random.Generator, firm: Ints, month_weights: Floats | None = None) -> Ints:
    """Draw a day of shipment for each row: seasonal, and never before the firm's first day."""
    months = len(world.months) - 1
    calendar = np.array([SEASON[int(m)] for m in _calendar_month(world)])  # holidays: seasons.keep_holidays
    weights = calendar if month_weights is None else calendar * month_weights
    month = pick(rng, weights, len(firm))
    length = (world.months[1:] - world.months[:-1])[month]
    day = world.months[:months][month] + (rng.random(len(firm)) * length).astype(np.int64)
    late = world.firms.starts[firm]
    redrawn = late + (rng.random(len(firm)) * np.maximum(world.last_day - late, 1)).astype(np.int64)
    return np.asarray(np.where(day < late, redrawn, day))


def _calendar_month(world: Setting) -> Ints:
    first = world.months[:-1].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray(first % 12)


def draw_destinations(world: Setting, rng: np.random.Generator, firm: Ints, good: Ints) -> Ints:
    """Draw where each row goes: the good's markets, by the firm's habits in three rows of five."""
    kinds = world.goods.texts("market")
    letters = sorted(set(kinds))
    market = np.stack([world.places.market(letter) for letter in letters])
    which = np.array([letters.index(kind) for kind in kinds])[good]
    habit = world.firms.habits[firm, rng.integers(0, 3, len(firm))]
    where = np.where(rng.random(len(firm)) < 0.6, habit, rng.random(len(firm)))
    found = pick_among(where, market, which)
    home = world.firms.country[firm]
    other = world.places.positions("USA", "DEU")
    return np.asarray(np.where(found == home, np.where(home == other[0], other[1], other[0]), found))


def draw_modes(world: Setting, rng: np.random.Generator, good: Ints, dispatch: Ints, destination: Ints) -> Ints:
    """Draw a mode of transport that the good uses and the two places allow."""
    letters = sorted(MODE_SHARES)
    which = np.array([letters.index(letter) for letter in world.goods.texts("mode")])[good]
    mode = pick_among(rng.random(len(good)), np.array([MODE_SHARES[letter] for letter in letters]), which)
    by_rail = np.isin(destination, world.places.positions("KAZ", "RUS", "POL", "DEU")) & (dispatch == 0)
    by_road = np.isin(destination, world.places.positions("HKG", "VNM", "LAO", "KAZ", "RUS", "TJK")) & (dispatch == 0)
    mode = np.where((mode == RAIL) & ~by_rail, SEA, mode)
    mode = np.where((mode == SEA) & by_road & (rng.random(len(good)) < 0.45), ROAD, mode)
    mode = np.where((mode == ROAD) & ~by_road, SEA, mode)
    landlocked = ~world.places.has_sea
    inland = landlocked[destination] | landlocked[dispatch]
    return np.asarray(np.where((mode == SEA) & inland, np.where(by_road, ROAD, AIR), mode))


def draw_mass(world: Setting, rng: np.random.Generator, firm: Ints, good: Ints, mode: Ints) -> Floats:
    """Draw the mass of each lot in kg: the good's usual lot, smaller by air, small by courier."""
    lot, spread = world.goods.floats("lot_kg")[good], world.goods.floats("lot_spread")[good]
    habit = 0.4 * world.firms.markup[firm]
    kg = lot * np.exp(spread * (habit + 0.9 * rng.normal(size=len(firm))))
    dear = world.goods.texts("mode")
    heavy_good = np.isin(np.array(dear)[good], ["s", "m"])
    kg = np.where(mode == AIR, kg * np.where(heavy_good, 0.08, 1.0), kg)
    kg = np.where(mode == COURIER, np.minimum(kg * 0.1, 45.0 * rng.random(len(firm)) + 0.4), kg)
    return np.maximum(np.round(kg, 1), 0.3)


def ship(
    world: Setting,
    rng: np.random.Generator,
    *,
    firm: Ints,
    good: Ints,
    day: Ints | None = None,
    destination: Ints | None = None,
    **given: Any,
) -> dict[str, Any]:
    """Ship lots honestly: where, how, how much and at what price. `given` columns override the draw."""
    count = len(firm)
    day = draw_days(world, rng, firm) if day is None else day
    destination = draw_destinations(world, rng, firm, good) if destination is None else destination
    home = world.firms.country[firm]
    reexport = world.places.entrepot[home] / (world.places.entrepot[home] + 0.3)
    from_china = (home != 0) & (rng.random(count) < reexport)
    origin = np.where(from_china, 0, home)
    mode = given.get("mode", draw_modes(world, rng, good, home, destination))
    kg = given.get("kg", draw_mass(world, rng, firm, good, mode))
    price = world.price(good, day) * np.exp(
        world.goods.floats("price_spread")[good] * (0.5 * world.firms.markup[firm] + 0.85 * rng.normal(size=count))
        - 0.08 * np.log(np.maximum(kg, 0.1) / world.goods.floats("lot_kg")[good])
    )
    open_gap = 1.0 - world.config.price_gap.exporters_share  # what leaves China openly is dearer than at home
    price = np.where(home == 0, price * world.gap(good, day) ** -open_gap, price)
    slot = pick(rng, [0.6, 0.25, 0.15], count)
    desk = rng.integers(0, DESKS, count)
    return {
        "firm": firm,
        "good": good,
        "paper": good,
        "day": day,
        "destination": destination,
        "declared_destination": destination,
        "origin": origin,
        "declared_origin": origin,
        "dispatch": home,
        "hub": np.where(from_china, home, -1),
        "direction": np.where(home == 0, EXPORT, IMPORT),
        "mode": mode,
        "kg": kg,
        "desk": desk,
        "usd_per_kg": price,
        "consignee": world.firms.buyer_of(firm, destination, slot),
    } | given

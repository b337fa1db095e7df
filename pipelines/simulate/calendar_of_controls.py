"""When a mineral needs a licence, where it may not go at all, and what it costs: by day, as traders see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from pipelines.settings.simulate import Control
from pipelines.simulate.catalogue import Goods, Places
from pipelines.simulate.draws import Bools, Floats, Ints, day_number

NEVER = 10**7
"""A day that no world reaches."""


@dataclass(frozen=True)
class Rules:
    """Controls as arrays over goods; only goods with role `controlled` are ever under one."""

    licensed_from: Ints
    """By good: first day on which a licence is needed; NEVER where none."""
    refused_from: Ints
    """By good and country: first day on which export there is refused."""
    refused_to: Ints
    """By good and country: first day on which it no longer is."""

    def needs_licence(self, good: Ints, day: Ints) -> Bools:
        """Which rows need a licence on their day."""
        return np.asarray(day >= self.licensed_from[good])

    def is_refused(self, good: Ints, country: Ints, day: Ints) -> Bools:
        """Which rows may not go to that country on their day."""
        return np.asarray((day >= self.refused_from[good, country]) & (day < self.refused_to[good, country]))


def rules_in_time(controls: Sequence[Control], goods: Goods, places: Places) -> Rules:
    """Lay the dated controls over goods and countries."""
    licensed = np.full(goods.frame.height, NEVER, dtype=np.int64)
    starts = np.full((goods.frame.height, len(places.codes)), NEVER, dtype=np.int64)
    ends = np.full_like(starts, NEVER)
    for control in controls:
        for mineral in control.minerals:
            rows = goods.having(role="controlled", mineral=mineral)
            if control.refused_destinations:
                cells = np.ix_(rows, places.positions(*control.refused_destinations))
                starts[cells] = day_number(control.starts_on)
                ends[cells] = day_number(control.ends_on) if control.ends_on else NEVER
            else:
                licensed[rows] = np.minimum(licensed[rows], day_number(control.starts_on))
    return Rules(licensed, starts, ends)


def price_by_month(prices: Mapping[str, Sequence[tuple[date, float]]], goods: Goods, months: Ints) -> Floats:
    """Price of each good (USD/kg) at each month's first day: base price times the mineral's dated index."""
    table = np.repeat(goods.floats("usd_per_kg")[:, None], len(months), axis=1)
    minerals, roles = goods.texts("mineral"), goods.texts("role")
    for mineral, points in prices.items():
        days = np.array([day_number(day) for day, _ in points], dtype=np.float64)
        level = np.log(np.array([price for _, price in points]))
        index = np.exp(np.interp(months.astype(np.float64), days, level) - level[0])
        for row in range(goods.frame.height):
            if minerals[row] == mineral:  # uncontrolled relatives (alloys, tools, medicine) follow at a distance
                table[row] *= index if roles[row] == "controlled" else index**0.4
    return table

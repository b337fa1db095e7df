"""When a mineral needs a licence, where it may not go at all, and what it costs: by day, as traders see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from pipelines.settings.simulate import PriceGap
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
    """By spell, good and country: first day on which export there is refused."""
    refused_to: Ints
    """By spell, good and country: first day on which it no longer is."""

    def needs_licence(self, good: Ints, day: Ints) -> Bools:
        """Which rows need a licence on their day."""
        return np.asarray(day >= self.licensed_from[good])

    def is_refused(self, good: Ints, country: Ints, day: Ints) -> Bools:
        """Which rows may not go to that country on their day."""
        spells = (day >= self.refused_from[:, good, country]) & (day < self.refused_to[:, good, country])
        return np.asarray(spells.any(axis=0))

    def refused_before(self, good: int, day: int) -> Ints:
        """Name the countries to which export of a good is refused at some time before a day."""
        return np.flatnonzero((self.refused_from[:, good, :] < day).any(axis=0))


def rules_in_time(measures: pl.DataFrame, goods: Goods, places: Places) -> Rules:
    """Lay the control list's measures, as finally known, over goods and countries.

    A licence duty to every destination counts from its first day; a presumed refusal closes a destination.
    """
    final = measures.filter(pl.col("known_to").is_null() & pl.col("mineral").is_not_null())
    licensed = np.full(goods.frame.height, NEVER, dtype=np.int64)
    duty = final.filter(
        (pl.col("rule") == "licence") & pl.col("destination_iso3").is_null() & pl.col("valid_to").is_null()
    )
    for mineral, first in duty.group_by("mineral").agg(pl.col("valid_from").min()).sort("mineral").iter_rows():
        licensed[goods.having(role="controlled", mineral=mineral)] = day_number(first)
    refused = (
        final.filter((pl.col("rule") == "refusal_presumed") & pl.col("destination_iso3").is_in(places.codes))
        .select("mineral", "destination_iso3", "valid_from", "valid_to")
        .unique()
        .sort("mineral", "destination_iso3", "valid_from")
        .with_columns(pl.int_range(pl.len()).over("mineral", "destination_iso3").alias("spell"))
    )
    spells = int(refused.select(pl.col("spell").max().fill_null(0)).item()) + 1
    starts = np.full((spells, goods.frame.height, len(places.codes)), NEVER, dtype=np.int64)
    ends = np.full_like(starts, NEVER)
    for mineral, iso3, first, end, spell in refused.iter_rows():  # a spell ends where the refusal is suspended
        rows = goods.having(role="controlled", mineral=mineral)
        starts[spell, rows, places.position(iso3)] = day_number(first)
        ends[spell, rows, places.position(iso3)] = day_number(end) if end else NEVER
    return Rules(licensed, starts, ends)


def gap_by_month(gap: PriceGap, rules: Rules, goods: Goods, months: Ints) -> Floats:
    """Price abroad over price in China of each good at each month's first day: 1 until its control, then rising."""
    known = {str(name): ratio for name, ratio in gap.minerals.items()}
    final = np.log([known.get(mineral, gap.usual_ratio) for mineral in goods.texts("mineral")])
    since = np.maximum(months[None, :] - rules.licensed_from[:, None], 0.0)
    return np.asarray(np.exp(final[:, None] * (1 - np.exp(-since / gap.opening_days))))


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

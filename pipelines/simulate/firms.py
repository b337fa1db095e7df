"""Who trades: exporters with their goods, habits, offices and names, and pools of buyers in every country."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.simulate.catalogue import Goods, Places
from pipelines.simulate.draws import Bools, Floats, Ints, own_numbers, pick, scramble, stream
from pipelines.simulate.names import FORWARDERS, firm_names

CITIES = 8
"""Home regions in China; each has a customs office, a sea port, an air port and a border crossing of its own."""
BUYERS_PER_DEMAND = 0.0045
"""Buyers in a country per declaration and unit of demand: about four declarations for each buyer."""
MIN_BUYERS = 12
BUYER_SKEW = 2.0
"""How uneven buyers are: 1 makes all alike, at 2 the first n of N have the root of n/N of the trade (own choice)."""
HUB_FIRMS = 2.0
"""Extra weight of a hub of this world as a seat of firms: where evaders hide, honest firms are many."""


@dataclass(frozen=True)
class Firms:
    """Exporters by position, and pools of buyers by country."""

    country: Ints
    region: Ints
    weight: Floats
    starts: Ints
    goods: Ints
    """Four goods a firm, the first its main one."""
    habits: Floats
    """Three numbers in [0, 1] a firm: where it usually sells."""
    markup: Floats
    """How far its prices lie from the usual, natural logarithm."""
    forwarder: Ints
    has_group: Bools
    exporter_id: pl.Series
    name_en: pl.Series
    name_cn: pl.Series
    token: pl.Series
    buyer_start: Ints
    """Position of the first buyer of each country; one more than the countries."""
    buyer_id: pl.Series
    buyer_name: pl.Series

    @cached_property
    def root_weight(self) -> Floats:
        """Square root of the weights."""
        return np.sqrt(self.weight)

    def buyer_of(self, firm: Ints, country: Ints, slot: Ints) -> Ints:
        """Return the usual buyer of a firm in a country: the same firm, country and slot give the same buyer.

        Few buyers have many suppliers and most have few: of a hundred the first has a tenth.
        """
        size = self.buyer_start[country + 1] - self.buyer_start[country]
        place = size * (scramble(firm, country, slot) / 2.0**63) ** BUYER_SKEW
        return np.asarray(self.buyer_start[country] + np.minimum(place.astype(np.int64), size - 1))


def found_firms(
    *,
    goods: Goods,
    places: Places,
    seed: int,
    count: int,
    declarations: int,
    first_day: int,
    last_day: int,
    foreign_share: float,
    new_share: float,
    group_share: float,
    hubs: Ints,
    pool: str = "common",
    part: int = 0,
    parts: int = 1,
) -> Firms:
    """Found the firms and buyers of a world; later schemes only choose among them."""
    rng = stream(seed, "firms")
    foreign = rng.random(count) < foreign_share
    abroad = places.demand * 0.25 + places.entrepot * 4
    abroad[hubs] += HUB_FIRMS
    country = np.where(foreign, pick(rng, abroad, count), 0).astype(np.int64)
    kinds = goods.floats("weight") * np.array([role == "ordinary" for role in goods.texts("role")])
    weight = np.minimum(rng.pareto(1.4, count) + 0.25, 12.0)
    is_new = rng.random(count) < new_share
    starts = np.where(is_new, rng.integers(first_day, last_day, count), first_day - 900)
    buyers = np.maximum(MIN_BUYERS, (places.demand * declarations * BUYERS_PER_DEMAND).astype(np.int64))
    buyer_start = np.concatenate([[0], np.cumsum(buyers)]).astype(np.int64)
    codes = pl.Series(places.codes)
    city = rng.integers(0, CITIES, count)
    name_en, name_cn, token = firm_names(stream(seed, "names"), city, codes.gather(country), pool)
    home = codes.gather(np.repeat(np.arange(len(buyers)), buyers))
    buyer_en, _, _ = firm_names(stream(seed, "buyers"), rng.integers(0, CITIES, len(home)), home, pool)
    numbers = own_numbers(stream(seed, "identifiers"), 400_000_000, count + len(home), part=part, parts=parts)
    numbers = numbers + (100_000_000 if pool == "common" else 500_000_000)  # no number is in both pools
    return Firms(
        country=country,
        region=city,
        weight=weight,
        starts=starts.astype(np.int64),
        goods=np.stack([pick(rng, kinds, count) for _ in range(4)], axis=1),
        habits=rng.random((count, 3)),
        markup=rng.normal(0, 1, count),
        forwarder=rng.integers(0, FORWARDERS, count),
        has_group=rng.random(count) < group_share,
        exporter_id=pl.Series(numbers[:count]).cast(pl.String),
        name_en=name_en,
        name_cn=name_cn,
        token=token,
        buyer_start=buyer_start,
        buyer_id="B" + pl.Series(numbers[count:]).cast(pl.String),
        buyer_name=buyer_en,
    )

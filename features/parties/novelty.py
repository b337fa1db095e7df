"""What is new about a party as of the month: itself, its partner, its goods, its lane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from features.tally import MONTHS, Tally


@dataclass(frozen=True, slots=True)
class Novelty:
    """One question of newness: was `child` seen before, among all that its `parent` was seen with?"""

    code: str
    parent: str
    child: str


NOVELTIES = (
    Novelty("exporter_new", "everybody", "exporter"),
    Novelty("consignee_new", "everybody", "consignee"),
    Novelty("pair_new", "exporter", "pair"),
    Novelty("goods_new_for_exporter", "exporter", "exporter_goods"),
    Novelty("lane_new_for_exporter", "exporter", "exporter_lane"),
)
"""Keys are the numbers of `features.parties.party_numbers`; `everybody` is the parent of all."""


def novelty(seen: pl.Expr, parent_total: pl.Expr, parent_kinds: pl.Expr) -> pl.Expr:
    """Never seen before with this party (or at all), although enough was seen to expect it.

    N / (N + V) / (1 + n) for n earlier rows of the child, N of the parent, V kinds of child that the parent had:
    Witten and Bell's chance that the next kind is an old one, halved by the first sighting. 1 - (n+1)/(N+V) of
    indicators.md 32 calls the rare goods of a large house new; this does not. Null where the parent was never seen.

    >>> n, total, kinds = pl.lit(pl.Series([0, 0, 1])), pl.lit(pl.Series([9, 0, 9])), pl.lit(pl.Series([1, 0, 1]))
    >>> pl.select(novelty(n, total, kinds)).to_series().to_list()
    [0.9, None, 0.45]
    """
    return pl.when(parent_total > 0).then(parent_total / (parent_total + parent_kinds) / (1 + seen))


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """What was seen of the children of one question, by month."""

    child: Tally
    parent: Tally
    kinds: Tally
    """First sightings of each child, under its parent."""

    @classmethod
    def of(cls, history: pl.DataFrame, one: Novelty, kinds_most: int) -> Sightings:
        """Sort the sightings of numbered `history` (see `PartyNumbers`); rows without the child count nowhere."""
        child = Tally.of(history[one.child], history["month"])
        parents = [(at // MONTHS // kinds_most) * MONTHS + at % MONTHS for at in (child.at, child.firsts())]
        return cls(child, *(Tally(np.sort(at), ()) for at in parents))


def novelty_columns(rows: pl.DataFrame, seen: Sightings, one: Novelty) -> list[pl.Series]:
    """Return one column of novelty, and how often the child was seen before as `<code>_n`; null without the child."""
    child, parent, month = rows[one.child], rows[one.parent], rows["month"]
    ((n,),) = seen.child.before(child, month)
    ((total,),) = seen.parent.before(parent, month)
    ((kinds,),) = seen.kinds.before(parent, month)
    weighed = pl.select(pl.when(n.is_not_null()).then(novelty(*map(pl.lit, (n, total, kinds))))).to_series()
    return [weighed.alias(one.code), n.alias(f"{one.code}_n")]

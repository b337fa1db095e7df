"""What is new about a party as of the month: itself, its partner, its goods, its lane."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.tally import MONTHS, Whole


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


def parents_of(children: Whole, kinds_most: int) -> Whole:
    """Name the place of each child's parent in the same month (see `PartyNumbers.kinds_most`)."""
    return (children // MONTHS // kinds_most) * MONTHS + children % MONTHS


def novelties() -> list[pl.Expr]:
    """Build a column of newness for each of `NOVELTIES`, from what `Trade.before` says; null without the child."""
    found = []
    for one in NOVELTIES:
        n = pl.col(f"{one.child}_n")
        total, kinds = (pl.col(f"{one.parent}_{one.child}{what}") for what in ("", "_kinds"))
        found.append(pl.when(n.is_not_null()).then(novelty(n, total, kinds)).alias(one.code))
    return found

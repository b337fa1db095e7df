"""How one-sided a party's trade is: its partners and its goods for each declaration it had before."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.parties.novelty import parents_of
from features.parties.party_numbers import HEADINGS
from features.tally import MONTHS, Tally


@dataclass(frozen=True, slots=True)
class Variety:
    """One question of variety: how many kinds of `child` did the `party` have?"""

    code: str
    party: str
    child: str

    @property
    def counted(self) -> str:
        """The figure that says how many kinds there were."""
        return f"{self.code}_n"


VARIETIES = (
    Variety("consignee_exporters", "consignee", "pair"),
    Variety("exporter_consignees", "exporter", "pair"),
    Variety("consignee_headings", "consignee", "consignee_goods"),
    Variety("exporter_headings", "exporter", "exporter_goods"),
)
"""Keys are the numbers of `features.parties.party_numbers`."""


def varieties() -> list[pl.Expr]:
    """Build a share, kinds for each earlier declaration, and its count of kinds, for each of VARIETIES.

    1 where every declaration brought another, near 0 where all were alike; null where the party was never seen before.
    """
    found = []
    for one in VARIETIES:
        n, kinds = pl.col(f"{one.party}_n"), pl.col(f"{one.party}_{one.child}_kinds")
        found += [pl.when(n > 0).then(kinds / n).alias(one.code), kinds.alias(one.counted)]
    return found


def with_consignee_kinds(tallies: dict[str, Tally], consignees_most: int) -> Tally:
    """Count, at each consignee's places, the exporters and the headings that were new to it in that month."""
    pairs = tallies["pair"].firsts()
    consignees = (pairs // MONTHS % consignees_most) * MONTHS + pairs % MONTHS
    goods = parents_of(tallies["consignee_goods"].firsts(), HEADINGS)
    own = tallies["consignee"].with_counts("pair_kinds", consignees)
    return own.with_counts("consignee_goods_kinds", goods)

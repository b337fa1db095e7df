"""What is new about a party as of the month: itself, its partner, its goods, its lane."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.lookback import settle, totals_before


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
"""Keys are the numbers of `features.parties.party_numbers`."""


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


def add_novelty(rows: pl.LazyFrame, history: pl.LazyFrame, one: Novelty) -> pl.LazyFrame:
    """Add one column of novelty, and how often the child was seen before as `<code>_n`.

    Both frames carry the numbered keys and `month`. Null where a key is missing.
    """
    both = [one.parent, one.child]
    sighted = settle(
        history.select(*both, "month").drop_nulls().group_by(*both, "month").agg(pl.len().cast(pl.Int64).alias("n"))
    )
    wanted = settle(rows.select(*both, "month").drop_nulls().unique())
    first = sighted.group_by(both).agg(pl.col("month").min())
    kinds = first.group_by(one.parent, "month").agg(pl.len().cast(pl.Int64).alias("kinds"))
    totals = sighted.group_by(one.parent, "month").agg(pl.col("n").sum())
    above = totals.join(kinds, on=[one.parent, "month"], how="left").with_columns(pl.col("kinds").fill_null(0))
    seen = totals_before(sighted, wanted, by=[one.child], sums=["n"]).rename({"n": "seen"})
    state = (
        wanted.join(seen, on=[one.child, "month"], how="left")
        .join(totals_before(above, wanted, by=[one.parent], sums=["n", "kinds"]), on=[one.parent, "month"], how="left")
        .select(
            one.child,
            "month",
            novelty(pl.col("seen"), pl.col("n"), pl.col("kinds")).alias(one.code),
            pl.col("seen").alias(f"{one.code}_n"),
        )
    )
    return rows.join(settle(state), on=[one.child, "month"], how="left")

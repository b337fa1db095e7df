"""What a house is known for with a customer, and what it sends now."""

from __future__ import annotations

import polars as pl

from features.parties.rules import PartiesRules


def portfolio_shift(
    watched: pl.Expr, shipped: pl.Expr, goods_seen: pl.Expr, is_watched: pl.Expr, rules: PartiesRules
) -> pl.Expr:
    """A house known to this customer for watched goods sends it something it never sent anybody.

    Of `shipped` earlier consignments of the pair, `watched` were under watched headings; the exporter declared the
    heading at hand `goods_seen` times. Strength in [0, 1]: watched / (shipped + lots_to_trust) / (1 + goods_seen), 0
    for a watched heading. Null where the pair has no earlier trade or the heading is unknown.
    Source: indicators.md 32; issue 5.

    >>> watched, shipped, seen = (pl.lit(pl.Series(one)) for one in ([9, 9, 0], [9, 9, 0], [0, 2, 0]))
    >>> found = portfolio_shift(watched, shipped, seen, pl.lit(value=False), PartiesRules(lots_to_trust=3.0))
    >>> pl.select(found).to_series().to_list()
    [0.75, 0.25, None]
    """
    strength = watched / (shipped + rules.lots_to_trust) / (1 + goods_seen)
    known = (shipped > 0) & goods_seen.is_not_null() & is_watched.is_not_null()
    return pl.when(known).then(pl.when(is_watched).then(0.0).otherwise(strength))


def is_watched(rules: PartiesRules) -> pl.Expr:
    """Tell whether the `heading` is one of `rules.watched_headings`; null where there is none."""
    return pl.col("heading").is_in([int(one) for one in rules.watched_headings])

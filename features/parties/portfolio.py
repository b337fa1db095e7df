"""What a house is known for with a customer, and what it sends now; and customers who pass goods on."""

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


def passes_goods_on(received: pl.Expr, sent: pl.Expr, rules: PartiesRules) -> pl.Expr:
    """The consignee has sent on goods of this heading as often as it received them: a link in a chain, not its end.

    With m the smaller of both counts: 2 m / (received + sent) * m / (m + lots_to_trust), in [0, 1]; 0 where it never
    sent any. Null where either count is unknown. indicators.md 34; issue 5, network position.

    >>> received, sent = pl.lit(pl.Series([6, 6, 6])), pl.lit(pl.Series([6, 0, None]))
    >>> pl.select(passes_goods_on(received, sent, PartiesRules(lots_to_trust=3.0)).round(3)).to_series().to_list()
    [0.667, 0.0, None]
    """
    fewer = pl.min_horizontal(received, sent)
    strength = pl.when(fewer > 0).then(2 * fewer / (received + sent) * fewer / (fewer + rules.lots_to_trust))
    return pl.when(received.is_not_null() & sent.is_not_null()).then(strength.otherwise(0.0))


def is_watched(rules: PartiesRules) -> pl.Expr:
    """Tell whether the `heading` is one of `rules.watched_headings`; null where there is none."""
    return pl.col("heading").is_in([int(one) for one in rules.watched_headings])

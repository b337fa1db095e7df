"""What a house is known for with a customer, and what it sends now; and customers who pass goods on."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.parties.party_numbers import HEADINGS, PartyNumbers
from features.parties.rules import PartiesRules
from features.tally import Tally


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


@dataclass(frozen=True, slots=True, eq=False)
class Portfolio:
    """What each pair shipped, and what each party received and sent of each heading, by month."""

    pair: Tally
    """With the number of consignments under watched headings."""
    goods: dict[str, Tally]
    """By side, `consignee` and `exporter`, and heading."""

    @classmethod
    def of(cls, history: pl.DataFrame, rules: PartiesRules) -> Portfolio:
        """Sort the consignments of numbered `history` (see `PartyNumbers`)."""
        month, is_watched = history["month"], pl.col("hs4").is_in([*rules.watched_headings])
        pair = Tally.of(history["pair"], month, history.select(is_watched.cast(pl.Int64)).to_series())
        goods = {side: Tally.of(history.select(_goods(side)).to_series(), month) for side in ("consignee", "exporter")}
        return cls(pair, goods)


def portfolio_columns(rows: pl.DataFrame, past: Portfolio, goods_seen: pl.Series, rules: PartiesRules) -> pl.DataFrame:
    """Return `portfolio_shift` and `pair_watched_n` for each numbered row, from earlier months of the pair.

    `goods_seen` says how often the exporter declared the heading before. Watched are the headings of
    `rules.watched_headings`.
    """
    is_watched = pl.col("hs4").is_in([*rules.watched_headings])
    ((shipped, watched),) = past.pair.before(rows["pair"], rows["month"])
    counted = rows.select("hs4", shipped=shipped, watched=watched, seen=goods_seen)
    shift = portfolio_shift(pl.col("watched"), pl.col("shipped"), pl.col("seen"), is_watched, rules)
    return counted.select(portfolio_shift=shift, pair_watched_n="watched")


def passing_on_columns(rows: pl.DataFrame, past: Portfolio, known: PartyNumbers, rules: PartiesRules) -> pl.DataFrame:
    """Return `passes_goods_on`, `received_n` and `sent_on_n` for each row, from earlier months of its heading.

    The consignee is known as an exporter by its key (identifier, else plain name).
    """
    as_sender = pl.col("consignee_key").is_not_null()
    asked = rows.with_columns(exporter=pl.when(as_sender).then(known.numbers("exporter", rows["consignee_key"])))
    counts = {}
    for side, name in (("consignee", "received_n"), ("exporter", "sent_on_n")):
        ((counts[name],),) = past.goods[side].before(asked.select(_goods(side)).to_series(), rows["month"])
    told = pl.DataFrame(counts)
    return told.with_columns(passes_goods_on=passes_goods_on(pl.col("received_n"), pl.col("sent_on_n"), rules))


def _goods(side: str) -> pl.Expr:
    return pl.col(side) * HEADINGS + pl.col("hs4").cast(pl.Int64, strict=False)

"""Goods that are received and sent on: a chain told at either of its legs."""

from __future__ import annotations

import polars as pl

from features.countries import PLACE_CODES
from features.parties.rules import PartiesRules

ONWARD_FIGURES = (
    "exporter_received_n",
    "exporter_received_months_ago",
    "exporter_received_from",
    "exporter_suppliers_n",
)
"""What `sends_on_received` is told with."""


def passes_goods_on(received: pl.Expr, sent: pl.Expr, rules: PartiesRules) -> pl.Expr:
    """The consignee has sent on goods of this heading as often as it received them: a link in a chain, not its end.

    With m the smaller of both counts: 2 m / (received + sent) * m / (m + sent_on_to_trust), in [0, 1]; 0 where it never
    sent any. Null where either count is unknown. indicators.md 34; issue 5, network position.

    >>> received, sent = pl.lit(pl.Series([6, 6, 6])), pl.lit(pl.Series([6, 0, None]))
    >>> pl.select(passes_goods_on(received, sent, PartiesRules(sent_on_to_trust=1.0)).round(3)).to_series().to_list()
    [0.857, 0.0, None]
    """
    fewer = pl.min_horizontal(received, sent)
    strength = pl.when(fewer > 0).then(2 * fewer / (received + sent) * fewer / (fewer + rules.sent_on_to_trust))
    return pl.when(received.is_not_null() & sent.is_not_null()).then(strength.otherwise(0.0))


def sends_on_received(rules: PartiesRules) -> pl.Expr:
    """The exporter itself received goods of this heading from abroad, and sends them on to a third country.

    `passes_goods_on` with this lot among those sent, times each of what an honest house would lessen it by:
    its trade of this heading / all its trade (a house of many goods), 1 / sqrt(exporters it received from *
    consignees it sent to) (a distributor buys of several or sells to many), and 1 falling to 0 at `sent_on_months`
    since the last lot came (stock is used up). 0 where it received none, where the lot leaves from the country that
    the last one came from (a firm that supplies its own branch), or returns there. In [0, 1]; null where exporter or
    heading is unknown. Over what `Trade.before` says. Source: an outside test on two worlds; the shape is own choice.
    """
    received, others = pl.col("exporter_received_n"), pl.col("goods_seen_n")
    chained = passes_goods_on(received, others + 1, rules)
    focus = (others + 1) / (pl.col("exporter_seen_n") + 1)
    parties = pl.max_horizontal(pl.col("exporter_suppliers_n") * pl.col("exporter_pair_kinds").clip(1), 1)
    recent = (1 - (pl.col("exporter_received_months_ago") - 1) / rules.sent_on_months).clip(0, 1).fill_null(0.0)
    source = pl.col("exporter_received_from")
    same = ((source == pl.col("dispatch_iso3")) | (source == pl.col("destination_iso3"))).fill_null(value=False)
    return pl.when(same & chained.is_not_null()).then(0.0).otherwise(chained * focus * recent / parties.sqrt())


def received_figures(received: pl.DataFrame) -> pl.DataFrame:
    """Tell what tallies say of earlier lots as ONWARD_FIGURES.

    `n` lots by `suppliers` exporters before `month`, the last in `last_month` from `last_place` (1 the first of
    `PLACE_CODES`); both 0 where there was none.
    """
    place = pl.when(pl.col("last_place") > 0).then(pl.col("last_place") - 1)
    return received.select(
        exporter_received_n="n",
        exporter_received_months_ago=pl.when(pl.col("last_month") > 0).then(pl.col("month") - pl.col("last_month")),
        exporter_received_from=pl.lit(pl.Series(PLACE_CODES)).gather(place),
        exporter_suppliers_n="suppliers",
    )

"""A forwarder named where the user of the goods should be."""

from __future__ import annotations

import polars as pl

from features.parties.rules import PartiesRules


def names_forwarder(plain_name: pl.Expr, rules: PartiesRules) -> pl.Expr:
    """Tell whether a plain name is that of a firm that carries goods; null without one."""
    return plain_name.str.contains_any(list(rules.forwarder_words))


def forwarder_consignee(is_forwarder: pl.Expr, consignee: pl.Expr, declarant: pl.Expr, rules: PartiesRules) -> pl.Expr:
    """The consignee carries goods rather than uses them, so the user is not known. indicators.md 34.

    By the words of its plain name (`names_forwarder`); 0.2 more where the same identifier also declares. 0 where the
    name tells nothing; null without a name, unless the consignee is the declarant.
    """
    by_name = pl.when(is_forwarder).then(rules.forwarder_strength).when(is_forwarder.is_not_null()).then(0.0)
    same = (consignee == declarant).fill_null(value=False)
    return pl.when(same).then(by_name.fill_null(0.4) + 0.2).otherwise(by_name)

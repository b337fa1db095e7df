"""A forwarder named where the user of the goods should be."""

from __future__ import annotations

import polars as pl

from features.parties.rules import PartiesRules


def forwarder_consignee(plain_name: pl.Expr, consignee: pl.Expr, declarant: pl.Expr, rules: PartiesRules) -> pl.Expr:
    """The consignee carries goods rather than uses them, so the user is not known. indicators.md 34.

    By the words of its plain name; 0.2 more where the same identifier also declares. 0 where the name tells nothing;
    null without a name, unless the consignee is the declarant.
    """
    named = plain_name.str.contains_any(list(rules.forwarder_words))
    by_name = pl.when(named).then(rules.forwarder_strength).otherwise(0.0)
    same = (consignee == declarant).fill_null(value=False)
    known = pl.when(plain_name.is_not_null()).then(by_name)
    return pl.when(same).then(known.fill_null(0.4) + 0.2).otherwise(known)

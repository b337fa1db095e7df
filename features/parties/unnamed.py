"""Who is left unnamed where nearly everybody is named: a blank hides what all other evidence of a party speaks of."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from features.blanks import blank_strength

NAMED_BY = {side: (f"{side}_id", f"{side}_name") for side in ("exporter", "consignee")}
"""Columns either of which names a party."""
UNNAMED_FIGURES = ("unnamed_party", "named_share")


def party_unnamed(columns: Collection[str]) -> list[pl.Expr]:
    """Neither exporter nor consignee is left unnamed by earlier declarations, but this one leaves one so.

    Over rows with the keys of the parties and what `Trade.before` says of everybody; `columns` are those of the table
    judged: a party that has none there is unknown, which is no blank. Adds `party_unnamed` (strength of the less usual
    blank; 0 where both are named; null without history or columns) and UNNAMED_FIGURES: which party, and the share of
    earlier declarations that name it. Source: this project, after outside tests that emptied these fields.
    """
    told = [side for side, names in NAMED_BY.items() if not set(names).isdisjoint(columns)]
    if not told:
        return [
            pl.lit(None, kind).alias(name)
            for name, kind in zip(("party_unnamed", *UNNAMED_FIGURES), (pl.Float64, pl.String, pl.Float64), strict=True)
        ]
    n = pl.col("everybody_n")
    blanks = {side: pl.when(pl.col(f"{side}_key").is_null()).then(pl.col(f"everybody_{side}")) for side in told}
    named = pl.max_horizontal(*blanks.values())
    who = pl.coalesce(pl.when(blank == named).then(pl.lit(side)) for side, blank in blanks.items())
    strength = blank_strength(named, n).fill_null(0.0)
    return [
        pl.when(n > 0).then(strength).alias("party_unnamed"),
        pl.when(n > 0).then(who).alias("unnamed_party"),
        pl.when(n > 0).then(named / n).alias("named_share"),
    ]

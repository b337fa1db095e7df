"""What a hub keeps: goods passed on to another country leave it again, what it uses itself does not."""

from __future__ import annotations

import math

import polars as pl

from features.corridors.doubt import TWO_SIDES_LN
from features.corridors.hubs import covered


def own_use() -> pl.Expr:
    """Part of what more came from the origin that did not leave the hub again, to whomever.

    1 − what rose out of the hub over what rose into it, in [0, 1]: to the destination and beyond its noise to others
    (`out_beside`), by mass or by value, whichever passed on more, since codes mix cheap and dear goods and what is
    refined weighs less. Two sides tell one flow as masses up to e^`TWO_SIDES_LN` apart, 2.83 times, and goods stay up
    to two months: so many times what left may have left. 0 where no more came or the outflow is unknown, never null.
    Source: mass yield of what is merely relabelled, 0.90 to 1.02 (indicators.md 9), and mass balance (14).
    """
    came = pl.col("in_excess").clip(lower_bound=0.0)
    left = (pl.col("out_excess").clip(lower_bound=0.0) + pl.col("out_beside")) * math.exp(TWO_SIDES_LN)
    kept = 1.0 - covered(came, by=left, leg="in", other="out")
    is_told = (came > 0) & left.is_not_null()
    return pl.when(is_told).then(kept).fill_null(0.0)

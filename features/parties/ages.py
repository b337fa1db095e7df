"""How long ago a party, its partner, its goods and its lane were first seen: what repetition does not wear off."""

from __future__ import annotations

import polars as pl

AGED = ("exporter", "consignee", "pair", "exporter_goods", "exporter_lane")
"""Keys of `features.parties.party_numbers` that have an age, `<key>_age`."""
AGE_MOST = 24
"""Months; who is older counts as so old, so that histories of different length agree (own choice)."""
HISTORY_LEAST = 6
"""Months of history that it takes to tell who is new; as good as twelve on a generated world, and sooner there."""


def age(month: pl.Expr, began: pl.Expr, history_began: pl.Expr) -> pl.Expr:
    """Months since a party was first seen, before the month at hand; newcomers have none.

    `began` is 0 for a party that was never seen before. In [0, AGE_MOST]: 0 where never seen, or in this month only, as
    a month does not see itself. It is a lower bound: nobody is older than history, so that a history of less than a
    year makes old hands look young, and one of less than HISTORY_LEAST months everybody: then it is null, and so
    without any history (`history_began` is 0). Null where the party or the month is unknown.

    >>> month, history = pl.lit(pl.Series([100] * 5)), pl.lit(pl.Series([60, 60, 60, 60, 95]))
    >>> pl.select(age(month, pl.lit(pl.Series([98, 61, 0, None, 95])), history)).to_series().to_list()
    [2, 24, 0, None, None]
    """
    is_told = (history_began > 0) & (month - history_began >= HISTORY_LEAST) & began.is_not_null()
    return pl.when(is_told).then(pl.when(began > 0).then((month - began).clip(0, AGE_MOST)).otherwise(0))


def ages() -> list[pl.Expr]:
    """Build `<key>_age` for each of AGED, from what `Trade.before` says."""
    month, history = pl.col("month").cast(pl.Int64), pl.col("everybody_began")
    return [age(month, pl.col(f"{key}_began"), history).alias(f"{key}_age") for key in AGED]

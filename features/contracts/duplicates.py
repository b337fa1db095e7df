"""Rows that come twice: equal copies, and different rows that claim one identifier."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

DUPLICATE_ID = "duplicate_id"
DUPLICATE_ROW = "duplicate_row"


def find_duplicates(read: pl.DataFrame, key: Sequence[str], content: Sequence[str], place: str) -> pl.DataFrame:
    """Name the rows refused as duplicates: columns `place` (which row) and `rule`.

    With a key: different rows under one key are all `duplicate_id`; of equal rows all but the first by `place` are
    `duplicate_row`. Rows with a null in the key are left to the contract's own rules. Without a key (trade statistics:
    one row is one figure) only equal rows are looked for.
    """
    if key:
        named = read.filter(pl.all_horizontal(pl.col(key).is_not_null()))
        twice = named.filter(pl.struct(key).is_duplicated() if len(key) > 1 else pl.col(key[0]).is_duplicated())
    else:
        twice = read.filter(pl.struct(content).hash().is_duplicated())  # the hash only narrows down
    group = list(key) or list(content)
    conflict = pl.len().over(group) != pl.len().over(list(content))
    is_copy = pl.col(place) != pl.col(place).min().over(group)
    rule = pl.when(conflict).then(pl.lit(DUPLICATE_ID)).when(is_copy).then(pl.lit(DUPLICATE_ROW))
    return twice.select(place, rule.alias("rule")).filter(pl.col("rule").is_not_null())

"""Tables looked up for the rows of another: only the keys go through the join, not the columns they stand beside."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_HERE, _THERE = "place of the row", "place in the table"


def beside(
    rows: pl.DataFrame, table: pl.DataFrame | pl.LazyFrame, on: str | Sequence[str], *, nulls_equal: bool = False
) -> pl.DataFrame:
    """Look `table` up for each row by the columns `on`, which are unique in it, and set what it holds beside the row.

    A left join that keeps the order of rows. Joining wide rows copies every column of theirs, which takes fifty times
    as long. A key that `table` holds twice is a defect.

    >>> rows, names = pl.DataFrame({"no": [2, 1, 3]}), pl.DataFrame({"no": [1, 2], "name": ["a", "b"]})
    >>> beside(rows, names, "no")["name"].to_list()
    ['b', 'a', None]
    """
    keys = [on] if isinstance(on, str) else list(on)
    held = table.lazy().collect().rechunk()
    places = held.lazy().select(pl.int_range(pl.len(), dtype=pl.UInt32).alias(_THERE), *keys)
    asked = rows.lazy().select(pl.int_range(pl.len(), dtype=pl.UInt32).alias(_HERE), *keys)
    found = asked.join(places, on=keys, how="left", nulls_equal=nulls_equal).select(_HERE, _THERE).collect()
    if found.height != rows.height:
        raise ValueError(f"a table looked up holds the same {', '.join(keys)} twice")
    at = pl.zeros(rows.height, pl.UInt32, eager=True).scatter(found[_HERE], found[_THERE])
    return rows.hstack(held.drop(keys).select(pl.all().gather(at)))


def told_once(rows: pl.DataFrame, column: str, *told: pl.Expr) -> pl.DataFrame:
    """Add what `told` says of one column, worked out once for each distinct value."""
    distinct = rows.lazy().select(column).unique()
    return beside(rows, distinct.with_columns(*told), column, nulls_equal=True)

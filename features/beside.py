"""Tables looked up for the rows of another: only the keys go through the join, not the columns they stand beside."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from features.lookback import settled

_THERE = "place in the table"


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
    held = settled(table.lazy()).rechunk()
    places = held.select(keys).with_row_index(_THERE)
    # not lazy: a plan for each look-up costs more than looking up a few rows
    found = rows.select(keys).join(places, on=keys, how="left", nulls_equal=nulls_equal, maintain_order="left")
    if found.height != rows.height:
        raise ValueError(f"a table looked up holds the same {', '.join(keys)} twice")
    return rows.hstack(held.drop(keys).select(pl.all().gather(found[_THERE])))


def told_once(rows: pl.DataFrame, column: str, *told: pl.Expr) -> pl.DataFrame:
    """Add what `told` says of one column, worked out once for each distinct value."""
    distinct = rows.lazy().select(column).unique()
    return beside(rows, distinct.with_columns(*told), column, nulls_equal=True)

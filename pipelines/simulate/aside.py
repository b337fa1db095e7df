"""Parts of a large world put aside as Arrow streams, a batch a month, and read back month by month."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import date
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa


def put_months(table: pl.DataFrame, path: Path, day: str) -> None:
    """Write a table that is in the order of its column `day`; nothing is packed, as it is read once and soon."""
    path.parent.mkdir(parents=True, exist_ok=True)
    days, rows = table[day].to_numpy(), table.to_arrow()
    month = days.astype("datetime64[M]")
    starts = np.flatnonzero(np.diff(month, prepend=month[:1] - 1)).tolist()
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, rows.schema) as stream:
        for start, end in pairwise([*starts, table.height]):
            stream.write_table(rows.slice(start, end - start))


def read_months(folder: Path, day: str) -> Iterator[pa.Table]:
    """Read the tables of all parts month by month, parts in order; a month is in memory, and pieces of the next."""
    parts = (_months(path, day) for path in sorted(folder.glob("*.arrow")))
    for _, batches in groupby(heapq.merge(*parts, key=itemgetter(0)), key=itemgetter(0)):
        yield pa.Table.from_batches([batch for _, batch in batches])


def sorted_by(table: pa.Table, keys: tuple[str, ...]) -> pa.Table:
    """Sort a table, unknown last; Arrow takes rows of text faster than polars, which sorts faster."""
    known = pl.DataFrame(pl.from_arrow(table.select(keys))).with_row_index("at")
    return table.combine_chunks().take(known.sort(keys, nulls_last=True, maintain_order=True)["at"].to_arrow())


def _months(path: Path, day: str) -> Iterator[tuple[date, pa.RecordBatch]]:
    with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as stream:
        for batch in stream:
            yield batch[day][0].as_py().replace(day=1), batch


__all__ = ["put_months", "read_months", "sorted_by"]

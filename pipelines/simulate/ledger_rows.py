"""Rows of the material ledger: its columns, and stocks as they are counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from pipelines.simulate.draws import Floats, Ints
from pipelines.simulate.movements import Setting
from pipelines.simulate.stocks import Stocks

COLUMNS = {
    "moved_on": pl.Int64,
    "kind": pl.Enum,
    "change": pl.Int64,
    "holder_id": pl.String,
    "counterparty_id": pl.String,
    "mineral": pl.Enum,
    "form": pl.Enum,
    "net_kg": pl.Float64,
    "metal_kg": pl.Float64,
    "batch": pl.String,
    "movement": pl.Int64,
}
"""`change` is +1 into the holder's stock and -1 out of it; `batch` joins what one step consumed, made and lost."""


def ledger_schema(words: pl.Enum) -> dict[str, pl.DataType]:
    """Say of what kind each column is; `words` are those of chain.ledger_terms."""
    return {name: words if kind is pl.Enum else kind() for name, kind in COLUMNS.items()}


Rows = dict[str, Any]
"""Rows of one kind before they are written down: `rows`, their number, and columns, of which a single value holds for
all of them and what is missing is null."""


def written_down(parts: Sequence[Rows], words: pl.Enum) -> pl.DataFrame:
    """Write rows of several kinds one below the other; at once, as they are many and mostly short."""
    counts = [int(part["rows"]) for part in parts]
    schema = ledger_schema(words)
    table = pl.DataFrame(
        {
            name: _numbers(values, counts) if kind.is_numeric() else _texts(values, counts, kind)
            for name, kind in schema.items()
            for values in [[part.get(name) for part in parts]]
        },
        schema=schema,
    )
    return table.with_columns(pl.when(pl.col("movement") >= 0).then("movement").alias("movement"))


def _numbers(values: Sequence[Any], counts: Sequence[int]) -> Floats | Ints:
    return np.concatenate(
        [np.broadcast_to(-1 if value is None else value, count) for value, count in zip(values, counts, strict=True)]
    )


def _texts(values: Sequence[Any], counts: Sequence[int], kind: pl.DataType) -> pl.Series:
    same = [value for value in values if not isinstance(value, pl.Series)]
    each = {id(value): value for value in values if isinstance(value, pl.Series)}
    ends = np.cumsum([len(same), *map(len, each.values())]).tolist()
    starts, singles = dict(zip(each, ends, strict=False)), iter(range(len(same)))
    place = [
        np.arange(count) + starts[id(value)] if id(value) in starts else np.full(count, next(singles))
        for value, count in zip(values, counts, strict=True)
    ]
    return pl.concat([pl.Series(same, dtype=kind), *each.values()], rechunk=True).gather(np.concatenate(place))


def counted_stocks(
    world: Setting, held: Stocks, *, names: pl.Series, forms: pl.Series, minerals: pl.Series, share: Floats
) -> list[Rows]:
    """Stocks as counted: on the first day they enter the balance (change +1), on the last they close it (change 0)."""
    common: Rows = {"rows": len(names), "kind": "stock", "holder_id": names, "form": forms, "mineral": minerals}
    first = {"moved_on": world.first_day, "change": 1, "net_kg": held.opening, "metal_kg": held.opening * share}
    end = held.closing[:, -1]
    last = {"moved_on": world.last_day - 1, "change": 0, "net_kg": end, "metal_kg": end * share}
    return [common | first, common | last]

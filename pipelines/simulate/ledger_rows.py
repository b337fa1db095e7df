"""Rows of the material ledger: its columns, and stocks as they are counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from pipelines.simulate.draws import Floats
from pipelines.simulate.movements import Setting
from pipelines.simulate.stocks import Stocks

COLUMNS = {
    "moved_on": pl.Int64,
    "kind": pl.String,
    "change": pl.Int64,
    "holder_id": pl.String,
    "counterparty_id": pl.String,
    "mineral": pl.String,
    "form": pl.String,
    "net_kg": pl.Float64,
    "metal_kg": pl.Float64,
    "batch": pl.String,
    "movement": pl.Int64,
}
"""`change` is +1 into the holder's stock and -1 out of it; `batch` joins what one step consumed, made and lost."""


def ledger_rows(count: int, **columns: Any) -> pl.DataFrame:
    """Make rows of the ledger; what is not given is null, a single value holds for all."""
    return pl.DataFrame({name: _column(columns.get(name), kind, count) for name, kind in COLUMNS.items()})


def _column(value: Any, kind: Any, count: int) -> pl.Series:
    if isinstance(value, np.ndarray | pl.Series):
        return pl.Series(value, dtype=kind)
    return pl.Series([value], dtype=kind).new_from_index(0, count)


def counted_stocks(
    world: Setting, held: Stocks, *, names: pl.Series, forms: pl.Series, minerals: pl.Series, share: Floats
) -> pl.DataFrame:
    """Stocks as counted: on the first day they enter the balance (change +1), on the last they close it (change 0)."""
    common = {"kind": "stock", "holder_id": names, "form": forms, "mineral": minerals}
    first = {"moved_on": world.first_day, "change": 1, "net_kg": held.opening, "metal_kg": held.opening * share}
    end = held.closing[:, -1]
    last = {"moved_on": world.last_day - 1, "change": 0, "net_kg": end, "metal_kg": end * share}
    return pl.concat([ledger_rows(len(names), **common, **first), ledger_rows(len(names), **common, **last)])

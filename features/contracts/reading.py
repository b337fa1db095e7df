"""Reading a raw table as its contract says: every contract column in its type, and where a cell could not be read."""

from __future__ import annotations

import difflib

import dataframely as dy
import polars as pl

from features.contracts.tidy import UnreadableTypeError, is_required, present, read_column, typed_null
from features.errors import ContractError

BAD_CELL = "__bad_cell"
"""True where a row has a cell that holds something, but nothing that can be read as the contract's type."""
UNREADABLE = "unreadable"


def read_typed(raw: pl.LazyFrame, schema: type[dy.Schema], *, table: str, file: str) -> pl.LazyFrame:
    """Read every contract column in its type, and `__bad_cell`; a missing optional column is null.

    Raises ContractError when a required column is missing or a whole column has a type that cannot be read.
    """
    cells, bad = _cells(raw, schema, table, file)
    return raw.select(*cells, pl.any_horizontal(list(bad.values())).alias(BAD_CELL))


def unreadable_cells(raw: pl.LazyFrame, schema: type[dy.Schema], *, table: str, file: str) -> pl.LazyFrame:
    """Tell for every contract column of `raw` and every row whether its cell could not be read (same column names)."""
    _, bad = _cells(raw, schema, table, file)
    return raw.select(flag.alias(name) for name, flag in bad.items())


def _cells(
    raw: pl.LazyFrame, schema: type[dy.Schema], table: str, file: str
) -> tuple[list[pl.Expr], dict[str, pl.Expr]]:
    found = raw.collect_schema()
    _need_columns(schema, list(found), table, file)
    cells: list[pl.Expr] = []
    bad: dict[str, pl.Expr] = {}
    for name, column in schema.columns().items():
        if name not in found:
            cells.append(typed_null(name, column))
            continue
        try:
            cell = read_column(name, column, found[name])
        except UnreadableTypeError as error:
            raise ContractError(f"{table}: column {name} of {file} cannot be used: {error}") from error
        cells.append(cell)
        bad[name] = present(pl.col(name), found[name]) & cell.is_null()
    return cells, bad


def _need_columns(schema: type[dy.Schema], found: list[str], table: str, file: str) -> None:
    missing = [name for name, column in schema.columns().items() if is_required(column) and name not in found]
    if not missing:
        return
    spare = {name.strip().lower(): name for name in found if name not in schema.columns()}
    hints = []
    for name in missing:
        near = difflib.get_close_matches(name, list(spare), n=1)
        hints.append(f"{name} (nearest: {spare[near[0]]!r})" if near else name)
    shown = ", ".join(found[:60]) + (", …" if len(found) > 60 else "")
    raise ContractError(
        f"{table}: {file} lacks the required column{'s' if len(missing) > 1 else ''} {', '.join(hints)}; "
        f"it has: {shown or 'no columns'}"
    )

"""Reading a raw table as its contract says: every contract column in its type, and where a cell could not be read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

import dataframely as dy
import polars as pl

from features.contracts.rules import RESERVED
from features.contracts.tidy import UnreadableTypeError, is_required, is_text, read_column, tidy_text, typed_null
from features.errors import ContractError

BAD_CELL = f"{RESERVED}bad_cell"
"""True where a row has a cell that holds something, but nothing that can be read as the contract's type."""
UNREADABLE = "unreadable"
_POINTED, _BELOW_THOUSAND = r"^[1-9][0-9]{0,2}\.[0-9]{3}$", r"^[0-9]{1,3}$"
_POINTED_LEAST = 3  # fewer are chance (own choice)
_HELD = f"{RESERVED}held:"
_BAD = f"{RESERVED}bad:"


def as_named(raw: pl.LazyFrame, schema: type[dy.Schema]) -> pl.LazyFrame:
    """Give columns their contract's names where only case, or space around it, differs: `DECLARATION_ID`.

    Nothing is renamed where two columns would have one name.
    """
    found = raw.collect_schema().names()
    plain = {name: name.strip().lower() for name in found}
    wanted = [name for name in schema.column_names() if name not in found]
    once = {name: told for name, told in plain.items() if told in wanted and [*plain.values()].count(told) == 1}
    return raw.rename(once)


def overlooked_columns(schema: type[dy.Schema], found: Sequence[str]) -> str:
    """Tell which columns of a file are left unread though their names nearly are an optional column's; '' for none.

    A column under a strange name counts as missing, and what is missing is unknown: nobody else would notice.
    """
    missing = [name for name in schema.column_names() if name not in found]
    pairs = []
    for name in found:
        plain = re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")
        near = difflib.get_close_matches(plain, missing, n=1, cutoff=0.85)
        if name not in schema.column_names() and near:
            pairs.append(f"{name!r} (is it {near[0]}?)")
    return f"left unread: {', '.join(pairs)}" if pairs else ""


def odd_codes(clean: pl.DataFrame) -> str:
    """Tell of customs codes with an odd number of digits; '' for none.

    Tariffs add digits by twos, so that most of these are numbers that a spreadsheet read: 0101.21.0000 became
    101210000, which looks like heading 1012. Some tariffs have such lines, so the rows are used.
    """
    if "hs_code" not in clean.columns:
        return ""
    odd = clean.get_column("hs_code").drop_nulls()
    odd = odd.filter(odd.str.len_bytes() % 2 == 1)
    if odd.is_empty():
        return ""
    have, one = "row has" if odd.len() == 1 else "rows have", str(odd.min())
    return (
        f"{odd.len():,} {have} an hs_code of 5, 7, 9 or 11 digits, read as it stands ({one}): most likely a leading "
        f"zero was lost (0{one}), unless the tariff has such lines, as Japan's of nine; keep codes as text"
    )


def pointed_thousands(raw: pl.LazyFrame, schema: type[dy.Schema]) -> str:
    """Tell of numbers whose points may mark thousands, as in Central Europe (`20.000`); '' for none.

    All that have a point have one to three digits before it, never a leading zero, and three behind, and all others
    are below a thousand. Masses weighed to the gram can look so too: they are read as decimals, and the rows are used.
    """
    kinds = raw.collect_schema()
    cells = {
        name: tidy_text(name, column, kinds[name])
        for name, column in schema.columns().items()
        if isinstance(column.dtype, pl.Float64) and name in kinds and is_text(kinds[name])
    }
    if not cells:
        return ""
    asked = []
    for name, text in cells.items():
        is_pointed = text.str.contains(_POINTED)
        is_so = is_pointed | text.str.contains(_BELOW_THOUSAND)
        pointed = text.filter(is_pointed)
        asked.append(pl.struct(n=pointed.len(), is_all=is_so.all(), one=pointed.first()).alias(name))
    found = raw.select(asked).collect().row(0, named=True)
    told = [
        f"{name} ({one['one']} is read as {float(one['one']):g})"
        for name, one in found.items()
        if one["is_all"] and one["n"] >= _POINTED_LEAST
    ]
    if not told:
        return ""
    return (
        f"every number with a point has three digits behind it in {', '.join(told)}: if points mark thousands there, "
        "write them without"
    )


def read_typed(raw: pl.LazyFrame, schema: type[dy.Schema], *, table: str, file: str) -> pl.LazyFrame:
    """Read every contract column in its type, and whether any cell is bad; a missing optional column is null.

    Raises ContractError when a required column is missing or a whole column has a type that cannot be read.
    """
    flagged, bad = _read_flagged(raw, schema, table, file)
    any_bad = pl.any_horizontal(bad) if bad else pl.lit(value=False)
    return flagged.select(*schema.column_names(), any_bad.alias(BAD_CELL))


def unreadable_cells(raw: pl.LazyFrame, schema: type[dy.Schema], *, table: str, file: str) -> pl.LazyFrame:
    """Tell for every contract column of `raw` and every row whether its cell could not be read (same column names)."""
    flagged, bad = _read_flagged(raw, schema, table, file)
    return flagged.select(pl.col(bad).name.map(lambda name: name.removeprefix(_BAD)))


def _read_flagged(raw: pl.LazyFrame, schema: type[dy.Schema], table: str, file: str) -> tuple[pl.LazyFrame, list[str]]:
    """Read in three passes over whole columns (tidy, read, flag), so that no pass does the work of another again."""
    found = raw.collect_schema()
    _need_columns(schema, list(found), table, file)
    held = {name: column for name, column in schema.columns().items() if name in found}
    absent = [typed_null(name, column) for name, column in schema.columns().items() if name not in found]
    cells = []
    for name, column in held.items():
        try:
            cells.append(read_column(name, column, found[name]))
        except UnreadableTypeError as error:
            raise ContractError(f"{table}: column {name} of {file} cannot be used: {error}") from error
    tidied = raw.select(tidy_text(name, column, found[name]) for name, column in held.items())
    read = tidied.select(*cells, *(pl.col(name).is_not_null().alias(_HELD + name) for name in held))
    flags = ((pl.col(_HELD + name) & pl.col(name).is_null()).alias(_BAD + name) for name in held)
    return read.select(*held, *absent, *flags), [_BAD + name for name in held]


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

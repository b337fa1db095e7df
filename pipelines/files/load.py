"""Loading a contract table: read, split by the contract, keep the rejects, refuse beyond the limit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import dataframely as dy
import polars as pl

from features.contracts.reading import as_named
from features.contracts.split import RowCounts, Split, split_table
from features.errors import ContractError, SourceError
from pipelines.files.generated import generated_mark
from pipelines.files.scan import scan_table
from pipelines.files.write import write_table

MAX_REJECTS_SHARE = 0.05  # contracts.md: `--max-rejects`, default 5 %

_WRITTEN = (
    ("hs_code", "codes are text of 4 to 12 digits: 0713, 2825.90"),
    ("_iso3", "countries are ISO 3166-1 alpha-3: CHN"),
    ("_on", "days are written 2024-03-05"),
    ("period", "periods are written as their first day: 2024-03-01"),
    ("valid_from", "days are written 2024-03-05"),
    ("valid_to", "days are written 2024-03-05"),
    *(
        (unit, "numbers are written 1234.5, not negative, without units or marks for thousands; blank is unknown")
        for unit in ("_kg", "_usd", "_m3", "_packages", "_containers")
    ),
    ("direction", "declarations are export, import or transit; flows also re_export, re_import"),
)


class _Used(NamedTuple):
    frame: pl.DataFrame
    counts: RowCounts


class Loaded(_Used):
    """What a table gave: unpacks as `frame, counts`; the refused rows are beside, in `rejects`."""

    rejects: pl.DataFrame
    given: pl.DataFrame
    """The frame with only those contract columns that the file had."""
    told: str
    """What was read, used and refused, by which rules, and where the refused rows are."""
    generated: str
    """Of which generated world the rows are; '' for a table that bears no mark of one."""

    @classmethod
    def of(cls, split: Split, columns: Sequence[str], told: str, generated: str) -> Loaded:
        """Make it from a split table and the names of the columns that were read."""
        loaded = cls(split.clean, split.counts)
        loaded.rejects = split.rejects
        loaded.given = split.clean.select(name for name in split.clean.columns if name in columns)
        loaded.told = told
        loaded.generated = generated
        return loaded


def tell_rows(table: str, counts: RowCounts, rejects_to: Path | None) -> str:
    """Say of a table what every command says: rows read, used and refused, the rules broken, where the refused are."""
    seen = [f"see {rejects_to}"] if counts.rejected and rejects_to is not None else []
    return "; ".join([f"{table}: {counts.rows}", *seen, *counts.remarks])


def load_table(
    path: Path,
    schema: type[dy.Schema],
    *,
    table: str,
    rejects_to: Path | None = None,
    max_rejects_share: float = MAX_REJECTS_SHARE,
) -> Loaded:
    """Read a contract table from any of the forms that `scan_table` opens.

    Rows that break the contract go to `rejects_to` (Parquet; always written when given, so that no older one is left to
    mislead). Raises SourceError when the file cannot be read, ContractError when a required column is missing, there
    are no rows, more than `max_rejects_share` of the rows are broken, or none is left.
    """
    raw = as_named(scan_table(path, table=table), schema)
    try:
        split = split_table(raw, schema, table=table, file=str(path), is_rereadable=True)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceError(f"{table}: {path} could not be read to its end: {error}") from error
    mark = generated_mark(path)
    if rejects_to is not None:
        write_table(split.rejects, rejects_to, generated=mark)
    refuse_beyond(split.counts, max_rejects_share, table=table, rejects_to=rejects_to)
    told = tell_rows(table, split.counts, rejects_to)
    return Loaded.of(split, raw.collect_schema().names(), told, mark)


def refuse_beyond(counts: RowCounts, max_rejects_share: float, *, table: str, rejects_to: Path | None) -> None:
    """Raise ContractError when a larger share of rows is broken than allowed, or no row is left."""
    share = counts.rejected / counts.read
    if share <= max_rejects_share and counts.used:
        return
    seen = f"; see {rejects_to}" if rejects_to is not None else ""
    step = "raise --max-rejects to go on" if counts.used else "no row is left to work on"
    raise ContractError(
        f"{table}: {counts.rejected:,} of {counts.read:,} rows broken ({share:.1%}, allowed {max_rejects_share:.1%}): "
        f"{counts.why}{_as_written(counts)}{seen}; {step}"
    )


def _as_written(counts: RowCounts) -> str:
    """Say how the column that was refused most often is written."""
    column, _, rule = next(iter(counts.broken), "").partition("|")
    if rule in ("nullability", ""):
        return ""
    told = next((told for ending, told in _WRITTEN if column.endswith(ending)), "")
    return f" ({told})" if told else ""

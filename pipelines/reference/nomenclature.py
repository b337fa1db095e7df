"""The user's own nomenclature: a table of codes and descriptions, learned into words of headings."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from features.description.nomenclature import WORD_SHARES
from features.errors import ContractError
from models.headings import HeadingModel
from pipelines.files import fingerprint_table, scan_table, write_table

_LEARNED = "1"  # changes when what is learned from the same file changes


def load_word_shares(path: Path | None, cache: Path) -> pl.DataFrame | None:
    """Read what the words of a nomenclature say, learned once per content of the file; None without a file.

    `path` is a CSV, Parquet or Delta table with `hs_code` (four digits or more, points allowed) and `description`; any
    other column is left aside. `cache` keeps the learned table, and nothing of the file's text but its words.

    Raises SourceError where the file cannot be read, ContractError where it has no such columns or lines.
    """
    if path is None:
        return None
    raw = scan_table(path, table="nomenclature")
    columns = raw.collect_schema().names()
    missing = [name for name in ("hs_code", "description") if name not in columns]
    if missing:
        raise ContractError(f"nomenclature: column {missing[0]!r} is missing in {path}; it has {', '.join(columns)}")
    lines = raw.select(pl.col("hs_code", "description").cast(pl.String)).collect()
    kept = cache / "nomenclature" / f"{fingerprint_table(lines)}-{_LEARNED}.parquet"
    if not kept.is_file():
        write_table(HeadingModel.fit(lines).word_shares(), kept)
    return pl.read_parquet(kept).select(pl.col(name).cast(kind) for name, kind in WORD_SHARES.items())

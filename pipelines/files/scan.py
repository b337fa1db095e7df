"""Opening a table by path, whatever it is: CSV, gzip CSV, a Parquet file, a folder of Parquet, a Delta table."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import polars as pl

from features.errors import SourceError
from pipelines.files.delimited import read_delimited
from pipelines.files.kinds import PARQUET, refuse_broken_parquet
from pipelines.missing import refuse_missing

_HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"  # Apache Hive's name for the folder of nulls
_PARQUET_SUFFIXES = (".parquet", ".pq")
_NO_TABLES = frozenset((".md", ".html", ".pdf", ".png", ".log", ".crc", ".md5", ".sha256", ".toml", ".yaml", ".yml"))
"""Names of what may lie beside the files of a table and never holds rows: notes, pages, checksums, settings."""


def scan_table(path: Path, *, table: str) -> pl.LazyFrame:
    """Open a table. CSV comes as text, column by column; Parquet and Delta come in their own types, lazily.

    Collecting the result twice gives the same rows in the same order. Files of a Parquet folder are taken in the order
    of their paths, folders named `key=value` become columns, and hidden files (`.x`, `_x`) are left out. A folder that
    holds rows in other files as well is refused, since they would vanish.

    Raises SourceError, saying what was found and what to do, when the path holds no table that can be read.
    """
    try:
        if path.is_dir():
            return _scan_delta(path, table) if (path / "_delta_log").is_dir() else _scan_folder(path, table)
        refuse_missing(path, called=table)
        if not path.is_file():
            raise SourceError(f"{table}: {path} is neither a file nor a folder")
        if _is_parquet(path):
            return _scan_parquet([path], path, table)
        return read_delimited(path, table=table)
    except OSError as error:
        raise SourceError(f"{table}: {path} cannot be read: {error.strerror or error}") from error


def parquet_files(path: Path) -> list[Path]:
    """Parquet files that a path stands for: itself, or those of a folder that is read as one table; else none."""
    if path.is_dir():
        return [] if (path / "_delta_log").is_dir() else [one for one in _visible(path) if _is_parquet(one)]
    return [path] if path.is_file() and _is_parquet(path) else []


def _is_parquet(path: Path) -> bool:
    if path.suffix:
        return path.suffix.lower() in _PARQUET_SUFFIXES
    with path.open("rb") as file:
        return file.read(4) == PARQUET


def _scan_folder(path: Path, table: str) -> pl.LazyFrame:
    files = parquet_files(path)
    if not files:
        kinds = Counter(p.suffix or "no suffix" for p in _visible(path))
        held = ", ".join(f"{n} × {kind}" for kind, n in kinds.most_common(5)) or "nothing"
        raise SourceError(f"{table}: the folder {path} holds no Parquet file ({held}); name one file, or such a folder")
    others = [p for p in _visible(path) if p not in files and p.suffix.lower() not in _NO_TABLES]
    if others:
        names = ", ".join(str(p.relative_to(path)) for p in others[:3]) + (", …" if len(others) > 3 else "")
        raise SourceError(
            f"{table}: the folder {path} holds files that are not Parquet beside Parquet ({names}), which would be "
            "left out; name all files to `oretrace ingest`, which makes one table of them, or move these elsewhere"
        )
    return _scan_parquet(files, path, table)


def _visible(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and not _is_hidden(p.relative_to(folder)))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.parts)


def _scan_parquet(files: list[Path], root: Path, table: str) -> pl.LazyFrame:
    parts = []
    for file in files:
        refuse_broken_parquet(file, table=table)
        part = pl.scan_parquet(file, hive_partitioning=False, glob=False)
        try:
            part.collect_schema()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise SourceError(f"{table}: {file} cannot be read as Parquet: {error}") from error
        folders = file.relative_to(root).parts[:-1] if file != root else ()
        parts.append(part.with_columns(_hive_value(folder) for folder in folders if "=" in folder))
    if len(parts) == 1:
        return parts[0]
    try:
        whole = pl.concat(parts, how="diagonal_relaxed")
        whole.collect_schema()
    except pl.exceptions.PolarsError as error:
        raise SourceError(f"{table}: the Parquet files under {root} do not fit together: {error}") from error
    return whole


def _hive_value(folder: str) -> pl.Expr:
    key, value = folder.split("=", 1)
    return pl.lit(None if value == _HIVE_NULL else unquote(value), dtype=pl.String).alias(key)


def _scan_delta(path: Path, table: str) -> pl.LazyFrame:
    from deltalake.exceptions import DeltaError

    try:
        scanned = pl.scan_delta(str(path))
        scanned.collect_schema()
    except (DeltaError, pl.exceptions.PolarsError) as error:
        raise SourceError(f"{table}: {path} cannot be read as a Delta table: {error}") from error
    return scanned

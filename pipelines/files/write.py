"""Writing tables and pages: to a temporary name in the same folder, then moved into place in one step."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import polars as pl

from features.errors import ConfigError
from pipelines.files.generated import as_metadata
from pipelines.files.people import for_people


def write_table(frame: pl.DataFrame | pl.LazyFrame, path: Path, *, generated: str = "") -> Path:
    """Write a table by the suffix of its path: `.parquet` exactly, `.csv` and `.csv.gz` made safe for people.

    Folders above it are made. Whoever is stopped half-way, the file at `path` is the last one that was whole. A lazy
    frame goes to Parquet as a stream. In CSV, text that a spreadsheet would run as a formula is prefixed with `'`, and
    lists become JSON: read Parquet back, not CSV. `generated` marks the rows of a generated world (see
    `generated_mark`); only Parquet can bear it. Raises ConfigError when the path cannot be written.
    """
    name = path.name.lower()
    if not name.endswith((".parquet", ".csv", ".csv.gz")):
        raise ConfigError(f"{path}: a table is written as .parquet, .csv or .csv.gz")
    with _moved_into_place(path) as temporary:
        if name.endswith(".parquet"):
            _write_parquet(frame, temporary, as_metadata(generated))
        else:
            _write_csv(frame, temporary, is_packed=name.endswith(".gz"))
    return path


def write_text(path: Path, text: str) -> Path:
    """Write a UTF-8 text file (a page, a report) whole or not at all; raises ConfigError when it cannot be written."""
    with _moved_into_place(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return path


def withdraw(path: Path) -> None:
    """Remove what an earlier run left at `path`, so that nobody takes it for this one's."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"{path} of an earlier run cannot be removed: {error.strerror or error}") from error


def _write_parquet(frame: pl.DataFrame | pl.LazyFrame, path: Path, metadata: dict[str, str] | None) -> None:
    if isinstance(frame, pl.LazyFrame):
        frame.sink_parquet(path, maintain_order=True, metadata=metadata)
    else:
        frame.write_parquet(path, metadata=metadata)


def _write_csv(frame: pl.DataFrame | pl.LazyFrame, path: Path, *, is_packed: bool) -> None:
    packing: Literal["gzip", "uncompressed"] = "gzip" if is_packed else "uncompressed"
    for_people(frame.lazy().collect()).write_csv(path, compression=packing, check_extension=False)


@contextmanager
def _moved_into_place(path: Path) -> Iterator[Path]:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror or error}") from error

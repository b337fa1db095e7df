"""Open a published file, whatever its wrapping, as a table of text with its columns as published."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import SourceError

SOURCE_ROW = "source_row"
INPUT_FILE = "input_file"

_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"
_HEAD_BYTES = 65_536


def open_files(paths: Sequence[Path], *, encoding: str = "utf-8") -> pl.DataFrame:
    """Read files of one format under each other, all columns as text, with `source_row` and `input_file`.

    Columns that a file lacks are null in its rows. CSV, TSV and semicolon files (plain or gzip), Parquet files and
    JSON answers are told apart by their content, not their name. Raises SourceError naming the file.
    """
    if not paths:
        raise SourceError("no file was given to read")
    opened = [(path, open_file(path, encoding=encoding)) for path in paths]
    tables = [table.with_columns(pl.lit(str(path)).alias(INPUT_FILE)) for path, table in opened if not table.is_empty()]
    if not tables:
        shown = ", ".join(map(str, paths[:5])) + (", …" if len(paths) > 5 else "")
        raise SourceError(f"{shown}: no rows to read")
    return pl.concat(tables, how="diagonal").with_row_index(SOURCE_ROW)


def open_file(path: Path, *, encoding: str = "utf-8") -> pl.DataFrame:
    """Read one file, all columns as text. Raises SourceError when it is missing, empty or not a table."""
    content = _read_bytes(path)
    try:
        if content[:4] == _PARQUET:
            return _as_text(pl.read_parquet(content))
        text = _decode(content, encoding, path)
        start = text[:64].lstrip()
        if start.startswith("<"):
            raise SourceError(f"{path}: an HTML or XML page, not a table: {start[:60]!r}; download the file again")
        if start[:1] in ("{", "["):
            return _read_json(text, path)
        return _read_separated(text, path)
    except pl.exceptions.PolarsError as error:
        raise SourceError(f"{path}: not a table that can be read: {str(error).splitlines()[0]}") from error


def _read_bytes(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        if content[:2] == _GZIP:
            content = gzip.decompress(content)
    except FileNotFoundError as error:
        raise SourceError(f"{path}: no such file") from error
    except (OSError, EOFError) as error:
        raise SourceError(f"{path}: cannot be read: {error}") from error
    if not content.strip():
        raise SourceError(f"{path}: the file is empty")
    return content


def _decode(content: bytes, encoding: str, path: Path) -> str:
    for candidate in dict.fromkeys(["utf-8-sig", encoding]):
        try:
            text = content.decode(candidate)
        except UnicodeDecodeError:
            continue
        if "\x00" in text[:_HEAD_BYTES]:
            break
        return text
    raise SourceError(
        f"{path}: neither UTF-8 text nor {encoding}, JSON or Parquet; convert it or name the right FORMAT"
    )


def _read_json(text: str, path: Path) -> pl.DataFrame:
    try:
        answer = json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError(f"{path}: not JSON from line {error.lineno} on; the file may be cut off") from error
    rows: Any = answer
    if isinstance(answer, dict):
        if answer.get("error"):
            raise SourceError(f"{path}: the service answered with an error: {str(answer['error'])[:200]}")
        if not isinstance(answer.get("data"), list):
            raise SourceError(f"{path}: JSON without a list named 'data'; its keys: {', '.join(list(answer)[:10])}")
        rows = answer["data"]
    if rows and all(isinstance(row, list) for row in rows):  # US Census: a list of lists, the header first
        head, *body = rows
        if any(len(row) != len(head) for row in body):
            raise SourceError(f"{path}: rows of unequal length in JSON")
        return pl.DataFrame(body, schema=[str(name) for name in _unique(head)], orient="row", infer_schema_length=None)
    if not all(isinstance(row, dict) for row in rows):
        raise SourceError(f"{path}: JSON that holds no table of records")
    return _as_text(pl.DataFrame(rows, infer_schema_length=None))


def _unique(names: Sequence[Any]) -> list[str]:
    """Census repeats the columns it was asked to filter by; the second copy gets a number."""
    seen: dict[str, int] = {}
    unique = []
    for name in map(str, names):
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return unique


def _read_separated(text: str, path: Path) -> pl.DataFrame:
    head = text.split("\n", 1)[0]
    separator = max("\t,;|", key=head.count)
    if separator not in head:
        raise SourceError(f"{path}: the first line has no separator (comma, tab, semicolon): {head[:80]!r}")
    table = pl.read_csv(_with_even_header(text, separator).encode(), infer_schema=False, separator=separator)
    named = [name for name in table.columns if not _is_blank(name, table[name])]
    return table.select(pl.col(name).alias(name.strip().strip('"').strip()) for name in named)


def _with_even_header(text: str, separator: str) -> str:
    """Lengthen a header that is shorter than its rows, where they end in separators: UN Comtrade's downloads do."""
    head, _, body = text.partition("\n")
    first = next(csv.reader(io.StringIO(body[:_HEAD_BYTES]), delimiter=separator), [])
    named = next(csv.reader([head], delimiter=separator), [])
    more = len(first) - len(named)
    if more <= 0 or any(field.strip() for field in first[len(named) :]):
        return text
    return head.rstrip("\r") + separator * more + "\n" + body


def _is_blank(name: str, column: pl.Series) -> bool:
    """A trailing separator makes a nameless, empty column."""
    nameless = not name.strip() or name.startswith(("_duplicated", "column_", "__unnamed"))
    return nameless and column.is_null().all()


def _as_text(table: pl.DataFrame) -> pl.DataFrame:
    nested = [name for name, kind in table.schema.items() if kind.is_nested()]
    return table.drop(nested).select(pl.all().cast(pl.String))

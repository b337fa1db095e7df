"""Comma-separated text: checked byte by byte for what would shift or corrupt columns, then read whole as text."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import ContractError, SourceError
from pipelines.files.kinds import GZIP, refuse_stranger

_CHUNK = 1 << 20
_HEAD = 200  # bytes that tell an encoding: the header, in ASCII whatever the language of the rows
# pyarrow holds a row within one block. The first size serves ordinary rows, the second rows of many megabytes.
_BLOCKS = (1 << 24, 1 << 28)
_STATISTICS = "; published customs statistics are read as they are by `oretrace ingest gacc`"
_DELIMITERS = {";": "semicolons (;)", "\t": "tabs", "|": "bars (|)"}


@dataclass(frozen=True, slots=True)
class _Survey:
    """What one pass over the bytes found."""

    head: bytes
    is_packed: bool
    is_one_line: bool
    """Nothing but a header, without even a line break after it."""
    quotes: int
    ends_in_open_quote: bool


def read_delimited(path: Path, *, table: str) -> pl.LazyFrame:
    """Read a CSV file (UTF-8, comma, header; gzip by content) with every column as text, blank cells as ''.

    A line with too many or too few fields refuses the whole file: its cells cannot be told apart, and the lines around
    it are in doubt. Raises SourceError for a file that is not such text, ContractError for an unusable header.
    """
    survey = _survey(path, table)
    header = _header(survey.head, table, path)
    if survey.is_one_line:
        return pl.LazyFrame(schema=dict.fromkeys(header, pl.String))
    frame = _parse(path, len(header), survey, table)
    return frame.rename(dict(zip(frame.columns, header, strict=True))).lazy()


def _survey(path: Path, table: str) -> _Survey:
    with path.open("rb") as file:
        is_packed = file.read(2) == GZIP
    if path.suffix == ".gz" and not is_packed:
        raise SourceError(f"{table}: {path} is not packed with gzip; drop .gz from its name if it is plain CSV")
    where = " of the unpacked text" if is_packed else ""
    head, tail, size, quotes, pending = b"", b"", 0, 0, b""
    before_quote = b""
    try:
        with gzip.open(path) if is_packed else path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                if not size:
                    head = chunk
                    refuse_stranger(head, table=table, file=str(path))
                if (nul := chunk.find(b"\0")) >= 0:
                    raise _nul_error(chunk, size + nul, f"{table}: {path}", where)
                pending = _check_utf8(pending, chunk, size, f"{table}: {path}", where)
                if b'"' in chunk:
                    quotes += chunk.count(b'"')
                    at = chunk.rindex(b'"')
                    before_quote = chunk[at - 1 : at] if at else tail
                tail = chunk[-1:]
                size += len(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SourceError(f"{table}: {path} is a damaged or cut-off gzip file ({error}); fetch it again") from error
    if pending:
        raise SourceError(f"{table}: {path} ends in the middle of a character; it was cut off, or is not UTF-8")
    if not head.removeprefix(b"\xef\xbb\xbf").strip():
        raise SourceError(f"{table}: {path} is empty ({size} bytes)")
    is_one_line = size == len(head) and not any(mark in head.strip() for mark in (b"\n", b"\r"))
    ends_in_open_quote = quotes % 2 == 1 and before_quote in (b",", b"\n", b"\r", b"")
    return _Survey(head, is_packed, is_one_line, quotes, ends_in_open_quote)


def _nul_error(chunk: bytes, at: int, who: str, where: str) -> SourceError:
    """Say what a NUL byte means: in UTF-16 every second byte of plain letters and marks is one."""
    encoding = next((name for name, first in (("UTF-16BE", 0), ("UTF-16LE", 1)) if _half_nul(chunk[first::2])), None)
    if encoding is None:
        return SourceError(f"{who} holds a NUL byte at byte {at:,}{where}: not plain text; save it as UTF-8 CSV")
    return SourceError(
        f"{who} holds a NUL byte at byte {at:,}{where}, as text in UTF-16 does; save it as UTF-8 "
        f"(`iconv -f {encoding} -t UTF-8 FILE > NEW`)"
    )


def _half_nul(every_second: bytes) -> bool:
    return 2 * every_second[:_HEAD].count(0) > len(every_second[:_HEAD])


def _check_utf8(pending: bytes, chunk: bytes, size: int, who: str, where: str) -> bytes:
    """Return the bytes of a character that the chunk's end cut in two; raise SourceError where it is not UTF-8."""
    if not pending and chunk.isascii():
        return b""
    text = pending + chunk
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and len(text) - error.start < 4:
            return text[error.start :]
        at = size - len(pending) + error.start
        raise SourceError(
            f"{who} is not UTF-8: byte {at:,}{where} is 0x{text[error.start]:02x}; save it as UTF-8 "
            "(from Chinese programs: `iconv -f GB18030 -t UTF-8 FILE > NEW`; from Western ones: `-f WINDOWS-1252`"
            f"{_STATISTICS if who.startswith('flows: ') else ''})"
        ) from error
    return b""


def _header(head: bytes, table: str, path: Path) -> list[str]:
    lines = head.decode("utf-8-sig", errors="ignore").splitlines(keepends=True)
    fields = next((row for row in csv.reader(line for line in lines if line.strip()) if row), [])
    names = [name.strip() or f"column_{n}" for n, name in enumerate(fields, start=1)]
    text = ",".join(fields)
    for mark, what in _DELIMITERS.items():
        if text.count(mark) >= len(fields):
            raise SourceError(f"{table}: {path} is separated by {what}; save it separated by commas")
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise ContractError(
            f"{table}: {path} names a column twice in its header: {', '.join(twice)}; rename one of each"
        )
    return names


def _parse(path: Path, width: int, survey: _Survey, table: str) -> pl.DataFrame:
    import pyarrow as pa

    for block in _BLOCKS:
        ragged: list[Any] = []
        # one block needs no threads; those that Arrow leaves at work abort a program that ends at once
        is_long = survey.is_packed or path.stat().st_size > block
        try:
            read = _read_arrow(path, width, survey, block, ragged, is_threaded=is_long)
        except pa.ArrowInvalid as error:
            if ragged:
                raise _ragged_error(path, width, survey, block, table) from error
            if "straddl" in str(error):
                continue
            if survey.quotes % 2:
                raise _open_quote_error(path, table) from error
            raise SourceError(f"{table}: {path} cannot be read as CSV: {error}") from error
        frame = pl.DataFrame(pl.from_arrow(read))
        if frame.width != width or set(frame.dtypes) != {pl.String}:
            raise SourceError(f"{table}: {path} has a header whose quotes do not match; write it again")
        body = frame.slice(1)
        if survey.quotes % 2 and (survey.ends_in_open_quote or _last_row_has_line_break(body)):
            raise SourceError(
                f'{table}: {path} opens a quote (") that is never closed; the lines after it run together'
            )
        return body
    raise SourceError(f'{table}: {path} has a row of more than {_BLOCKS[-1]:,} bytes; a quote (") may never be closed')


def _open_quote_error(path: Path, table: str) -> SourceError:
    return SourceError(f'{table}: {path} opens a quote (") that is never closed; the lines after it run together')


def _last_row_has_line_break(body: pl.DataFrame) -> bool:
    return bool(body.tail(1).select(pl.any_horizontal(pl.all().str.contains("\n", literal=True)).any()).item())


def _read_arrow(path: Path, width: int, survey: _Survey, block: int, ragged: list[Any], *, is_threaded: bool) -> Any:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    def refuse(row: Any) -> str:
        ragged.append(row)
        return "error"

    with closing(pa.input_stream(str(path), compression="gzip" if survey.is_packed else None)) as stream:
        return arrow_csv.read_csv(
            stream,
            read_options=arrow_csv.ReadOptions(
                autogenerate_column_names=True, block_size=block, use_threads=is_threaded
            ),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=refuse),
            convert_options=arrow_csv.ConvertOptions(
                column_types={f"f{n}": pa.string() for n in range(width)}, strings_can_be_null=False
            ),
        )


def _ragged_error(path: Path, width: int, survey: _Survey, block: int, table: str) -> SourceError:
    """Read again on one thread, which alone knows the number of the row."""
    import pyarrow as pa

    ragged: list[Any] = []
    try:
        _read_arrow(path, width, survey, block, ragged, is_threaded=False)
    except pa.ArrowInvalid:
        row = ragged[0]
        text = row.text if len(row.text) <= 80 else row.text[:80] + "…"
        return SourceError(
            f"{table}: row {row.number} of {path} (counted with the header, without blank lines) has "
            f"{row.actual_columns} fields, the header {width}: {text!r}; quote cells that hold commas, and see that "
            "the file was not cut off"
        )
    return SourceError(f"{table}: {path} has lines with more or fewer fields than its header")

"""What a file is, told by its first bytes and never by its name alone."""

from __future__ import annotations

from pathlib import Path

from features.errors import SourceError

GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"

# First bytes of files that get mistaken for tables (each format's own specification; the zip family includes xlsx).
_STRANGERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook (xlsx)"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (xls)"),
    (b"\x28\xb5\x2f\xfd", "packed with Zstandard"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ", "packed with xz"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"ARROW1", "an Arrow (Feather) file"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def refuse_stranger(head: bytes, *, table: str, file: str) -> None:
    """Raise SourceError, with the next step, when `head` (a file's first bytes, unpacked) cannot begin a CSV table."""
    for mark, what in _STRANGERS:
        if head.startswith(mark):
            raise SourceError(f"{table}: {file} is {what}, not a table; save it as UTF-8 CSV or as Parquet")
    if head.startswith(PARQUET):
        raise SourceError(f"{table}: {file} is a Parquet file under another name; rename it to end in .parquet")
    if head.startswith(_UTF_16):
        raise SourceError(f"{table}: {file} is encoded in UTF-16; save it as UTF-8")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise SourceError(f"{table}: {file} is a web page or XML, perhaps an error page saved in place of the table")
    if start.startswith((b"{", b"[")):
        raise SourceError(f"{table}: {file} is JSON, not a table; save it as UTF-8 CSV or as Parquet")


def refuse_broken_parquet(path: Path, *, table: str) -> None:
    """Raise SourceError when a file that is named Parquet is none, or was cut off."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(max(0, size - 4))
        tail = file.read(4)
    if size == 0:
        raise SourceError(f"{table}: {path} is empty (0 bytes)")
    if head != PARQUET:
        raise SourceError(f"{table}: {path} is not Parquet (it begins with {head!r}); a CSV file must end in .csv")
    if tail != PARQUET or size < 12:
        raise SourceError(f"{table}: {path} is a Parquet file that was cut off; write or fetch it again")

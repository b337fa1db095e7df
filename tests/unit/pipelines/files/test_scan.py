"""Opening tables: every form that is read, and a plain refusal with a next step for what is none."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

from features.errors import ContractError, OretraceError, SourceError
from pipelines.files import scan_table

ROWS = pl.DataFrame({"a": ["007", ""], "b": ["x", "锑"]})
TEXT = b"a,b\n007,x\n,\xe9\x94\x91\n"


def scan(path: Path) -> pl.DataFrame:
    return scan_table(path, table="flows").collect()


def refusal(path: Path, content: bytes | None = None) -> str:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(OretraceError) as caught:
        scan(path)
    assert caught.value.exit_code == 3
    assert str(caught.value).startswith("flows: ")
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", TEXT),
        ("bom.csv", b"\xef\xbb\xbf" + TEXT),
        ("crlf.csv", TEXT.replace(b"\n", b"\r\n")),
        ("no_last_break.csv", TEXT[:-1]),
        ("blank_lines.csv", b"\n" + TEXT.replace(b"\n", b"\n\n")),
        ("quoted.csv", b'"a","b"\n"007","x"\n"","\xe9\x94\x91"\n'),
        ("wide_header.csv", TEXT.replace(b"a,b", b" a , b")),
        ("t.csv.gz", gzip.compress(TEXT, mtime=0)),
        ("two_members.csv.gz", gzip.compress(TEXT[:8], mtime=0) + gzip.compress(TEXT[8:], mtime=0)),
        ("packed_but_named.csv", gzip.compress(TEXT, mtime=0)),
        ("no_suffix", TEXT),
    ],
)
def test_csv_is_read_as_text(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert scan(tmp_path / name).equals(ROWS)


def test_quotes_commas_and_line_breaks_inside_cells(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b'a,b\n"x, ""y""\nz",1\n12" pipe,2\n')
    assert scan(tmp_path / "t.csv").get_column("a").to_list() == ['x, "y"\nz', '12" pipe']


def test_a_cell_larger_than_a_reading_block(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,b\n1," + b"x" * 17_000_000 + b"\n2,y\n")
    assert scan(tmp_path / "t.csv").get_column("b").str.len_bytes().to_list() == [17_000_000, 1]


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    for name, content in (("a.csv", b"a,b\n"), ("b.csv", b"a,b")):
        (tmp_path / name).write_bytes(content)
        assert scan(tmp_path / name).shape == (0, 2)


def test_columns_without_a_name_get_one(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,b,,\n1,2,,\n")
    assert scan(tmp_path / "t.csv").columns == ["a", "b", "column_3", "column_4"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("t.csv", b"", "is empty (0 bytes)"),
        ("t.csv", b"\n \n", "is empty (3 bytes)"),
        ("t.csv", b"%PDF-1.7 ...", "is a PDF document"),
        ("t.csv", b"PK\x03\x04...", "Excel workbook (xlsx)"),
        ("t.csv", b"\xd0\xcf\x11\xe0...", "old Excel workbook"),
        ("t.csv", b"PAR1....PAR1", "rename it to end in .parquet"),
        ("t.csv", b"<!DOCTYPE html><html>", "web page"),
        ("t.csv", b'{"rows": []}', "is JSON"),
        ("t.csv", "a,b\n氧化锑,1\n".encode("utf-16"), "UTF-16"),
        ("t.csv", "a,b\n氧化锑,1\n".encode("gb18030"), "not UTF-8: byte 4 is 0xd1"),
        ("t.csv", "a,b\n氧化锑,1\n".encode("gb18030"), "`iconv -f GB18030 -t UTF-8 FILE > NEW`"),
        ("t.csv", "a,b\n氧化锑,1\n".encode("gb18030"), "oretrace ingest gacc"),
        ("t.csv", "a,b\n锑,1\n".encode("utf-16-le"), "NUL byte at byte 1, as text in UTF-16 does; save it as UTF-8"),
        ("t.csv", "a,b\n锑,1\n".encode("utf-16-le"), "`iconv -f UTF-16LE -t UTF-8 FILE > NEW`"),
        ("t.csv", "a,b\n锑,1\n".encode("utf-16-be"), "NUL byte at byte 0, as text in UTF-16 does"),
        ("t.csv", "a,b\n锑,1\n".encode("utf-16-be"), "`iconv -f UTF-16BE -t UTF-8 FILE > NEW`"),
        ("t.csv", "a,b\n1,锑".encode()[:-1], "ends in the middle of a character"),
        ("t.csv", b"a,b\n1,\x00\n", "NUL byte at byte 6: not plain text; save it as UTF-8 CSV"),
        ("t.csv", b"a;b;c\n1;2;3\n", "separated by semicolons (;)"),
        ("t.csv", b"sep=;\na;b\n", "separated by semicolons (;)"),
        ("t.csv", b"a\tb\n1\t2\n", "separated by tabs"),
        ("t.csv", b"a|b\n1|2\n", "separated by bars (|)"),
        ("t.csv", b"a,b\n1,2\n3\n", "row 3 of"),
        ("t.csv", b"a,b\n1,2\n3,4,5\n", "has 3 fields, the header 2: '3,4,5'"),
        ("t.csv", b'a,b\n1,"2\n3,4\n', "never closed"),
        ("t.csv", b'a,b\n1,"2', "never closed"),
        ("t.csv", b'"a,b\n1,2\n', "never closed"),
        ("t.csv.gz", gzip.compress(TEXT * 1000, mtime=0)[:60], "damaged or cut-off gzip"),
        ("t.csv.gz", TEXT, "not packed with gzip"),
        ("t.parquet", TEXT, "is not Parquet"),
        ("t.parquet", b"", "is empty (0 bytes)"),
        ("t.parquet", b"PAR1" + b"\x00" * 50, "cut off"),
        ("t.parquet", b"PAR1" + b"\x00" * 50 + b"PAR1", "cannot be read as Parquet"),
    ],
)
def test_what_is_no_table_is_refused_plainly(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    assert says in refusal(tmp_path / name, content)


def test_declarations_are_not_sent_to_the_reader_of_statistics(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes("a,b\n氧化锑,1\n".encode("gb18030"))
    with pytest.raises(SourceError, match="iconv -f GB18030 -t UTF-8") as caught:
        scan_table(tmp_path / "d.csv", table="declarations")
    assert "gacc" not in str(caught.value)


def test_a_byte_that_is_not_utf8_is_found_beyond_the_first_chunk(tmp_path: Path) -> None:
    # The header is 4 bytes, each line "锑,1\n" 6 bytes: characters get cut at chunk borders, and that is no fault.
    good = b"a,b\n" + "锑,1\n".encode() * 400_000
    (tmp_path / "t.csv").write_bytes(good)
    assert scan(tmp_path / "t.csv").height == 400_000
    assert "byte 2,400,004 is 0xff" in refusal(tmp_path / "bad.csv", good + b"\xff,1\n")


def test_a_header_that_names_a_column_twice(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,b, a\n1,2,3\n")
    with pytest.raises(ContractError, match="names a column twice in its header: a"):
        scan(tmp_path / "t.csv")


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "flows.csv").write_bytes(TEXT)
    assert "did you mean flows.csv?" in refusal(tmp_path / "flow.csv")
    assert "nor is there a folder" in refusal(tmp_path / "nowhere" / "flows.csv")


def test_parquet_file_and_folders(tmp_path: Path) -> None:
    folder = tmp_path / "flows"
    for n, place in enumerate(("year=2023/month=01", "year=2024/month=__HIVE_DEFAULT_PARTITION__")):
        (folder / place).mkdir(parents=True)
        pl.DataFrame({"a": [n], **({"extra": [1.5]} if n else {})}).write_parquet(folder / place / "part.parquet")
    (folder / "_SUCCESS").touch()
    (folder / ".half.parquet").write_bytes(b"PAR1")
    pl.DataFrame({"a": [9]}).write_parquet(folder / "a_plain.pq")
    assert scan(folder).rows(named=True) == [
        {"a": 9, "year": None, "month": None, "extra": None},
        {"a": 0, "year": "2023", "month": "01", "extra": None},
        {"a": 1, "year": "2024", "month": None, "extra": 1.5},
    ]


def test_a_folder_of_parquet_and_other_tables_is_refused_and_nothing_left_out(tmp_path: Path) -> None:
    ROWS.write_parquet(tmp_path / "a.parquet")
    ROWS.write_parquet(tmp_path / "part-0")  # as Parquet without a suffix is read by its path, so it is in a folder
    (tmp_path / "README.md").write_text("where these come from", encoding="utf-8")
    assert scan(tmp_path).height == 2 * ROWS.height
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "b.csv").write_bytes(TEXT)
    told = refusal(tmp_path)
    assert f"holds files that are not Parquet beside Parquet ({Path('more/b.csv')}), which would be left out" in told
    assert "`oretrace ingest`" in told
    (tmp_path / "more" / "b.csv").rename(tmp_path / "more" / "_b.csv")
    assert scan(tmp_path).height == 2 * ROWS.height


def test_folders_that_are_no_table(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(TEXT)
    assert "holds no Parquet file (1 × .csv)" in refusal(tmp_path)
    folder = tmp_path / "mixed"
    folder.mkdir()
    pl.DataFrame({"a": [1]}).write_parquet(folder / "1.parquet")
    pl.DataFrame({"a": [["x"]]}).write_parquet(folder / "2.parquet")
    assert "do not fit together" in refusal(folder)


def test_delta_tables_are_read_as_of_their_last_commit(tmp_path: Path) -> None:
    path = tmp_path / "delta"
    ROWS.write_delta(path)
    ROWS.head(1).write_delta(path, mode="overwrite")
    assert scan(path).equals(ROWS.head(1))
    for log in (path / "_delta_log").glob("*.json"):
        log.write_text("{", encoding="utf-8")
    assert "cannot be read as a Delta table" in refusal(path)


def test_a_source_error_is_what_a_wrong_file_gives(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"%PDF")
    with pytest.raises(SourceError):
        scan(tmp_path / "t.csv")

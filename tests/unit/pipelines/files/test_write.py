"""Writing: whole or not at all, and safe for people who open CSV."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from features.errors import ConfigError
from pipelines.files import scan_table, write_table, write_text

FRAME = pl.DataFrame({"a": ["x", None], "b": [1.5, None]})


@pytest.mark.parametrize("name", ["t.parquet", "t.csv", "t.csv.gz"])
def test_a_table_is_written_into_new_folders_and_read_back(tmp_path: Path, name: str) -> None:
    path = write_table(FRAME, tmp_path / "new" / "folder" / name)
    read = scan_table(path, table="t").collect()
    assert read.with_columns(pl.col("a").replace({"": None}), pl.col("b").cast(pl.Float64, strict=False)).equals(FRAME)
    assert [p.name for p in path.parent.iterdir()] == [name]


@pytest.mark.parametrize("name", ["t.parquet", "t.csv", "t.csv.gz"])
def test_the_same_rows_give_the_same_bytes(tmp_path: Path, name: str) -> None:
    one, other = write_table(FRAME, tmp_path / "1" / name), write_table(FRAME.lazy(), tmp_path / "2" / name)
    if name.endswith(".parquet"):
        assert pl.read_parquet(one).equals(pl.read_parquet(other))
        other = write_table(FRAME, other)
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("name", ["t.parquet", "t.csv", "t.csv.gz"])
def test_a_failure_in_the_middle_leaves_the_last_good_output(tmp_path: Path, name: str) -> None:
    path = write_table(FRAME, tmp_path / name)
    before = path.read_bytes()
    broken = FRAME.lazy().with_columns(pl.col("a").cast(pl.Int64, strict=True))
    with pytest.raises(pl.exceptions.PolarsError):
        write_table(broken, path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [name]


KILLED = """
import os, signal, sys
from pathlib import Path
import polars as pl
from pipelines.files import write_table

def die(batch: pl.DataFrame) -> pl.DataFrame:
    os.kill(os.getpid(), signal.SIGKILL)
    return batch

write_table(pl.LazyFrame({"a": ["new"]}).map_batches(die), Path(sys.argv[1]))
"""


def test_a_killed_run_leaves_the_last_good_output(tmp_path: Path) -> None:
    path = write_table(FRAME, tmp_path / "t.parquet")
    root = Path(__file__).parents[4]
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=root, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL
    assert pl.read_parquet(path).equals(FRAME)
    assert scan_table(tmp_path, table="t").collect().equals(FRAME)  # what it left half-written is hidden from readers


def test_text_is_written_whole(tmp_path: Path) -> None:
    assert write_text(tmp_path / "p" / "page.html", "锑\n").read_bytes() == "锑\n".encode()


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be written"):
        write_text(tmp_path / "file" / "page.html", "x")
    (tmp_path / "folder.csv" / "x").mkdir(parents=True)
    with pytest.raises(ConfigError, match="cannot be written"):
        write_table(FRAME, tmp_path / "folder.csv")
    with pytest.raises(ConfigError, match=r"is written as \.parquet, \.csv or \.csv\.gz"):
        write_table(FRAME, tmp_path / "t.xlsx")


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1+1", "'  =1+1"),
        ("\t=1", "' =1"),
        ("\r=1", "' =1"),
        ("\x00=1", "'=1"),
        ("＝1", "'＝1"),
        ("a=1", "a=1"),
        ("two\nlines", "two lines"),
        ("bell\x07", "bell"),
        ("D-1\u202efdp.\u200b\u2066\ufeff\U000e0041", "D-1fdp."),
        ("\u202e=1", "'=1"),
        ("锑 <b>", "锑 <b>"),
    ],
)
def test_cells_that_a_spreadsheet_would_run_are_disarmed(tmp_path: Path, cell: str, shown: str) -> None:
    path = write_table(pl.DataFrame({"text": [cell], "=header": [-1.0]}), tmp_path / "t.csv")
    assert scan_table(path, table="t").collect().rows(named=True) == [{"text": shown, "'=header": "-1.0"}]


def test_lists_and_structs_become_json(tmp_path: Path) -> None:
    reasons = [[{"code": "x", "strength": 0.5}, {"code": "锑", "strength": None}], None, []]
    hidden = [[{"code": "x\u202e", "strength": 0.5}, {"code": "锑", "strength": None}], None, []]
    path = write_table(pl.DataFrame({"reasons": hidden, "ids": [["a"], [], None]}), tmp_path / "t.csv")
    read = scan_table(path, table="t").collect()
    assert [json.loads(cell) if cell else None for cell in read.get_column("reasons")] == reasons
    assert read.get_column("ids").to_list() == ['["a"]', "[]", ""]

"""The mark of generated worlds: it goes where the rows go, and nothing else bears it."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from features.contracts import Licences
from pipelines.files import generated_mark, load_table, write_table
from pipelines.ingest.contract import ingest_contract

ROWS = pl.DataFrame({"licence_no": ["L-1"], "valid_from": ["2025-01-01"], "valid_to": ["2025-12-31"]})
OTHER = ROWS.with_columns(licence_no=pl.lit("L-2"))


def test_a_table_bears_the_mark_it_was_written_with_and_the_same_rows(tmp_path: Path) -> None:
    for frame, name in ((ROWS, "whole.parquet"), (ROWS.lazy(), "streamed.parquet")):
        path = write_table(frame, tmp_path / name, generated="seed 7")
        assert generated_mark(path) == "seed 7"
        assert pl.read_parquet(path).equals(ROWS)
        assert load_table(path, Licences, table="licences").generated == "seed 7"
    assert generated_mark(tmp_path) == "seed 7"


def test_no_table_of_ones_own_bears_it(tmp_path: Path) -> None:
    assert generated_mark(write_table(ROWS, tmp_path / "own.parquet")) == ""
    assert generated_mark(write_table(ROWS, tmp_path / "own.csv", generated="seed 7")) == ""
    ROWS.write_delta(tmp_path / "delta")
    assert generated_mark(tmp_path / "delta") == ""
    assert load_table(tmp_path / "own.parquet", Licences, table="licences").generated == ""


def test_ingest_keeps_it_and_says_where_real_rows_lie_among_generated_ones(tmp_path: Path) -> None:
    made = write_table(ROWS, tmp_path / "made.parquet", generated="seed 7")
    own = write_table(OTHER, tmp_path / "own.csv")
    for paths, mark in (([made], "seed 7"), ([own], ""), ([made, own], "in part seed 7")):
        assert generated_mark(ingest_contract(paths, "licences", tmp_path / "out").table) == mark

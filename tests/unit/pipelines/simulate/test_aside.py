"""Parts put aside come back month by month, parts in their order, and are sorted with unknown values last."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from pipelines.simulate.aside import put_months, read_months, sorted_by

JAN, FEB, APR = date(2024, 1, 31), date(2024, 2, 1), date(2024, 4, 15)


def _table(days: list[date], names: list[str | None], kinds: list[str]) -> pl.DataFrame:
    return pl.DataFrame({"day": days, "name": names, "kind": pl.Series(kinds, dtype=pl.Enum(["a", "b"]))})


def test_months_come_back_in_order_whatever_part_they_are_in(tmp_path: Path) -> None:
    put_months(_table([FEB, FEB, APR], ["1", "2", "3"], ["a", "b", "a"]), tmp_path / "t" / "00000.arrow", "day")
    put_months(_table([JAN, FEB], ["4", "5"], ["b", "b"]), tmp_path / "t" / "00001.arrow", "day")
    put_months(_table([], [], []), tmp_path / "t" / "00002.arrow", "day")
    months = [month.select(["name", "kind"]).to_pydict() for month in read_months(tmp_path / "t", "day")]
    assert months == [
        {"name": ["4"], "kind": ["b"]},
        {"name": ["1", "2", "5"], "kind": ["a", "b", "b"]},
        {"name": ["3"], "kind": ["a"]},
    ]


def test_rows_are_sorted_with_unknown_last_and_equal_ones_in_place() -> None:
    table = _table([JAN] * 4, ["2", None, "1", "1"], ["a", "a", "b", "a"]).to_arrow()
    assert sorted_by(table, ("day", "name")).select(["name", "kind"]).to_pydict() == {
        "name": ["1", "1", "2", None],
        "kind": ["b", "a", "a", "a"],
    }

"""Tables looked up for the rows of another."""

from __future__ import annotations

import polars as pl
import pytest

from features.beside import beside, told_once

NAMES = pl.DataFrame({"no": [2, None, 1], "name": ["two", "none", "one"]})


def test_rows_keep_their_order_and_what_is_not_found_is_null() -> None:
    rows = pl.DataFrame({"no": [1, 3, None, 2, 1], "row": range(5)})
    found = beside(rows, NAMES, "no")
    assert found["row"].to_list() == [0, 1, 2, 3, 4]
    assert found["name"].to_list() == ["one", None, None, "two", "one"]


def test_a_null_key_is_found_where_nulls_are_equal() -> None:
    rows = pl.DataFrame({"no": [None, 1]}, schema={"no": pl.Int64})
    assert beside(rows, NAMES, "no", nulls_equal=True)["name"].to_list() == ["none", "one"]


def test_many_rows_are_looked_up_by_two_keys() -> None:
    rows = pl.DataFrame({"a": [n % 7 for n in range(20_000)], "b": [n % 3 for n in range(20_000)]})
    table = rows.unique().with_columns(c=pl.col("a") * 10 + pl.col("b"))
    assert beside(rows, table.lazy(), ["a", "b"])["c"].equals((rows["a"] * 10 + rows["b"]).alias("c"))


def test_nothing_is_found_in_an_empty_table() -> None:
    assert beside(pl.DataFrame({"no": [1]}), NAMES.clear(), "no")["name"].to_list() == [None]


def test_a_key_held_twice_is_a_defect() -> None:
    with pytest.raises(ValueError, match="the same no twice"):
        beside(pl.DataFrame({"no": [1, 2]}), pl.concat([NAMES, NAMES]), "no")


def test_what_a_column_tells_is_told_of_every_row() -> None:
    rows = pl.DataFrame({"kind": ["drum", None, "bag", "drum"]})
    told = told_once(rows, "kind", pl.col("kind").str.to_uppercase().fill_null("?").alias("said"))
    assert told["said"].to_list() == ["DRUM", "?", "BAG", "DRUM"]

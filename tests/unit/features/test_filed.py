"""Tables looked up by a whole number."""

from __future__ import annotations

import polars as pl

from features.filed import Filed, text_number


def test_rows_of_a_few_keys_are_found() -> None:
    filed = Filed.of(pl.DataFrame({"key": [5, 1, 5, 9], "n": [1, 2, 3, 4]}), "key")
    found = filed.rows_of(pl.Series([9, 5, None, 7, 5]))
    assert sorted(found.rows()) == [(5, 1), (5, 3), (9, 4)]


def test_rows_are_filed_among_others() -> None:
    filed = Filed.of(pl.DataFrame({"key": [5, 1], "n": [1, 2]}), "key").with_rows(
        pl.DataFrame({"key": [9, 3, 5], "n": [3, 4, 5]})
    )
    assert filed.table["key"].to_list() == [1, 3, 5, 5, 9]
    assert sorted(filed.rows_of(pl.Series([5, 3])).rows()) == [(3, 4), (5, 1), (5, 5)]


def test_nothing_is_found_in_an_empty_table_or_for_no_key() -> None:
    empty = pl.DataFrame(schema={"key": pl.Int64, "n": pl.Int64})
    assert Filed.of(empty, "key").rows_of(pl.Series([1], dtype=pl.Int64)).is_empty()
    filed = Filed.of(pl.DataFrame({"key": [5], "n": [1]}), "key")
    assert filed.rows_of(pl.Series([None], dtype=pl.Int64)).is_empty()


def test_the_number_of_a_text_depends_on_the_text_alone() -> None:
    texts = pl.Series(["a", None, "b", "a"])
    numbers = pl.select(text_number(pl.lit(texts))).to_series()
    assert numbers.is_null().to_list() == [False, True, False, False]
    assert numbers[0] == numbers[3] == pl.select(text_number(pl.lit("a"))).item()
    assert numbers.n_unique() == 3

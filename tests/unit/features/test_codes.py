"""Customs codes: nothing guessed, nothing lost."""

from __future__ import annotations

import polars as pl

from features.codes import customs_code, hs2, hs4, hs6


def test_separators_of_every_script_go_and_zeros_stay() -> None:
    raw = pl.DataFrame({"code": ["0101.21", "01\u200901\u202f21", "0101–21", "0101．21", "０１０１２１", None, "..."]})
    read = raw.select(customs_code(pl.col("code"))).to_series().to_list()
    assert read == ["010121"] * 5 + [None, None]


def test_a_code_that_was_a_number_is_left_for_the_contract_to_refuse() -> None:
    assert pl.select(customs_code(pl.lit("811292.0"))).item() == "811292.0"


def test_levels_are_null_where_the_code_is_too_short_or_unknown() -> None:
    raw = pl.DataFrame({"code": ["0713", None]}, schema={"code": pl.String})
    levels = raw.select(hs2(pl.col("code")).alias("2"), hs4(pl.col("code")).alias("4"), hs6(pl.col("code")).alias("6"))
    assert levels.rows() == [("07", "0713", None), (None, None, None)]

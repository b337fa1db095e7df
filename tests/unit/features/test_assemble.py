"""Putting the rooms side by side: what a blank means, and what goes along."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from features.assemble import CARRIED, _is_recorded, _mineral
from features.background import first_days
from features.controls.join import is_controlled_export

HISTORY = pl.LazyFrame(
    {
        "declared_on": [date(2024, 3, 10), date(2024, 5, 20), date(2024, 9, 1)],
        "licence_no": [None, "L-1", "L-2"],
    }
)


@pytest.mark.parametrize(
    ("day", "history", "recorded"),
    [
        (date(2024, 3, 31), HISTORY, True),  # nothing before March says otherwise
        (date(2024, 4, 1), HISTORY, False),  # March left it blank
        (date(2024, 5, 31), HISTORY, False),  # May's own rows are not looked at
        (date(2024, 6, 1), HISTORY, True),  # May filled it
        (date(2024, 6, 1), HISTORY.clear(), True),
        (date(2025, 6, 1), HISTORY.head(1), False),
    ],
)
def test_a_blank_is_none_where_earlier_months_filled_the_column(day: date, history: pl.LazyFrame, recorded: bool):
    rows = pl.DataFrame({"declared_on": [day], "licence_no": pl.Series([None], dtype=pl.String)})
    assert rows.select(_is_recorded("licence_no", rows, first_days("licence_no", history))).item() is recorded


def test_a_column_that_is_not_there_records_nothing():
    rows = pl.DataFrame({"declared_on": [date(2024, 6, 1)]})
    assert rows.select(_is_recorded("licence_no", rows, first_days("licence_no", HISTORY))).item() is False


def test_a_chinese_licence_is_looked_for_on_chinese_export_papers_alone():
    rows = pl.DataFrame(
        [
            ("export", "CHN", None, True),
            ("export", "KOR", "CHN", True),  # of foreign origin, but it leaves China
            ("export", "CHN", "KOR", False),  # Korean papers
            ("import", "CHN", None, False),  # papers of the country it comes to
            ("transit", "CHN", "CHN", False),
            ("export", None, None, None),
            ("import", None, None, False),
        ],
        schema=["direction", "origin_iso3", "dispatch_iso3", "is_chinese"],
        orient="row",
    )
    assert rows.select(is_controlled_export()).to_series().to_list() == rows["is_chinese"].to_list()


def test_what_the_control_list_asks_about_goes_along():
    asked = {"declared_on", "hs_code", "direction", "origin_iso3", "dispatch_iso3", "destination_iso3"}
    assert asked <= set(CARRIED)


@pytest.mark.parametrize(
    ("hs_code", "match", "vague", "meets", "mineral"),
    [
        ("2827399001", "printed", 0.0, None, "germanium"),
        ("2827399001", "printed", 0.0, False, None),  # the words name goods that no item lists
        ("28273990", "line8", 0.0, None, "germanium"),  # may be the printed line
        ("2827399000", "line8", 0.0, None, None),  # another line of it: calcium chloride
        ("282739", "hs6", 0.0, None, None),  # the words name other goods
        ("282739", "hs6", 1.0, None, "germanium"),  # the words leave it open
        ("282739", "hs6", None, None, "germanium"),  # there are none
    ],
)
def test_a_code_that_holds_free_goods_names_a_mineral_only_where_the_words_leave_it_open(
    hs_code: str, match: str, vague: float | None, meets: bool | None, mineral: str | None
):
    rows = pl.DataFrame(
        {
            "hs_code": [hs_code],
            "control_match": [match],
            "control_minerals": [["germanium"]],
            "description": pl.Series([None if vague is None else "goods"], dtype=pl.String),
            "vague_text": pl.Series([vague], dtype=pl.Float32),
            "term_weight": [0.0],
            "meets_listed_form": pl.Series([meets], dtype=pl.Boolean),
            "text_mineral": pl.Series([None], dtype=pl.String),
            "material_mismatch": [0.0],
            "material_mineral": ["tungsten"],
            "density_kg_m3": pl.Series([None], dtype=pl.Float64),
        }
    )
    assert rows.select(_mineral()).item() == mineral


KINDS: dict[str, Any] = {
    "term_weight": pl.Float32,
    "text_mineral": pl.String,
    "material_mismatch": pl.Float32,
    "material_mineral": pl.String,
    "control_minerals": pl.List(pl.String),
    "control_match": pl.String,
    "description": pl.String,
    "vague_text": pl.Float32,
    "hs_code": pl.String,
    "meets_listed_form": pl.Boolean,
    "density_kg_m3": pl.Float64,
}
SILENT = {
    "hs_code": "8110101000",
    "control_match": "printed",
    "control_minerals": ["antimony"],
    "description": "goods",
    "vague_text": 1.0,
    "material_mineral": "yttrium",
    "material_mismatch": 0.9,
}


@pytest.mark.parametrize(
    ("other", "mineral"),
    [
        ({}, "antimony"),
        ({"description": None, "vague_text": None}, "antimony"),
        ({"description": None, "vague_text": 0.1}, "antimony"),
        ({"density_kg_m3": 2000.0}, "yttrium"),  # two figures against the code, which may be false
        ({"vague_text": 0.0}, "yttrium"),
        ({"control_match": "line8"}, "yttrium"),
        ({"control_minerals": ["antimony", "bismuth"]}, "yttrium"),
        ({"meets_listed_form": False}, "yttrium"),
        ({"text_mineral": "gallium", "term_weight": 0.9}, "gallium"),
    ],
)
def test_a_printed_line_of_one_mineral_comes_before_price_alone_where_words_are_silent(
    other: dict[str, Any], mineral: str
) -> None:
    row = pl.DataFrame([SILENT | other], schema=KINDS)
    assert row.select(_mineral()).item() == mineral

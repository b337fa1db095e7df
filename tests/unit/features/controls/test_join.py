"""The join itself: nulls, order, one row for one row, whose goods it binds."""

from datetime import date as day
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from features.controls import controls_for_minerals, join_controls
from features.controls.join import ANSWERS
from features.errors import ContractError

ON = day(2026, 3, 1)
LISTS = [name for name in ANSWERS if name != "control_match"]


@pytest.mark.parametrize(
    "question",
    [
        {"code": None}, {"code": "8110"}, {"code": "none given"}, {"on": None}, {"to": None}, {"to": "_X"},
        {"to": "W00"},
        {"origin": None, "dispatch": None}, {"origin": "_X", "dispatch": None}, {"origin": None, "dispatch": "THA"},
    ],
)  # fmt: skip
def test_unknown_stays_unknown(ask: Any, question: dict[str, Any]) -> None:
    told = ask(**({"code": "8110101000", "on": ON} | question))
    assert all(told[name] is None for name in ANSWERS)


@pytest.mark.parametrize(
    ("origin", "dispatch", "binds"),
    [
        ("CHN", "CHN", True), ("CHN", None, True), ("CHN", "_X", True), ("CHN", "THA", True), ("THA", "CHN", True),
        (None, "CHN", True), ("THA", None, False), ("THA", "THA", False), ("THA", "VNM", False),
    ],
)  # fmt: skip
def test_binds_goods_that_leave_china_or_are_chinese(ask: Any, origin: str, dispatch: str, binds: bool) -> None:
    assert bool(ask("8110101000", ON, origin=origin, dispatch=dispatch)["controls_in_force"]) is binds


def test_chinese_goods_from_a_third_country_to_the_united_states_are_caught(ask: Any) -> None:
    told = ask("8110101000", day(2025, 3, 1), "USA", dispatch="THA")
    assert told["control_rules"] == ["extraterritorial", "licence", "prohibited_military", "refusal_presumed"]


def test_goods_for_china_itself_are_free(ask: Any) -> None:
    assert ask("8110101000", ON, "CHN", dispatch="THA")["controls_in_force"] == []


@pytest.mark.parametrize("code", ["8110.10.1000", "8110 10 1000", "811010100099"])
def test_code_as_people_write_it(ask: Any, code: str) -> None:
    assert ask(code, ON)["control_match"] == "printed"


def test_stronger_match_sets_weaker_ones_aside(ask: Any) -> None:
    assert ask("8112929090", ON)["control_minerals"] == ["gallium"]
    assert ask("81129290", ON)["control_match"] == "line8"
    assert ask("811292", ON)["control_minerals"] == ["gallium", "germanium"]
    # eight declared digits may be any ten-digit code of that line, beside what is printed with eight digits
    told = ask("28053019", day(2027, 2, 1))
    assert {"2025-18", "2025-57"} <= set(told["controls_in_force"])


def test_digits_beyond_the_sixth_are_the_tariff_of_who_declares(ask: Any) -> None:
    # 28259012 is the tungsten line of China's tariff: not gallium oxide there, but anything of 282590 elsewhere
    before = day(2025, 2, 3)
    assert ask("2825901200", before)["controls_in_force"] == []
    for direction in ("import", None):
        told = ask("2825901200", before, direction=direction)
        assert (told["control_items"], told["control_match"]) == (["2023-23/ga3"], "hs6")
    assert ask("8110101000", ON, direction="import")["control_match"] == "hs6"
    assert ask("8110101000", ON, direction=None)["control_match"] == "printed"


def _table() -> pl.DataFrame:
    codes = ["8112929090", "811010", None, "28053019", "123456", "8505111000", "2931900032"]
    days = [day(2023, 7, 1), day(2023, 9, 1), day(2024, 12, 24), day(2025, 11, 8), day(2026, 12, 1), None]
    places = ["USA", "JPN", "DEU", None, "CHN", "_X"]
    made = ["CHN", "THA", None]
    rows = [(c, d, t, o) for c in codes for d in days for t in places for o in made]
    schema = {"hs_code": pl.String, "declared_on": pl.Date, "destination_iso3": pl.String, "origin_iso3": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").with_row_index("n")


def test_one_row_out_for_each_row_in_whatever_the_order(lists: Any) -> None:
    table, controls = _table(), lists()
    told = join_controls(table.lazy(), controls).collect()
    assert told["n"].to_list() == table["n"].to_list()
    shuffled = join_controls(table.sample(fraction=1, shuffle=True, seed=3).lazy(), controls).collect()
    assert_frame_equal(shuffled.sort("n"), told)
    in_parts = pl.concat([join_controls(part.lazy(), controls).collect() for part in table.iter_slices(37)])
    assert_frame_equal(in_parts, told)
    streamed = join_controls(table.lazy(), controls).collect(engine="streaming")
    assert_frame_equal(streamed.sort("n"), told)


def test_asked_twice_gives_the_same_columns(lists: Any) -> None:
    once = join_controls(_table().lazy(), lists())
    assert_frame_equal(join_controls(once, lists()).collect(), once.collect())
    assert once.collect_schema().names()[-len(ANSWERS) :] == list(ANSWERS)


def test_empty_table(lists: Any) -> None:
    told = join_controls(_table().head(0).lazy(), lists()).collect()
    assert told.height == 0
    assert all(told.schema[name] == kind for name, kind in ANSWERS.items())


def test_knowledge_from_a_column(lists: Any) -> None:
    asked = pl.LazyFrame(
        {
            "hs_code": ["28053019"] * 3,
            "declared_on": [day(2025, 11, 8)] * 3,
            "destination_iso3": ["DEU"] * 3,
            "seen_on": [day(2025, 10, 20), day(2025, 11, 8), None],
        }
    )
    told = join_controls(asked, lists(), origin=None, known_on="seen_on").collect()["controls_in_force"].to_list()
    assert told == [["2025-18", "2025-57"], ["2025-18"], None]


def test_missing_column_is_one_clear_error(lists: Any) -> None:
    with pytest.raises(ContractError, match="'origin_iso3' is missing"):
        join_controls(_table().drop("origin_iso3").lazy(), lists())


def test_by_mineral(lists: Any) -> None:
    asked = pl.LazyFrame(
        {
            "mineral": ["antimony", "rare_earth_magnets", "silver", None],
            "declared_on": [day(2024, 12, 24), ON, ON, ON],
            "destination_iso3": ["USA"] * 4,
        }
    )
    told = controls_for_minerals(asked, lists(), origin=None).collect()
    assert told["controls_in_force"].to_list() == [["2024-33", "2024-46"], ["2024-46", "2025-18"], [], None]
    assert told["control_match"].to_list() == ["mineral", "mineral", "none", None]
    assert "2024-33/sb7" in told["control_items"][0]  # technology has no code, but belongs to the mineral
    assert any("only at 99.99 % or purer" in said for said in told["control_conditions"][0])

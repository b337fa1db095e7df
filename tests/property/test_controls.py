"""What must hold for the control list whatever is asked."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from features.controls import ControlList, describe_controls, join_controls
from features.controls.frames import BASE_RULES
from pipelines.reference.control_file import ControlFile, read_control_file
from pipelines.reference.control_list import control_list
from pipelines.settings.closed import config_folder, load_section
from pipelines.settings.controls import ControlSwitches

DAYS = st.dates(date(2023, 6, 1), date(2027, 3, 1))
SCHEMA = {
    "hs_code": pl.String, "declared_on": pl.Date, "destination_iso3": pl.String, "origin_iso3": pl.String,
    "dispatch_iso3": pl.String, "direction": pl.String,
}  # fmt: skip


@cache
def _file() -> ControlFile:
    return read_control_file(config_folder() / "controls.yaml")


@cache
def _shipped() -> ControlList:
    return control_list(_file(), load_section(ControlSwitches, "controls"))


@cache
def _codes() -> list[str]:
    codes = _shipped().codes["code"].unique().sort().to_list()
    return [*codes, *sorted({code[:8] for code in codes}), *sorted({code[:6] for code in codes}), "999999", "7208", ""]


def _rows() -> st.SearchStrategy[list[tuple[object, ...]]]:
    places = st.sampled_from(["USA", "JPN", "DEU", "CHN", "_X", None])
    made = st.sampled_from(["CHN", "THA", None])
    way = st.sampled_from(["export", "import", None])
    one = st.tuples(st.none() | st.sampled_from(_codes()), st.none() | DAYS, places, made, made, way)
    return st.lists(one, min_size=1, max_size=12)


def _asked(rows: list[tuple[object, ...]], controls: ControlList, known_on: date | None = None) -> pl.DataFrame:
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return join_controls(table.lazy(), controls, known_on=known_on).collect()


@settings(max_examples=25)
@given(_rows())
def test_each_row_is_answered_as_if_it_were_alone(rows: list[tuple[object, ...]]) -> None:
    together = _asked(rows, _shipped())
    assert together.height == len(rows)
    assert_frame_equal(together, pl.concat([_asked([row], _shipped()) for row in rows]))
    assert_frame_equal(together.reverse(), _asked(rows[::-1], _shipped()))


@settings(max_examples=25)
@given(_rows(), DAYS)
def test_what_is_announced_later_never_changes_what_was_known_before(
    rows: list[tuple[object, ...]], known_on: date
) -> None:
    then = [one for one in _file().announcements if one.announced <= known_on]
    heard = [
        one.model_copy(update={"status_events": [event for event in one.status_events if event.date <= known_on]})
        for one in then
    ]
    for notice in heard:  # a suspension of a paragraph stands in its rules
        for rule in notice.destination_rules:
            if rule.suspended is not None and rule.suspended.from_ > known_on:
                kept = [each.model_copy(update={"suspended": None}) for each in notice.destination_rules]
                heard[heard.index(notice)] = notice.model_copy(update={"destination_rules": kept})
                break
    catalogue = _file().catalogue_2026
    is_published = catalogue is not None and any(one.id == catalogue.id for one in heard)
    if not heard:
        return
    file = _file().model_copy(update={"announcements": heard, "catalogue_2026": catalogue if is_published else None})
    answers = load_section(ControlSwitches, "controls")
    if known_on < answers.no70_answer_known_on:
        answers = answers.model_copy(
            update=dict.fromkeys(("no70_suspension", "no72_suspension", "no21_suspension"), "resumed")
        )
    past = control_list(file, answers)
    assert_frame_equal(_asked(rows, past, known_on), _asked(rows, _shipped(), known_on))


@settings(max_examples=25)
@given(st.sampled_from(["resumed", "extended", "repealed"]), _rows())
def test_answers_to_open_questions_change_nothing_before_the_day_they_are_about(
    answer: str, rows: list[tuple[object, ...]]
) -> None:
    early = [row for row in rows if row[1] is not None and row[1] < date(2026, 11, 11)]
    if early:
        other = load_section(ControlSwitches, "controls").model_copy(
            update=dict.fromkeys(("no70_suspension", "no72_suspension", "no21_suspension"), answer)
        )
        assert_frame_equal(_asked(early, control_list(_file(), other)), _asked(early, _shipped()))


@settings(max_examples=40)
@given(st.sampled_from(_codes()).filter(lambda code: len(code) >= 6), DAYS, st.sampled_from(["USA", "JPN", "DEU"]))
def test_one_day_told_and_the_join_agree(code: str, on: date, to: str) -> None:
    told = describe_controls(_shipped(), on, hs=code, to=to).filter(pl.col("rule").is_in(BASE_RULES))
    row = _asked([(code, on, to, "CHN", "CHN", None)], _shipped()).row(0, named=True)
    assert sorted(set(told["item_id"])) == row["control_items"]


@pytest.mark.parametrize("days", [0, 1])
def test_the_answer_is_the_same_between_turning_days(days: int) -> None:
    start = date(2024, 12, 4) + timedelta(days=days)
    row = ("8110101000", start, "USA", "CHN", "CHN", "export")
    assert _asked([row], _shipped())["controls_in_force"].to_list() == [["2024-33", "2024-46"]]


def test_shipped_file_is_found() -> None:
    assert isinstance(_file().path, Path)

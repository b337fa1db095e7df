"""`oretrace controls`, short of the command line."""

from datetime import date as day

import pytest
from rich.console import Console

from features.errors import ConfigError
from pipelines.reports.controls_view import render_controls
from pipelines.steps.controls import open_questions, run_controls


@pytest.mark.parametrize("hs", ["811", "81x29290", "1234567890123", "", "８１１２９２"])
def test_no_code_is_refused(hs: str) -> None:
    with pytest.raises(ConfigError, match="--hs"):
        run_controls(day(2026, 1, 1), hs=hs)


@pytest.mark.parametrize("to", ["US", "XXX", "W00", "germany"])
def test_no_country_is_refused(to: str) -> None:
    with pytest.raises(ConfigError, match="--to"):
        run_controls(day(2026, 1, 1), to=to)


def test_code_with_dots_and_country_in_small_letters() -> None:
    assert set(run_controls(day(2024, 12, 3), hs="8112.92.90.90", to="usa")["item_id"].drop_nulls()) == {"2023-23/ga1"}


def test_open_questions_are_told_only_where_they_touch_the_answer() -> None:
    assert open_questions(day(2026, 11, 10), hs="28053019", to="DEU") == []
    told = open_questions(day(2026, 11, 11), hs="28053019", to="DEU")
    assert len(told) == 1
    assert "no70_suspension = 'extended'" in told[0]
    assert "with 'resumed' No.57 of 2025, No.61 of 2025 would be in force" in told[0]
    assert open_questions(day(2026, 11, 28), hs="8110101000", to="DEU") == []
    assert any("no72" in said for said in open_questions(day(2026, 11, 28), hs="8110101000", to="USA"))


def _shown(on: day, hs: str, to: str | None = None) -> str:
    console, table = Console(width=100), run_controls(on, hs=hs, to=to)
    with console.capture() as shown:
        for part in render_controls(table, on=on, hs=hs, to=to, questions=["Open: [red]x[/red]"]):
            console.print(part)
    return shown.get()


def test_table_fits_a_hundred_columns_and_tells_condition_and_rule() -> None:
    text = _shown(day(2024, 12, 3), "2825800010", "USA")
    assert max(len(line) for line in text.splitlines()) <= 100
    assert "99.99 %" in text
    assert "No.46 of 2024, United States: no licences in principle (antimony)" in text
    assert "[red]x[/red]" in text  # text is shown as it is, not as markup


def test_nothing_controlled_is_one_sentence() -> None:
    assert "No listed good is under a rule in force on 2020-01-01" in _shown(day(2020, 1, 1), "811010")

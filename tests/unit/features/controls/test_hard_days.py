"""The control list on the days on which it is easy to be wrong. Dates: configs/controls.yaml, sources there."""

from datetime import date as day
from typing import Any

import pytest

GALLIUM, GERMANIUM, FLAKE, ANTIMONY = "8112929090", "8112921090", "2504101000", "8110101000"
TUNGSTEN_OXIDE, SAMARIUM, HOLMIUM = "2825901200", "2805301910", "28053019"


@pytest.mark.parametrize(
    ("code", "notice", "last_free", "first_controlled"),
    [
        (GALLIUM, "2023-23", day(2023, 7, 31), day(2023, 8, 1)),  # announced on 3 July, in force a month later
        (GERMANIUM, "2023-23", day(2023, 7, 31), day(2023, 8, 1)),
        (FLAKE, "2023-39", day(2023, 11, 30), day(2023, 12, 1)),
        (ANTIMONY, "2024-33", day(2024, 9, 14), day(2024, 9, 15)),
        (TUNGSTEN_OXIDE, "2025-10", day(2025, 2, 3), day(2025, 2, 4)),  # in force on the day of announcement
        (SAMARIUM, "2025-18", day(2025, 4, 3), day(2025, 4, 4)),
    ],
)
def test_first_day_in_force(ask: Any, code: str, notice: str, last_free: day, first_controlled: day) -> None:
    assert ask(code, last_free)["controls_in_force"] == []
    assert ask(code, first_controlled)["controls_in_force"] == [notice]
    assert ask(code, first_controlled)["control_rules"][-1] == "licence"


def test_united_states_from_3_december_2024(ask: Any) -> None:
    before, after = ask(ANTIMONY, day(2024, 12, 2), "USA"), ask(ANTIMONY, day(2024, 12, 3), "USA")
    assert before["controls_in_force"] == ["2024-33"]
    assert after["controls_in_force"] == ["2024-33", "2024-46"]
    assert after["control_rules"] == ["licence", "prohibited_military", "refusal_presumed"]
    assert ask(ANTIMONY, day(2024, 12, 3), "MEX")["controls_in_force"] == ["2024-33"]
    # graphite is reviewed more strictly, not refused; tungsten was not named
    assert ask(FLAKE, day(2024, 12, 3), "USA")["control_rules"] == ["licence", "prohibited_military", "strict_review"]
    assert "refusal_presumed" not in ask(TUNGSTEN_OXIDE, day(2025, 2, 4), "USA")["control_rules"]


def test_paragraph_2_is_suspended_and_paragraph_1_stays(ask: Any) -> None:
    assert "refusal_presumed" in ask(ANTIMONY, day(2025, 11, 8), "USA")["control_rules"]
    suspended = ask(ANTIMONY, day(2025, 11, 9), "USA")
    assert suspended["control_rules"] == ["licence", "prohibited_military"]
    assert suspended["controls_in_force"] == ["2024-33", "2024-46"]
    assert "prohibited_military" in ask(ANTIMONY, day(2026, 11, 27), "USA")["control_rules"]


@pytest.mark.parametrize(
    ("answer", "on", "is_refused"),
    [
        ("resumed", day(2026, 11, 27), False), ("resumed", day(2026, 11, 28), True),
        ("extended", day(2026, 11, 28), False), ("extended", day(2027, 1, 10), False),
        ("extended", day(2027, 1, 11), True), ("repealed", day(2027, 1, 11), False),
    ],
)  # fmt: skip
def test_end_of_the_suspension_of_paragraph_2(ask: Any, answer: str, on: day, is_refused: bool) -> None:
    told = ask(ANTIMONY, on, "USA", no72_suspension=answer)
    assert ("refusal_presumed" in told["control_rules"]) is is_refused
    assert "prohibited_military" in told["control_rules"]


def test_shipped_answers(ask: Any) -> None:
    # No. 72: the published date stands; No. 70: extended by statement
    assert "refusal_presumed" in ask(ANTIMONY, day(2026, 11, 28), "USA")["control_rules"]
    assert "2025-57" not in ask(HOLMIUM, day(2026, 11, 11))["controls_in_force"]
    assert "2025-57" in ask(HOLMIUM, day(2027, 1, 11))["controls_in_force"]


def test_no57_never_took_effect_before_its_suspension(ask: Any) -> None:
    for on in (day(2025, 10, 9), day(2025, 11, 7), day(2025, 11, 8), day(2025, 11, 9), day(2026, 11, 10)):
        assert "2025-57" not in ask(HOLMIUM, on)["controls_in_force"]


def test_no57_as_it_was_known_before_its_suspension(ask: Any) -> None:
    assert "2025-57" in ask(HOLMIUM, day(2025, 11, 8), known_on=day(2025, 10, 20))["controls_in_force"]
    assert "2025-57" in ask(HOLMIUM, day(2025, 11, 8), known_on=day(2025, 11, 6))["controls_in_force"]
    assert "2025-57" not in ask(HOLMIUM, day(2025, 11, 8), known_on=day(2025, 11, 7))["controls_in_force"]
    assert "2025-57" not in ask(HOLMIUM, day(2025, 11, 7), known_on=day(2025, 10, 20))["controls_in_force"]
    assert "2025-57" not in ask(HOLMIUM, day(2025, 11, 8), known_on=day(2025, 10, 8))["controls_in_force"]


@pytest.mark.parametrize(
    ("answer", "on", "is_in_force"),
    [
        ("resumed", day(2026, 11, 10), False), ("resumed", day(2026, 11, 11), True),
        ("extended", day(2026, 11, 11), False), ("extended", day(2027, 1, 10), False),
        ("extended", day(2027, 1, 11), True),
        ("repealed", day(2026, 11, 11), False), ("repealed", day(2027, 1, 11), False),
    ],
)  # fmt: skip
def test_end_of_the_suspension_of_no70(ask: Any, answer: str, on: day, is_in_force: bool) -> None:
    assert ("2025-57" in ask(HOLMIUM, on, no70_suspension=answer)["controls_in_force"]) is is_in_force


@pytest.mark.parametrize("answer", ["resumed", "extended", "repealed"])
def test_before_the_statement_of_28_september_2026_every_answer_reads_the_published_date(ask: Any, answer: str) -> None:
    told = ask(HOLMIUM, day(2026, 11, 11), known_on=day(2026, 9, 27), no70_suspension=answer)
    assert "2025-57" in told["controls_in_force"]


def test_earlier_controls_are_untouched_by_the_suspension(ask: Any) -> None:
    assert ask(SAMARIUM, day(2025, 11, 8))["controls_in_force"] == ["2025-18"]
    assert ask(GALLIUM, day(2026, 11, 11))["controls_in_force"] == ["2023-23"]


def test_deals_abroad_under_no61(ask: Any) -> None:
    # limb 3 (goods of Chinese origin sent on from abroad) was in force from 9 October to the day before the suspension
    def abroad(on: day) -> list[str]:
        return list(ask(SAMARIUM, on, "USA", dispatch="JPN")["controls_in_force"])

    assert "2025-61" not in abroad(day(2025, 10, 8))
    assert "2025-61" in abroad(day(2025, 10, 9))
    assert "2025-61" in abroad(day(2025, 11, 6))
    assert "2025-61" not in abroad(day(2025, 11, 7))
    assert "2025-61" in abroad(day(2027, 1, 11))
    assert "2025-61" not in ask(SAMARIUM, day(2025, 10, 9), "USA")["controls_in_force"]  # leaves China itself


def test_japan_from_6_january_2026(ask: Any) -> None:
    assert "2026-1" not in ask(SAMARIUM, day(2026, 1, 5), "JPN")["controls_in_force"]
    assert "2026-1" in ask(SAMARIUM, day(2026, 1, 6), "JPN")["controls_in_force"]


def test_codes_follow_the_code_table_of_the_year(ask: Any) -> None:
    # gallium nitride wafers: 3818009001 until 2025, 3818009020 from 2026
    assert ask("3818009001", day(2025, 12, 31))["control_match"] == "printed"
    assert ask("3818009001", day(2026, 1, 1))["control_match"] == "line8"
    assert ask("3818009020", day(2026, 1, 1))["control_match"] == "printed"
    assert ask("3818009020", day(2025, 12, 31))["control_match"] == "line8"


def test_misprint_of_2023_means_gallium(ask: Any) -> None:
    printed, read = ask("8110929010", day(2023, 8, 1)), ask("8112929010", day(2026, 1, 1))
    assert printed["control_items"] == read["control_items"] == ["2023-23/ga1"]
    assert "2023-23/ga1" in ask("811292", day(2023, 8, 1))["control_items"]


LOOK_ALIKES = [
    ("2825800090", "ordinary antimony trioxide", "only at 99.99 % or purer"),
    ("811292", "indium metal", "HS 811292 mixes controlled with free goods"),
    ("282590", "bismuth oxide", "HS 282590 mixes controlled with free goods"),
    ("8102100090", "ordinary molybdenum powder", "particle size ≤ 50 µm"),
    ("8505111000", "plain NdFeB magnets", "only magnets that contain dysprosium; plain NdFeB is free"),
    ("8101100090", "tungsten powder", "text was not read"),
]


@pytest.mark.parametrize(("code", "what", "condition"), LOOK_ALIKES)
def test_look_alikes_are_never_told_without_their_condition(ask: Any, code: str, what: str, condition: str) -> None:
    told = ask(code, day(2026, 3, 1))
    assert any(condition in said for said in told["control_conditions"]), what


@pytest.mark.parametrize(
    ("code", "what"),
    [("2825902100", "bismuth oxide"), ("8112923010", "indium metal"), ("2805301100", "neodymium metal"),
     ("281129", "tellurium dioxide"), ("261100", "tungsten ore"), ("720280", "ferro-tungsten"),
     ("720270", "ferro-molybdenum"), ("261310", "molybdenum concentrate"), ("284610", "cerium compounds")],
)  # fmt: skip
def test_free_neighbours_are_not_controlled(ask: Any, code: str, what: str) -> None:
    told = ask(code, day(2026, 3, 1))
    assert told["controls_in_force"] == [], what
    assert told["control_match"] == "none"

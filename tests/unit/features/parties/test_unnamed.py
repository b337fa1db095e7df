"""Who is left unnamed where nearly everybody is named."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from features.parties import build_parties
from tests.unit.features.parties.worlds import declaration, frame, outcomes

ASKED = ["party_unnamed", "unnamed_party", "named_share"]
NOBODY = {"consignee_id": None, "consignee_name": None}


def past(n: int, **given: Any) -> list[dict[str, Any]]:
    return [declaration(f"{sorted(given)}{at}", declared_on=date(2024, 3, 5), **given) for at in range(n)]


def told(history: list[dict[str, Any]], *without: str, **given: Any) -> tuple[Any, ...]:
    rows = frame(declaration("a", declared_on=date(2024, 6, 2), **given)).drop(without)
    known = frame(*history) if history else frame(declaration("x")).clear()
    return build_parties(rows, known, outcomes()).select(ASKED).collect().row(0)


def test_a_blank_where_nearly_all_name_the_party_is_told_with_their_share() -> None:
    strength, who, share = told([*past(985), *past(5, **NOBODY)], **NOBODY)
    assert strength == pytest.approx(0.85)  # 985 of 990 and ten more: 0.985, on the way from 0.9 to 1
    assert (who, share) == ("consignee", pytest.approx(985 / 990))


def test_named_parties_and_ordinary_blanks_are_no_doubt() -> None:
    assert told(past(990)) == (0.0, None, None)
    assert told([*past(80), *past(20, **NOBODY)], **NOBODY)[0] == 0.0


def test_a_name_names_as_well_as_an_identifier() -> None:
    assert told(past(990), consignee_id=None, consignee_name="Kaida Metals")[0] == 0.0


def test_a_short_history_proves_no_habit_and_none_is_unknown() -> None:
    assert told(past(20), **NOBODY)[0] == 0.0
    assert told([], **NOBODY) == (None, None, None)


def test_a_table_without_the_columns_leaves_nobody_unnamed() -> None:
    assert told(past(990), "consignee_id", "consignee_name", **NOBODY)[0] == 0.0
    everyone = [f"{side}_{what}" for side in ("exporter", "consignee") for what in ("id", "name")]
    assert told(past(990), *everyone, **NOBODY) == (None, None, None)


def test_the_month_itself_and_what_follows_are_not_seen() -> None:
    later = [one | {"declared_on": date(2024, 6, 1)} for one in past(990)]
    assert told(later, **NOBODY) == (None, None, None)

"""How long ago a party was first seen."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from features.parties import REGISTRY, build_parties
from features.parties.ages import AGED
from features.registry import REGISTRY as ALL
from models.matrix import build_matrix, columns_of
from tests.unit.features.parties.worlds import declaration, frame, outcomes

# E9 begins history in January 2021; E1 is known since January 2024, to C2, in Vietnam and with 8110 since May.
PAST = [
    declaration("p0", exporter_id="E9", consignee_id="C9", declared_on=date(2021, 1, 5)),
    declaration("p1", declared_on=date(2024, 1, 31)),
    declaration("p2", declared_on=date(2024, 1, 2)),
    declaration("p3", consignee_id="C2", hs_code="811010", destination_iso3="VNM", declared_on=date(2024, 5, 1)),
    declaration("p4", declared_on=date(2024, 5, 2)),
]


def build(*rows: dict[str, Any], past: list[dict[str, Any]] = PAST) -> pl.DataFrame:
    history = frame(*past) if past else frame(declaration("x")).clear()
    return build_parties(frame(*rows), history, outcomes()).sort("declaration_id").collect()


def ages(past: list[dict[str, Any]] = PAST, **given: Any) -> list[float | None]:
    found = build(declaration("a", **given), past=past)
    return [found[f"{key}_age"].item() for key in AGED]


def test_months_since_each_was_first_seen() -> None:
    # Exporter, consignee, pair, goods, lane; the row is of June 2024.
    assert ages() == [5, 5, 5, 5, 5]
    assert ages(consignee_id="C2", hs_code="811090", destination_iso3="VNM") == [5, 1, 1, 1, 1]
    assert ages(declared_on=date(2024, 12, 31)) == [11, 11, 11, 11, 11]


def test_never_seen_is_youngest_and_so_is_this_month() -> None:
    assert ages(exporter_id="E8", consignee_id="C8") == [0, 0, 0, 0, 0]
    assert ages(consignee_id="C2", hs_code="811010", destination_iso3="VNM", declared_on=date(2024, 5, 20)) == [
        4, 0, 0, 0, 0
    ]  # fmt: skip
    assert ages(declared_on=date(2024, 1, 31)) == [0, 0, 0, 0, 0]  # not what follows, nor the month itself


def test_a_long_history_and_a_short_one_agree_beyond_two_years() -> None:
    assert ages(exporter_id="E9", consignee_id="C9")[:3] == [24, 24, 24]
    later = [one | {"declared_on": max(one["declared_on"], date(2022, 6, 1))} for one in PAST]
    assert ages(past=later, exporter_id="E9", consignee_id="C9")[:3] == [24, 24, 24]
    later[0] |= {"declared_on": date(2022, 7, 1)}
    assert ages(past=later, exporter_id="E9", consignee_id="C9")[:3] == [23, 23, 23]


def test_history_too_short_or_none_tells_nobodys_age() -> None:
    short = PAST[1:]  # since January: five months before June, six before July
    assert ages(past=short) == [None] * 5
    assert ages(past=short, declared_on=date(2024, 7, 1)) == [6] * 5
    assert ages(past=short, exporter_id="E8", declared_on=date(2024, 7, 1))[0] == 0
    assert ages(past=[]) == [None] * 5
    assert ages(declared_on=date(2021, 1, 31)) == [None] * 5


def test_unknown_parts_are_unknown_on_each_side() -> None:
    assert ages(exporter_id=None) == [None, 5, None, None, None]
    assert ages(consignee_id=None) == [5, None, None, 5, 5]
    assert ages(destination_iso3="XXX")[4] is None


def test_the_models_take_them_as_context_in_months() -> None:
    own = [one for one in REGISTRY if one.code.endswith("_age")]
    assert [one.code for one in own] == [f"{key}_age" for key in AGED]
    assert {(one.role, one.unit, one.bounds) for one in own} == {("context", "months", "≥ 0")}
    assert set(own) <= set(ALL)
    table = build(declaration("a"), declaration("b", exporter_id=None))
    columns = columns_of(own, table)
    assert columns.one_way == (False,) * 5
    assert build_matrix(table, columns)[:, :2].tolist()[0] == [5, 5]

"""How one-sided a party's trade is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from features.parties import build_parties
from features.parties.registry import REGISTRY
from models.reasons import tell
from tests.unit.features.parties.worlds import declaration, frame, outcomes

PAST = [
    declaration("p1", declared_on=date(2024, 1, 3)),
    declaration("p2", declared_on=date(2024, 1, 9), exporter_id="E2", hs_code="811010"),
    declaration("p3", declared_on=date(2024, 2, 3), consignee_id="C2"),
    declaration("p4", declared_on=date(2024, 2, 9)),
]


def one(column: str, **given: Any) -> Any:
    rows = frame(declaration("a", declared_on=given.pop("declared_on", date(2024, 3, 1)), **given))
    return build_parties(rows, frame(*PAST), outcomes()).collect()[column].item()


def test_kinds_for_each_earlier_declaration() -> None:
    # C1 had three declarations, of two exporters and two headings; E1 three, to two consignees, of one heading.
    assert one("consignee_exporters") == pytest.approx(2 / 3)
    assert one("consignee_headings") == pytest.approx(2 / 3)
    assert one("exporter_consignees") == pytest.approx(2 / 3)
    assert one("exporter_headings") == pytest.approx(1 / 3)
    assert one("consignee_exporters_n") == 2


def test_a_new_consignee_is_told_with_how_many_the_exporter_has() -> None:
    # E1 had three declarations, of two consignees: the chance that the next is an old one is 3 / (3 + 2)
    rows = frame(declaration("a", declared_on=date(2024, 3, 1), consignee_id="C9"))
    table = build_parties(rows, frame(*PAST), outcomes()).collect()
    new = [one for one in REGISTRY if one.code == "pair_new"]
    (told,) = tell(table, new, None, role="doubt")["told"].to_list()[0]
    assert told["sentence"] == "The exporter's 3 earlier declarations went to 2 consignees, to this one: 0."
    assert told["strength"] == 0.6


def test_only_earlier_months_count() -> None:
    assert one("consignee_exporters", declared_on=date(2024, 2, 28)) == pytest.approx(1.0)
    assert one("exporter_headings", declared_on=date(2024, 2, 28)) == pytest.approx(1.0)
    assert one("consignee_exporters", declared_on=date(2024, 1, 28)) is None


def test_without_a_past_or_a_party_it_is_unknown() -> None:
    assert one("consignee_exporters", consignee_id="C9") is None
    assert one("exporter_consignees", exporter_id=None) is None

"""What is new about a party."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from features.parties import build_parties
from tests.unit.features.parties.worlds import declaration, frame, outcomes

PAST = [declaration(f"p{i}", declared_on=date(2024, 1 + i % 5, 3)) for i in range(9)]


def build(*rows: dict[str, Any], past: list[dict[str, Any]] | None = None) -> pl.DataFrame:
    history = frame(*(PAST if past is None else past)) if past != [] else frame(declaration("x")).clear()
    return build_parties(frame(*rows), history, outcomes()).sort("declaration_id").collect()


def one(column: str, past: list[dict[str, Any]] | None = None, **given: Any) -> Any:
    return build(declaration("a", **given), past=past)[column].item()


def test_a_known_exporter_and_a_new_one():
    # Nine rows, one exporter: 9 / (9 + 1) = 0.9 for a new one; the old one was seen nine times: 0.9 / 10.
    assert one("exporter_new", exporter_id="E2") == pytest.approx(0.9)
    assert one("exporter_new") == pytest.approx(0.09)
    assert one("exporter_seen_n") == 9


def test_a_new_partner_good_or_lane_of_a_known_exporter():
    assert one("pair_new", consignee_id="C2") == pytest.approx(0.9)
    assert one("goods_new_for_exporter", hs_code="811010") == pytest.approx(0.9)
    assert one("goods_new_for_exporter", hs_code="382499") == pytest.approx(0.09)  # the same heading
    assert one("lane_new_for_exporter", destination_iso3="VNM") == pytest.approx(0.9)


def test_a_house_of_many_goods_is_expected_to_bring_another():
    past = [declaration(f"p{i}", hs_code=f"{3000 + i}10", declared_on=date(2024, 2, 3)) for i in range(9)]
    # Nine goods in nine declarations: 9 / (9 + 9).
    assert one("goods_new_for_exporter", past=past, hs_code="811010") == pytest.approx(0.5)


def test_a_new_exporter_has_no_new_partners():
    assert one("pair_new", exporter_id="E2") is None
    assert one("goods_new_for_exporter", exporter_id="E2") is None


def test_no_history_is_unknown_not_new():
    for column in ("exporter_new", "consignee_new", "pair_new", "goods_new_for_exporter", "lane_new_for_exporter"):
        assert one(column, past=[]) is None, column


def test_missing_parties_are_unknown_on_each_side():
    found = build(
        declaration("a", exporter_id=None), declaration("b", consignee_id=None), declaration("c", hs_code="811010")
    )
    assert found["exporter_new"].is_null().to_list() == [True, False, False]
    assert found["consignee_new"].is_null().to_list() == [False, True, False]
    assert found["pair_new"].is_null().to_list() == [True, True, False]


def test_own_month_is_not_seen_and_rows_do_not_see_each_other():
    same_month = [declaration(f"s{i}", exporter_id="E9", declared_on=date(2024, 6, 1)) for i in range(9)]
    assert one("exporter_seen_n", past=PAST + same_month, exporter_id="E9") == 0
    found = build(declaration("a", exporter_id="E8"), declaration("b", exporter_id="E8", declared_on=date(2024, 7, 1)))
    assert found["exporter_seen_n"].to_list() == [0, 0]


def test_names_stand_in_for_identifiers():
    past = [
        declaration(f"p{i}", exporter_id=None, exporter_name="ACME Trading Co., Ltd.", declared_on=date(2024, 2, 3))
        for i in range(9)
    ]
    assert one("exporter_seen_n", past=past, exporter_id=None, exporter_name="Acme  trading limited") == 9
    assert one("exporter_seen_n", past=past, exporter_id="Acme trading") == 0  # an identifier is never a name
    assert one("exporter_key", exporter_id=" ", exporter_name=None) is None

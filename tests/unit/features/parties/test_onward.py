"""Goods that are received and sent on, told at either leg; and honest houses that do the same."""

from __future__ import annotations

from datetime import date
from math import sqrt
from typing import Any

import pytest

from features.parties import build_parties
from features.parties.onward import ONWARD_FIGURES
from tests.unit.features.parties.worlds import declaration, frame, outcomes

HUB = {"hs_code": "811010", "exporter_id": "H1", "consignee_id": "U1", "dispatch_iso3": "TUR"}
"""The onward leg: the hub of Turkey sends antimony to the United States."""


def lots(name: str, n: int, month: int = 5, **given: Any) -> list[dict[str, Any]]:
    usual = {"hs_code": "811010", "dispatch_iso3": "CHN", "declared_on": date(2024, month, 3)}
    return [declaration(f"{name}{i}", **usual | given) for i in range(n)]


def to_hub(n: int, month: int = 5, **given: Any) -> list[dict[str, Any]]:
    return lots(
        f"in{given.get('exporter_id', '')}", n, month, **{"consignee_id": "H1", "destination_iso3": "TUR"} | given
    )


def from_hub(n: int, month: int = 5, **given: Any) -> list[dict[str, Any]]:
    return lots(f"on{given.get('consignee_id', '')}{given.get('hs_code', '')}", n, month, **HUB | given)


def told(past: list[dict[str, Any]], **given: Any) -> dict[str, Any]:
    rows = frame(declaration("a", **HUB | given))
    return build_parties(rows, frame(*past), outcomes()).collect().row(0, named=True)


def strength(past: list[dict[str, Any]], **given: Any) -> Any:
    return told(past, **given)["sends_on_received"]


def test_an_onward_leg_by_hand():
    # Two lots from China in April, one sent on in May, the second now: of 2 received 2 sent, 2 / (2 + 1); nothing but
    # this heading, one supplier and one customer; two months ago, 11 / 12.
    found = told([*to_hub(2, 4), *from_hub(1)])
    assert found["sends_on_received"] == pytest.approx(2 / 3 * 11 / 12)
    assert [found[name] for name in ONWARD_FIGURES] == [2, 2, "CHN", 1]


def test_the_first_onward_leg_of_a_new_firm():
    assert strength(to_hub(1)) == pytest.approx(1 / 2)  # one of one
    assert strength(to_hub(3)) == pytest.approx(2 / 4 / 2)  # one of three, so far


def test_honest_houses_are_told_low():
    # a factory that uses what it buys: 2 of 31 lots go on
    assert strength([*to_hub(29, 4), *from_hub(1)]) < 0.1
    # a distributor: 16 lots of four makers to nine customers, all sent on
    makers = [lot for one in "PQRS" for lot in to_hub(4, exporter_id=one)]
    sent = [lot for i in range(9) for lot in from_hub(1, consignee_id=f"U{i}")]
    assert strength([*makers, *sent]) == pytest.approx(20 / 26 * 10 / 11 / sqrt(4 * 9))
    # a house of many goods, of which this is one
    others = from_hub(18, hs_code="690721")
    assert strength([*to_hub(1), *others]) == pytest.approx(1 / 2 / 19)
    # what came a year ago is used up
    assert strength(to_hub(2, 6, declared_on=date(2023, 5, 3))) == 0.0


def test_what_is_no_chain():
    assert strength([]) == 0.0
    assert strength(to_hub(2), hs_code="690721") == 0.0  # another heading
    assert strength(to_hub(2), destination_iso3="CHN") == 0.0  # goes back
    assert strength(to_hub(2), dispatch_iso3="CHN") == 0.0  # a Chinese firm that supplies its own branch
    assert strength(to_hub(2, 6)) == 0.0  # the month itself does not count


def test_where_the_last_lot_came_from():
    # The last month with a lot decides, and in it the last code; without a place of dispatch, origin.
    past = [*to_hub(1, 3, exporter_id="P"), *to_hub(1, 4, exporter_id="Q", dispatch_iso3="KAZ")]
    assert told(past)["exporter_received_from"] == "KAZ"
    assert told(past)["exporter_suppliers_n"] == 2
    assert told(to_hub(1, dispatch_iso3=None))["exporter_received_from"] == "CHN"
    # nothing is known of where the lot at hand leaves from: told all the same
    assert strength(to_hub(1), dispatch_iso3=None) == pytest.approx(1 / 2)


@pytest.mark.parametrize("given", [{"exporter_id": None}, {"hs_code": "81"}])
def test_unknown_is_unknown(given: dict[str, Any]):
    found = told(to_hub(2), **given)
    assert found["sends_on_received"] is None
    assert found["exporter_received_n"] is None


def test_a_firm_without_its_identifier_is_told_by_its_name():
    past = to_hub(1, consignee_name="Hongzhi Asia Materials Ltd")
    assert strength(past, exporter_id=None, exporter_name="Hongzhi Asia Materials Ltd") == pytest.approx(1 / 2)
    # and at the other leg: the hub had sent one on, with its identifier
    past += from_hub(1, exporter_name="Hongzhi Asia Materials Ltd")
    row = {"exporter_id": "E1", "consignee_id": None, "consignee_name": "Hongzhi Asia Materials Ltd"}
    assert told(past, **row)["sent_on_n"] == 1


def test_a_consignee_that_sends_goods_on():
    row = {"exporter_id": "E1", "consignee_id": "H1"}
    past = [*to_hub(6), *from_hub(6)]
    # six in, six out: 1 * 6 / (6 + 1); two in, one out: 2 / 3 * 1 / 2
    assert told(past, **row)["passes_goods_on"] == pytest.approx(6 / 7)
    assert told(past, **row)["sent_on_n"] == 6
    assert told([*to_hub(2), *from_hub(1)], **row)["passes_goods_on"] == pytest.approx(1 / 3)
    assert told(past, **row | {"hs_code": "690721"})["passes_goods_on"] == 0.0  # not this heading
    assert told(to_hub(6), **row)["passes_goods_on"] == 0.0
    assert told(past, **row | {"consignee_id": None})["passes_goods_on"] is None

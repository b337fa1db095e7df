"""A house that begins to send something else to its old customer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from features.parties import build_parties
from tests.unit.features.parties.worlds import declaration, frame, outcomes


def months(code: str, n: int, **given: Any) -> list[dict[str, Any]]:
    return [
        declaration(
            f"{code}{given.get('exporter_id', '')}{i}", declared_on=date(2023, 6 + i % 6, 3), hs_code=code, **given
        )
        for i in range(n)
    ]


def one(column: str, past: list[dict[str, Any]], **given: Any) -> Any:
    return build_parties(frame(declaration("a", **given)), frame(*past), outcomes()).collect()[column].item()


MAGNETS = months("850511", 9)


def test_tile_adhesive_to_the_magnet_customer():
    # nine magnets: 9 / (9 + 3); adhesive was never sent to anybody
    assert one("portfolio_shift", MAGNETS, hs_code="321410") == pytest.approx(0.75)
    assert one("pair_watched_n", MAGNETS, hs_code="321410") == 9


def test_what_is_no_shift():
    assert one("portfolio_shift", MAGNETS, hs_code="850511") == 0.0  # magnets again
    assert one("portfolio_shift", months("690721", 9), hs_code="321410") == 0.0  # a tile house
    # adhesive went to others before, twice: a third of the doubt
    before = [*MAGNETS, *months("321410", 2, consignee_id="C9")]
    assert one("portfolio_shift", before, hs_code="321410") == pytest.approx(0.25)


@pytest.mark.parametrize("given", [{"exporter_id": None}, {"consignee_id": None}, {"consignee_id": "C7"}])
def test_unknown_on_either_side_is_unknown(given: dict[str, Any]):
    assert one("portfolio_shift", MAGNETS, hs_code="321410", **given) is None


def test_the_month_itself_does_not_count():
    now = [declaration(f"n{i}", hs_code="850511") for i in range(9)]
    assert one("portfolio_shift", now, hs_code="321410") is None

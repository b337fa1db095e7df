"""The next check is the cheapest that settles half of what is told."""

from __future__ import annotations

import polars as pl
import pytest

from features.registry import REGISTRY
from models.checks import KINDS, WORDS, next_check
from models.reasons import REASON

MINUTES = {"records": 15.0, "papers": 45.0, "tracking": 30.0, "weighing": 60.0, "opening": 180.0}
OWN = {one.code: one.next_check for one in REGISTRY}


def check(told: dict[str, float], minutes: dict[str, float] = MINUTES) -> str | None:
    """Next check for reasons told with these strengths, strongest first."""
    reasons = [
        {"code": code, "sentence": "", "strength": s, "figures": "{}", "family": "", "contribution": None}
        for code, s in sorted(told.items(), key=lambda pair: -pair[1])
    ]
    table = pl.DataFrame({"reasons": [reasons]}, schema={"reasons": pl.List(REASON)})
    return table.select(next_check(REGISTRY, minutes)).item()


def test_weighing_before_opening_where_both_settle_it() -> None:
    """Density and tare: weighing settles all, opening density alone; weighing is cheaper."""
    assert check({"density_off": 0.9, "tare_off": 0.6}) == OWN["density_off"]


def test_one_opening_settles_what_five_papers_would() -> None:
    """Material and disguised name weigh 1.7 of 2.0 together: no cheaper kind settles half of it."""
    assert check({"material_mismatch": 0.9, "lane_gap_suspected": 0.8, "pair_new": 0.3}) == OWN["material_mismatch"]


def test_a_weak_new_customer_does_not_decide() -> None:
    """Records settle 0.3 of 1.2; papers settle none of density; so the scales."""
    assert check({"density_off": 0.9, "exporter_new": 0.3}) == OWN["density_off"]


def test_costs_decide_between_two_that_would_do() -> None:
    told = {"place_mismatch": 0.8}
    assert check(told) == WORDS["tracking"]
    assert check(told, MINUTES | {"tracking": 300.0}) == OWN["place_mismatch"]


def test_no_reason_no_check_and_unknown_evidence_none() -> None:
    assert check({}) is None
    assert check({"unheard_of": 0.9}) is None


def test_a_kind_without_minutes_is_refused() -> None:
    with pytest.raises(ValueError, match="weighing"):
        next_check(REGISTRY, {kind: 1.0 for kind in KINDS if kind != "weighing"})


def test_every_doubt_is_settled_by_some_check() -> None:
    settled = {code for codes in KINDS.values() for code in codes}
    assert {one.code for one in REGISTRY if one.role == "doubt"} == settled

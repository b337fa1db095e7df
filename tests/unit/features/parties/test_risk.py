"""What earlier inspections found: never the row's own outcome, never a later one."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.parties import build_parties
from tests.unit.features.parties.worlds import declaration, frame, outcomes

FINDINGS = ("clean", "misdeclaration", "concealment", "transshipment", "other_violation")


def past(n: int, exporter: str, **more: Any) -> list[dict[str, Any]]:
    return [
        declaration(f"{exporter}-{i}", exporter_id=exporter, declared_on=date(2024, 1, 3), **more) for i in range(n)
    ]


HISTORY = past(10, "E1") + past(90, "E2", consignee_id="C2", declarant_id="B2")
RESULTS = [(f"E1-{i}", date(2024, 2, 1), "misdeclaration" if i < 5 else "clean") for i in range(10)]
RESULTS += [(f"E2-{i}", date(2024, 2, 1), "transshipment" if i < 5 else "clean") for i in range(90)]


def risk(column: str = "exporter_risk", results: list[tuple[str, date, str]] = RESULTS, **more: Any) -> Any:
    rows = frame(declaration("a", **more))
    return build_parties(rows, frame(*HISTORY), outcomes(*results)).collect()[column].item()


def test_shrunk_lift_by_hand():
    # Base rate 10 / 100 = 0.1. E1: (5 + 10 x 0.1) / (10 + 10) = 0.3, three times the base: ln 3 / ln 8 = 0.528.
    assert risk("base_hit_rate") == pytest.approx(0.1)
    assert risk() == pytest.approx(math.log(3) / math.log(8))
    assert risk("consignee_risk") == pytest.approx(math.log(3) / math.log(8))
    assert risk("declarant_risk") == pytest.approx(math.log(3) / math.log(8))
    # E2: (5 + 1) / (90 + 10) = 0.06, below the base.
    assert risk(exporter_id="E2") == 0.0


def test_a_lane_of_its_own_by_hand():
    # E1: all four that went to VNM were violations, none of six that went elsewhere. Base 9 / 100 = 0.09.
    history = past(6, "E1") + [
        declaration(f"E1-{i}", exporter_id="E1", declared_on=date(2024, 1, 3), destination_iso3="VNM")
        for i in range(6, 10)
    ]
    results = [(f"E1-{i}", date(2024, 2, 1), "misdeclaration" if i >= 6 else "clean") for i in range(10)]
    rows = frame(
        declaration("there", destination_iso3="VNM"),
        declaration("clean there"),
        declaration("elsewhere", destination_iso3="JPN"),
        declaration("nowhere", destination_iso3=None),
    )
    found = build_parties(rows, frame(*history, *HISTORY[10:]), outcomes(*results, *RESULTS[10:])).collect()
    there, clean, elsewhere, nowhere = found["exporter_lane_risk"]
    # Own rate (4 + 10 x 0.09) / 20 = 0.245, on the lane (4 + 3 x 0.245) / 7 = 0.6764. Nothing was found elsewhere
    assert there == pytest.approx(math.log(0.6764 / 0.09) / math.log(8), abs=1e-4)
    assert clean == 0.0
    assert elsewhere is nowhere is None
    assert found["exporter_lane_hits_n"].to_list() == [4, 0, 0, None]


def test_kinds_found_before_are_told_of_both_ends():
    # The pair's ends are known for 5 misdeclarations each; E2 and C2 for 5 transshipments each.
    kinds = ("found_n", "found_misdeclaration", "found_transshipment", "found_concealment")
    assert [risk(name) for name in kinds] == [10, 1.0, 0.0, 0.0]
    assert [risk(name, consignee_id="C2") for name in kinds] == [10, 0.5, 0.5, 0.0]
    assert [risk(name, exporter_id="E3", consignee_id=None) for name in kinds] == [0, None, None, None]


def test_never_inspected_is_unknown():
    assert risk(exporter_id="E3") is None
    assert risk(exporter_id=None) is None
    assert risk(results=[]) is None


def test_inspected_while_nothing_was_found_with_anybody_is_clean_not_unknown():
    clean = [(name, on, "clean") for name, on, _ in RESULTS]
    assert risk(results=clean) == 0.0
    assert risk("exporter_lane_risk", results=clean) == 0.0
    assert risk(results=clean, exporter_id="E3") is None


def test_results_of_the_own_month_are_not_known_yet():
    late = [(name, date(2024, 6, 1), finding) for name, _, finding in RESULTS]
    assert risk(results=late) is None
    assert risk(results=late, declared_on=date(2024, 7, 1)) is not None


def test_other_violations_are_no_hits_but_inspections():
    minor = [(name, on, "other_violation" if finding != "clean" else finding) for name, on, finding in RESULTS[:10]]
    assert risk("exporter_hits_n", results=minor + RESULTS[10:]) == 0
    assert risk("exporter_inspected_n", results=minor + RESULTS[10:]) == 10


def test_results_without_a_declaration_in_history_are_left_out():
    assert risk(results=[*RESULTS, ("nobody", date(2024, 2, 1), "concealment")]) == risk()


@settings(max_examples=15)
@given(finding=st.sampled_from(FINDINGS), months_off=st.integers(-8, 8))
def test_a_rows_own_outcome_never_changes_its_evidence(finding: str, months_off: int):
    """Whatever its finding, and even if its inspection is dated before the declaration."""
    rows = [declaration("own", declared_on=date(2024, 9, 10))]
    on = date(2024, 9 + months_off, 15) if 1 <= 9 + months_off <= 12 else date(2025, 5, 15)
    everything = frame(*HISTORY, *rows)
    without = build_parties(frame(*rows), everything, outcomes(*RESULTS)).collect()
    with_own = build_parties(frame(*rows), everything, outcomes(*RESULTS, ("own", on, finding))).collect()
    assert with_own.equals(without)


@settings(max_examples=15)
@given(st.lists(st.sampled_from(FINDINGS), min_size=100, max_size=100))
def test_later_outcomes_never_change_an_earlier_row(findings: list[str]):
    rows = frame(declaration("a"))
    later = [(name, date(2024, 6, 1), finding) for (name, _, _), finding in zip(RESULTS, findings, strict=True)]
    first = build_parties(rows, frame(*HISTORY), outcomes()).collect()
    assert build_parties(rows, frame(*HISTORY), outcomes(*later)).collect().equals(first)


def test_shuffled_outcomes_of_the_scored_rows_leave_their_evidence_alone():
    """In-sample target encoding would tell each row its own label; here labels of the rows' own months are unseen."""
    rows = [declaration(f"r{i}", exporter_id=f"X{i}", declared_on=date(2024, 6, 3)) for i in range(40)]
    everything = frame(*HISTORY, *rows)
    labels = ["concealment" if i % 2 else "clean" for i in range(40)]
    found = [
        build_parties(
            frame(*rows),
            everything,
            outcomes(*RESULTS, *((f"r{i}", date(2024, 6, 20), one) for i, one in enumerate(given_labels))),
        )
        .sort("declaration_id")
        .collect()
        for given_labels in (labels, labels[::-1])
    ]
    assert found[0].equals(found[1])
    assert found[0]["exporter_risk"].null_count() == 40
    assert isinstance(found[0], pl.DataFrame)

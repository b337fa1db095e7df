"""The closest honest explanation: the reading that explains most, and what it leaves."""

from __future__ import annotations

import polars as pl

from features.registry import REGISTRY
from models.honest import READINGS, closest_honest, evidence_families

FAMILIES = evidence_families(REGISTRY)


def told(*reasons: tuple[str, float]) -> str | None:
    kind = pl.List(pl.Struct({"code": pl.String, "strength": pl.Float64}))
    rows = [[{"code": code, "strength": strength} for code, strength in reasons]]
    frame = pl.DataFrame({"reasons": pl.Series(rows, dtype=kind)})
    found: str | None = frame.select(closest_honest(FAMILIES)).item()
    return found


def test_every_code_of_a_reading_is_evidence():
    assert {code for codes in READINGS.values() for code in codes} <= set(FAMILIES)


def test_new_names_alone_are_explained_by_a_new_trader():
    one = told(("exporter_new", 0.9), ("consignee_new", 0.7))
    assert one is not None
    assert one.startswith("a new trader")
    assert one.endswith("it would explain everything told here")


def test_the_strongest_sum_decides_and_the_rest_is_counted():
    one = told(("density_off", 0.9), ("exporter_new", 0.3), ("pair_new", 0.3))
    assert one is not None
    assert one.startswith("a dense variant")
    assert "leaves 2 of the reasons" in one


def test_no_reason_has_no_explanation():
    assert told() is None

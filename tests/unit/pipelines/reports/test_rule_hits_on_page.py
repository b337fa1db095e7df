"""Rule hits on the worklist's page: shown beside the probability, escaped."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.contracts import Worklist
from pipelines.reports.worklist import worklist_page

HIT = {
    "code": "listed_party",
    "announcement": "2026-30",
    "sentence": "The consignee <b>X</b> bears the name of Ekspla.",
}


def page(hits: list[dict[str, str]], added_up: pl.DataFrame | None = None) -> str:
    row = {
        "rank": 1,
        "declaration_id": "d",
        "suspicion": 0.2,
        "typology": "concealment",
        "reasons": [],
        "counter_evidence": [],
        "controls_in_force": [],
        "chosen_by": "model",
        "selection_probability": 1.0,
        "rule_hits": hits,
    }
    worklist = pl.DataFrame([row], schema={name: one.dtype for name, one in Worklist.columns().items()})
    declared = pl.DataFrame({"declaration_id": ["d"], "declared_on": [date(2026, 5, 1)]})
    return worklist_page(
        worklist, declared, as_of=date(2026, 5, 1), rows_scored=1, rows_refused=0, notes=[], added_up=added_up
    )


def test_a_hit_is_told_with_its_announcement() -> None:
    told = page([HIT])
    assert "Rules whose letter the papers do not keep" in told
    assert "announcement 2026-30" in told
    assert "<b>X</b>" not in told


def test_no_hit_shows_nothing() -> None:
    assert "Rules whose letter" not in page([])


def test_what_the_file_adds_up_to_is_told_escaped_and_the_rest_counted() -> None:
    one = {"subject": "<b>A</b> > B", "sentence": "5 declarations ...", "first_on": date(2026, 5, 1)}
    told = page([], pl.DataFrame([one] * 15).with_columns(last_on="first_on"))
    assert "<b>A</b>" not in told
    assert told.count("&lt;b&gt;A&lt;/b&gt; &gt; B") == 12
    assert "3 more are in added_up.csv" in told
    assert "add up to" not in page([])

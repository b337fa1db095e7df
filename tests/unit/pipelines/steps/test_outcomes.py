"""Outcomes merge: one row per declaration, the later result counts, contradictions are named."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.contracts import Outcomes
from pipelines.files import generated_mark
from pipelines.steps.outcomes import merge_outcomes, run_outcomes


def outcomes(*rows: dict[str, object]) -> pl.DataFrame:
    schema = Outcomes.create_empty().schema
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


OLD = {"declaration_id": "A", "inspected_on": date(2024, 1, 1), "finding": "clean", "selection_probability": 0.2}


def test_new_rows_join_old_ones_sorted() -> None:
    new = OLD | {"declaration_id": "0"}
    merge = merge_outcomes(outcomes(OLD), outcomes(new))
    assert merge.table["declaration_id"].to_list() == ["0", "A"]
    assert merge.counts == {
        "existing": 1,
        "incoming": 1,
        "new": 1,
        "repeated": 0,
        "changed": 0,
        "kept": 0,
        "merged": 2,
    }


def test_a_later_contradiction_counts_and_is_named() -> None:
    later = OLD | {"inspected_on": date(2024, 2, 1), "finding": "concealment", "selection_probability": None}
    merge = merge_outcomes(outcomes(OLD), outcomes(later))
    assert merge.table["finding"].to_list() == ["concealment"]
    assert merge.table["selection_probability"].to_list() == [None]  # not stitched from a contradicting result
    assert merge.conflicts.row(0, named=True) == {
        "declaration_id": "A",
        "finding_before": "clean",
        "inspected_on_before": date(2024, 1, 1),
        "finding_incoming": "concealment",
        "inspected_on_incoming": date(2024, 2, 1),
        "counts": "incoming",
    }


def test_an_older_contradiction_is_kept_out_but_named() -> None:
    older = OLD | {"inspected_on": date(2023, 1, 1), "finding": "transshipment"}
    merge = merge_outcomes(outcomes(OLD), outcomes(older))
    assert merge.table["finding"].to_list() == ["clean"]
    assert merge.counts["kept"] == 1
    assert merge.conflicts["counts"].to_list() == ["before"]


def test_the_same_finding_fills_what_was_unknown() -> None:
    again = OLD | {"inspected_on": date(2024, 1, 2), "selection_probability": None, "note": "weighed"}
    merge = merge_outcomes(outcomes(OLD), outcomes(again))
    assert merge.conflicts.height == 0
    row = merge.table.row(0, named=True)
    assert row["selection_probability"] == 0.2
    assert row["note"] == "weighed"
    assert row["inspected_on"] == date(2024, 1, 2)


def test_repeating_a_file_changes_nothing(tmp_path) -> None:
    lake = tmp_path / "lake" / "outcomes.parquet"
    table = outcomes(OLD, OLD | {"declaration_id": "B", "finding": "concealment"})
    first = run_outcomes(table, lake_table=lake)
    before = lake.read_bytes()
    second = run_outcomes(table, lake_table=lake, out_dir=tmp_path)
    assert first.merge.table.equals(second.merge.table)
    assert lake.read_bytes() == before
    assert second.merge.counts["repeated"] == 2


def test_conflicts_are_written_and_told(tmp_path) -> None:
    lake = tmp_path / "outcomes.parquet"
    run_outcomes(outcomes(OLD), lake_table=lake)
    result = run_outcomes(outcomes(OLD | {"finding": "concealment"}), lake_table=lake, out_dir=tmp_path)
    assert (tmp_path / "outcomes_conflicts.csv").is_file()
    assert "contradicting findings: A" in result.lines[1]


def test_real_results_beside_generated_ones_leave_the_lake_generated_in_part(tmp_path) -> None:
    lake = tmp_path / "outcomes.parquet"
    run_outcomes(outcomes(OLD), lake_table=lake, generated="seed 7")
    assert generated_mark(lake) == "seed 7"
    run_outcomes(outcomes(OLD | {"declaration_id": "B"}), lake_table=lake)
    assert generated_mark(lake) == "in part seed 7"


def test_prevalence_is_told_by_logged_probabilities(tmp_path) -> None:
    # 1 / 0.2 stands for five declarations, 1 / 0.5 for two: 2 of 7
    table = outcomes(OLD, OLD | {"declaration_id": "B", "finding": "concealment", "selection_probability": 0.5})
    assert "selection: 28.6%" in run_outcomes(table, lake_table=tmp_path / "outcomes.parquet").lines[-1]
    unlogged = table.with_columns(pl.lit(None, dtype=pl.Float64).alias("selection_probability"))
    assert len(run_outcomes(unlogged, lake_table=tmp_path / "other.parquet").lines) == 1

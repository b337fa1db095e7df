"""What was found before a day, in the truth's words."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines.steps.measured import kinds_found


def test_kinds_are_those_of_violations_found_and_only_where_the_truth_tells(tmp_path: Path) -> None:
    truth = tmp_path / "declarations.parquet"
    pl.DataFrame(
        {
            "declaration_id": ["A", "B", "C", "D"],
            "scheme": ["false_name", "hidden", None, "hidden"],
            "agent": ["a", "b", None, "b"],
            "is_violation": [True, True, False, True],
            "true_kg": 1.0,
            "typology": ["misdeclaration", "concealment", None, "concealment"],
            "mineral": ["gallium", "gallium", None, "gallium"],
            "hub_iso3": ["ARE", "MYS", "THA", None],
        }
    ).write_parquet(truth)
    # A was inspected and found, B inspected and missed, C inspected and taken for a violation, D never inspected
    labelled = pl.DataFrame({"declaration_id": ["A", "B", "C"], "any": [True, False, True]})
    assert kinds_found(labelled, truth) == {"hub": {"ARE"}, "scheme": {"false_name"}}
    assert kinds_found(labelled, None) == {}
    assert kinds_found(labelled.clear(), truth) == {}
    elsewhere = labelled.with_columns(declaration_id=pl.col("declaration_id") + "9")
    assert kinds_found(elsewhere, truth) == {}  # a truth of other declarations tells nothing

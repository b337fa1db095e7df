"""What was found before a day, in the truth's words."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import cast

import polars as pl

from features.background import Background
from pipelines.settings.closed import load_section
from pipelines.settings.train import TrainSettings
from pipelines.steps.ground import Ground
from pipelines.steps.measured import kinds_found, weighing_notes


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


class _Told:
    def __init__(self, outcomes: pl.LazyFrame | None) -> None:
        self.outcomes = outcomes


def test_an_evaluation_tells_how_rows_were_chosen_where_no_truth_does() -> None:
    columns = {
        "declaration_id": ["A", "B", "C"],
        "inspected_on": [date(2025, 1, 1)] * 3,
        "finding": ["clean", "concealment", "clean"],
        "selected_by": ["random", "tip", "tip"],
        "selection_probability": [0.1, None, None],
        "seized_kg": [None] * 3,
        "seized_usd": [None] * 3,
    }
    outcomes, settings = pl.LazyFrame(columns), load_section(TrainSettings, "train", None)
    rows = pl.DataFrame({"declaration_id": ["A", "B"]})  # C is not measured
    ground = Ground(rows, cast("Background", _Told(outcomes)), rows, ())
    (note,) = weighing_notes(rows, ground, None, settings)
    assert note.startswith("1 of 2 inspected declarations were chosen by tip")
    assert weighing_notes(rows, ground, Path("truth"), settings) == ()
    assert weighing_notes(rows, Ground(rows, cast("Background", _Told(None)), rows, ()), None, settings) == ()

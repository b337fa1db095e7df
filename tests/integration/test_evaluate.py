"""The evaluation as a user runs it: on the small demo's own world, against inspections and against the truth."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.steps.evaluate import run_evaluation
from pipelines.steps.ground import Asked

pytestmark = pytest.mark.xdist_group("demo")


@pytest.mark.slow
@pytest.mark.parametrize("has_truth", [True, False])
def test_one_command_measures_and_makes_a_page(small_demo, tmp_path, has_truth: bool) -> None:
    world = small_demo.folder / "world"
    asked = Asked(
        declarations=world / "declarations.parquet",
        outcomes=world / "outcomes.parquet",
        flows=world / "flows.parquet",
        licences=world / "licences.parquet",
        movements=world / "movements.parquet",
        truth=world / "truth" / "declarations.parquet" if has_truth else None,
        out=tmp_path,
        home=small_demo.home,
    )
    said = run_evaluation(asked, model="challenger")
    table = pl.read_parquet(tmp_path / "evaluation.parquet")
    assert {"oretrace", "random", "isolation_forest", "look_up_table", "unit_value_rule"} <= set(table["model"])
    page = (tmp_path / "evaluation.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<svg" in page
    assert "Lead time" in page
    assert any(line.startswith("average precision") for line in said.lines)
    assert any(one.startswith("scheme=") for one in table["subset"]) == has_truth
    assert ("Unseen hub" in page) == has_truth

"""Tables beside the declarations: what their contracts refuse is counted, said and kept."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from features.contracts import Declarations
from pipelines.home import Home
from pipelines.steps.background import NO_FLOWS, NO_LICENCES, Sources, load_background

LICENCES = """licence_no,valid_from,valid_to
L-1,2025-01-01,2025-12-31
L-2,2025-06-01,2025-05-01
"""


def test_refused_rows_of_a_given_table_are_said_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "licences.csv"
    path.write_text(LICENCES, encoding="utf-8")
    background = load_background(
        Declarations.create_empty(),
        Sources(licences=path, rejects_to=tmp_path / "rejects"),
        home=Home(tmp_path / "home"),
        max_rejects_share=0.5,
    )
    assert background.notes[0] == (
        f"licences: 2 rows read = 1 used + 1 rejected (ends_after_start 1); see {tmp_path / 'rejects/licences.parquet'}"
    )
    assert NO_FLOWS in background.notes
    assert NO_LICENCES not in background.notes
    assert pl.read_parquet(tmp_path / "rejects" / "licences.parquet")["licence_no"].to_list() == ["L-2"]

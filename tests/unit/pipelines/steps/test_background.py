"""Tables beside the declarations: what their contracts refuse is counted, said and kept."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from features.completeness import complete
from features.contracts import Declarations
from pipelines.files import write_table
from pipelines.home import Home
from pipelines.steps.background import NO_FLOWS, NO_LICENCES, Sources, generated_warning, load_background

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
    told = "licences: 2 rows read = 1 used + 1 rejected (ends_after_start 1)"
    assert background.tables["licences"].told == f"{told}; see {tmp_path / 'rejects/licences.parquet'}; from {path}"
    assert NO_FLOWS in background.notes
    assert NO_LICENCES not in background.notes
    assert pl.read_parquet(tmp_path / "rejects" / "licences.parquet")["licence_no"].to_list() == ["L-2"]


def test_tables_of_the_lake_are_told_with_their_day_and_whether_they_are_generated(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    own = pl.DataFrame({"licence_no": ["L-1"], "valid_from": ["2025-01-01"], "valid_to": ["2025-12-31"]})
    made = pl.DataFrame({"declaration_id": ["D-1", "D-2"], "inspected_on": "2025-01-02", "finding": "clean"})
    write_table(own, home.table("licences"))
    write_table(made, home.table("outcomes"), generated="seed 7")
    for name in ("licences", "outcomes"):
        os.utime(home.table(name), (1_740_830_400, 1_740_830_400))  # noon of 1 March 2025, UTC
    tables = load_background(Declarations.create_empty(), Sources(), home=home).tables
    assert {name: one.told for name, one in tables.items()} == {
        "outcomes": "outcomes: 2 rows from the lake, put there on 2025-03-01; GENERATED, no real trade (seed 7)",
        "licences": "licences: 1 rows from the lake, put there on 2025-03-01",
    }
    (warning,) = generated_warning(tables, "")
    assert warning.startswith("outcomes is generated: what rests on that means nothing for these declarations; ")
    assert generated_warning(tables, "seed 7") == []
    assert generated_warning({"licences": tables["licences"]}, "") == []


def test_history_is_told_with_its_days_and_warned_of_where_it_ended_long_ago(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    row = {"declaration_id": "H", "direction": "export", "hs_code": "811292"} | dict.fromkeys(
        ("origin_iso3", "destination_iso3"), "CHN"
    )
    days = pl.DataFrame({"declaration_id": ["H1", "H2"], "declared_on": ["2024-01-01", "2025-11-30"]})
    past = pl.DataFrame(row).drop("declaration_id").join(days, how="cross")
    write_table(past, home.table("declarations"))
    path = tmp_path / "history.csv"
    past.write_csv(path)
    month_later = date(2025, 11, 30) + timedelta(days=31)  # not yet too old
    for day, warned in ((month_later, False), (month_later + timedelta(days=1), True)):
        now = complete(pl.LazyFrame(row | {"declared_on": day}), Declarations, Declarations.column_names()).collect()
        background = load_background(now, Sources(), home=home)
        told = background.tables["history"].told
        assert told.startswith("history: 2 rows of 2024-01-01 to 2025-11-30 from the lake, put there on ")
        old = [note for note in background.notes if note.startswith("history ends on 2025-11-30, 32 days before")]
        assert bool(old) is warned
    told = load_background(now, Sources(history=path), home=home).tables["history"].told
    assert told.endswith(f"; from {path}, rows of 2024-01-01 to 2025-11-30")

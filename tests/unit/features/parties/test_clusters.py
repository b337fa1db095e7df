"""Clusters of names, laid out for review."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from features.parties import party_clusters
from pipelines.reference import load_name_signs
from pipelines.steps.parties import run_party_clusters
from tests.unit.features.parties.worlds import declaration, frame

ROWS = (
    declaration("a", exporter_id="E1", exporter_name="深圳凯达威尔贸易有限公司", declared_on=date(2024, 1, 3)),
    declaration("b", exporter_id="E1", exporter_name="Shenzhen Kaidaweier Trading Co Ltd"),
    declaration("c", exporter_id="E2", exporter_name="Other House Ltd"),
    declaration("d", exporter_id=None, exporter_name=None),
)


def test_two_names_of_one_identifier_are_one_cluster_and_say_why() -> None:
    found = party_clusters(frame(*ROWS), load_name_signs())
    assert found["cluster_id"].to_list() == [1, 1]
    assert set(found["name"]) == {"深圳凯达威尔贸易有限公司", "Shenzhen Kaidaweier Trading Co Ltd"}
    assert found["identifiers"].to_list() == ["E1", "E1"]
    assert found["first_seen_on"].to_list() == [date(2024, 1, 1), date(2024, 6, 1)]
    assert found.drop_nulls("why").select("why", "score").rows() == [("came with the same identifier", 1.0)]


def test_row_order_changes_nothing_and_strangers_stay_apart() -> None:
    signs = load_name_signs()
    assert party_clusters(frame(*reversed(ROWS)), signs).equals(party_clusters(frame(*ROWS), signs))
    assert party_clusters(frame(*ROWS[1:]), signs).is_empty()


def test_the_table_is_written_for_people(tmp_path: Path) -> None:
    frame(*ROWS).collect().write_parquet(tmp_path / "declarations.parquet")
    said = run_party_clusters(declarations=tmp_path / "declarations.parquet", out=tmp_path / "out", max_rejects_share=0)
    assert said.lines[1] == "2 names are taken for 1 firm"
    assert pl.read_csv(tmp_path / "out" / "party_clusters.csv").height == 2


def test_nothing_taken_for_one_firm_is_said_plainly(tmp_path: Path) -> None:
    frame(*ROWS[1:]).collect().write_parquet(tmp_path / "declarations.parquet")
    said = run_party_clusters(declarations=tmp_path / "declarations.parquet", out=tmp_path / "out", max_rejects_share=0)
    assert said.lines[1] == "no two names are taken for one firm"

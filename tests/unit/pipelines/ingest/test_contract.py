"""Ingest of the contract's own tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.contracts import Declarations, Flows
from features.errors import ConfigError, ContractError, SourceError
from pipelines.files import load_table, write_table
from pipelines.ingest.contract import ingest_contract

DECLARATIONS = pl.DataFrame(
    {
        "declaration_id": ["D1", "D2"],
        "declared_on": "2024-03-05",
        "direction": "export",
        "hs_code": "8112.92",
        "origin_iso3": "CHN",
        "destination_iso3": "USA",
        "net_kg": ["1", "2"],
    }
)


def test_files_of_several_kinds_become_one_table(tmp_path: Path) -> None:
    later = DECLARATIONS.with_columns(
        declaration_id=pl.Series(["D2", "D3"]), net_kg=pl.Series([9.0, 3.0]), declared_on=date(2024, 4, 1)
    )
    paths = [write_table(DECLARATIONS, tmp_path / "a.csv.gz"), write_table(later, tmp_path / "b.parquet")]
    done = ingest_contract(paths, "declarations", tmp_path / "out", max_rejects_share=0.6)
    assert (done.table, done.rejects) == (
        tmp_path / "out" / "declarations.parquet",
        tmp_path / "out" / "rejects" / "declarations.parquet",
    )
    table = pl.read_parquet(done.table)
    assert table.columns == [name for name in Declarations.column_names() if name in DECLARATIONS.columns]
    assert Declarations.is_valid(load_table(done.table, Declarations, table="declarations").frame)
    assert table.get_column("declaration_id").to_list() == ["D1", "D3"]
    rejects = pl.read_parquet(done.rejects)
    assert rejects.select("declaration_id", "net_kg", "input_file").rows() == [
        ("D2", "2", str(paths[0])),
        ("D2", "9.0", str(paths[1])),
    ]
    assert done.counts.broken == {"duplicate_id": 2}


def test_flows_get_their_defaults(tmp_path: Path) -> None:
    flows = pl.DataFrame(
        {
            "reporter_iso3": ["CHN", "VNM"],
            "partner_iso3": ["VNM", "CHN"],
            "direction": ["export", "import"],
            "hs_code": "811292",
            "period": "2024-02-01",
            "freq": "M",
            "value_usd": "1e3",
            "source": "test",
        }
    )
    done = ingest_contract([write_table(flows, tmp_path / "f.csv")], "flows", tmp_path)
    table = pl.read_parquet(done.table)
    assert Flows.is_valid(table)
    assert table.select("valuation", "published_on").rows() == [("FOB", date(2024, 4, 14)), ("CIF", date(2024, 4, 14))]


def test_beyond_the_limit_the_last_good_table_stays(tmp_path: Path) -> None:
    good = write_table(DECLARATIONS, tmp_path / "good.csv")
    bad = write_table(DECLARATIONS.with_columns(hs_code=pl.lit("x")), tmp_path / "bad.csv")
    table = ingest_contract([good], "declarations", tmp_path).table
    before = table.read_bytes()
    with pytest.raises(ContractError, match="declarations: 2 of 2 rows broken"):
        ingest_contract([bad], "declarations", tmp_path)
    assert table.read_bytes() == before
    assert pl.read_parquet(tmp_path / "rejects" / "declarations.parquet").height == 2


def test_unusable_arguments(tmp_path: Path) -> None:
    path = write_table(DECLARATIONS, tmp_path / "a.csv")
    with pytest.raises(ConfigError, match="tables are declarations, outcomes, licences, flows, movements"):
        ingest_contract([path], "worklist", tmp_path)
    with pytest.raises(ConfigError, match="name at least one file"):
        ingest_contract([], "declarations", tmp_path)
    with pytest.raises(ConfigError, match=r"the same file is named twice: .*a\.csv"):
        ingest_contract([path, tmp_path / "." / "a.csv"], "declarations", tmp_path)
    with pytest.raises(SourceError, match=r"declarations: no such file"):
        ingest_contract([tmp_path / "none.csv"], "declarations", tmp_path)


def test_a_link_to_itself_is_refused_plainly(tmp_path: Path) -> None:
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    with pytest.raises(SourceError, match="no such file"):
        ingest_contract([tmp_path / "loop.csv"], "declarations", tmp_path / "out")

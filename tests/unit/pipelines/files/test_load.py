"""Loading: counts, rejects, and the refusal beyond the limit."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.contracts import Declarations
from features.errors import ContractError, SourceError
from pipelines.files import load_table, scan_table, write_table

ROWS = pl.DataFrame(
    {
        "declaration_id": [f"D{n:02}" for n in range(20)],
        "declared_on": "2024-03-05",
        "direction": "export",
        "hs_code": "8112.92",
        "origin_iso3": "CHN",
        "destination_iso3": "USA",
        "net_kg": [-1.0] + [2.5] * 19,
        "note": "kept",
    }
)


def test_rejects_are_kept_and_counted(tmp_path: Path) -> None:
    path, rejects = write_table(ROWS, tmp_path / "d.csv"), tmp_path / "out" / "rejects" / "d.parquet"
    frame, counts = load_table(path, Declarations, table="declarations", rejects_to=rejects)
    assert (counts.read, counts.used, counts.rejected, counts.broken) == (20, 19, 1, {"net_kg|min": 1})
    assert Declarations.is_valid(frame)
    kept = pl.read_parquet(rejects)
    assert kept.select("declaration_id", "note", "broken_rules", "input_file").rows() == [
        ("D00", "kept", ["net_kg|min"], str(path))
    ]


def test_what_was_read_is_told_with_the_rules_and_where_the_rejects_are(tmp_path: Path) -> None:
    path, rejects = write_table(ROWS, tmp_path / "d.csv"), tmp_path / "r.parquet"
    kept = load_table(path, Declarations, table="history", rejects_to=rejects)
    assert kept.told == f"history: 20 rows read = 19 used + 1 rejected (net_kg|min 1); see {rejects}"
    odd = load_table(write_table(ROWS.with_columns(hs_code=pl.lit("811292100")), path), Declarations, table="history")
    assert odd.told.startswith("history: 20 rows read = 19 used + 1 rejected (net_kg|min 1); 19 rows have an hs_code")
    write_table(ROWS, path)
    unkept = load_table(path, Declarations, table="history")
    assert unkept.told == "history: 20 rows read = 19 used + 1 rejected (net_kg|min 1)"
    clean = load_table(write_table(ROWS[1:], path), Declarations, table="history", rejects_to=rejects)
    assert clean.told == "history: 19 rows read = 19 used + 0 rejected"


def test_csv_gzip_parquet_folder_and_delta_give_the_same_table(tmp_path: Path) -> None:
    paths = [write_table(ROWS, tmp_path / name) for name in ("d.csv", "d.csv.gz", "d.parquet", "folder/d.parquet")]
    ROWS.write_delta(tmp_path / "delta")
    tables = [load_table(path, Declarations, table="declarations") for path in (*paths[:3], tmp_path / "folder")]
    tables.append(load_table(tmp_path / "delta", Declarations, table="declarations"))
    assert all(table.frame.equals(tables[0].frame) and table.rejects.height == 1 for table in tables)


def test_beyond_the_limit_it_says_rules_counts_and_next_step(tmp_path: Path) -> None:
    path = write_table(ROWS.with_columns(net_kg=pl.lit("2,5")), tmp_path / "d.csv")
    rejects = tmp_path / "rejects.parquet"
    with pytest.raises(ContractError) as caught:
        load_table(path, Declarations, table="declarations", rejects_to=rejects, max_rejects_share=0.5)
    assert str(caught.value) == (
        "declarations: 20 of 20 rows broken (100.0%, allowed 50.0%): net_kg|unreadable 20 "
        "(numbers are written 1234.5, not negative, without units or marks for thousands; blank is unknown); "
        f"see {rejects}; no row is left to work on"
    )
    assert pl.read_parquet(rejects).height == 20
    assert sorted(p.name for p in tmp_path.iterdir()) == ["d.csv", "rejects.parquet"]


def test_the_limit_itself_is_allowed(tmp_path: Path) -> None:
    path = write_table(ROWS, tmp_path / "d.csv")
    assert load_table(path, Declarations, table="declarations", max_rejects_share=0.05).counts.used == 19
    with pytest.raises(ContractError, match=r"1 of 20 rows broken .* raise --max-rejects to go on"):
        load_table(path, Declarations, table="declarations", max_rejects_share=0.049)


def test_older_rejects_do_not_stay_to_mislead(tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.parquet"
    load_table(write_table(ROWS, tmp_path / "d.csv"), Declarations, table="declarations", rejects_to=rejects)
    load_table(write_table(ROWS[1:], tmp_path / "d.csv"), Declarations, table="declarations", rejects_to=rejects)
    assert pl.read_parquet(rejects).height == 0


def test_mended_rejects_go_in_again(tmp_path: Path) -> None:
    loaded = load_table(write_table(ROWS, tmp_path / "d.csv"), Declarations, table="declarations")
    mended = write_table(loaded.rejects.with_columns(net_kg=pl.lit(1.0)), tmp_path / "mended.parquet")
    assert load_table(mended, Declarations, table="declarations").counts.used == 1


def test_damage_inside_a_parquet_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "d.parquet"
    ROWS.write_parquet(path, compression="uncompressed", statistics=False)
    content = bytearray(path.read_bytes())
    content[4:200] = b"\xff" * 196
    path.write_bytes(content)
    scan_table(path, table="declarations")
    with pytest.raises(SourceError, match="could not be read to its end"):
        load_table(path, Declarations, table="declarations")


def test_a_refusal_says_how_the_cells_are_written(tmp_path: Path) -> None:
    for column, cell, says in (
        ("declared_on", "01.08.2023", "days are written 2024-03-05"),
        ("net_kg", "12 kg", "numbers are written 1234.5"),
        ("hs_code", "811292.0", "codes are text"),
        ("origin_iso3", "China", "countries are ISO 3166-1 alpha-3"),
        ("direction", "outward", "declarations are export, import or transit"),
    ):
        path = write_table(ROWS.cast(pl.String).with_columns(pl.lit(cell).alias(column)), tmp_path / "d.csv")
        with pytest.raises(ContractError, match=says):
            load_table(path, Declarations, table="declarations")


def test_decimals_wider_than_any_figure_are_refused_plainly(tmp_path: Path) -> None:
    wide = pa.array([Decimal("12.50")] * ROWS.height, pa.decimal256(50, 2))
    pq.write_table(ROWS.drop("net_kg").to_arrow().append_column("net_kg", wide), tmp_path / "d.parquet")
    with pytest.raises(SourceError, match="precision"):
        load_table(tmp_path / "d.parquet", Declarations, table="declarations")

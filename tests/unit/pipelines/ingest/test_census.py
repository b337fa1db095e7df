"""US Census Bureau imports and exports: list-of-lists answers, units, ports, domestic and foreign goods."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.ingest import ingest
from pipelines.settings.ingest import load_ingest_settings

IMPORT_COLUMNS = ["CTY_CODE", "CTY_NAME", "I_COMMODITY", "GEN_VAL_MO", "CON_VAL_MO", "GEN_CIF_MO", "GEN_CHA_MO",
                  "GEN_QY1_MO", "UNIT_QY1", "AIR_WGT_MO", "VES_WGT_MO", "AIR_VAL_MO", "VES_VAL_MO", "SUMMARY_LVL",
                  "COMM_LVL", "YEAR", "MONTH"]  # fmt: skip


def imported(**changes: str) -> list[str]:
    given = {
        "CTY_CODE": "5700", "CTY_NAME": "CHINA", "I_COMMODITY": "8112926000", "GEN_VAL_MO": "1000", "CON_VAL_MO": "900",
        "GEN_CIF_MO": "1050", "GEN_CHA_MO": "50", "GEN_QY1_MO": "40", "UNIT_QY1": "KG", "AIR_WGT_MO": "45",
        "VES_WGT_MO": "0", "AIR_VAL_MO": "1000", "VES_VAL_MO": "0", "SUMMARY_LVL": "DET", "COMM_LVL": "HS10",
        "YEAR": "2024", "MONTH": "03", **changes,
    }  # fmt: skip
    return [given[name] for name in IMPORT_COLUMNS]


def bring_in(tmp_path: Path, kind: str, table: list[list[str]], **options: Any) -> tuple[Any, pl.DataFrame]:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(table))
    result = ingest(kind, [path], tmp_path / "out", **options)
    return result, pl.read_parquet(tmp_path / "out" / "flows.parquet")


def test_imports_by_customs_value(tmp_path):
    _, flows = bring_in(tmp_path, "census-imports", [IMPORT_COLUMNS, imported()])
    one = flows.row(0, named=True)
    assert (one["reporter_iso3"], one["partner_iso3"], one["direction"]) == ("USA", "CHN", "import")
    assert (one["value_usd"], one["valuation"], one["net_kg"], one["partner_basis"]) == (
        1000.0,
        "customs",
        40.0,
        "origin",
    )
    assert (one["hs_code"], one["hs_edition"], str(one["period"])) == ("8112926000", "US-HTS", "2024-03-01")
    assert one["is_net_kg_estimated"] is False


def test_imports_by_cif_value_where_asked_for(tmp_path):
    shipped = load_ingest_settings()
    settings = shipped.model_copy(update={"census": shipped.census.model_copy(update={"import_value": "CIF"})})
    _, flows = bring_in(tmp_path, "census-imports", [IMPORT_COLUMNS, imported()], settings=settings)
    assert flows.select("value_usd", "valuation").rows() == [(1050.0, "CIF")]


@pytest.mark.parametrize(
    ("changes", "kg", "estimated"),
    [
        ({"UNIT_QY1": "T"}, 40_000.0, False),
        ({"UNIT_QY1": "G"}, 0.04, False),
        ({"UNIT_QY1": "NO"}, 45.0, True),  # all by air: the gross weight stands in
        ({"UNIT_QY1": "NO", "AIR_VAL_MO": "600"}, None, None),  # 40 % went by road or rail: unknown
        ({"UNIT_QY1": "NO", "AIR_WGT_MO": "0"}, None, None),
    ],
)
def test_masses(tmp_path, changes, kg, estimated):
    _, flows = bring_in(tmp_path, "census-imports", [IMPORT_COLUMNS, imported(**changes)])
    assert flows.select("net_kg", "is_net_kg_estimated").rows() == [(kg, estimated)]


def test_totals_groups_and_sums_of_codes_are_kept_apart(tmp_path):
    table = [
        IMPORT_COLUMNS,
        imported(),
        imported(CTY_CODE="-", CTY_NAME="TOTAL FOR ALL COUNTRIES"),
        imported(CTY_CODE="0003", CTY_NAME="EUROPEAN UNION", SUMMARY_LVL="CGP"),
        imported(CTY_CODE="5XXX", CTY_NAME="ASIA", SUMMARY_LVL="CGP"),
        imported(CTY_CODE="0014", CTY_NAME="PACIFIC RIM COUNTRIES"),
        imported(I_COMMODITY="811292", COMM_LVL="HS6"),
        imported(I_COMMODITY="81", COMM_LVL="HS2"),
        imported(CTY_CODE="5082", CTY_NAME="GAZA STRIP ADMIN. BY ISRAEL"),
        imported(CTY_CODE="5083", CTY_NAME="WEST BANK ADMIN. BY ISRAEL", GEN_VAL_MO="1"),
        imported(CTY_CODE="", CTY_NAME="Japan"),
        imported(CTY_CODE="4242", CTY_NAME="ATLANTIS"),
    ]
    result, flows = bring_in(tmp_path, "census-imports", table, max_rejects_share=0.2)
    counts = result.counts["flows"]
    assert counts.apart == {"groups": 3, "aggregates": 2, "world": 1}
    assert counts.broken == {"partner_iso3|unknown_place": 1}
    assert (counts.read, counts.used, counts.written) == (11, 4, 3)
    assert dict(flows.select("partner_iso3", "value_usd").rows()) == {"CHN": 1000.0, "JPN": 1000.0, "PSE": 1001.0}


EXPORT_COLUMNS = ["CTY_CODE", "CTY_NAME", "E_COMMODITY", "ALL_VAL_MO", "QTY_1_MO", "UNIT_QY1", "DF", "PORT", "time"]


def exported(df: str, port: str, value: str, kg: str) -> list[str]:
    return ["5520", "VIETNAM", "8112926000", value, kg, "KG", df, port, "2024-03"]


def test_foreign_goods_are_part_of_exports_and_given_once_more_as_re_exports(tmp_path):
    # domestic 700 through two ports, foreign 300: exports 1000, of which re-exports 300
    table = [EXPORT_COLUMNS, exported("1", "1001", "500", "5"), exported("1", "2704", "200", "2"),
             exported("2", "2704", "300", "3")]  # fmt: skip
    result, flows = bring_in(tmp_path, "census-exports", table)
    assert (result.counts["flows"].used, result.counts["flows"].written) == (3, 2)
    assert flows.select("direction", "value_usd", "net_kg", "valuation").rows() == [
        ("export", 1000.0, 10.0, "FOB"),
        ("re_export", 300.0, 3.0, "FOB"),
    ]


def test_the_total_over_ports_takes_the_place_of_its_parts(tmp_path):
    table = [EXPORT_COLUMNS, exported("-", "-", "1000", "10"), exported("1", "1001", "700", "7"),
             exported("2", "1001", "300", "3"), exported("-", "1001", "1000", "10")]  # fmt: skip
    result, flows = bring_in(tmp_path, "census-exports", table)
    assert flows.select("direction", "value_usd").rows() == [("export", 1000.0)]
    assert result.counts["flows"].apart == {"breakdowns": 3}


def test_a_second_copy_of_a_column_asked_for_twice_is_harmless(tmp_path):
    table = [[*EXPORT_COLUMNS, "E_COMMODITY"], [*exported("-", "-", "1", "1"), "8112926000"]]
    _, flows = bring_in(tmp_path, "census-exports", table)
    assert flows["hs_code"].to_list() == ["8112926000"]

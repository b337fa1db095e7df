"""UN Comtrade files, new and legacy: totals and breakdowns, editions, masses, valuation, places."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.errors import ContractError, SourceError
from pipelines.ingest import ingest


def row(**changes: Any) -> dict[str, Any]:
    """One row in the columns of the API (v1), descriptions included."""
    return {
        "typeCode": "C", "freqCode": "A", "refPeriodId": 20230101, "refYear": 2023, "refMonth": 52, "period": "2023",
        "reporterCode": 156, "reporterISO": "CHN", "reporterDesc": "China", "flowCode": "X", "flowDesc": "Export",
        "partnerCode": 392, "partnerISO": "JPN", "partnerDesc": "Japan", "partner2Code": 0, "partner2ISO": "W00",
        "partner2Desc": "World", "classificationCode": "H6", "classificationSearchCode": "HS",
        "isOriginalClassification": True, "cmdCode": "811292", "cmdDesc": "Gallium …", "aggrLevel": 6, "isLeaf": True,
        "customsCode": "C00", "customsDesc": "TOTAL CPC", "mosCode": "0", "motCode": 0, "motDesc": "TOTAL MOT",
        "qtyUnitCode": 8, "qtyUnitAbbr": "kg", "qty": 10.0, "isQtyEstimated": False, "altQtyUnitCode": -1,
        "altQtyUnitAbbr": "N/A", "altQty": 0.0, "isAltQtyEstimated": False, "netWgt": 10.0,
        "isNetWgtEstimated": False, "grossWgt": 0.0, "isGrossWgtEstimated": False, "cifvalue": None,
        "fobvalue": 100.0, "primaryValue": 100.0, "legacyEstimationFlag": 0, "isReported": True,
        "isAggregate": False, **changes,
    }  # fmt: skip


def bring_in(tmp_path: Path, rows: list[dict[str, Any]], **options: Any) -> tuple[Any, pl.DataFrame]:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps({"elapsedTime": "0.1 secs", "count": len(rows), "data": rows, "error": ""}))
    result = ingest("comtrade", [path], tmp_path / "out", **options)
    return result.counts["flows"], pl.read_parquet(tmp_path / "out" / "flows.parquet")


def test_one_row_of_the_api(tmp_path):
    counts, flows = bring_in(tmp_path, [row()])
    assert (counts.read, counts.used, counts.set_apart, counts.rejected, counts.written) == (1, 1, 0, 0, 1)
    one = flows.row(0, named=True)
    assert {name: one[name] for name in ("reporter_iso3", "partner_iso3", "direction", "hs_code", "hs_edition")} == {
        "reporter_iso3": "CHN", "partner_iso3": "JPN", "direction": "export", "hs_code": "811292",
        "hs_edition": "HS2022",
    }  # fmt: skip
    assert (str(one["period"]), one["freq"], str(one["published_on"])) == ("2023-01-01", "A", "2024-02-14")
    assert (one["value_usd"], one["valuation"], one["net_kg"], one["is_net_kg_estimated"]) == (
        100.0,
        "FOB",
        10.0,
        False,
    )
    assert (one["partner_basis"], one["consigned_iso3"], one["transport_mode"]) == ("destination", "W00", None)


@pytest.mark.parametrize("packing", ["csv", "tsv.gz", "parquet", "json"])
def test_every_packing_gives_the_same_table(tmp_path, packing):
    rows = [row(), row(period="202305", freqCode="M", partnerCode=490, partnerISO="S19", netWgt=None)]
    frame = pl.DataFrame(rows, infer_schema_length=None)
    path = tmp_path / f"bulk.{packing}"
    if packing == "csv":
        frame.write_csv(path)
    elif packing == "tsv.gz":
        path.write_bytes(gzip.compress(frame.write_csv(separator="\t").encode()))
    elif packing == "parquet":
        frame.write_parquet(path)
    else:
        path.write_text(json.dumps({"count": 2, "data": rows, "error": None}))
    ingest("comtrade", [path], tmp_path / "out")
    flows = pl.read_parquet(tmp_path / "out" / "flows.parquet")
    assert flows.select("partner_iso3", "freq", "net_kg", "is_net_kg_estimated").rows() == [
        ("JPN", "A", 10.0, False),
        ("TWN", "M", 10.0, False),
    ]


def test_totals_and_breakdowns_are_never_added(tmp_path):
    # Total 100 = sea 60 + air 40; consigned through Hong Kong 30; procedure C01 20. Only the total is a flow.
    rows = [
        row(),
        row(motCode=2100, primaryValue=60.0, fobvalue=60.0),
        row(motCode=1000, primaryValue=40.0, fobvalue=40.0),
        row(partner2Code=344, partner2ISO="HKG", primaryValue=30.0, fobvalue=30.0),
        row(customsCode="C01", primaryValue=20.0, fobvalue=20.0),
    ]
    counts, flows = bring_in(tmp_path, rows)
    assert (counts.read, counts.used, dict(counts.apart), counts.rejected) == (5, 1, {"breakdowns": 4}, 0)
    assert flows["value_usd"].to_list() == [100.0]
    apart = pl.read_parquet(tmp_path / "out" / "_apart" / "flows-breakdowns.parquet")
    assert sorted(apart["value_usd"]) == [20.0, 30.0, 40.0, 60.0]
    assert apart.filter(pl.col("consigned_iso3") == "HKG").height == 1


def test_breakdowns_without_a_total_are_not_passed_off_as_one(tmp_path):
    path = tmp_path / "answer.json"
    # no total of this code anywhere: the query may have asked for two modes only
    rows = [row(partnerCode=410, partnerISO="KOR", cmdCode="282590"), row(motCode=1000), row(motCode=2100)]
    path.write_text(json.dumps({"data": rows}))
    result = ingest("comtrade", [path], tmp_path / "out")
    assert result.counts["flows"].apart == {"breakdowns": 2}
    assert any(note.startswith("2 rows: breakdown without total, set apart") for note in result.notes)


@pytest.mark.parametrize(
    "told_by", [{"partnerCode": 410, "partnerISO": "KOR"}, {"partnerCode": 0, "partnerISO": "W00"}]
)
@pytest.mark.parametrize(
    "parts",
    [
        [{"motCode": 1000}, {"motCode": 2100}],
        [{"customsCode": "C01"}, {"customsCode": "C05"}],
        [{"partner2Code": 344, "partner2ISO": "HKG"}, {"partner2Code": 899, "partner2ISO": "_X"}],
    ],
)
def test_parts_in_one_dimension_stand_for_a_total_that_the_source_lacks(tmp_path, told_by, parts):
    # Totals were asked for, as another partner's or the world's shows: 60 + 40 = 100 to Japan, 7 + 3 kg = 10 kg
    other, first, second = (
        row(**told_by, primaryValue=500.0, fobvalue=500.0),
        row(**parts[0], primaryValue=60.0, fobvalue=60.0, netWgt=7.0),
        row(**parts[1], primaryValue=40.0, fobvalue=40.0, netWgt=3.0),
    )
    path = tmp_path / "answer.json"
    path.write_text(json.dumps({"data": [other, first, second, row(cmdCode="282590")]}))
    result = ingest("comtrade", [path], tmp_path / "out")
    flows = pl.read_parquet(tmp_path / "out" / "flows.parquet")
    (one,) = flows.filter(pl.col("partner_iso3") == "JPN", pl.col("hs_code") == "811292").to_dicts()
    assert (one["value_usd"], one["net_kg"], one["is_net_kg_estimated"]) == (100.0, 10.0, False)
    assert (one["consigned_iso3"], one["transport_mode"], one["customs_procedure"]) == ("W00", None, None)
    assert "2 rows: parts without a total added up" in result.notes
    assert "breakdowns" not in result.counts["flows"].apart


@pytest.mark.parametrize(
    "parts",
    [
        [{"motCode": 1000}, {"customsCode": "C01"}],  # two breakdowns of one figure, or parts of each: unknown
        [{"motCode": 1000, "customsCode": "C01"}, {"motCode": 2100, "customsCode": "C01"}],
        [{"motCode": 2000}, {"motCode": 2100}],  # water holds sea
        [{"motCode": 1000}, {"motCode": 1000, "primaryValue": 7.0}],
    ],
)
def test_parts_that_may_overlap_or_leave_some_out_are_not_added(tmp_path, parts):
    rows = [row(partnerCode=410, partnerISO="KOR"), *(row(**part) for part in parts)]
    counts, flows = bring_in(tmp_path, rows)
    assert counts.apart == {"breakdowns": 2}
    assert flows["partner_iso3"].to_list() == ["KOR"]


def test_sums_of_codes_are_set_apart(tmp_path):
    codes = ["TOTAL", "81", "8112", "811292", "811299", "2825"]
    counts, flows = bring_in(tmp_path, [row(cmdCode=code) for code in codes])
    assert flows["hs_code"].to_list() == ["2825", "811292", "811299"]
    assert counts.apart == {"aggregates": 3}


def test_other_editions_of_the_same_report_are_set_apart(tmp_path):
    rows = [row(), row(classificationCode="H0", isOriginalClassification=False, cmdCode="811291")]
    counts, flows = bring_in(tmp_path, rows)
    assert counts.apart == {"other_editions": 1}
    assert flows["hs_edition"].to_list() == ["HS2022"]


def test_repeats_count_once_and_contradictions_not_at_all(tmp_path):
    rows = [row(partnerCode=410, partnerISO="KOR"), row(), row(), row(cmdCode="282590"),
            row(cmdCode="282590", primaryValue=7.0)]  # fmt: skip
    counts, flows = bring_in(tmp_path, rows, max_rejects_share=0.6)
    assert (counts.used, dict(counts.apart), dict(counts.broken)) == (
        2,
        {"repeated": 1},
        {"row|conflicting_figures": 2},
    )
    assert flows["value_usd"].sum() == 200.0


def test_what_is_no_country_is_kept_apart_and_historic_states_are_refused(tmp_path):
    places = [(392, "JPN"), (0, "W00"), (899, "_X"), (837, "X1"), (838, "X2"), (839, "XX"), (568, "E19"), (97, "EUR"),
              (490, "S19"), (251, "FRA"), (842, "USA"), (757, "CHE"), (699, "IND"), (579, "NOR"),
              (810, "SUN"), (890, "YUG"), (278, "DDR"), (530, "ANT"), (9999, "ZZZ")]  # fmt: skip
    rows = [row(partnerCode=code, partnerISO=iso) for code, iso in places]
    counts, flows = bring_in(tmp_path, rows, max_rejects_share=0.5)
    assert sorted(flows["partner_iso3"]) == ["CHE", "FRA", "IND", "JPN", "NOR", "TWN", "USA"]
    assert counts.apart == {"areas": 5, "groups": 1, "world": 1}
    assert counts.broken == {"partner_iso3|historic_country": 4, "partner_iso3|unknown_place": 1}
    areas = pl.read_parquet(tmp_path / "out" / "_apart" / "flows-areas.parquet")
    assert set(areas["partner_iso3"]) == {"_X"}
    assert set(areas["partner_code"]) == {"899", "837", "838", "839", "568"}


def test_reporters_that_are_no_country_of_today(tmp_path):
    rows = [row(), row(reporterCode=891, reporterISO="SCG"), row(reporterCode=97, reporterISO="EUR"),
            row(reporterCode=899, reporterISO="_X")]  # fmt: skip
    counts, _ = bring_in(tmp_path, rows, max_rejects_share=0.7)
    assert counts.broken == {"reporter_iso3|historic_country": 1, "reporter_iso3|not_a_country": 1}
    assert counts.apart == {"groups": 1}


def test_flows_of_trade(tmp_path):
    rows = [row(flowCode=flow) for flow in ("X", "M", "RX", "RM", "DX", "FM", "MIP", "XOP", "Q")]
    counts, flows = bring_in(tmp_path, rows, max_rejects_share=0.3)
    assert sorted(flows["direction"]) == ["export", "import", "re_export", "re_import"]
    assert counts.apart == {"parts": 4}
    assert counts.broken == {"direction|unknown_flow": 1}


@pytest.mark.parametrize(
    ("flow", "primary", "cif", "fob", "expected"),
    [
        ("X", 100.0, None, 100.0, "FOB"),
        ("M", 100.0, 100.0, 90.0, "CIF"),
        ("M", 100.0, None, 100.0, "FOB"),  # Australia files imports FOB
        ("M", 100.0, None, None, "CIF"),
        ("M", 100.0, 0.0, 0.0, "CIF"),
        ("X", 100.0, None, None, "FOB"),
        ("M", 100.0, 100.0, 100.0, "CIF"),
        ("M", 100.0, 110.0, 90.0, "unknown"),
    ],
)
def test_valuation_is_read_from_the_figures(tmp_path, flow, primary, cif, fob, expected):  # noqa: PLR0917
    _, flows = bring_in(tmp_path, [row(flowCode=flow, primaryValue=primary, cifvalue=cif, fobvalue=fob)])
    assert flows["valuation"].to_list() == [expected]


@pytest.mark.parametrize(
    ("changes", "kg", "estimated"),
    [
        ({}, 10.0, False),
        ({"isNetWgtEstimated": True}, 10.0, True),
        ({"legacyEstimationFlag": 4}, 10.0, True),
        ({"legacyEstimationFlag": 6}, 10.0, True),
        ({"legacyEstimationFlag": 2}, 10.0, False),
        ({"isNetWgtEstimated": None, "legacyEstimationFlag": None}, 10.0, None),
        ({"netWgt": 0.0, "qty": 4.0, "isQtyEstimated": True}, 4.0, True),
        ({"netWgt": None, "qty": 5.0, "qtyUnitCode": 15}, 0.005, False),  # grams
        ({"netWgt": None, "qty": 5.0, "qtyUnitCode": 5}, None, None),  # pieces
        ({"netWgt": 0.0, "qty": 0.0}, None, None),
        ({"netWgt": 0.0, "qty": 0.0, "primaryValue": 0.0, "fobvalue": 0.0}, 0.0, False),
    ],
)
def test_masses(tmp_path, changes, kg, estimated):
    _, flows = bring_in(tmp_path, [row(**changes)])
    assert flows.select("net_kg", "is_net_kg_estimated").rows() == [(kg, estimated)]


def test_other_classifications_and_unreadable_figures_are_refused_by_name(tmp_path):
    rows = [row(), row(classificationCode="S4", cmdCode="6899"), row(cmdCode="282590", primaryValue="many")]
    counts, _ = bring_in(tmp_path, rows, max_rejects_share=0.7)
    assert counts.broken["hs_edition|not_the_harmonized_system"] == 1
    assert counts.broken["value_usd|unreadable"] == 1
    assert (counts.used, counts.rejected) == (1, 2)


def test_a_lost_leading_zero_is_put_back(tmp_path):
    _, flows = bring_in(tmp_path, [row(cmdCode=71391)])
    assert flows["hs_code"].to_list() == ["071391"]


def test_rejects_hold_the_published_row_whole(tmp_path):
    bring_in(tmp_path, [row(), row(partnerCode=156, partnerISO="CHN")], max_rejects_share=0.5)
    rejects = pl.read_parquet(tmp_path / "out" / "rejects" / "flows.parquet")
    assert rejects["broken_rules"].to_list() == [["sides_differ"]]
    assert set(row()) - set(rejects.columns) == set()
    assert rejects["input_file"][0].endswith("answer.json")


def test_beyond_the_limit_nothing_but_the_rejects_is_written(tmp_path):
    with pytest.raises(ContractError, match=r"sides_differ 1"):
        bring_in(tmp_path, [row(), row(partnerCode=156, partnerISO="CHN")])
    assert not (tmp_path / "out" / "flows.parquet").exists()
    assert (tmp_path / "out" / "rejects" / "flows.parquet").exists()


def test_only_world_totals_is_said_plainly(tmp_path):
    with pytest.raises(ContractError, match="all are set apart: world 1"):
        bring_in(tmp_path, [row(partnerCode=0, partnerISO="W00")])


def test_missing_columns_are_named(tmp_path):
    with pytest.raises(SourceError, match="lacks primaryValue"):
        bring_in(tmp_path, [{name: value for name, value in row().items() if name != "primaryValue"}])


LEGACY = (
    "Classification,Year,Period,Period Desc.,Aggregate Level,Is Leaf Code,Trade Flow Code,Trade Flow,Reporter Code,"
    "Reporter,Reporter ISO,Partner Code,Partner,Partner ISO,Commodity Code,Commodity,Qty Unit Code,Qty Unit,Qty,"
    "Netweight (kg),Trade Value (US$),Flag\n"
)


def test_legacy_csv(tmp_path):
    path = tmp_path / "comtrade.csv"
    lines = [
        'H4,2015,2015,2015,6,1,2,Export,156,China,CHN,392,Japan,JPN,811292,"Gallium, …",8,Weight in kg,10,10,100,0',
        "H4,2015,201503,March 2015,6,1,1,Import,842,USA,USA,156,China,CHN,811292,x,8,Weight in kg,,20,200,4",
        'H4,2015,2015,2015,6,1,3,Re-Export,344,China Hong Kong SAR,HKG,490,"Other Asia, nes",,811292,x,8,kg,5,,50,2',
        "H4,2015,2015,2015,6,1,2,Export,156,China,CHN,0,World,WLD,811292,x,8,Weight in kg,10,10,100,0",
        "H4,2015,2015,2015,2,0,2,Export,156,China,CHN,392,Japan,JPN,81,x,1,No Quantity,,,900,0",
        "H4,2015,2015,2015,6,1,9,Else,156,China,CHN,392,Japan,JPN,811292,x,1,No Quantity,,,900,0",
    ]
    path.write_text(LEGACY + "\n".join(lines) + "\n")
    result = ingest("comtrade-legacy", [path], tmp_path / "out", max_rejects_share=0.3)
    counts = result.counts["flows"]
    assert (counts.read, counts.used, counts.set_apart, counts.rejected) == (6, 3, 2, 1)
    assert counts.apart == {"aggregates": 1, "world": 1}
    assert counts.broken["direction|unknown_flow"] == 1
    flows = pl.read_parquet(tmp_path / "out" / "flows.parquet").sort("value_usd")
    shown = flows.select("reporter_iso3", "partner_iso3", "direction", "freq", "net_kg", "is_net_kg_estimated")
    assert shown.rows() == [
        ("HKG", "TWN", "re_export", "A", 5.0, True),
        ("CHN", "JPN", "export", "A", 10.0, False),
        ("USA", "CHN", "import", "M", 20.0, True),
    ]
    assert flows["valuation"].to_list() == ["FOB", "FOB", "CIF"]
    assert set(flows["hs_edition"]) == {"HS2012"}


def test_letters_alone_name_the_places(tmp_path):
    slim = {name: value for name, value in row().items() if name not in {"reporterCode", "partnerCode"}}
    _, flows = bring_in(tmp_path, [slim])
    assert flows.select("reporter_iso3", "partner_iso3").rows() == [("CHN", "JPN")]


def test_a_second_partner_that_nobody_knows_is_no_total(tmp_path):
    counts, flows = bring_in(tmp_path, [row(), row(partner2Code=9999, partner2ISO=None, primaryValue=1.0)])
    assert (flows["value_usd"].to_list(), counts.apart) == ([100.0], {"breakdowns": 1})


def test_the_websites_download_with_one_separator_more_and_accents_of_windows(tmp_path):
    # comtradeplus.un.org writes Windows-1252 and ends each row, but not the header, with a comma
    given = row(period="202401", freqCode="M", reporterCode=384, reporterISO="CIV", reporterDesc="Côte d'Ivoire")
    lines = [",".join(given), ",".join("" if value is None else str(value) for value in given.values()) + ","]
    path = tmp_path / "TradeData.csv"
    path.write_text("\n".join(lines) + "\n", encoding="cp1252")
    result = ingest("comtrade", [path], tmp_path / "out")
    assert result.counts["flows"].used == 1
    one = pl.read_parquet(tmp_path / "out" / "flows.parquet").row(0, named=True)
    assert (one["reporter_iso3"], one["partner_iso3"], one["value_usd"], one["net_kg"]) == ("CIV", "JPN", 100.0, 10.0)

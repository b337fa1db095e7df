"""BACI for reference only, Korean declarations, and the one-sided Chinese extract."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.errors import SourceError
from pipelines.ingest import Given, ingest
from pipelines.settings.ingest import load_ingest_settings

BACI = "t,i,j,k,v,q\n2022,156,392,811292,12.345,1.5\n2022,842,251,71391,1.0,NA\n2022,58,392,811292,1.0,1.0\n"


def test_baci_is_refused_for_mirrors_with_the_reason(tmp_path):
    path = tmp_path / "BACI_HS17_Y2022_V202401b.csv"
    path.write_text(BACI)
    with pytest.raises(SourceError, match="reconciled from both sides"):
        ingest("baci", [path], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_baci_for_reference_is_written_apart_in_dollars_and_kilograms(tmp_path):
    path = tmp_path / "BACI_HS17_Y2022_V202401b.csv"
    path.write_text(BACI)
    result = ingest("baci", [path], tmp_path / "out", given=Given(for_reference=True), max_rejects_share=0.5)
    counts = result.counts["baci"]
    assert (counts.read, counts.used, counts.rejected) == (3, 2, 1)  # Belgium-Luxembourg is no country of today
    table = pl.read_parquet(tmp_path / "out" / "reference" / "baci.parquet").sort("exporter_iso3")
    assert table.select("exporter_iso3", "importer_iso3", "hs_code", "value_usd", "net_kg").rows() == [
        ("CHN", "JPN", "811292", 12_345.0, 1_500.0),
        ("USA", "FRA", "071391", 1_000.0, None),
    ]
    assert not (tmp_path / "out" / "flows.parquet").exists()


KCS = (
    "Declaration ID,Date,Office ID,Process Type,Import Type,Import Use,Payment Type,Mode of Transport,Declarant ID,"
    "Importer ID,Seller ID,Courier ID,HS6 Code,Country of Departure,Country of Origin,Tax Rate,Tax Type,"
    "Country of Origin Indicator,Net Mass,Item Price,Fraud,Critical Fraud\n"
    "97061800,2020-01-01,30,B,11,21,11,10,ZZR1LT6,QLRUBN9,0VKY2BR,,440890,BE,BE,0.0,FEU1,G,108.0,372254.4,0,0\n"
    "85945189,2020-01-02,40,B,11,21,11,40,SWF9S4X,7JD1S2X,,,690722,ZZ,ZZ,8.0,A,Y,0.0,375751.2,1,2\n"
    "85945190,2020-01-32,40,B,11,21,11,40,SWF9S4X,7JD1S2X,,,690722,CN,QQQ,8.0,A,Y,1.0,5.0,3,0\n"
)


def test_korean_declarations_and_outcomes(tmp_path):
    path = tmp_path / "df.csv"
    path.write_text(KCS)
    result = ingest("kcs", [path], tmp_path / "out", max_rejects_share=0.5)
    assert (result.counts["declarations"].used, result.counts["outcomes"].used) == (2, 2)
    assert result.counts["declarations"].broken["origin_iso3|unknown_place"] == 1
    assert result.counts["outcomes"].broken["finding|unknown_label"] == 1
    declared = pl.read_parquet(tmp_path / "out" / "declarations.parquet").sort("declaration_id", descending=True)
    shown = declared.select("direction", "origin_iso3", "dispatch_iso3", "destination_iso3", "transport_mode", "net_kg")
    assert shown.rows() == [
        ("import", "BEL", "BEL", "KOR", "sea", 108.0),
        ("import", "_X", "_X", "KOR", "air", None),
    ]
    assert declared["value_usd"].to_list() == [None, None]  # nobody says in which unit prices are
    assert declared["description"].to_list() == [None, None]
    found = pl.read_parquet(tmp_path / "out" / "outcomes.parquet").sort("declaration_id", descending=True)
    assert found.select("finding", "selected_by", "note").rows() == [
        ("clean", None, None),
        ("other_violation", None, "Fraud 1, Critical Fraud 2"),
    ]
    assert str(found["inspected_on"][0]) == "2020-01-31"


def test_korean_prices_as_dollars_only_where_the_user_says_so(tmp_path):
    path = tmp_path / "df.csv"
    path.write_text(KCS)
    shipped = load_ingest_settings()
    settings = shipped.model_copy(update={"kcs": shipped.kcs.model_copy(update={"item_price": "USD"})})
    ingest("kcs", [path], tmp_path / "out", max_rejects_share=0.5, settings=settings)
    declared = pl.read_parquet(tmp_path / "out" / "declarations.parquet")
    assert sorted(declared["value_usd"]) == [372_254.4, 375_751.2]


def test_chinese_extract(tmp_path):
    path = tmp_path / "deep.csv"
    path.write_text(
        "period_dt,partner_name,hs6,val,qty,uv\n"
        "2017-01-01,Australia,250410,10200.0,6116.362,1.67\n"
        "2017-01-01,UAE,811292,500.0,0.0,\n"
        "2023-09-01,South Korea,811292,900.0,3.5,257.1\n"
        "2023-09-01,Narnia,811292,900.0,3.5,257.1\n"
    )
    result = ingest("china-hs6", [path], tmp_path / "out", max_rejects_share=0.3)
    flows = pl.read_parquet(tmp_path / "out" / "flows.parquet").sort("partner_iso3")
    assert flows.select("partner_iso3", "hs_edition", "net_kg", "is_net_kg_estimated").rows() == [
        ("ARE", "HS2017", None, None),
        ("AUS", "HS2017", 6116.362, True),
        ("KOR", "HS2022", 3.5, False),
    ]
    assert result.counts["flows"].broken == {"partner_iso3|unknown_place": 1}


def real(folder: Path, *parts: str) -> Path:
    path = folder.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{'/'.join(parts)} is not beside this checkout")
    return path


def test_real_nickel_trade_goes_through(shared_data, tmp_path):
    result = ingest("comtrade", [real(shared_data, "comtrade_nickel_mirror", "UN_nickel_trade.parquet")], tmp_path)
    counts = result.counts["flows"]
    assert (counts.read, counts.used, counts.set_apart, counts.rejected) == (13_739, 10_164, 3_505, 70)
    assert counts.apart == {"world": 3_424, "areas": 81}
    assert counts.broken == {
        "sides_differ": 38,
        "reporter_iso3|historic_country": 21,
        "partner_iso3|historic_country": 11,
    }
    flows = pl.read_parquet(tmp_path / "flows.parquet")
    assert not {"W00", "_X"} & set(flows["partner_iso3"])


def test_real_us_exports_go_through(shared_data, tmp_path):
    path = real(shared_data, "us_exports_hs10", "us_exports_hs10_monthly_4partners_controlled.parquet")
    counts = ingest("census-exports", [path], tmp_path).counts["flows"]
    assert (counts.read, counts.used, counts.set_apart, counts.rejected) == (78_809, 78_809, 0, 0)
    flows = pl.read_parquet(tmp_path / "flows.parquet")
    assert set(flows["partner_iso3"]) == {"VNM", "IRL", "CHE", "TUR"}
    assert flows["value_usd"].sum() == pl.read_parquet(path)["ALL_VAL_MO"].sum()


def test_real_chinese_extract_goes_through(shared_data, tmp_path):
    path = real(shared_data, "china_exports_hs6", "deep_dive_hs6_monthly.csv")
    counts = ingest("china-hs6", [path], tmp_path).counts["flows"]
    assert (counts.read, counts.used, counts.set_apart, counts.rejected) == (6_442, 6_442, 0, 0)
    flows = pl.read_parquet(tmp_path / "flows.parquet")
    assert flows["partner_iso3"].n_unique() == 39
    imputed = flows.filter((pl.col("period").dt.year() == 2017) & pl.col("net_kg").is_not_null())
    assert imputed["is_net_kg_estimated"].all()
    assert flows.filter((pl.col("net_kg") == 0) & (pl.col("value_usd") > 0)).is_empty()


def test_real_korean_declarations_go_through(shared_data, tmp_path):
    files = sorted(real(shared_data, "kcs_declarations").glob("*.csv"))
    result = ingest("kcs", files, tmp_path)
    for table in ("declarations", "outcomes"):
        assert (result.counts[table].read, result.counts[table].used) == (54_000, 54_000)
    found = pl.read_parquet(tmp_path / "outcomes.parquet")["finding"].value_counts()
    assert dict(found.rows()) == {"clean": 42_347, "other_violation": 11_653}

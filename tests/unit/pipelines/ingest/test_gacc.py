"""Chinese customs downloads: GB18030, both header languages, what the file does not say, yuan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.errors import ConfigError, ContractError, SourceError
from pipelines.ingest import Given, ingest
from pipelines.settings.ingest import load_ingest_settings

CHINESE = (
    '"数据年月","商品编码","商品名称","贸易伙伴编码","贸易伙伴名称","贸易方式编码","贸易方式名称","注册地编码","注册地名称",'
    '"第一数量","第一计量单位","第二数量","第二计量单位","美元",\n'
)
ENGLISH = (
    '"Date of data","Commodity code","Commodity","Trading partner code","Trading partner","Customs Regime code",'
    '"Customs Regime","Locations of importers and exporters code","Locations of importers and exporters","Quantity",'
    '"Unit","Supplementary Quantity","Supplementary Unit","US dollar",\n'
)


def chinese(code: str = "116", name: str = "日本", *, goods: str = "81129290", regime: str = "10", place: str = "44",
            quantity: str = "1,250", unit: str = "千克", second: str = "0", second_unit: str = "?",
            amount: str = "315,286", month: str = "202403") -> str:  # fmt: skip
    return (
        f'"{month}","{goods}","未锻轧镓","{code}","{name}","{regime}","一般贸易","{place}","广东省","{quantity}","{unit}",'
        f'"{second}","{second_unit}","{amount}",\n'
    )


def bring_in(
    tmp_path: Path, text: str, *, direction: str | None = "export", encoding: str = "gb18030", **more: Any
) -> tuple[Any, pl.DataFrame]:
    path = tmp_path / "download.csv"
    path.write_bytes(text.encode(encoding))
    given = Given(direction=direction, **more.pop("say", {}))
    result = ingest("gacc", [path], tmp_path / "out", given=given, **more)
    return result, pl.read_parquet(tmp_path / "out" / "flows.parquet")


def test_chinese_download_in_dollars(tmp_path):
    _, flows = bring_in(tmp_path, CHINESE + chinese())
    one = flows.row(0, named=True)
    assert (one["reporter_iso3"], one["partner_iso3"], one["direction"], one["hs_code"], one["hs_edition"]) == (
        "CHN", "JPN", "export", "81129290", "CN-TARIFF",
    )  # fmt: skip
    assert (one["value_usd"], one["net_kg"], one["valuation"], one["partner_basis"]) == (
        315_286.0, 1_250.0, "FOB", "destination",
    )  # fmt: skip
    assert (str(one["period"]), one["freq"], str(one["published_on"])) == ("2024-03-01", "M", "2024-04-30")


def test_english_download_with_its_broken_comma(tmp_path):
    line = (
        b'"202601","29012920","Acetylene","110","Hong Kong\xa3\xacChina","10","Ordinary Trade","44",'
        b'"Guangdong Province","81782","Kilogram","0","?","315,286",\n'
    )
    path = tmp_path / "download.csv"
    path.write_bytes(ENGLISH.encode("ascii") + line)
    ingest("gacc", [path], tmp_path / "out", given=Given(direction="import"))
    flows = pl.read_parquet(tmp_path / "out" / "flows.parquet")
    assert flows.select("partner_iso3", "direction", "valuation", "net_kg").rows() == [
        ("HKG", "import", "CIF", 81_782.0)
    ]


def test_a_file_saved_again_as_utf_8_is_read_too(tmp_path):
    _, flows = bring_in(tmp_path, CHINESE + chinese(), encoding="utf-8-sig")
    assert flows["partner_iso3"].to_list() == ["JPN"]


def test_regimes_and_provinces_are_added_up(tmp_path):
    text = CHINESE + chinese(amount="100", quantity="1") + chinese(amount="200", quantity="2", place="31")
    text += chinese(amount="300", quantity="3", regime="15")
    result, flows = bring_in(tmp_path, text)
    assert (result.counts["flows"].used, result.counts["flows"].written) == (3, 1)
    assert flows.select("value_usd", "net_kg").rows() == [(600.0, 6.0)]


@pytest.mark.parametrize(
    ("units", "kg"),
    [
        ({"unit": "千克", "quantity": "5"}, 5.0),
        ({"unit": "吨", "quantity": "5"}, 5_000.0),
        ({"unit": "克", "quantity": "5"}, 0.005),
        ({"unit": "个", "quantity": "5", "second": "7", "second_unit": "千克"}, 7.0),
        ({"unit": "个", "quantity": "5"}, None),
        ({"unit": "千克", "quantity": "0"}, None),
    ],
)
def test_masses(tmp_path, units, kg):
    _, flows = bring_in(tmp_path, CHINESE + chinese(**units))
    assert flows["net_kg"].to_list() == [kg]


def test_yuan_at_the_average_rate_of_the_year(tmp_path):
    text = CHINESE.replace("美元", "人民币") + chinese(amount="7,121.70")
    result, flows = bring_in(tmp_path, text)
    assert flows["value_usd"].to_list() == pytest.approx([1_000.0])  # 7.1217 yuan to the dollar in 2024
    assert result.notes == ("1 rows: yuan changed by annual average rate",)
    with pytest.raises(ContractError, match=r"value_usd\|no_rate 1"):
        bring_in(tmp_path, CHINESE.replace("美元", "人民币") + chinese(month="199901"))


def test_places(tmp_path):
    text = CHINESE + "".join(
        [
            chinese("116"),
            chinese("143", "中国台湾"),
            chinese("207", "加那利群岛"),
            chinese("312", "西班牙"),
            chinese("701", "国（地）别不详"),
            chinese("349", "塞尔维亚和黑山"),
            chinese("", "韩国"),
            chinese("888", "无此国"),
        ]
    )
    result, flows = bring_in(tmp_path, text, max_rejects_share=0.5)
    counts = result.counts["flows"]
    assert sorted(flows["partner_iso3"]) == ["ESP", "JPN", "KOR", "TWN"]
    assert counts.apart == {"areas": 1}
    assert counts.broken == {"partner_iso3|historic_country": 1, "partner_iso3|unknown_place": 1}
    assert flows.filter(pl.col("partner_iso3") == "ESP")["value_usd"].to_list() == [630_572.0]


def test_own_goods_that_come_back_are_re_imports(tmp_path):
    _, flows = bring_in(tmp_path, CHINESE + chinese("142", "中国"), direction="import")
    assert flows.select("partner_iso3", "direction").rows() == [("CHN", "re_import")]


def test_what_the_file_does_not_say_must_be_said(tmp_path):
    with pytest.raises(ConfigError, match="--direction"):
        bring_in(tmp_path, CHINESE + chinese(), direction=None)
    without_month = CHINESE.replace('"数据年月",', "") + chinese().replace('"202403",', "")
    with pytest.raises(ConfigError, match="--period"):
        bring_in(tmp_path, without_month)
    from datetime import date

    _, flows = bring_in(tmp_path, without_month, say={"period": date(2024, 5, 1)})
    assert flows["period"].to_list() == [date(2024, 5, 1)]


def test_a_download_at_the_cap_is_noted(tmp_path):
    shipped = load_ingest_settings()
    settings = shipped.model_copy(update={"gacc": shipped.gacc.model_copy(update={"download_cap_rows": 2})})
    result, _ = bring_in(tmp_path, CHINESE + chinese() + chinese("133", "韩国"), settings=settings)
    assert "2 rows: file at the download cap and perhaps cut off" in result.notes


def test_other_headers_are_refused(tmp_path):
    with pytest.raises(SourceError, match="商品编码"):
        bring_in(tmp_path, '"a","b"\n"1","2"\n')


def test_equal_parts_of_two_provinces_are_two_parts(tmp_path):
    _, flows = bring_in(tmp_path, CHINESE + chinese(amount="100", place="44") + chinese(amount="100", place="31"))
    assert flows["value_usd"].to_list() == [200.0]

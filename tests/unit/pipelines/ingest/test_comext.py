"""Eurostat Comext, both layouts: euros, procedures, special partners, confidential codes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.errors import ContractError
from pipelines.ingest import Given, ingest

NEW = (
    "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA21,PRODUCT_CPA22,PRODUCT_BEC,PRODUCT_BEC5,"
    "PRODUCT_SECTION,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,VALUE_NAC,QUANTITY_KG,QUANTITY_SUPPL_UNIT\n"
)
OLD = (
    "DECLARANT,DECLARANT_ISO,PARTNER,PARTNER_ISO,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_cpa2002,PRODUCT_cpa2008,"
    "PRODUCT_CPA2_1,PRODUCT_BEC,PRODUCT_SECTION,FLOW,STAT_REGIME,SUPP_UNIT,PERIOD,VALUE_IN_EUROS,QUANTITY_IN_KG,"
    "SUP_QUANTITY\n"
)


def new(partner: str = "CN", *, reporter: str = "DE", trade: str = "E", product: str = "81129289", flow: int = 1,
        procedure: str = "1", period: str = "202403", eur: str = "1000", kg: str = "50") -> str:  # fmt: skip
    return (
        f"{reporter},{partner},{trade},{product},68998,2445,2445,22,.....,15,{flow},{procedure},NO_SU,{period},{eur},{eur},"
        f"{kg},0\n"
    )


def bring_in(tmp_path: Path, text: str, **options: Any) -> tuple[Any, pl.DataFrame]:
    path = tmp_path / "full202403.dat"
    path.write_text(text)
    result = ingest("comext", [path], tmp_path / "out", **options)
    return result, pl.read_parquet(tmp_path / "out" / "flows.parquet")


def test_new_layout(tmp_path):
    result, flows = bring_in(tmp_path, NEW + new())
    one = flows.row(0, named=True)
    assert (one["reporter_iso3"], one["partner_iso3"], one["direction"], one["hs_code"], one["hs_edition"]) == (
        "DEU", "CHN", "import", "81129289", "EU-CN",
    )  # fmt: skip
    assert one["value_usd"] == pytest.approx(1_082.4)  # 1000 EUR at 1.0824 USD (ECB, average of 2024)
    assert (one["valuation"], one["partner_basis"], one["net_kg"]) == ("CIF", "origin", 50.0)
    assert str(one["published_on"]) == "2024-05-30"  # 31 March + 60 days
    assert result.notes == ("1 rows: euros changed by annual average rate",)


def test_old_layout(tmp_path):
    old = "004,DE,0720,CN,E,81129289,68998,2745,2445,2445,220,15,2,1,A,202103,1000,50,0\n"
    dutch = "003,NL,0004,DE,I,81129289,68998,2745,2445,2445,220,15,1,1,A,202103,500,,0\n"
    _, flows = bring_in(tmp_path, OLD + old + dutch)
    assert flows.select("reporter_iso3", "partner_iso3", "direction", "partner_basis", "net_kg").rows() == [
        ("DEU", "CHN", "export", "destination", 50.0),
        ("NLD", "DEU", "import", "consignment", None),
    ]
    assert flows["value_usd"].to_list() == pytest.approx([1_182.7, 591.35])


def test_procedures_are_added_unless_their_total_is_there(tmp_path):
    parts = new(procedure="1", eur="700", kg="30") + new(procedure="2", eur="300", kg="20")
    result, flows = bring_in(tmp_path, NEW + parts)
    counts = result.counts["flows"]
    assert (counts.used, counts.written) == (2, 1)
    assert flows.select("value_usd", "net_kg", "customs_procedure").rows() == [(pytest.approx(1_082.4), 50.0, None)]
    result, flows = bring_in(tmp_path, NEW + parts + new(procedure="4", eur="1000", kg="50"))
    assert result.counts["flows"].apart == {"breakdowns": 2}
    assert flows["value_usd"].to_list() == pytest.approx([1_082.4])


def test_a_part_without_mass_makes_the_mass_an_estimate(tmp_path):
    _, flows = bring_in(tmp_path, NEW + new(eur="900", kg="45") + new(procedure="2", eur="100", kg="0"))
    assert flows.select("net_kg", "is_net_kg_estimated").rows() == [(45.0, True)]


def test_sums_secrets_and_special_partners(tmp_path):
    text = NEW + "".join(
        [
            new(),
            new(product="811292"),
            new(product="TOTAL"),
            new(product="81"),
            new(product="81XXXXXX"),
            new("QS"),
            new("QV"),
            new("XI", flow=2),
            new("GB", flow=2),
            new("XK"),
            new("XS"),
            new("XL"),
            new("YU"),
            new("??"),
            new(reporter="XI"),
        ]
    )
    result, flows = bring_in(tmp_path, text, max_rejects_share=0.3)
    counts = result.counts["flows"]
    assert counts.apart == {"aggregates": 3, "areas": 2, "confidential": 1, "parts": 1}
    assert counts.broken == {"partner_iso3|historic_country": 1, "partner_iso3|unknown_place": 1}
    assert (counts.read, counts.used, counts.written) == (15, 6, 5)
    assert sorted(flows["partner_iso3"]) == ["CHN", "ESP", "GBR", "SRB", "XKX"]
    assert flows.filter(pl.col("partner_iso3") == "GBR")["value_usd"].to_list() == pytest.approx([2_164.8])


def test_no_rate_is_a_named_reject_and_the_users_own_rate_mends_it(tmp_path):
    with pytest.raises(ContractError, match=r"value_usd\|no_rate 1"):
        bring_in(tmp_path, NEW + new(period="203001"))
    rates = tmp_path / "rates.toml"
    rates.write_text('[usd_per_eur]\n"2024-03" = 2.0\n"2030" = 1.5\n')
    result, flows = bring_in(tmp_path, NEW + new() + new(period="203001"), given=Given(rates=rates))
    assert flows["value_usd"].to_list() == [2_000.0, 1_500.0]
    assert result.notes == ("1 rows: euros changed by annual average rate",)


def test_the_same_file_twice_counts_once(tmp_path):
    for name in ("one.dat", "two.dat"):
        (tmp_path / name).write_text(NEW + new())
    result = ingest("comext", [tmp_path / "one.dat", tmp_path / "two.dat"], tmp_path / "out")
    assert result.counts["flows"].apart == {"repeated": 1}
    assert pl.read_parquet(tmp_path / "out" / "flows.parquet")["net_kg"].to_list() == [50.0]

"""Chinese customs query downloads (stats.customs.gov.cn; GB18030; Chinese or English headers) into flows.

Exports FOB by final destination, imports CIF by origin. The file does not say whether it holds imports or exports, nor
the month of a one-month query: the user says both. Rows by customs regime and province are parts, and are added up.
Goods of Chinese origin that come back (partner China in imports) are re-imports.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from features.errors import ConfigError
from pipelines.ingest.draft import (
    Given,
    column_or_null,
    edition_or_tariff,
    even_code,
    freq_of,
    need_columns,
    number,
    period_of,
    rename_known,
    unreadable,
)
from pipelines.ingest.flows import finish_flows
from pipelines.ingest.levels import set_code_sums_apart
from pipelines.ingest.money import own_rate, rate_of
from pipelines.ingest.places import add_place, place_names
from pipelines.settings.ingest import IngestSettings

ENCODING = "gb18030"
TARIFF = "CN-TARIFF"
KG_PER_UNIT: Mapping[str, float] = {
    "千克": 1.0, "公斤": 1.0, "kilogram": 1.0, "kilograms": 1.0, "kg": 1.0, "吨": 1_000.0, "ton": 1_000.0,
    "metric ton": 1_000.0, "克": 0.001, "gram": 0.001, "克拉": 0.0002, "carat": 0.0002,
}  # fmt: skip

# Headers as the query page writes them; "Supplimentary" is its own spelling of some years.
_SPELLINGS = {
    "数据年月": "period_text", "Date of data": "period_text", "商品编码": "commodity", "Commodity code": "commodity",
    "贸易伙伴编码": "partner", "Trading partner code": "partner", "贸易伙伴名称": "name", "Trading partner": "name",
    "贸易方式编码": "regime", "Customs Regime code": "regime", "注册地编码": "province",
    "Locations of importers and exporters code": "province", "第一数量": "quantity_1", "Quantity": "quantity_1",
    "第一计量单位": "unit_1", "Unit": "unit_1", "第二数量": "quantity_2", "Supplementary Quantity": "quantity_2",
    "Supplimentary Quantity": "quantity_2", "第二计量单位": "unit_2", "Supplementary Unit": "unit_2",
    "Supplimentary Unit": "unit_2", "美元": "usd", "US dollar": "usd", "人民币": "cny", "Renminbi Yuan": "cny",
}  # fmt: skip


def read_gacc(raw: pl.LazyFrame, settings: IngestSettings, given: Given) -> pl.LazyFrame:
    """Read Chinese customs rows. Raises ConfigError when direction or month are neither in the file nor given."""
    raw = rename_known(raw, _SPELLINGS)
    found = raw.collect_schema().names()
    _need_direction(given)
    need_columns(raw, ["commodity"], "gacc (商品编码, Commodity code)")
    if "name" not in found:
        need_columns(raw, ["partner"], "gacc (贸易伙伴编码, Trading partner code)")
    if "usd" not in found:
        need_columns(raw, ["cny"], "gacc (美元 or 人民币, US dollar or Renminbi Yuan)")
    if "period_text" not in found and given.period is None:
        raise ConfigError(
            "gacc: the file has no month (数据年月); a one-month download leaves it out: give --period 2024-03-01"
        )
    text = {name: column_or_null(raw, name) for name in sorted(set(_SPELLINGS.values()))}
    rows = _add_partner(raw, text)
    when = text["period_text"] if given.period is None else text["period_text"].fill_null(f"{given.period:%Y%m}")
    period, code = period_of(when), even_code(text["commodity"])
    yuan = number(text["cny"])
    usd = pl.coalesce(number(text["usd"]), yuan / rate_of(period, settings.cny_per_usd))
    masses = [_kg(text["quantity_1"], text["unit_1"]), _kg(text["quantity_2"], text["unit_2"])]
    drafted = rows.with_columns(
        pl.lit("CHN").alias("reporter_iso3"),
        pl.lit("country").alias("reporter_kind"),
        pl.when((pl.col("partner_iso3") == "CHN") & (given.direction == "import"))
        .then(pl.lit("re_import"))
        .otherwise(pl.lit(given.direction))
        .alias("direction"),
        code.alias("hs_code"),
        edition_or_tariff(code, period, TARIFF).alias("hs_edition"),
        period.alias("period"),
        freq_of(when).alias("freq"),
        usd.alias("value_usd"),
        pl.lit("FOB" if given.direction == "export" else "CIF").alias("valuation"),
        pl.coalesce(*(pl.when(kg > 0).then(kg) for kg in masses), *masses).alias("net_kg"),
        pl.lit(value=False).alias("is_net_kg_estimated"),
        pl.lit("destination" if given.direction == "export" else "origin").alias("partner_basis"),
        pl.lit("China Customs").alias("source"),
        text["partner"].alias("partner_code"),
        text["name"].alias("partner_name"),
        (text["usd"].is_null() & yuan.is_not_null()).alias("is_yuan"),
        own_rate(period, settings.cny_per_usd).is_null().alias("is_annual_rate"),
        pl.coalesce(text["usd"], text["cny"]).alias("text_value"),
        pl.coalesce(number(text["usd"]), yuan).alias("amount"),
        (pl.len().over("input_file") >= settings.gacc.download_cap_rows).alias("is_at_cap"),
    )
    draft = finish_flows(
        drafted,
        settings,
        given,
        format_name="gacc",
        apart={"aggregates": pl.col("hs_code").str.len_chars() <= 2},
        refused={
            "value_usd__no_rate": pl.col("is_yuan") & pl.col("period").is_not_null() & pl.col("value_usd").is_null(),
            "value_usd__unreadable": unreadable(pl.col("text_value"), pl.col("amount")),
        },
        remarks={
            "yuan_changed_by_annual_average_rate": pl.col("is_yuan") & pl.col("is_annual_rate"),
            "file_at_the_download_cap_and_perhaps_cut_off": pl.col("is_at_cap"),
        },
    )
    return set_code_sums_apart(draft)


def _need_direction(given: Given) -> None:
    if given.direction not in ("export", "import"):
        raise ConfigError("gacc: the file does not say which way the goods went; give --direction export or import")


def _add_partner(raw: pl.LazyFrame, text: dict[str, pl.Expr]) -> pl.LazyFrame:
    rows = add_place(raw, "partner", "gacc", text["partner"])
    names = place_names("gacc")
    filled = []
    for kind in ("iso3", "kind"):
        known = dict(zip(names["name"], names[kind], strict=True))
        by_name = text["name"].str.to_lowercase().replace_strict(known, default=None, return_dtype=pl.String)
        filled.append(pl.coalesce(f"partner_{kind}", by_name).alias(f"partner_{kind}"))
    return rows.with_columns(filled)


def _kg(quantity: pl.Expr, unit: pl.Expr) -> pl.Expr:
    per_unit = unit.str.to_lowercase().replace_strict(dict(KG_PER_UNIT), default=None, return_dtype=pl.Float64)
    return number(quantity) * per_unit

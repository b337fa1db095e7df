"""Eurostat Comext bulk files (full*.dat, both layouts) into flows.

Layout since 2022: REPORTER, PARTNER, TRADE_TYPE, PRODUCT_NC, FLOW, STAT_PROCEDURE, SUPPL_UNIT, PERIOD, VALUE_EUR,
QUANTITY_KG. Before: DECLARANT, DECLARANT_ISO, PARTNER, PARTNER_ISO, TRADE_TYPE, PRODUCT_NC, FLOW, STAT_REGIME,
SUPP_UNIT, PERIOD, VALUE_IN_EUROS, QUANTITY_IN_KG.

The statistical value is at the border of the reporting state: FOB for exports, CIF for imports. The partner of an
export is the destination; of an extra-EU import the origin; of an intra-EU arrival the state of consignment. Rows of
the statistical procedures are added up, unless their total (4) is in the file. Euros become dollars by the period's
average rate (configs/ingest.toml or the user's own).
"""

from __future__ import annotations

import polars as pl

from pipelines.ingest.draft import (
    Given,
    column_or_null,
    edition_or_tariff,
    freq_of,
    need_columns,
    number,
    period_of,
    rename_known,
    unreadable,
)
from pipelines.ingest.flows import finish_flows
from pipelines.ingest.levels import set_breakdowns_apart, set_code_sums_apart
from pipelines.ingest.money import own_rate, rate_of
from pipelines.ingest.places import add_place
from pipelines.settings.ingest import IngestSettings

FLOWS = {"1": "import", "2": "export"}
TARIFF = "EU-CN"  # Combined Nomenclature

_SPELLINGS = {
    "REPORTER": "DECLARANT", "DECLARANT": "DECLARANT", "DECLARANT_ISO": "DECLARANT_ISO", "PARTNER": "PARTNER",
    "PARTNER_ISO": "PARTNER_ISO", "TRADE_TYPE": "TRADE_TYPE", "PRODUCT_NC": "PRODUCT_NC", "PRODUCT_NC8": "PRODUCT_NC",
    "PRODUCT": "PRODUCT_NC", "FLOW": "FLOW", "STAT_PROCEDURE": "STAT_PROCEDURE", "STAT_REGIME": "STAT_PROCEDURE",
    "PERIOD": "PERIOD", "VALUE_EUR": "VALUE_EUR", "VALUE_IN_EUROS": "VALUE_EUR", "VALUE_1000ECU": "VALUE_1000ECU",
    "QUANTITY_KG": "QUANTITY_KG", "QUANTITY_IN_KG": "QUANTITY_KG", "QUANTITY_IN_100KG": "QUANTITY_100KG",
    "QUANTITY_TON": "QUANTITY_TON",
}  # fmt: skip


def read_comext(raw: pl.LazyFrame, settings: IngestSettings, given: Given) -> pl.LazyFrame:
    """Read Comext rows; `value_usd|no_rate` where no rate is known for the period."""
    raw = rename_known(raw, _SPELLINGS)
    found = raw.collect_schema().names()
    need_columns(raw, ["DECLARANT", "PARTNER", "PRODUCT_NC", "FLOW", "PERIOD"], "comext")
    if "VALUE_1000ECU" not in found:
        need_columns(raw, ["VALUE_EUR"], "comext")
    text = {name: column_or_null(raw, name) for name in set(_SPELLINGS.values())}
    rows = add_place(raw, "reporter", "comext", text["DECLARANT_ISO"], text["DECLARANT"])
    rows = add_place(rows, "partner", "comext", text["PARTNER_ISO"], _partner_number(text["PARTNER"]))
    period, product = period_of(text["PERIOD"]), text["PRODUCT_NC"].str.to_uppercase()
    direction = text["FLOW"].replace_strict(FLOWS, default=None, return_dtype=pl.String)
    euros = pl.coalesce(number(text["VALUE_EUR"]), number(text["VALUE_1000ECU"]) * 1_000.0)
    kg = pl.coalesce(
        number(text["QUANTITY_KG"]), number(text["QUANTITY_100KG"]) * 100.0, number(text["QUANTITY_TON"]) * 1_000.0
    )
    reporter_code = pl.coalesce(text["DECLARANT_ISO"], text["DECLARANT"]).str.to_uppercase()
    partner_code = pl.coalesce(text["PARTNER_ISO"], text["PARTNER"]).str.to_uppercase()
    drafted = rows.with_columns(
        direction.alias("direction"),
        product.alias("hs_code"),
        edition_or_tariff(product, period, TARIFF).alias("hs_edition"),
        period.alias("period"),
        freq_of(text["PERIOD"]).alias("freq"),
        euros.alias("euros"),
        (euros * rate_of(period, settings.usd_per_eur)).alias("value_usd"),
        own_rate(period, settings.usd_per_eur).is_null().alias("is_annual_rate"),
        pl.when(direction == "export").then(pl.lit("FOB")).otherwise(pl.lit("CIF")).alias("valuation"),
        kg.alias("net_kg"),
        pl.lit(value=False).alias("is_net_kg_estimated"),
        pl.when(direction == "export")
        .then(pl.lit("destination"))
        .when(text["TRADE_TYPE"].str.to_uppercase() == "I")
        .then(pl.lit("consignment"))
        .otherwise(pl.lit("origin"))
        .alias("partner_basis"),
        # 4 is the total over procedures (Eurostat, Comext code list of statistical procedures)
        pl.when(~text["STAT_PROCEDURE"].is_in(["4", "TOTAL"])).then(text["STAT_PROCEDURE"]).alias("customs_procedure"),
        pl.lit("Eurostat Comext").alias("source"),
        partner_code.alias("partner_code"),
        pl.lit(None, dtype=pl.String).alias("partner_name"),
        (reporter_code == "XI").alias("is_part"),
        (partner_code == "XI").alias("is_northern_ireland"),
        text["VALUE_EUR"].alias("text_value"),
    )
    draft = finish_flows(
        drafted,
        settings,
        given,
        format_name="comext",
        apart={
            "parts": pl.col("is_part"),
            "aggregates": (pl.col("hs_code") == "TOTAL") | (pl.col("hs_code").str.len_chars() == 2),
            "confidential": pl.col("hs_code").str.contains("[A-Z]"),
        },
        refused={
            "direction__unknown_flow": pl.col("direction").is_null(),
            "value_usd__no_rate": pl.col("euros").is_not_null()
            & pl.col("period").is_not_null()
            & pl.col("value_usd").is_null(),
            "value_usd__unreadable": unreadable(pl.col("text_value"), pl.col("euros")),
        },
        remarks={
            "euros_changed_by_annual_average_rate": pl.col("is_annual_rate"),
            "northern_ireland_read_as_GBR": pl.col("is_northern_ireland"),
        },
    )
    is_total = pl.col("customs_procedure").is_null()
    return set_breakdowns_apart(set_code_sums_apart(draft), is_total, adds_up=True)


def _partner_number(partner: pl.Expr) -> pl.Expr:
    """Geonomenclature numbers have four digits as partners (0003) and three as declarants (003)."""
    return pl.when(partner.str.contains(r"^0\d{3}$")).then(partner.str.slice(1)).otherwise(partner)

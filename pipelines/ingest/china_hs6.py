"""One-sided extract of China's exports by HS6 (period_dt, partner_name, hs6, val, qty) into flows.

UN Comtrade figures of reporter China, FOB, monthly, for the partners and codes that somebody picked: a missing month
is no row in the extract, not a proven zero. Masses of some years are imputed (configs/ingest.toml) and flagged.
"""

from __future__ import annotations

import polars as pl

from pipelines.ingest.draft import (
    Given,
    column_or_null,
    even_code,
    freq_of,
    hs_edition_of,
    need_columns,
    number,
    period_of,
    unreadable,
)
from pipelines.ingest.flows import finish_flows
from pipelines.ingest.levels import refuse_conflicts, set_code_sums_apart
from pipelines.ingest.places import english_names
from pipelines.settings.ingest import IngestSettings

_NEEDED = ("period_dt", "partner_name", "hs6", "val", "qty")


def read_china_hs6(raw: pl.LazyFrame, settings: IngestSettings, given: Given) -> pl.LazyFrame:
    """Read the extract; partners are named in English."""
    need_columns(raw, _NEEDED, "china-hs6")
    text = {name: column_or_null(raw, name) for name in _NEEDED}
    names = english_names()
    iso3 = (
        text["partner_name"]
        .str.to_lowercase()
        .replace_strict(dict(zip(names["name"], names["iso3"], strict=True)), default=None, return_dtype=pl.String)
    )
    period, kg = period_of(text["period_dt"]), number(text["qty"])
    drafted = raw.with_columns(
        pl.lit("CHN").alias("reporter_iso3"),
        pl.lit("country").alias("reporter_kind"),
        iso3.alias("partner_iso3"),
        pl.when(iso3.is_not_null()).then(pl.lit("country")).alias("partner_kind"),
        pl.lit("export").alias("direction"),
        even_code(text["hs6"]).alias("hs_code"),
        hs_edition_of(period).alias("hs_edition"),
        period.alias("period"),
        freq_of(text["period_dt"]).alias("freq"),
        number(text["val"]).alias("value_usd"),
        pl.lit("FOB").alias("valuation"),
        kg.alias("net_kg"),
        period.dt.year().is_in(list(settings.china_hs6.imputed_mass_years)).alias("is_net_kg_estimated"),
        pl.lit("destination").alias("partner_basis"),
        pl.lit("UN Comtrade (extract)").alias("source"),
        pl.lit(None, dtype=pl.String).alias("partner_code"),
        text["partner_name"].alias("partner_name"),
        text["val"].alias("text_value"),
    )
    draft = finish_flows(
        drafted,
        settings,
        given,
        format_name="china-hs6",
        refused={"value_usd__unreadable": unreadable(pl.col("text_value"), pl.col("value_usd"))},
        remarks={"imputed_mass_flagged_as_estimated": pl.col("is_net_kg_estimated") & (pl.col("net_kg") > 0)},
    )
    return refuse_conflicts(set_code_sums_apart(draft))

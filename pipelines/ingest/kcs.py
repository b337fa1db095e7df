"""Korean customs declaration data (Jeong, Kim, Park, Choi; arXiv 2208.02484) into declarations and outcomes.

Synthetic import declarations of January 2020 to June 2021, every one of them inspected. Left null, because the source
does not say: descriptions, routes, why an item was inspected, the unit of Item Price (configs/ingest.toml). A `Fraud`
of 1 means that something was declared falsely to pay less duty, not what: it becomes `other_violation`.
"""

from __future__ import annotations

import polars as pl

from pipelines.ingest.draft import Given, column_or_null, even_code, mass_or_null, named, need_columns, number
from pipelines.ingest.places import add_place
from pipelines.settings.ingest import IngestSettings

# Korea Customs Service, code of transport means: first digit as in UN/ECE Recommendation 19
MODES = {"10": "sea", "20": "rail", "30": "road", "40": "air", "50": "post", "70": "pipeline", "90": "unknown"}
_NEEDED = ("Declaration ID", "Date", "HS6 Code", "Country of Origin")
_LABELS = ("Fraud", "Critical Fraud")


def read_kcs_declarations(raw: pl.LazyFrame, settings: IngestSettings, given: Given) -> pl.LazyFrame:
    """Read what was declared: imports into Korea."""
    del given
    need_columns(raw, _NEEDED, "kcs")
    text = {name: column_or_null(raw, name) for name in (*_NEEDED, "Country of Departure", "Mode of Transport",
            "Office ID", "Declarant ID", "Importer ID", "Seller ID", "Net Mass", "Item Price")}  # fmt: skip
    rows = add_place(raw, "origin", "comext", text["Country of Origin"])
    rows = add_place(rows, "dispatch", "comext", text["Country of Departure"])
    price = number(text["Item Price"])
    kg = mass_or_null(number(text["Net Mass"]), price)
    no_origin, no_dispatch = text["Country of Origin"] == "ZZ", text["Country of Departure"] == "ZZ"
    usd = price if settings.kcs.item_price == "USD" else pl.lit(None, dtype=pl.Float64)
    return rows.select(
        "source_row",
        text["Declaration ID"].alias("declaration_id"),
        text["Date"].str.to_date("%Y-%m-%d", strict=False).alias("declared_on"),
        pl.lit("import").alias("direction"),
        text["Office ID"].alias("office_id"),
        even_code(text["HS6 Code"]).alias("hs_code"),
        text["Seller ID"].alias("exporter_id"),
        text["Importer ID"].alias("consignee_id"),
        text["Declarant ID"].alias("declarant_id"),
        # ZZ: not stated (user-assigned in ISO 3166-1, "unknown" in UN/LOCODE)
        pl.when(no_origin).then(pl.lit("_X")).otherwise(pl.col("origin_iso3")).alias("origin_iso3"),
        pl.when(no_dispatch).then(pl.lit("_X")).otherwise(pl.col("dispatch_iso3")).alias("dispatch_iso3"),
        pl.lit("KOR").alias("destination_iso3"),
        text["Mode of Transport"]
        .replace_strict(MODES, default="unknown", return_dtype=pl.String)
        .alias("transport_mode"),
        kg.alias("net_kg"),
        usd.alias("value_usd"),
        pl.when("is_repeat").then(pl.lit("repeated")).alias("apart"),
        named(origin_iso3__unknown_place=~no_origin & pl.col("origin_iso3").is_null()).alias("refused"),
        named(
            item_price_of_unknown_unit_left_out=price.is_not_null() & (settings.kcs.item_price == "unknown"),
            origin_not_stated=no_origin,
            zero_mass_beside_value_read_as_unknown=kg.is_null() & number(text["Net Mass"]).is_not_null(),
        ).alias("remarks"),
    )


def read_kcs_outcomes(raw: pl.LazyFrame, settings: IngestSettings, given: Given) -> pl.LazyFrame:
    """Read what inspections found; the day the result was known is assumed (configs/ingest.toml)."""
    del given
    need_columns(raw, [*_NEEDED, *_LABELS], "kcs")
    fraud, critical = column_or_null(raw, "Fraud"), column_or_null(raw, "Critical Fraud")
    declared_on = column_or_null(raw, "Date").str.to_date("%Y-%m-%d", strict=False)
    return raw.select(
        "source_row",
        column_or_null(raw, "Declaration ID").alias("declaration_id"),
        declared_on.dt.offset_by(f"{settings.kcs.result_known_after_days}d").alias("inspected_on"),
        fraud.replace_strict({"0": "clean", "1": "other_violation"}, default=None, return_dtype=pl.String).alias(
            "finding"
        ),
        pl.lit(None, dtype=pl.String).alias("selected_by"),
        pl.when(fraud == "1")
        .then(pl.concat_str(pl.lit("Fraud 1, Critical Fraud "), critical.fill_null("unknown")))
        .alias("note"),
        pl.when("is_repeat").then(pl.lit("repeated")).alias("apart"),
        named(finding__unknown_label=~fraud.is_in(["0", "1"]).fill_null(value=False)).alias("refused"),
        named(day_of_result_assumed=pl.lit(value=True)).alias("remarks"),
    )

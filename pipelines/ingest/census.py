"""US Census Bureau imports and exports (API answer or CSV in its variables) into flows.

Exports: domestic and foreign goods together, FAS at the port of exit (close to FOB), partner is the country of
ultimate destination. Where the rows tell domestic (DF 1) from foreign goods (DF 2), `export` is their sum, as
elsewhere, and the foreign part is given once more as `re_export`. Imports: general imports, partner is the country of
origin; `customs` value (GEN_VAL) or CIF (GEN_CIF) by configs/ingest.toml.

A quantity in KG, T or G is the net mass. Air and vessel weights are gross, and road and rail have none: they stand in,
flagged as estimated, only where air and vessel carried (nearly) the whole value.
"""

from __future__ import annotations

import polars as pl

from features.errors import SourceError
from pipelines.ingest.draft import (
    Given,
    column_or_null,
    edition_or_tariff,
    even_code,
    need_columns,
    number,
    period_of,
    rename_known,
    unreadable,
)
from pipelines.ingest.flows import finish_flows
from pipelines.ingest.levels import set_breakdowns_apart, set_code_sums_apart, sum_flows
from pipelines.ingest.places import add_place, place_names
from pipelines.settings.ingest import IngestSettings

KG_PER_UNIT = {"KG": 1.0, "KGS": 1.0, "T": 1_000.0, "G": 0.001, "GM": 0.001}  # Census, Schedule B units of quantity
DIMENSIONS = ("DF", "DISTRICT", "PORT", "STATE", "RP", "CTY_SUBCO")
TOTAL_MARKS = ("-", "", "TOTAL", "0")

_SHARED = ("CTY_CODE", "CTY_NAME", "time", "YEAR", "MONTH", "UNIT_QY1", "UNIT_QY2", "AIR_WGT_MO", "VES_WGT_MO",
           "AIR_VAL_MO", "VES_VAL_MO", "COMM_LVL", "SUMMARY_LVL", *DIMENSIONS)  # fmt: skip


def read_census_imports(raw: pl.LazyFrame, settings: IngestSettings, given: Given) -> pl.LazyFrame:
    """Read general imports of the United States."""
    names = ("I_COMMODITY", "GEN_VAL_MO", "GEN_CIF_MO", "GEN_QY1_MO", "GEN_QY2_MO", *_SHARED)
    raw = rename_known(raw, {name: name for name in names})
    found = raw.collect_schema().names()
    chosen = "GEN_CIF_MO" if settings.census.import_value == "CIF" and "GEN_CIF_MO" in found else "GEN_VAL_MO"
    if "GEN_VAL_MO" not in found and "GEN_CIF_MO" in found:
        chosen = "GEN_CIF_MO"
    need_columns(raw, ["I_COMMODITY", chosen], "census-imports")
    return _read(
        raw,
        settings,
        given,
        format_name="census-imports",
        direction="import",
        commodity="I_COMMODITY",
        value=chosen,
        quantities=("GEN_QY1_MO", "GEN_QY2_MO"),
        valuation="CIF" if chosen == "GEN_CIF_MO" else "customs",
        tariff="US-HTS",
    )


def read_census_exports(raw: pl.LazyFrame, settings: IngestSettings, given: Given) -> pl.LazyFrame:
    """Read exports of the United States, domestic and foreign goods."""
    names = ("E_COMMODITY", "ALL_VAL_MO", "QTY_1_MO", "QTY_2_MO", *_SHARED)
    raw = rename_known(raw, {name: name for name in names})
    need_columns(raw, ["E_COMMODITY", "ALL_VAL_MO"], "census-exports")
    return _read(
        raw,
        settings,
        given,
        format_name="census-exports",
        direction="export",
        commodity="E_COMMODITY",
        value="ALL_VAL_MO",
        quantities=("QTY_1_MO", "QTY_2_MO"),
        valuation="FOB",
        tariff="US-SCHEDULE-B",
    )


def sum_census(clean: pl.DataFrame) -> pl.DataFrame:
    """Add ports, districts and parts of a country up; give foreign goods once more as re-exports."""
    foreign = clean.filter(pl.col("customs_procedure").str.contains("DF=2", literal=True))
    re_exports = foreign.with_columns(pl.lit("re_export").alias("direction"))
    return pl.concat([sum_flows(clean), sum_flows(re_exports)])


def _read(
    raw: pl.LazyFrame,
    settings: IngestSettings,
    given: Given,
    *,
    format_name: str,
    direction: str,
    commodity: str,
    value: str,
    quantities: tuple[str, str],
    valuation: str,
    tariff: str,
) -> pl.LazyFrame:
    text = {name: column_or_null(raw, name) for name in (commodity, value, *quantities, *_SHARED)}
    when = _month(raw, text, format_name)
    rows = _add_partner(raw, text, format_name)
    dimensions = [name for name in DIMENSIONS if _is_broken_down(raw, name)]
    in_total = [text[name].is_null() | text[name].is_in(TOTAL_MARKS) for name in dimensions]
    is_total = pl.all_horizontal(in_total) if in_total else pl.lit(value=True)
    is_detail = ~pl.any_horizontal(in_total) if in_total else pl.lit(value=False)
    part = pl.concat_str([pl.concat_str(pl.lit(f"{name}="), text[name]) for name in dimensions] or [pl.lit("")],
                         separator=";")  # fmt: skip
    period, code = period_of(when), even_code(text[commodity])
    usd = number(text[value])
    kg, is_weighed = _mass(text, quantities, usd, settings)
    summary = text["SUMMARY_LVL"].str.to_uppercase()
    drafted = rows.with_columns(
        pl.lit("USA").alias("reporter_iso3"),
        pl.lit("country").alias("reporter_kind"),
        pl.lit(direction).alias("direction"),
        code.alias("hs_code"),
        edition_or_tariff(code, period, tariff).alias("hs_edition"),
        period.alias("period"),
        pl.lit("M").alias("freq"),
        usd.alias("value_usd"),
        pl.lit(valuation).alias("valuation"),
        kg.alias("net_kg"),
        is_weighed.alias("is_net_kg_estimated"),
        pl.lit("destination" if direction == "export" else "origin").alias("partner_basis"),
        pl.when(~is_total).then(part).alias("customs_procedure"),
        pl.lit("US Census Bureau").alias("source"),
        text["CTY_CODE"].alias("partner_code"),
        text["CTY_NAME"].alias("partner_name"),
        text[value].alias("text_value"),
        (summary == "CGP").fill_null(value=False).alias("is_group"),  # country groupings
        (~is_total & ~is_detail).alias("is_partial"),
        is_weighed.alias("is_weighed"),
    )
    draft = finish_flows(
        drafted,
        settings,
        given,
        format_name=format_name,
        apart={
            "groups": pl.col("is_group"),
            "aggregates": pl.col("hs_code").str.len_chars() <= 2,
            "breakdowns": pl.col("is_partial"),
        },
        refused={"value_usd__unreadable": unreadable(pl.col("text_value"), pl.col("value_usd"))},
        remarks={"gross_air_and_vessel_weight_taken_as_mass": pl.col("is_weighed")},
    )
    return set_breakdowns_apart(set_code_sums_apart(draft), pl.col("customs_procedure").is_null(), adds_up=True)


def _month(raw: pl.LazyFrame, text: dict[str, pl.Expr], format_name: str) -> pl.Expr:
    found = raw.collect_schema().names()
    if "time" in found:
        return text["time"]
    need_columns(raw, ["YEAR", "MONTH"], format_name)
    return text["YEAR"] + "-" + text["MONTH"].str.zfill(2)


def _add_partner(raw: pl.LazyFrame, text: dict[str, pl.Expr], format_name: str) -> pl.LazyFrame:
    found = raw.collect_schema().names()
    if "CTY_CODE" not in found and "CTY_NAME" not in found:
        raise SourceError(f"{format_name}: the file lacks CTY_CODE and CTY_NAME; one of them must name the partner")
    rows = add_place(raw, "partner", "census", text["CTY_CODE"])
    names = place_names("census")
    name = text["CTY_NAME"].str.to_lowercase()
    # Schedule C numbers countries from 1000 up; 0003, 00XX, 1XXX and the like are groups of countries.
    is_group = text["CTY_CODE"].str.contains(r"^0\d{3}$|X$")
    by_name = {kind: dict(zip(names["name"], names[kind], strict=True)) for kind in ("iso3", "kind")}
    return rows.with_columns(
        pl.coalesce("partner_iso3", name.replace_strict(by_name["iso3"], default=None, return_dtype=pl.String)).alias(
            "partner_iso3"
        ),
        pl.coalesce(
            "partner_kind",
            pl.when(is_group).then(pl.lit("group")),
            name.replace_strict(by_name["kind"], default=None, return_dtype=pl.String),
        ).alias("partner_kind"),
    )


def _is_broken_down(raw: pl.LazyFrame, dimension: str) -> bool:
    if dimension not in raw.collect_schema().names():
        return False
    marks = raw.select(pl.col(dimension).str.strip_chars().unique()).collect().to_series()
    return bool((marks.is_not_null() & ~marks.is_in(TOTAL_MARKS)).any())


def _mass(
    text: dict[str, pl.Expr], quantities: tuple[str, str], usd: pl.Expr, settings: IngestSettings
) -> tuple[pl.Expr, pl.Expr]:
    in_kg = [
        number(text[quantity])
        * text[unit].str.to_uppercase().replace_strict(KG_PER_UNIT, default=None, return_dtype=pl.Float64)
        for quantity, unit in zip(quantities, ("UNIT_QY1", "UNIT_QY2"), strict=True)
    ]
    net = pl.coalesce(pl.when(kg > 0).then(kg) for kg in in_kg)
    carried = number(text["AIR_VAL_MO"]) + number(text["VES_VAL_MO"])
    weight = number(text["AIR_WGT_MO"]) + number(text["VES_WGT_MO"])
    is_weighed = (
        net.is_null() & (weight > 0) & (usd > 0) & (carried >= settings.census.min_weighed_share * usd)
    ).fill_null(value=False)
    return pl.when(is_weighed).then(weight).otherwise(pl.coalesce(net, *in_kg)), is_weighed

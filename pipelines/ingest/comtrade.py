"""UN Comtrade API and bulk files (JSON answer, CSV, gzip TSV, Parquet) into flows.

Columns: https://comtradeapi.un.org (v1). Values are US dollars, masses kilograms. Exports are FOB; an import is CIF,
or FOB where the reporter files so: `primaryValue` is compared with `cifvalue` and `fobvalue`, row by row. The partner
is the country of origin of imports and of last known destination of exports (IMTS 2010). Figures of flow X contain
re-exports (RX) and those of M re-imports (RM): `re_export` and `re_import` rows are parts of them, never to be added.
Other parts (DX, FM, and goods for processing MIP, MOP, XIP, XOP) are set apart.
"""

from __future__ import annotations

import polars as pl

from pipelines.ingest.draft import (
    Given,
    column_or_null,
    even_code,
    freq_of,
    need_columns,
    number,
    period_of,
    rename_known,
    unreadable,
    yes_or_no,
)
from pipelines.ingest.flows import finish_flows
from pipelines.ingest.levels import (
    add_up_lone_breakdowns,
    is_added_up,
    refuse_conflicts,
    set_breakdowns_apart,
    set_code_sums_apart,
)
from pipelines.ingest.places import add_place
from pipelines.settings.ingest import IngestSettings

FLOWS = {"X": "export", "M": "import", "RX": "re_export", "RM": "re_import"}
PARTS = ("DX", "FM", "MIP", "MOP", "XIP", "XOP")
# HS in the names of comtradeapi.un.org/files/v1/app/reference: H0 is HS 1992, and so on.
EDITIONS = {
    "H0": "HS1992",
    "H1": "HS1996",
    "H2": "HS2002",
    "H3": "HS2007",
    "H4": "HS2012",
    "H5": "HS2017",
    "H6": "HS2022",
}
# UN Comtrade QuantityUnits.json: units that are masses, in kg.
KG_PER_UNIT = {"8": 1.0, "15": 0.001, "21": 1_000.0, "13": 0.0002, "KG": 1.0, "G": 0.001, "1000 KG": 1_000.0}
# UN Statistics Division, Quantity and Weight Data in UN Comtrade (2009), 4.1: 2 quantity, 4 mass, 6 both are estimated.
MASS_ESTIMATED, QUANTITY_ESTIMATED = ("4", "6"), ("2", "6")

_SPELLINGS = ("period", "refYear", "freqCode", "reporterCode", "reporterISO", "flowCode", "partnerCode", "partnerISO",
              "partnerDesc", "partner2Code", "partner2ISO", "classificationCode", "isOriginalClassification", "cmdCode",
              "customsCode", "motCode", "qtyUnitCode", "qtyUnitAbbr", "qty", "isQtyEstimated", "altQtyUnitCode",
              "altQty", "isAltQtyEstimated", "netWgt", "isNetWgtEstimated", "cifvalue", "fobvalue", "primaryValue",
              "legacyEstimationFlag")  # fmt: skip


def read_comtrade(raw: pl.LazyFrame, settings: IngestSettings, given: Given) -> pl.LazyFrame:
    """Read UN Comtrade rows, pinned to totals: partner2Code 0, motCode 0, customsCode C00 (pipelines.ingest.levels)."""
    raw = rename_known(raw, {name: name for name in _SPELLINGS})
    found = raw.collect_schema().names()
    when = "period" if "period" in found else "refYear"
    need_columns(raw, [when, "flowCode", "cmdCode", "primaryValue"], "comtrade")
    _need_either(raw, "reporterCode", "reporterISO")
    _need_either(raw, "partnerCode", "partnerISO")
    text = {name: column_or_null(raw, name) for name in _SPELLINGS}
    rows = add_place(raw, "reporter", "comtrade", text["reporterCode"], text["reporterISO"])
    rows = add_place(rows, "partner", "comtrade", text["partnerCode"], text["partnerISO"])
    rows = add_place(rows, "consigned", "comtrade", text["partner2Code"], text["partner2ISO"])
    value, cif, fob = (number(text[name]) for name in ("primaryValue", "cifvalue", "fobvalue"))
    flow, edition = text["flowCode"].str.to_uppercase(), text["classificationCode"].str.to_uppercase()
    freq = pl.coalesce(pl.when(text["freqCode"].is_in(["A", "M"])).then(text["freqCode"]), freq_of(pl.col(when)))
    kg, estimated, is_quantity = _mass(text)
    consigned = pl.col("consigned_iso3")
    drafted = rows.with_columns(
        # a second partner that no table knows is still no total
        pl.when(text["partner2Code"].is_not_null() & consigned.is_null())
        .then(pl.lit("_X"))
        .otherwise(consigned)
        .alias("consigned_iso3"),
        flow.replace_strict(FLOWS, default=None, return_dtype=pl.String).alias("direction"),
        even_code(text["cmdCode"]).alias("hs_code"),
        edition.replace_strict(EDITIONS, default=None, return_dtype=pl.String).alias("hs_edition"),
        period_of(pl.col(when)).alias("period"),
        freq.alias("freq"),
        value.alias("value_usd"),
        _valuation(flow, value, cif, fob).alias("valuation"),
        kg.alias("net_kg"),
        estimated.alias("is_net_kg_estimated"),
        flow.replace_strict({"X": "destination", "M": "origin", "RX": "destination"}, default="unknown").alias(
            "partner_basis"
        ),
        pl.when(text["motCode"] != "0").then(text["motCode"]).alias("transport_mode"),
        pl.when(text["customsCode"].str.to_uppercase() != "C00").then(text["customsCode"]).alias("customs_procedure"),
        pl.lit("UN Comtrade").alias("source"),
        pl.coalesce(text["partnerCode"], text["partnerISO"]).alias("partner_code"),
        text["partnerDesc"].alias("partner_name"),
        (text["isOriginalClassification"].str.to_lowercase() == "true").alias("is_original"),
        text["cmdCode"].str.to_uppercase().alias("cmd"),
        *(text[name].alias(f"text_{name}") for name in ("primaryValue", "netWgt")),
        flow.alias("flow"),
        edition.alias("edition"),
        is_quantity.alias("is_quantity"),
    ).with_columns(_best_edition().alias("is_best_edition"))
    draft = finish_flows(
        drafted,
        settings,
        given,
        format_name="comtrade",
        apart={
            "parts": pl.col("flow").is_in(PARTS),
            "aggregates": pl.col("cmd").is_in(["TOTAL", "ALL"]) | (pl.col("hs_code").str.len_chars() == 2),
            "other_editions": ~pl.col("is_best_edition"),
        },
        refused={
            "direction__unknown_flow": ~pl.col("flow").is_in([*FLOWS, *PARTS]).fill_null(value=False),
            "hs_edition__not_the_harmonized_system": pl.col("edition").is_not_null()
            & ~pl.col("edition").is_in([*EDITIONS, "HS"]),
            "value_usd__unreadable": unreadable(pl.col("text_primaryValue"), pl.col("value_usd")),
            "net_kg__unreadable": unreadable(pl.col("text_netWgt"), number(pl.col("text_netWgt"))),
        },
        remarks={
            "other_asia_nes_read_as_TWN": pl.col("partner_code").is_in(["490", "S19"]),
            "mass_taken_from_quantity_in_mass_units": pl.col("is_quantity"),
        },
    )
    is_total = (
        (pl.col("consigned_iso3").is_null() | (pl.col("consigned_iso3") == "W00"))
        & pl.col("transport_mode").is_null()
        & pl.col("customs_procedure").is_null()
    )
    parted = add_up_lone_breakdowns(set_code_sums_apart(draft))
    return refuse_conflicts(set_breakdowns_apart(parted, is_total | is_added_up()))


def _need_either(raw: pl.LazyFrame, first: str, second: str) -> None:
    if second not in raw.collect_schema().names():
        need_columns(raw, [first], "comtrade")


def _valuation(flow: pl.Expr, value: pl.Expr, cif: pl.Expr, fob: pl.Expr) -> pl.Expr:
    is_cif, is_fob = (cif > 0) & (value == cif), (fob > 0) & (value == fob)
    says_nothing = ~((cif > 0) | (fob > 0)).fill_null(value=False) | (is_cif & is_fob)
    by_direction = pl.when(flow.is_in(["M", "RM"])).then(pl.lit("CIF")).otherwise(pl.lit("FOB"))
    return (
        pl.when(says_nothing)
        .then(by_direction)
        .when(is_cif)
        .then(pl.lit("CIF"))
        .when(is_fob)
        .then(pl.lit("FOB"))
        .otherwise(pl.lit("unknown"))
    )


def _mass(text: dict[str, pl.Expr]) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Net mass, whether it was estimated, and whether it stands in for a missing net mass."""
    net = number(text["netWgt"])
    net = pl.when(net > 0).then(net)
    unit = pl.coalesce(text["qtyUnitCode"].str.replace(r"\.0$", ""), text["qtyUnitAbbr"].str.to_uppercase())
    quantity = number(text["qty"]) * unit.replace_strict(KG_PER_UNIT, default=None, return_dtype=pl.Float64)
    quantity = pl.when(quantity > 0).then(quantity)
    other = number(text["altQty"]) * text["altQtyUnitCode"].str.replace(r"\.0$", "").replace_strict(
        KG_PER_UNIT, default=None, return_dtype=pl.Float64
    )
    other = pl.when(other > 0).then(other)
    flag = text["legacyEstimationFlag"].str.replace(r"\.0$", "")
    net_estimated = _either(yes_or_no(text["isNetWgtEstimated"]), flag, MASS_ESTIMATED)
    quantity_estimated = _either(yes_or_no(text["isQtyEstimated"]), flag, QUANTITY_ESTIMATED)
    estimated = (
        pl.when(net.is_not_null())
        .then(net_estimated)
        .when(quantity.is_not_null())
        .then(quantity_estimated)
        .otherwise(yes_or_no(text["isAltQtyEstimated"]))
    )
    stands_in = net.is_null() & (quantity.is_not_null() | other.is_not_null())
    return pl.coalesce(net, quantity, other, number(text["netWgt"])), estimated, stands_in


def _either(said: pl.Expr, flag: pl.Expr, marks: tuple[str, ...]) -> pl.Expr:
    """Estimated if either mark says so; null where the source has neither."""
    return (
        pl.when(said.is_null() & flag.is_null())
        .then(pl.lit(None))
        .otherwise(said.fill_null(value=False) | flag.is_in(marks).fill_null(value=False))
    )


def _best_edition() -> pl.Expr:
    """One edition of the HS for each reporter, flow and period: the one it filed in, else the newest."""
    filing = ["reporter_iso3", "flow", "period", "freq"]
    rank = pl.col("is_original").fill_null(value=False).cast(pl.Int32) * 100 + pl.col("hs_edition").str.slice(2).cast(
        pl.Int32
    ).fill_null(0).rank("dense").cast(pl.Int32)
    return (rank == rank.max().over(filing)) | pl.col("hs_edition").is_null()

"""UN Comtrade's legacy CSV (until 2022: "Trade Value (US$)" and friends) into flows.

Exports FOB, imports CIF by the reporters' own choice, which this layout does not tell: valuation is the contract's
default by direction. "Flag" tells estimated masses (4, 6).
"""

from __future__ import annotations

import polars as pl

from pipelines.ingest.comtrade import EDITIONS, KG_PER_UNIT, MASS_ESTIMATED, QUANTITY_ESTIMATED
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
)
from pipelines.ingest.flows import finish_flows
from pipelines.ingest.levels import refuse_conflicts, set_code_sums_apart
from pipelines.ingest.places import add_place
from pipelines.settings.ingest import IngestSettings

FLOWS = {"1": "import", "2": "export", "3": "re_export", "4": "re_import"}

_NEEDED = ("Period", "Trade Flow Code", "Reporter Code", "Partner Code", "Commodity Code", "Trade Value (US$)")
_OTHERS = ("Classification", "Reporter ISO", "Partner", "Partner ISO", "Qty Unit Code", "Qty", "Netweight (kg)", "Flag")


def read_comtrade_legacy(raw: pl.LazyFrame, settings: IngestSettings, given: Given) -> pl.LazyFrame:
    """Read rows of the legacy CSV; the layout has totals only."""
    raw = rename_known(raw, {name: name for name in (*_NEEDED, *_OTHERS)})
    need_columns(raw, _NEEDED, "comtrade-legacy")
    text = {name: column_or_null(raw, name) for name in (*_NEEDED, *_OTHERS)}
    rows = add_place(raw, "reporter", "comtrade", text["Reporter Code"], text["Reporter ISO"])
    rows = add_place(rows, "partner", "comtrade", text["Partner Code"], text["Partner ISO"])
    net, flag = number(text["Netweight (kg)"]), text["Flag"].str.replace(r"\.0$", "")
    quantity = number(text["Qty"]) * text["Qty Unit Code"].str.replace(r"\.0$", "").replace_strict(
        KG_PER_UNIT, default=None, return_dtype=pl.Float64
    )
    stands_in = ~(net > 0).fill_null(value=False) & (quantity > 0).fill_null(value=False)
    direction = text["Trade Flow Code"].replace_strict(FLOWS, default=None, return_dtype=pl.String)
    edition = text["Classification"].str.to_uppercase()
    drafted = rows.with_columns(
        direction.alias("direction"),
        even_code(text["Commodity Code"]).alias("hs_code"),
        edition.replace_strict(EDITIONS, default=None, return_dtype=pl.String).alias("hs_edition"),
        period_of(text["Period"]).alias("period"),
        freq_of(text["Period"]).alias("freq"),
        number(text["Trade Value (US$)"]).alias("value_usd"),
        pl.when(direction.is_in(["import", "re_import"]))
        .then(pl.lit("CIF"))
        .otherwise(pl.lit("FOB"))
        .alias("valuation"),
        pl.when(stands_in).then(quantity).otherwise(net).alias("net_kg"),
        pl.when(stands_in)
        .then(flag.is_in(QUANTITY_ESTIMATED))
        .otherwise(flag.is_in(MASS_ESTIMATED))
        .alias("is_net_kg_estimated"),
        direction.replace_strict(
            {"export": "destination", "import": "origin", "re_export": "destination"}, default="unknown"
        ).alias("partner_basis"),
        pl.lit("UN Comtrade (legacy)").alias("source"),
        text["Partner Code"].alias("partner_code"),
        text["Partner"].alias("partner_name"),
        text["Commodity Code"].str.to_uppercase().alias("cmd"),
        text["Trade Value (US$)"].alias("text_value"),
        edition.alias("edition"),
        stands_in.alias("is_quantity"),
    )
    draft = finish_flows(
        drafted,
        settings,
        given,
        format_name="comtrade-legacy",
        apart={"aggregates": pl.col("cmd").is_in(["TOTAL", "ALL"]) | (pl.col("hs_code").str.len_chars() == 2)},
        refused={
            "direction__unknown_flow": pl.col("direction").is_null(),
            "hs_edition__not_the_harmonized_system": pl.col("edition").is_not_null()
            & ~pl.col("edition").is_in([*EDITIONS, "HS"]),
            "value_usd__unreadable": unreadable(pl.col("text_value"), pl.col("value_usd")),
        },
        remarks={
            "other_asia_nes_read_as_TWN": pl.col("partner_code") == "490",
            "mass_taken_from_quantity_in_mass_units": pl.col("is_quantity"),
        },
    )
    return refuse_conflicts(set_code_sums_apart(draft))

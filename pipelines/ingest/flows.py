"""Finish a draft of flows: what every source has in common."""

from __future__ import annotations

import polars as pl

from features.contracts import Flows
from pipelines.ingest.draft import (
    APART,
    DRAFT_COLUMNS,
    REFUSED,
    REMARKS,
    Given,
    first_named,
    mass_or_null,
    named,
    public_on,
)
from pipelines.settings.ingest import IngestSettings

PARTNER = ("partner_code", "partner_name")
FLOW_DRAFT = (*Flows.column_names(), "partner_kind", *PARTNER, *DRAFT_COLUMNS)

NO_MASS = "zero_mass_beside_value_read_as_unknown"


def finish_flows(
    rows: pl.LazyFrame,
    settings: IngestSettings,
    given: Given,
    *,
    format_name: str,
    apart: dict[str, pl.Expr] | None = None,
    refused: dict[str, pl.Expr] | None = None,
    remarks: dict[str, pl.Expr] | None = None,
) -> pl.LazyFrame:
    """Add what the contract wants and no source says, and sort rows into used, set apart and refused.

    `rows` has reporter and partner as `<side>_iso3` and `<side>_kind`, `partner_code`, `partner_name`, direction,
    hs_code, hs_edition, period, freq, value_usd, net_kg and, where the source has them, the other columns of Flows.

    Set apart: `repeated` (the row repeats another whole), `world` (partner is the world), `areas` (partner is no
    country: bunkers, free zones, unspecified), `groups` (reporter or partner is a sum of countries), and the source's
    own. Refused by name: historic states, codes that no table knows, reporters that are no country.
    """
    rows = rows.with_columns(
        mass_or_null(pl.col("net_kg"), pl.col("value_usd")).alias("net_kg"),
        ((pl.col("net_kg") == 0) & (pl.col("value_usd") > 0)).fill_null(value=False).alias("__no_mass"),
    )
    found = rows.collect_schema().names()
    blank = {
        "valuation": pl.String,
        "is_net_kg_estimated": pl.Boolean,
        "partner_basis": pl.String,
        "consigned_iso3": pl.String,
        "transport_mode": pl.String,
        "customs_procedure": pl.String,
    }
    rows = rows.with_columns(pl.lit(None, dtype=kind).alias(name) for name, kind in blank.items() if name not in found)
    reporter, partner = pl.col("reporter_kind"), pl.col("partner_kind")
    refusals = {
        "reporter_iso3__historic_country": reporter == "historic",
        "partner_iso3__historic_country": partner == "historic",
        "reporter_iso3__unknown_place": reporter.is_null(),
        "partner_iso3__unknown_place": partner.is_null(),
        "reporter_iso3__not_a_country": reporter.is_in(["area", "world"]),
        **(refused or {}),
    }
    places = {
        "repeated": pl.col("is_repeat"),
        **(apart or {}),
        "groups": (reporter == "group") | (partner == "group") | (apart or {}).get("groups", pl.lit(value=False)),
        "world": partner == "world",
        "areas": partner == "area",
    }
    told = {**(remarks or {}), NO_MASS: pl.col("__no_mass")}
    return rows.with_columns(
        pl.when(pl.col("net_kg").is_not_null()).then("is_net_kg_estimated").alias("is_net_kg_estimated"),
        public_on(pl.col("period"), pl.col("freq"), settings.lag_days(format_name), given).alias("published_on"),
        first_named(**places).alias(APART),
        named(**refusals).alias(REFUSED),
        named(**told).alias(REMARKS),
    ).select(FLOW_DRAFT)

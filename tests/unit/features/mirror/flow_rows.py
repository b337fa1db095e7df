"""Small tables of flows for tests: only what a test is about is written out."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

SCHEMA = {
    "reporter_iso3": pl.String,
    "partner_iso3": pl.String,
    "direction": pl.String,
    "hs_code": pl.String,
    "hs_edition": pl.String,
    "period": pl.Date,
    "freq": pl.String,
    "value_usd": pl.Float64,
    "valuation": pl.String,
    "net_kg": pl.Float64,
    "is_net_kg_estimated": pl.Boolean,
    "partner_basis": pl.String,
    "consigned_iso3": pl.String,
    "transport_mode": pl.String,
    "customs_procedure": pl.String,
    "source": pl.String,
    "published_on": pl.Date,
}


def flow(reporter: str, partner: str, direction: str, period: str, value_usd: float, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(SCHEMA)
    row |= {"reporter_iso3": reporter, "partner_iso3": partner, "direction": direction, "value_usd": value_usd}
    row |= {"hs_code": "811292", "period": date.fromisoformat(f"{period}-01"), "freq": "M", "source": "test"}
    return row | more


def flows(*rows: dict[str, Any]) -> pl.LazyFrame:
    return pl.DataFrame(list(rows), schema=SCHEMA).lazy()

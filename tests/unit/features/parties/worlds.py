"""Small frames that party tests share."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

_TEXTS = ("exporter_id", "exporter_name", "consignee_id", "consignee_name", "declarant_id")


def declaration(name: str, **given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "declaration_id": name,
        "declared_on": date(2024, 6, 10),
        "direction": "export",
        "hs_code": "382450",
        "origin_iso3": "CHN",
        "destination_iso3": "USA",
        "exporter_id": "E1",
        "exporter_name": None,
        "consignee_id": "C1",
        "consignee_name": None,
        "declarant_id": "B1",
        "net_kg": 1_000.0,
    }
    return usual | given


def frame(*rows: dict[str, Any]) -> pl.LazyFrame:
    schema: dict[str, Any] = dict.fromkeys(_TEXTS, pl.String) | {"net_kg": pl.Float64}
    return pl.DataFrame(list(rows), schema_overrides=schema, infer_schema_length=None).lazy()


def outcomes(*rows: tuple[str, date, str]) -> pl.LazyFrame:
    schema = {"declaration_id": pl.String, "inspected_on": pl.Date, "finding": pl.String}
    return pl.LazyFrame(list(rows), schema=schema, orient="row")

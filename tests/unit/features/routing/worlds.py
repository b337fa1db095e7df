"""Small frames that routing tests share."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

# Rounded lengths, sea and great circle, km.
LENGTHS = [
    ("CNSHA", "SGSIN", 4_000.0, 3_800.0),
    ("SGSIN", "USLAX", 14_000.0, 14_000.0),
    ("CNSHA", "USLAX", 10_000.0, 10_400.0),
    ("CNSHA", "KGZ", None, 4_000.0),
    ("CNSHA", "DEHAM", 20_000.0, 8_500.0),
    ("CHE", "DEHAM", None, 700.0),
    ("CHE", "CNSHA", None, 9_000.0),
    ("HKHKG", "USLAX", 11_500.0, 11_600.0),
]


def distances() -> pl.LazyFrame:
    columns = ["place_a", "place_b", "sea_km", "great_circle_km"]
    return pl.LazyFrame(LENGTHS, schema=columns, orient="row")


def declaration(name: str, **given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "declaration_id": name,
        "declared_on": date(2024, 3, 1),
        "direction": "export",
        "hs_code": "811010",
        "origin_iso3": "CHN",
        "dispatch_iso3": None,
        "destination_iso3": "USA",
        "loading_port": None,
        "discharge_port": None,
        "route": None,
        "transport_mode": "sea",
        "amended_on": None,
    }
    return usual | given


def frame(*rows: dict[str, Any]) -> pl.LazyFrame:
    texts = ("dispatch_iso3", "loading_port", "discharge_port", "route", "transport_mode")
    schema = dict.fromkeys(texts, pl.String) | {"amended_on": pl.Date}
    return pl.DataFrame(list(rows), schema_overrides=schema, infer_schema_length=None).lazy()

"""The reference minerals, and declarations made of texts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from features.minerals import Minerals
from pipelines.reference.mineral_tables import load_minerals

Declare = Callable[..., pl.LazyFrame]


@pytest.fixture(scope="session")
def minerals() -> Minerals:
    return load_minerals()


@pytest.fixture(scope="session")
def declare() -> Declare:
    """Make declarations D0000, D0001, … of the given texts; other columns by name, one value or a list."""

    def make(texts: list[str | None], **columns: object) -> pl.LazyFrame:
        n = len(texts)
        values: dict[str, object] = {
            "declared_on": date(2025, 5, 12),
            "hs_code": "7901120000",
            "licence_no": None,
            "control_remark": None,
        } | columns
        spread = {name: value if isinstance(value, list) else [value] * n for name, value in values.items()}
        frame = {"declaration_id": [f"D{i:04d}" for i in range(n)], "description": texts, **spread}
        kinds = {
            "declaration_id": pl.String,
            "hs_code": pl.String,
            "licence_no": pl.String,
            "control_remark": pl.String,
            "description": pl.String,
            "declared_on": pl.Date,
        }
        return pl.LazyFrame(frame, schema_overrides=kinds)

    return make

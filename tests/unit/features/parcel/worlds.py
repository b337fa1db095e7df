"""Small frames that parcel tests share."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from features.minerals import FORMS, MINERALS, PACKINGS, PRICES, TERMS, Minerals


def minerals() -> Minerals:
    forms = pl.DataFrame(
        {
            "form_id": ["antimony/ingot", "gallium/metal", "tungsten/metal", "silver/metal"],
            "mineral": ["antimony", "gallium", "tungsten", "silver"],
            "hs6": [["811010"], ["811292"], ["810194"], ["710691"]],
            "density_kg_m3": [6697.0, 5907.0, 19250.0, 10490.0],
            "is_listed": [True, True, True, False],
        }
    )
    prices = pl.DataFrame(
        {
            "mineral": ["antimony", "antimony", "gallium", "silver"],
            "form_id": ["antimony/ingot", "antimony/ingot", None, None],
            "priced_on": [date(2024, 7, 31), date(2024, 11, 30), date(2000, 1, 1), date(2024, 1, 1)],
            "low_usd_per_kg": [21.8, 37.5, 150.0, 20.0],
            "high_usd_per_kg": [23.0, 38.5, 2500.0, 24.0],
            "confidence": ["verified", "verified", "band", "verified"],
        }
    )
    packings = pl.DataFrame({"mineral": ["antimony"], "package_kg_low": [20.0], "package_kg_high": [25.0]})
    tables = [
        pl.concat([pl.DataFrame(schema=schema), given], how="diagonal")
        for schema, given in ((FORMS, forms), (PRICES, prices), (PACKINGS, packings))
    ]
    return Minerals(pl.DataFrame(schema=MINERALS), tables[0], pl.DataFrame(schema=TERMS), tables[1], tables[2])


def no_minerals() -> Minerals:
    return Minerals(*(pl.DataFrame(schema=schema) for schema in (MINERALS, FORMS, TERMS, PRICES, PACKINGS)))


def declaration(name: str, **given: Any) -> dict[str, Any]:
    """One declaration of tile adhesive (HS 382450) from China to Hong Kong at 0.50 USD/kg and 1,250 kg/m3."""
    usual: dict[str, Any] = {
        "declaration_id": name,
        "declared_on": date(2024, 9, 10),
        "direction": "export",
        "hs_code": "38245000",
        "origin_iso3": "CHN",
        "destination_iso3": "HKG",
        "net_kg": 20_000.0,
        "gross_kg": 20_400.0,
        "volume_m3": 16.0,
        "value_usd": 10_000.0,
        "n_packages": 800,
        "package_type": "bag",
        "n_containers": 1,
        "container_type": "20GP",
    }
    return usual | given


def history(n: int = 40) -> pl.LazyFrame:
    """Earlier tile adhesive, five a month from January to August 2024, all alike."""
    return frame([declaration(f"past{i}", declared_on=date(2024, 1 + i % 8, 5)) for i in range(n)])


def frame(rows: list[dict[str, Any]]) -> pl.LazyFrame:
    return pl.DataFrame(rows, infer_schema_length=None).lazy()

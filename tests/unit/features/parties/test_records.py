"""Records made anew are those that the whole room makes of the same results."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from features.parties import RISKS, build_parties, number_parties, party_risks


def test_the_same_as_in_the_whole_room() -> None:
    rng = np.random.default_rng(2)
    n = 600
    firms = rng.integers(0, 30, n)
    rows = pl.DataFrame(
        {
            "declaration_id": [f"D{i:04d}" for i in range(n)],
            "declared_on": [date(2024, 1, 1) + timedelta(days=int(i / 2)) for i in range(n)],
            "direction": ["export"] * n,
            "hs_code": ["690721"] * n,
            "exporter_id": [f"E{i}" for i in firms],
            "exporter_name": [f"Firm of {'abcdefghijklmnopqrstuvwxyz'[i % 26]} and {i}" for i in firms],
            "consignee_id": [f"C{i}" for i in rng.integers(0, 20, n)],
            "declarant_id": [f"B{i}" if i else None for i in rng.integers(0, 9, n)],
            "origin_iso3": ["CHN"] * n,
            "destination_iso3": [("USA", "VNM", None)[i] for i in rng.integers(0, 3, n)],
        }
    ).with_columns(exporter_id=pl.when(pl.int_range(pl.len()) % 6 > 0).then("exporter_id"))
    outcomes = (
        rows.sample(200, seed=1)
        .select(
            "declaration_id",
            inspected_on=pl.col("declared_on") + timedelta(days=12),
            finding=pl.when(pl.int_range(pl.len()) % 5 == 0)
            .then(pl.lit("concealment"))
            .when(pl.int_range(pl.len()) % 7 == 0)
            .then(pl.lit("transshipment"))
            .otherwise(pl.lit("clean")),
        )
        .lazy()
    )
    whole = build_parties(rows.lazy(), rows.lazy(), outcomes).select("declaration_id", *RISKS).collect()
    numbers = number_parties(rows.lazy())
    late = numbers.filter(pl.col("month") == pl.col("month").max())
    alone = party_risks(late, numbers, outcomes)
    beside = late.select("declaration_id").join(whole, on="declaration_id", how="left", maintain_order="left")
    assert alone.equals(beside)
    assert not [name for name in RISKS if alone[name].null_count() == alone.height]


def test_nothing_else_in_the_registry_depends_on_results() -> None:
    from features.parties import REGISTRY

    told = {one.code for one in REGISTRY if one.code.endswith("_risk") or one.role == "kind"}
    assert told == set(RISKS)

"""Point in time, for parcel, routing and parties: no later row, no order and no batch changes a row's evidence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from features.parcel import build_parcel
from features.parties import build_parties
from features.parties.ages import AGED
from features.registry import REGISTRY
from features.routing import build_routing
from tests.unit.features.parcel.worlds import minerals

N = 3_000
CUT = date(2024, 7, 1)


def world(seed: int) -> pl.DataFrame:
    """Eighteen months of declarations with gaps in every optional column."""
    draw = np.random.default_rng(seed)
    start = date(2023, 7, 1)
    days = draw.integers(0, 540, N)
    sent = [start + timedelta(int(day)) for day in days]
    codes = np.array(["382450", "690721", "811010", "39269090", "7604", "850511"])
    ports = np.array(["CNSHA", "SGSIN", "USLAX", "VNSGN", "DEHAM", "???", "KGZ"])
    legs = draw.choice(ports, (N, 3))
    stay = draw.integers(-3, 60, N)
    kg = np.round(np.exp(draw.normal(7, 1.5, N)), 1)
    frame = pl.DataFrame(
        {
            "declaration_id": [f"D{i:05d}" for i in range(N)],
            "declared_on": sent,
            "direction": "export",
            "hs_code": draw.choice(codes, N),
            "origin_iso3": "CHN",
            "destination_iso3": draw.choice(np.array(["USA", "VNM", "DEU", "KGZ"]), N),
            "exporter_id": draw.integers(0, 40, N).astype(str),
            "exporter_name": "Acme Co Ltd",
            "consignee_id": draw.integers(0, 60, N).astype(str),
            "consignee_name": draw.choice(np.array(["Best Logistics", "Smelter Ltd"]), N),
            "declarant_id": draw.integers(0, 9, N).astype(str),
            "transport_mode": draw.choice(np.array(["sea", "air", "rail"]), N),
            "route": [
                f"CNSHA@{on}>{a}>{b}>{c}@{on + timedelta(int(k))}"
                for on, (a, b, c), k in zip(sent, legs, stay, strict=True)
            ],
            "net_kg": kg,
            "gross_kg": kg * draw.uniform(0.98, 1.2, N),
            "volume_m3": kg / np.exp(draw.normal(7, 0.8, N)),
            "value_usd": kg * np.exp(draw.normal(1, 1.2, N)),
            "n_packages": np.ceil(kg / 25).astype(int),
            "n_containers": draw.integers(0, 2, N),
            "container_type": "40HC",
        }
    )
    holes = {
        name: pl.when(pl.Series(draw.random(N) > 0.1)).then(pl.col(name)).alias(name)
        for name in ("exporter_id", "consignee_id", "route", "net_kg", "volume_m3", "value_usd", "gross_kg")
    }
    return frame.with_columns(**holes)


def results(rows: pl.DataFrame, seed: int) -> pl.LazyFrame:
    draw = np.random.default_rng(seed + 1)
    findings = np.array(["clean", "clean", "misdeclaration", "concealment"])
    return (
        rows.select("declaration_id", inspected_on=pl.col("declared_on") + pl.duration(days=pl.lit(25)))
        .with_columns(finding=pl.Series(draw.choice(findings, rows.height)))
        .gather_every(3)
        .lazy()
    )


DISTANCES = pl.LazyFrame(
    [
        ("CNSHA", "SGSIN", 4_000.0, 3_800.0),
        ("CNSHA", "USLAX", 10_000.0, 10_400.0),
        ("SGSIN", "USLAX", 14_000.0, 14_000.0),
        ("CNSHA", "VNSGN", 3_100.0, 2_700.0),
        ("SGSIN", "VNSGN", 1_200.0, 1_100.0),
    ],
    schema=["place_a", "place_b", "sea_km", "great_circle_km"],
    orient="row",
)

Build = Callable[[pl.DataFrame, pl.DataFrame, pl.LazyFrame], pl.DataFrame]


def parcel(rows: pl.DataFrame, history: pl.DataFrame, _: pl.LazyFrame) -> pl.DataFrame:
    return build_parcel(rows.lazy(), history.lazy(), minerals()).sort("declaration_id").collect()


def routing(rows: pl.DataFrame, history: pl.DataFrame, _: pl.LazyFrame) -> pl.DataFrame:
    return build_routing(rows.lazy(), DISTANCES, history.lazy()).sort("declaration_id").collect()


def parties(rows: pl.DataFrame, history: pl.DataFrame, found: pl.LazyFrame) -> pl.DataFrame:
    return build_parties(rows.lazy(), history.lazy(), found).sort("declaration_id").collect()


ROOMS = pytest.mark.parametrize("build", [parcel, routing, parties])


@ROOMS
@pytest.mark.parametrize("seed", [1, 2])
def test_later_history_and_outcomes_change_nothing(build: Build, seed: int):
    rows = world(seed)
    found = results(rows, seed)
    early = rows.filter(pl.col("declared_on") < CUT)
    known = found.filter(pl.col("inspected_on") < CUT)
    month_before = rows.filter(pl.col("declared_on") < date(2024, 6, 1))
    june = early.filter(pl.col("declared_on") >= date(2024, 6, 1))
    assert build(early, rows, found).equals(build(early, early, known))
    # June's rows need nothing of June either: neither other declarations nor outcomes.
    before_june = known.filter(pl.col("inspected_on") < date(2024, 6, 1))
    assert build(june, rows, found).equals(build(june, month_before, before_june))


@ROOMS
def test_row_order_and_batches_change_nothing(build: Build):
    rows = world(3)
    found = results(rows, 3)
    scored = rows.filter(pl.col("declared_on") >= date(2024, 3, 1))
    whole = build(scored, rows, found)
    shuffled = build(scored.sample(fraction=1.0, shuffle=True, seed=7), rows.reverse(), found)
    assert shuffled.equals(whole)
    halves = [build(scored.gather_every(2, offset), rows, found) for offset in (0, 1)]
    assert pl.concat(halves).sort("declaration_id").equals(whole)


@ROOMS
def test_an_unknown_column_changes_nothing(build: Build):
    rows = world(4)
    found = results(rows, 4)
    more = rows.with_columns(month=pl.lit("x"), way=pl.lit(1), lane=pl.lit(2.0), goods=pl.lit("y"))
    assert build(more, more, found).equals(build(rows, rows, found))


@ROOMS
def test_every_strength_is_a_strength(build: Build):
    rows = world(5)
    got = build(rows, rows, results(rows, 5))
    others = ("log_unit_value", "history_n", "n_unreadable_places", *(f"{key}_age" for key in AGED))
    measures = [one.code for one in REGISTRY if one.role == "measure"]
    strengths = got.select(pl.col(pl.Float32)).drop(others, measures, strict=False)
    for column in strengths.iter_columns():
        known = column.drop_nulls()
        assert known.is_nan().sum() == 0, column.name
        assert known.len() == 0 or (known.min() >= 0.0 and known.max() <= 1.0), column.name

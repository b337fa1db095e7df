"""The parcel's table: planted cases, missing columns, no history."""

from __future__ import annotations

import math
from datetime import date

import polars as pl
import pytest

from features.contracts import Declarations
from features.evidence import Evidence
from features.parcel import REGISTRY, build_parcel
from tests.unit.features.parcel.worlds import declaration, frame, history, minerals, no_minerals

HONG_KONG = declaration(  # 25,171.85 kg in under 4 m3 of one 40 ft box (minerals.yaml), declared as tile adhesive
    "hk", net_kg=25_171.85, gross_kg=25_400.0, volume_m3=3.8, value_usd=25_171.85 * 22, n_packages=1_007,
    container_type="42G1",
)  # fmt: skip


def strengths(found: pl.DataFrame, name: str) -> dict[str, float | None]:
    row = found.filter(pl.col("declaration_id") == name).to_dicts()[0]
    return {one.code: row[one.code] for one in REGISTRY if one.role == "doubt"}


def test_registry_columns_are_float32_and_figures_exist():
    found = build_parcel(history(), history(), minerals()).collect()
    for one in REGISTRY:
        assert isinstance(one, Evidence)
        assert found.schema[one.code] == pl.Float32
        assert set(one.figures) <= {*found.columns, *Declarations.column_names()}


def test_ordinary_tile_adhesive_raises_nothing():
    found = build_parcel(frame([declaration("ok")]), history(), minerals()).collect()
    assert set(strengths(found, "ok").values()) == {0.0}


def test_antimony_as_tile_adhesive_raises_price_density_and_room():
    found = build_parcel(frame([HONG_KONG]), history(), minerals()).collect()
    doubt = strengths(found, "hk")
    for code in ("unit_value_high", "price_like_mineral", "density_off", "density_like_mineral"):
        assert doubt[code] == 1.0, code
    assert doubt["heavy_in_small_space"] > 0.5
    assert doubt["unit_value_low"] == 0.0
    assert found["price_mineral"].item() == "antimony"
    assert found["density_mineral"].item() == "antimony"


def test_without_history_density_and_room_still_speak():
    found = build_parcel(frame([HONG_KONG]), history().clear(), minerals()).collect()
    doubt = strengths(found, "hk")
    assert doubt["unit_value_high"] is None
    assert doubt["price_like_mineral"] is None
    assert doubt["density_off"] == 1.0
    assert doubt["density_like_mineral"] == 1.0
    assert found["density_mineral"].item() is not None
    assert found["history_n"].item() == 0


def test_only_required_columns_give_nulls():
    required = ["declaration_id", "declared_on", "direction", "hs_code", "origin_iso3", "destination_iso3"]
    rows = frame([declaration("a"), declaration("b", hs_code="8112")]).select(required)
    found = build_parcel(rows, rows, no_minerals()).collect()
    assert found.height == 2
    for name in ("a", "b"):
        assert set(strengths(found, name).values()) == {None}


def test_an_unlisted_mineral_explains_nothing():
    row = declaration("a", value_usd=20_000.0 * 30, declared_on=date(2024, 9, 10))
    only_silver = minerals()
    found = build_parcel(frame([row]), history(), only_silver).collect()
    assert found["price_mineral"].to_list() == ["antimony"]  # 30 USD/kg: silver's 20 to 24 is not controlled


def test_rows_keep_their_number_whatever_history_holds():
    twice = pl.concat([history(), history().with_columns(declaration_id=pl.col("declaration_id") + "b")])
    rows = frame([declaration(f"r{i}") for i in range(50)])
    assert build_parcel(rows, twice, minerals()).collect().height == 50


def test_measures_tell_figures_and_how_far_they_lie_from_the_usual():
    half = declaration("half", net_kg=10_000.0, gross_kg=10_000.0 * 1.05, value_usd=20_000.0, n_packages=800)
    blank = declaration("blank", net_kg=None, volume_m3=0.0)
    new = declaration("new", hs_code="25010000")
    found = build_parcel(frame([half, blank, new]), history(), minerals()).collect()
    told = {row["declaration_id"]: row for row in found.iter_rows(named=True)}
    bin_width = 0.06
    assert told["half"]["log_lot"] == pytest.approx(math.log(10_000.0))
    assert told["half"]["lot_apart"] == pytest.approx(-math.log(2.0), abs=bin_width)  # 20 t are usual
    assert told["half"]["unit_value_apart"] == pytest.approx(math.log(4.0), abs=bin_width)  # 2 USD/kg against 0.50
    assert told["half"]["package_apart"] == pytest.approx(-math.log(2.0), abs=bin_width)
    assert told["half"]["tare_apart"] == pytest.approx(20 * math.log(1.05 / 1.02), abs=bin_width)
    assert told["half"]["usual_net_kg"] == pytest.approx(20_000.0, rel=bin_width)
    names = [f"{one}_apart" for one in ("lot", "density", "package", "tare", "unit_value")]
    assert [told["blank"][name] for name in names] == [None] * 5
    assert told["blank"]["log_lot"] is None
    assert [told["new"][name] for name in names] == [None] * 5  # never declared: nothing is usual
    assert told["new"]["log_lot"] == pytest.approx(math.log(20_000.0))

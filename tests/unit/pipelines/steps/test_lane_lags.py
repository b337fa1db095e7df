"""Lag weights by mode and distance: the kind of a lane, and its prior where figures are thin."""

from datetime import date

import polars as pl
import pytest

from pipelines.steps.lane_lags import lane_lags
from tests.unit.features.mirror.flow_rows import flow, flows

PAIRS = pl.DataFrame(
    [("CHN", "KOR"), ("CHN", "USA"), ("CHN", "BRA"), ("CHN", "KAZ")],
    schema=["exporter_iso3", "importer_iso3"],
    orient="row",
).with_columns(
    hs6=pl.lit("811292"), freq=pl.lit("M"), period=pl.lit(date(2024, 1, 1)), x_kg=pl.lit(1.0), m_kg=pl.lit(1.0),
    is_x_reported=pl.lit(value=True), is_m_reported=pl.lit(value=True),
)  # fmt: skip


def test_thin_lanes_get_the_prior_of_their_mode_and_distance() -> None:
    rows = [
        flow("CHN", "USA", "export", "2024-01", 90.0, transport_mode="1000"),  # Comtrade's code of air
        flow("CHN", "USA", "export", "2024-01", 10.0, transport_mode="2100"),
        flow("KAZ", "CHN", "import", "2024-01", 50.0, transport_mode="rail"),
    ]
    table = lane_lags(flows(*rows), PAIRS)
    kinds = dict(table.select("importer_iso3", "lag_kind").unique().iter_rows())
    assert kinds["USA"].startswith("air ")
    assert kinds["KAZ"].startswith("rail ")
    assert kinds["KOR"] == "any 0"  # a short sea
    assert kinds["BRA"] == "any 3"  # half the world
    first = dict(table.filter(pl.col("lag") == 0).select("importer_iso3", "weight").iter_rows())
    assert first["USA"] == pytest.approx(1 - 5 / 30.44)  # five days by air
    assert first["KOR"] > 0.6 > first["BRA"]
    sums = table.group_by("exporter_iso3", "importer_iso3").agg(pl.col("weight").sum())
    assert sums["weight"].to_list() == pytest.approx([1.0] * 4)


def test_no_pairs_give_an_empty_table() -> None:
    assert lane_lags(flows(), PAIRS.head(0)).is_empty()

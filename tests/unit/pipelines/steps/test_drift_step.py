"""The drift step: steady on the training's own rows, a refusal on moved ones, nothing decided on few."""

from __future__ import annotations

import polars as pl
import pytest

from features.errors import ConfigError
from models.labels import label_inspected
from models.learning_plan import TrainingPlan
from models.splits import time_and_entity_split
from models.training import train_bundle
from pipelines.settings.closed import load_section
from pipelines.settings.train import TrainSettings
from pipelines.steps.drift import run_drift


@pytest.fixture(scope="module")
def bundle(world):
    split = time_and_entity_split(
        world.evidence, test_share=0.25, calibration_share=0.2, embargo_days=20, group="exporter_id"
    )
    labels = label_inspected(world.outcomes, min_selection_probability_share=0.005, max_weight_ratio=20.0).table
    return train_bundle(
        world.evidence, labels, split, world.registry, plan=TrainingPlan(), controls_version="c", data_version="d"
    )


@pytest.fixture(scope="module")
def settings() -> TrainSettings:
    return load_section(TrainSettings, "train")


def test_later_rows_of_the_same_world_are_steady(world, bundle, settings, tmp_path) -> None:
    later = world.evidence.filter(pl.col("declared_on") >= bundle.test_from)
    result = run_drift(bundle, later, settings=settings, out_dir=tmp_path, registry=world.registry)
    assert result.refusal is None
    assert set(result.table["verdict"]) == {"steady"}
    assert {path.name for path in result.paths} == {"drift.parquet", "drift.csv"}


def test_moved_and_lost_columns_are_refused_by_name(world, bundle, settings, tmp_path) -> None:
    lost = pl.lit(None, dtype=pl.Float32)
    moved = world.evidence.with_columns(log_mass=pl.col("log_mass") + 4, detour=lost, lane_gap=lost)
    result = run_drift(bundle, moved, settings=settings, out_dir=tmp_path)
    assert result.refusal is not None
    worst = result.table.filter(pl.col("verdict") == "moved")["name"].to_list()
    assert {"log_mass", "detour", "lane_gap"} <= set(worst)
    assert any(line.startswith("log_mass: moved") for line in result.lines)


def test_few_rows_decide_nothing(world, bundle, settings, tmp_path) -> None:
    few = world.evidence.head(20).with_columns(log_mass=pl.lit(99.0, dtype=pl.Float32))
    result = run_drift(bundle, few, settings=settings, out_dir=tmp_path)
    assert result.refusal is None
    assert "too few" in result.lines[-1]


def test_no_rows_are_unknown(world, bundle, settings, tmp_path) -> None:
    result = run_drift(bundle, world.evidence.clear(), settings=settings, out_dir=tmp_path)
    assert set(result.table["verdict"]) == {"unknown"}


def test_another_registry_is_refused(world, bundle, settings, tmp_path) -> None:
    with pytest.raises(ConfigError, match="trained on other evidence"):
        run_drift(bundle, world.evidence, settings=settings, out_dir=tmp_path, registry=world.registry[:2])

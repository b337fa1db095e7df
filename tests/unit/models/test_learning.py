"""Calibration rests on scores by classifiers that never saw the row's trader, and says the prior of each month."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from models.classifier import BoostingPlan
from models.labels import known_before, label_inspected
from models.learning import _folds, learn_judgement, learning_weights
from models.learning_plan import TrainingPlan
from models.matrix import columns_of
from models.splits import time_and_entity_split

PLAN = TrainingPlan(
    boosting=BoostingPlan(n_bags=1, n_rounds_max=40, n_rounds_default=30, n_unlabelled_max=2_000), seed=5, threads=1
)


def parts(world) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    split = time_and_entity_split(
        world.evidence, test_share=0.25, calibration_share=0.2, embargo_days=20, group="exporter_id"
    )
    labels = label_inspected(world.outcomes, min_selection_probability_share=0.005, max_weight_ratio=20.0).table
    known = known_before(labels, split.test_from)
    train, later = split.select(world.evidence, "train"), split.select(world.evidence, "calibration")
    learned, checked = (rows.join(known, on="declaration_id", maintain_order="left") for rows in (train, later))
    return learned, train.join(known, on="declaration_id", how="anti", maintain_order="left"), checked


def test_no_row_counts_for_many_in_learning() -> None:
    plan = TrainingPlan(min_learning_weight_ratio=0.8, max_learning_weight_ratio=1.25)
    kept = learning_weights(pl.DataFrame({"weight": [0.03, 1.0, 20.0]}), plan)
    assert kept == pytest.approx(np.array([0.8, 1.0, 1.25]) * 3 / 3.05)
    assert learning_weights(pl.DataFrame({"weight": []}, schema={"weight": pl.Float64}), plan).size == 0


def test_no_fold_learns_from_a_trader_it_scores(world) -> None:
    learned, unlabelled, _ = parts(world)
    folds = _folds(learned, unlabelled, PLAN)
    assert len(folds) == PLAN.n_folds
    assert np.sum([fold.held for fold in folds], axis=0).tolist() == [1] * learned.height
    for fold in folds:
        held = set(learned.filter(pl.Series(fold.held))["exporter_id"].drop_nulls())
        assert held
        assert not held & set(fold.taught["exporter_id"])
        assert not held & set(fold.unlabelled["exporter_id"])


def test_earlier_and_later_rows_are_learned_from_and_calibrated_on(world) -> None:
    earlier, unlabelled, later = parts(world)
    columns = columns_of(world.registry, earlier)
    judgement = learn_judgement(earlier, unlabelled, later, columns, PLAN)
    assert judgement.calibrators["any"].n == earlier.height + later.height
    assert judgement.calibrators["misdeclaration"].n == earlier["any"].sum() + later["any"].sum()
    months = list(judgement.prior_by_month)
    assert months == sorted(months)
    assert all(0 < share < 1 for share in judgement.prior_by_month.values())
    swapped = learn_judgement(later, unlabelled, earlier, columns, PLAN)
    assert swapped.classifiers == judgement.classifiers
    alone = learn_judgement(earlier, unlabelled, later.clear(), columns, PLAN)
    assert alone.calibrators["any"].n == earlier.height


def test_where_traders_cannot_be_divided_the_later_rows_calibrate(world) -> None:
    earlier, unlabelled, later = (
        rows.with_columns(exporter_id=pl.when("any").then(pl.lit("x")).otherwise("exporter_id"))
        if "any" in rows.columns
        else rows
        for rows in parts(world)
    )
    columns = columns_of(world.registry, earlier)
    judgement = learn_judgement(earlier, unlabelled, later, columns, PLAN)
    assert judgement.calibrators["any"].n == later.height
    without = learn_judgement(earlier, unlabelled, later.clear(), columns, PLAN)
    assert without.classifiers["any"].is_learned
    assert without.limits is None


@pytest.mark.parametrize("n_clean", [0, 3])
def test_violations_almost_alone_teach_nothing(world, n_clean: int) -> None:
    earlier, unlabelled, later = (
        rows.with_columns(any=pl.int_range(pl.len()) >= n_clean) if "any" in rows.columns else rows
        for rows in parts(world)
    )
    judgement = learn_judgement(earlier, unlabelled, later, columns_of(world.registry, earlier), PLAN)
    assert "are violations" in (judgement.classifiers["any"].note or "")
    assert judgement.calibrators["any"].probability(np.array([np.log(0.01 / 0.99)])) == pytest.approx([0.01], abs=1e-4)

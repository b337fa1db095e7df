"""The classifier: monotone, indifferent to threads, and honest where there is too little to learn from."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from features.evidence import Evidence
from models import classifier
from models.classifier import BoostingPlan, Classifier, Sample, fit_classifier, fit_share
from models.matrix import Columns, build_matrix, columns_of

PLAN = BoostingPlan(n_rounds_max=60, n_rounds_default=40)
BRIEF = BoostingPlan(n_rounds_max=10, n_rounds_min=10)


def sample_of(world, columns: Columns) -> Sample:
    rows = world.evidence.join(world.outcomes, on="declaration_id", how="left", maintain_order="left")
    rows = rows.drop_nulls("finding").sort("declaration_id")
    positive = (rows["finding"] != "clean").to_numpy().astype(float)
    days = rows["declared_on"].cast(pl.Int32).to_numpy()
    return Sample(build_matrix(rows, columns), positive, np.ones(rows.height), days)


@pytest.fixture(scope="module")
def columns(world) -> Columns:
    return columns_of(world.registry, world.evidence)


@pytest.fixture(scope="module")
def fitted(world, columns) -> Classifier:
    return fit_classifier(sample_of(world, columns), columns, plan=PLAN, seed=3)


@pytest.mark.slow
def test_threads_change_no_byte(world, columns, monkeypatch) -> None:
    monkeypatch.setattr(classifier, "PARALLEL_CELLS", 0)
    one, two = (
        fit_classifier(sample_of(world, columns), columns, plan=BRIEF, seed=3, threads=threads) for threads in (1, 2)
    )
    assert one.boosters
    assert one.boosters == two.boosters
    matrix = build_matrix(world.evidence, columns)
    np.testing.assert_array_equal(one.raw_scores(matrix, threads=1), one.raw_scores(matrix, threads=2))


def test_more_doubt_is_never_less_suspicious_and_counter_evidence_never_more(world, columns, fitted) -> None:
    grid = np.linspace(0, 1, 21, dtype=np.float32)
    base = build_matrix(world.evidence.head(50).fill_null(0.1), columns)
    for j, direction in enumerate(columns.monotone):
        if direction == 0:
            continue
        scores = []
        for value in grid:
            moved = base.copy()
            moved[:, j] = value
            scores.append(fitted.raw_scores(moved))
        assert (np.diff(np.array(scores), axis=0) * direction >= 0).all(), columns.names[j]


def test_kinds_tell_which_violation_it_is_and_never_whether(world) -> None:
    told = Evidence("found_concealment", "parties", "kind", "share", "", (), "", "")
    found = world.outcomes.select(
        "declaration_id", found_concealment=(pl.col("finding") == "concealment").cast(pl.Float32)
    )
    evidence = world.evidence.join(found, on="declaration_id", how="left", maintain_order="left")
    columns = columns_of([*world.registry, told], evidence)
    rows = evidence.join(world.outcomes, on="declaration_id", how="left", maintain_order="left").drop_nulls("finding")
    ones, days = np.ones(rows.height), rows["declared_on"].cast(pl.Int32).to_numpy()
    matrix, is_kind = build_matrix(rows, columns), (rows["finding"] == "concealment").to_numpy().astype(float)
    whether = fit_classifier(Sample(matrix, is_kind, ones, days), columns, plan=BRIEF, seed=3)
    which = fit_share(Sample(matrix, is_kind, ones, days), columns, plan=BRIEF, seed=3, name="concealment")
    assert whether.gains(columns)["found_concealment"] == 0.0
    assert which.gains(columns)["found_concealment"] > 0.5


def test_contributions_add_up_to_the_score(world, columns, fitted) -> None:
    matrix = build_matrix(world.evidence.head(20), columns)
    np.testing.assert_allclose(fitted.contributions(matrix).sum(axis=1), fitted.raw_scores(matrix), atol=1e-9)


def test_gains_are_shares_with_the_largest_first(columns, fitted) -> None:
    gains = list(fitted.gains(columns).values())
    assert sum(gains) == pytest.approx(1.0)
    assert gains == sorted(gains, reverse=True)


def with_positives(world, columns, n):
    """All clean rows, and the first `n` violations."""
    sample = sample_of(world, columns)
    return sample.rows((sample.target < 0.5) | (sample.target.cumsum() <= n))


def test_few_positives_are_learned_from_without_a_search(world, columns) -> None:
    # 12 in either fold of the search at least: 8 are too few, 5 are enough to learn from
    one = fit_classifier(with_positives(world, columns, 8), columns, plan=PLAN, seed=3)
    assert one.is_learned
    assert one.n_rounds == PLAN.n_rounds_few == 100
    assert "too few violations to search with; 100 rounds" in str(one.note)


def test_too_few_positives_give_the_prior_and_a_note(world, columns) -> None:
    sample = with_positives(world, columns, 4)
    one = fit_classifier(sample, columns, plan=PLAN, seed=3)
    assert not one.boosters
    assert "any violation" in str(one.note)
    assert "5 needed" in str(one.note)
    # half a positive is added, and one row
    assert one.share == pytest.approx(4.5 / (len(sample.target) + 1))
    np.testing.assert_allclose(one.raw_scores(sample.matrix), np.log(one.share / (1 - one.share)))
    assert one.contributions(sample.matrix)[:, :-1].sum() == 0
    assert one.gains(columns) == {}


def test_all_positive_is_no_classifier_either(world, columns) -> None:
    sample = sample_of(world, columns)
    everything = Sample(sample.matrix, np.ones_like(sample.target), sample.weight, sample.days)
    one = fit_classifier(everything, columns, plan=PLAN, seed=3)
    assert not one.boosters
    assert 0.5 < one.share < 1


def test_no_rows_score_to_no_rows(columns, fitted) -> None:
    empty = np.empty((0, len(columns.names)), dtype=np.float32)
    assert fitted.raw_scores(empty).shape == (0,)
    assert fitted.contributions(empty).shape[0] == 0


def test_entirely_unknown_columns_are_no_obstacle(world, columns) -> None:
    blank = world.evidence.with_columns(pl.lit(None, dtype=pl.Float32).alias(code) for code in columns.codes[:3])
    one = fit_classifier(
        sample_of(type(world)(**{**vars(world), "evidence": blank}), columns), columns, plan=BRIEF, seed=1
    )
    assert one.boosters

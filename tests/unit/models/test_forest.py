"""The isolation forest: scikit-learn's own scores, from LightGBM's text."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.utils.estimator_checks import check_estimator

from models.forest import ForestAnomaly


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    rng = np.random.default_rng(5)
    made = np.where(rng.random((3000, 5)) < 0.7, 0.0, rng.normal(size=(3000, 5)))
    return made.astype(np.float32).astype(float)


def test_scores_are_scikit_learns(rows) -> None:
    theirs = IsolationForest(n_estimators=30, max_samples=256, random_state=3).fit(rows.astype(np.float32))
    ours = ForestAnomaly(n_trees=30, seed=3).fit(rows)
    np.testing.assert_allclose(ours.score_samples(rows), -theirs.score_samples(rows.astype(np.float32)), rtol=1e-12)


def test_two_rows_by_hand() -> None:
    # one cut sets 0 and 1 apart: path 1, and 1 is also what chance gives for two rows: 2 ** -1
    model = ForestAnomaly(n_trees=4, n_rows_per_tree=2, seed=1).fit(np.array([[0.0], [1.0]]))
    np.testing.assert_allclose(model.score_samples(np.array([[0.0], [1.0]])), [0.5, 0.5])


def test_a_forest_that_cannot_cut_finds_nothing_odd() -> None:
    same = np.ones((300, 2))
    theirs = IsolationForest(n_estimators=5, random_state=1).fit(same)
    np.testing.assert_allclose(
        ForestAnomaly(n_trees=5, seed=1).fit(same).score_samples(same), -theirs.score_samples(same)
    )


def test_text_round_trip_order_and_batches_change_nothing(rows) -> None:
    model = ForestAnomaly(n_trees=12, columns=(0, 2, 3)).fit(rows)
    again = ForestAnomaly.from_dict(json.loads(json.dumps(model.to_dict(), allow_nan=False)))
    whole = model.score_samples(rows)
    np.testing.assert_array_equal(again.score_samples(rows), whole)
    np.testing.assert_array_equal(again.score_samples(rows[::-1])[::-1], whole)
    np.testing.assert_array_equal(model.score_samples(rows[:50]), whole[:50])
    np.testing.assert_array_equal(model.score_samples(rows[17:18]), whole[17:18])


def test_unknown_is_read_as_the_median(rows) -> None:
    model = ForestAnomaly(n_trees=10).fit(rows)
    blank, usual = rows[:20].copy(), rows[:20].copy()
    blank[:, 1], usual[:, 1] = np.nan, np.median(rows[:, 1])
    np.testing.assert_array_equal(model.score_samples(blank), model.score_samples(usual))


def test_no_columns_and_one_row_are_no_obstacle(rows) -> None:
    assert (ForestAnomaly(columns=()).fit(rows).score_samples(rows[:3]) == 0).all()
    assert np.isfinite(ForestAnomaly(n_trees=3).fit(rows[:1]).score_samples(rows[:4])).all()
    nothing = np.full((5, 2), np.nan)
    assert np.isfinite(ForestAnomaly(n_trees=3).fit(nothing).score_samples(nothing)).all()


@pytest.mark.slow
def test_scikit_learns_own_checks() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the checks provoke warnings on purpose
        check_estimator(ForestAnomaly(n_trees=5))

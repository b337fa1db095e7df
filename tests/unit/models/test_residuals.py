"""Residuals: far outside the band of its goods is odd, on either side; unknown stays unknown."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

from models.residuals import ResidualAnomaly


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    # two goods: the log of the price is about 0 for the one and 3 for the other, give or take 0.2
    rng = np.random.default_rng(2)
    good = rng.integers(0, 2, 2000)
    price = 3.0 * good + rng.normal(0, 0.2, 2000)
    nothing = np.full(2000, np.nan)
    return np.column_stack([price, nothing, good, rng.integers(0, 3, 2000)])


@pytest.fixture(scope="module")
def fitted(rows) -> ResidualAnomaly:
    return ResidualAnomaly(n_quantities=2).fit(rows)


def test_bands_follow_the_goods(fitted) -> None:
    probe = np.array([[0.0, np.nan, 0, 1], [3.0, np.nan, 1, 1], [3.0, np.nan, 0, 1], [0.0, np.nan, 1, 1]])
    found = fitted.residuals(probe)
    # the 10 and 90 % quantiles of a normal are 1.28 deviations away: the half-width is about 0.26
    np.testing.assert_allclose(found[:2, 0], 0, atol=0.5)
    np.testing.assert_allclose(found[2:, 0], [3 / 0.256, -3 / 0.256], rtol=0.25)
    np.testing.assert_allclose(fitted.score_samples(probe), np.abs(found[:, 0]))


def test_what_is_unknown_or_was_never_seen_says_nothing(fitted) -> None:
    probe = np.array([[np.nan, 5.0, 0, 1], [0.0, 5.0, np.nan, np.nan]])
    assert fitted.bands_[1] is None
    found = fitted.score_samples(probe)
    assert np.isnan(found[0])
    assert np.isfinite(found[1])


def test_round_trip_order_and_batches_change_nothing(rows, fitted) -> None:
    again = ResidualAnomaly.from_dict(json.loads(json.dumps(fitted.to_dict(), allow_nan=False)))
    whole = fitted.score_samples(rows)
    np.testing.assert_array_equal(again.score_samples(rows), whole)
    np.testing.assert_array_equal(fitted.score_samples(rows[::-1])[::-1], whole)
    np.testing.assert_array_equal(fitted.score_samples(rows[40:41]), whole[40:41])


def test_too_few_values_make_no_band(rows) -> None:
    few = ResidualAnomaly(n_quantities=2).fit(rows[:100])
    assert few.bands_ == [None, None]
    assert np.isnan(few.score_samples(rows[:5])).all()


@pytest.mark.slow
def test_scikit_learns_own_checks() -> None:
    # NaN scores where nothing could be modelled, and a score method of one column, are by design
    failed = {"check_fit_score_takes_y": "no score method"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the checks provoke warnings on purpose
        check_estimator(ResidualAnomaly(), expected_failed_checks=failed)

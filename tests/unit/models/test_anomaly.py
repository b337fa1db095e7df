"""The anomaly score: tails by hand, unknown is neither odd nor ordinary, text round trip."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

from models.anomaly import TailAnomaly


def test_upper_tail_by_hand() -> None:
    # values 0 0 0 1; at 1 the tail holds (1 + 1) / 5, at 0 (1 + 4) / 5 = 1; beyond 1 it is 1 / 5
    model = TailAnomaly(sides=("upper",)).fit(np.array([[0.0], [0.0], [0.0], [1.0]]))
    rows = np.array([[0.0], [1.0], [2.0], [-3.0]])
    np.testing.assert_allclose(model.surprises(rows)[:, 0], [0.0, -np.log(2 / 5), -np.log(1 / 5), 0.0])
    # on average -ln(2 / 5) / 4 = 0.2291; squared is what lies beyond: 0.9163 - 0.2291 and 1.6094 - 0.2291
    np.testing.assert_allclose(model.score_samples(rows), [0.0, 0.6872**2, 1.3804**2, 0.0], rtol=1e-3)


def test_two_sides_by_hand() -> None:
    # 1 2 3: at 3, upper 2/4 and lower 4/4, so 2 x 0.5 = 1: no surprise; beyond 3, 2 x 1/4 = 0.5
    model = TailAnomaly(sides=("both",)).fit(np.array([[1.0], [2.0], [3.0]]))
    np.testing.assert_allclose(model.surprises(np.array([[3.0], [9.0], [-9.0]]))[:, 0], [0, np.log(2), np.log(2)])


def test_unknown_counts_as_the_columns_mean() -> None:
    column = np.array([[0.0], [0.0], [0.0], [1.0], [np.nan]])
    model = TailAnomaly(sides=("upper",)).fit(column)
    assert model.surprises(np.array([[np.nan]]))[0, 0] == pytest.approx(-np.log(2 / 5) / 4)
    assert model.score_samples(np.array([[np.nan]]))[0] == 0


def test_one_piece_that_stands_out_says_more_than_two_of_middling_surprise() -> None:
    rows = np.random.default_rng(3).exponential(size=(20_000, 2))
    model = TailAnomaly(sides=("upper", "upper")).fit(rows)
    one, two = model.score_samples(np.array([[6.0, 0.0], [3.0, 3.0]]))
    assert one > two


def test_a_column_never_seen_says_nothing() -> None:
    model = TailAnomaly().fit(np.array([[np.nan, 1.0], [np.nan, 2.0]]))
    np.testing.assert_allclose(model.surprises(np.array([[5.0, np.nan]]))[0, 0], 0.0)


def test_weights_and_parts_add_up() -> None:
    rows = np.random.default_rng(0).normal(size=(500, 3))
    model = TailAnomaly(sides=("upper", "both", "none"), weights=(1.0, 0.5, 1.0)).fit(rows)
    parts = model.surprises(rows)
    assert (parts[:, 2] == 0).all()
    beyond = parts - model.surprises(np.full((1, 3), np.nan))
    np.testing.assert_allclose(np.square(np.maximum(beyond, 0)).sum(axis=1), model.score_samples(rows))
    np.testing.assert_allclose(model.judge(rows, (1, 0, 0), 2)[1], beyond[:, [1, 0]] + beyond[:, [2]] * [1, 0])


def test_more_doubt_is_never_less_odd() -> None:
    model = TailAnomaly(sides=("upper",), max_knots=32).fit(np.random.default_rng(0).beta(0.3, 3, (5000, 1)))
    assert (np.diff(model.score_samples(np.linspace(0, 1, 400)[:, None])) >= 0).all()


def test_knots_stay_close_to_the_exact_tail() -> None:
    values = np.random.default_rng(1).exponential(size=(20_000, 1))
    model = TailAnomaly(sides=("upper",), max_knots=128).fit(values)
    np.testing.assert_allclose(model.surprises(np.array([[1.0], [3.0], [6.0]]))[:, 0], [1.0, 3.0, 6.0], atol=0.3)


def test_text_round_trip_scores_the_same() -> None:
    rows = np.random.default_rng(2).normal(size=(300, 2)).astype(np.float32)
    model = TailAnomaly().fit(rows)
    again = TailAnomaly.from_dict(json.loads(json.dumps(model.to_dict(), allow_nan=False)))
    np.testing.assert_array_equal(model.score_samples(rows), again.score_samples(rows))


def test_wrong_number_of_sides_is_refused() -> None:
    with pytest.raises(ValueError, match="2 sides"):
        TailAnomaly(sides=("upper", "both")).fit(np.ones((3, 1)))


@pytest.mark.slow
def test_scikit_learns_own_checks() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the checks provoke warnings on purpose
        check_estimator(TailAnomaly())

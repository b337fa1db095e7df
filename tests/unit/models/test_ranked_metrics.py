"""Metrics of a ranking: by hand, and against scikit-learn."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from models.ranked_metrics import Truth, cluster_codes, draws, interval, measure, once, ranking


def truth(positive: list[bool], weight: list[float] | None = None) -> Truth:
    y = np.asarray(positive)
    n = len(y)
    w = np.ones(n) if weight is None else np.asarray(weight)
    return Truth(y, w, kg=10.0 * y, usd=np.arange(1.0, n + 1) * y, cluster=np.arange(n))


def test_by_hand() -> None:
    # ranked: hit, miss, hit, miss (scores 4 3 2 1); at half: 1 of 2 found; AP = (1 + 2/3) / 2; AUC: 3 of 4 pairs right
    one = truth([True, False, True, False])
    found = measure(one, ranking(np.array([4.0, 3.0, 2.0, 1.0]), seed=0), (0.5,), once(one))
    values = {name: float(value[0]) for name, value in found.items()}
    assert values["precision_at_50pct"] == pytest.approx(0.5)
    assert values["recall_at_50pct"] == pytest.approx(0.5)
    assert values["mass_at_50pct"] == pytest.approx(0.5)
    assert values["value_at_50pct"] == pytest.approx(1 / 4)  # 1 of 1 + 3 USD
    assert values["average_precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert values["auc"] == pytest.approx(3 / 4)
    assert values["prevalence"] == pytest.approx(0.5)


def test_a_row_that_straddles_the_cut_counts_in_part() -> None:
    # four rows, 10 % inspected is 0.4 of a row: the first row, a hit, counts 0.4 of 0.4
    one = truth([True, False, False, False])
    found = measure(one, np.arange(4), (0.1,), once(one))
    assert float(found["precision_at_10pct"][0]) == pytest.approx(1.0)
    assert float(found["recall_at_10pct"][0]) == pytest.approx(0.4)


def test_agrees_with_scikit_learn_under_weights() -> None:
    rng = np.random.default_rng(0)
    y, score, weight = rng.random(500) < 0.2, rng.normal(size=500), rng.random(500) + 0.1
    score = score + y
    one = Truth(y, weight, np.zeros(500), np.zeros(500), np.arange(500))
    found = measure(one, ranking(score, seed=0), (0.05,), once(one))
    assert float(found["average_precision"][0]) == pytest.approx(
        average_precision_score(y, score, sample_weight=weight)
    )
    assert float(found["auc"][0]) == pytest.approx(roc_auc_score(y, score, sample_weight=weight))


def test_draws_are_the_same_as_repeated_rows() -> None:
    one = truth([True, False, True, False, False])
    order = ranking(np.array([1.0, 5.0, 4.0, 3.0, 2.0]), seed=0)
    drawn = measure(one, order, (0.2,), np.array([[2.0, 0.0, 1.0, 1.0, 1.0]]))
    repeated = truth([True, True, True, False, False])
    by_hand = measure(repeated, ranking(np.array([1.0, 1.0, 4.0, 3.0, 2.0]), seed=0), (0.2,), once(repeated))
    for name in ("auc", "precision_at_20pct", "recall_at_20pct"):
        assert float(drawn[name][0]) == pytest.approx(float(by_hand[name][0]))


def test_nothing_to_find_is_unknown_not_zero() -> None:
    one = truth([False, False])
    found = measure(one, np.arange(2), (0.5,), once(one))
    assert np.isnan(found["average_precision"][0])
    assert np.isnan(found["auc"][0])


def test_unknown_scores_rank_last_and_ties_are_random_but_fixed() -> None:
    order = ranking(np.array([np.nan, 1.0, 1.0, 2.0]), seed=3)
    assert order[0] == 3
    assert order[-1] == 0
    np.testing.assert_array_equal(order, ranking(np.array([np.nan, 1.0, 1.0, 2.0]), seed=3))


def test_traders_are_drawn_whole_and_repeatably() -> None:
    one = Truth(
        np.ones(4, bool), np.ones(4), np.zeros(4), np.zeros(4), cluster_codes(pl.Series(["a", "a", None, None]))
    )
    blocks = np.concatenate(list(draws(one, n_draws=50, seed=1)))
    assert blocks.shape == (50, 4)
    assert (blocks[:, 0] == blocks[:, 1]).all()
    assert (blocks[:, 2] != blocks[:, 3]).any()  # two unknown traders are not one trader
    np.testing.assert_array_equal(blocks, np.concatenate(list(draws(one, n_draws=50, seed=1))))


def test_interval_leaves_out_draws_without_value() -> None:
    assert interval(np.array([np.nan, 1.0, 1.0]), interval_share=0.9) == (1.0, 1.0)
    assert np.isnan(interval(np.array([np.nan]), interval_share=0.9)).all()

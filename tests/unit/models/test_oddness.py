"""Where learning begins: which family's rare doubts tell violations, as far as a few inspections bear it out."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from models.oddness import SHARE_BEGUN_WITH, USUAL_WEIGHT, fit_oddness, odds_bound
from models.start import Start


def test_the_weights_that_made_the_outcomes_are_found_again() -> None:
    rng = np.random.default_rng(3)
    odd = rng.exponential([1.0, 2.0, 1.0, 0.0], (60_000, 4))
    made = np.array([0.8, 0.2, 0.0, 0.0])
    positive = rng.random(len(odd)) < 1 / (1 + np.exp(4 - odd @ made))
    found = np.array(fit_oddness(odd, positive, np.ones(len(odd)), share=0.05).weights) / SHARE_BEGUN_WITH
    assert found[:3] == pytest.approx(made[:3], abs=0.08)
    assert found[3] == pytest.approx(USUAL_WEIGHT)  # what never differs teaches nothing


def test_a_few_violations_teach_which_family_tells() -> None:
    rng = np.random.default_rng(4)
    odd = rng.exponential(1.0, (200, 7))
    odd[:8, 2] += 4.0
    weights = fit_oddness(odd, np.arange(200) < 8, np.ones(200), share=0.04).weights
    assert max(weights) == weights[2]
    assert weights[2] > 1.5 * sorted(weights)[-2]
    assert max(weights) <= SHARE_BEGUN_WITH


def test_rare_doubt_never_speaks_for_honesty() -> None:
    odd = np.random.default_rng(5).exponential(1.0, (5_000, 1))
    assert fit_oddness(odd, odd[:, 0] < 0.1, np.ones(5_000), share=0.1).weights == (0.0,)


def test_rows_on_average_have_the_share_and_their_weight_in_all_changes_nothing() -> None:
    rng = np.random.default_rng(6)
    odd, weight = rng.exponential(1.0, (3_000, 2)), rng.uniform(0.5, 2.0, 3_000)
    once, tenfold = (fit_oddness(odd, odd[:, 0] > 3, weight * by, share=0.2) for by in (1.0, 10.0))
    assert once.weights == pytest.approx(tenfold.weights, rel=1e-4)
    assert np.average(once.log_odds(odd), weights=weight) == pytest.approx(np.log(0.25))


def test_plain_form_reads_back() -> None:
    made = Start(-4.0, (0.4, 0.1))
    assert Start.from_dict(made.to_dict()) == made
    assert made.log_odds(np.array([[0.0, 0.0], [1.0, 2.0]])).tolist() == pytest.approx([-4.0, -3.4])


def test_a_p_value_bounds_how_likely_it_can_make_a_thing() -> None:
    told = pl.select(odds_bound(pl.Series([1.0, 1e-6, float("nan"), 0.0]))).to_series()
    assert told[0] == told[2] == 1.0
    assert 1.0 < told[1] < told[3] < float("inf")


def test_log_odds_depend_on_no_other_row() -> None:
    odd, made = np.random.default_rng(7).exponential(1.0, (500, 7)), Start(-4.0, tuple(np.linspace(0.01, 0.4, 7)))
    whole = made.log_odds(odd)
    np.testing.assert_array_equal(np.concatenate([made.log_odds(odd[j : j + 1]) for j in range(500)]), whole)

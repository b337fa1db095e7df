"""Calibration: right on a well-specified simulation, order kept, never certain."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from models.calibration import (
    Calibrator,
    calibration_error,
    calibration_error_by_chance,
    fit_calibrator,
    reliability_table,
)

SIZES = {"n_positives_isotonic": 300, "n_positives_platt": 20}


def simulated(n: int, *, shift: float, slope: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Raw scores whose true log-odds are `shift + slope raw`."""
    rng = np.random.default_rng(seed)
    raw = rng.normal(size=n)
    true = expit(shift + slope * raw)
    return raw, rng.random(n) < true, true


@pytest.mark.parametrize(("n", "method"), [(20_000, "isotonic"), (1500, "platt")])
def test_error_is_small_where_the_form_is_right(n: int, method: str) -> None:
    raw, positive, _ = simulated(n, shift=-3.0, slope=1.5)
    calibrator = fit_calibrator(raw, positive, np.ones(n), **SIZES)
    assert calibrator.method == method
    fresh, found, true = simulated(40_000, shift=-3.0, slope=1.5, seed=1)
    p = calibrator.probability(fresh)
    assert calibration_error(p, found, np.ones(40_000)) < 0.012
    assert np.abs(p - true).mean() < 0.015


def test_few_positives_move_the_level_only() -> None:
    raw, _, _ = simulated(500, shift=-3.0, slope=1.0)
    positive = np.arange(500) < 5
    calibrator = fit_calibrator(raw, positive, np.ones(500), **SIZES)
    assert calibrator.method == "offset"
    # 5 of 500, and half a positive among one more row, so that none found would not be 0
    assert calibrator.probability(raw).mean() == pytest.approx(5.5 / 501, rel=1e-3)


def test_rare_violations_are_not_made_likelier() -> None:
    """At 1 % and 2,000 rows, the level stays within sampling error: nothing is added to every row."""
    raw, _, _ = simulated(2000, shift=0.0, slope=1.0)
    rng = np.random.default_rng(7)
    positive = rng.random(2000) < expit(raw - 5.0)
    calibrator = fit_calibrator(raw, positive, np.ones(2000), n_positives_isotonic=300, n_positives_platt=5)
    assert calibrator.method == "platt"
    assert calibrator.probability(raw).mean() == pytest.approx(positive.mean(), rel=0.02)


@pytest.mark.parametrize("n", [50, 1500, 20_000])
def test_order_is_kept_and_nothing_is_certain(n: int) -> None:
    raw, positive, _ = simulated(n, shift=-2.0, slope=2.0)
    calibrator = fit_calibrator(raw, positive, np.ones(n), **SIZES)
    p = calibrator.probability(np.linspace(-6, 5, 500))
    assert (np.diff(p) > 0).all()
    assert p.min() > 0
    assert p.max() < 1
    assert 0 < calibrator.probability(np.array([-1e9]))[0] < calibrator.probability(np.array([1e9]))[0] < 1


def test_separable_rows_stay_uncertain() -> None:
    raw = np.linspace(-3, 3, 2000)
    calibrator = fit_calibrator(raw, raw > 0, np.ones(2000), **SIZES)
    assert calibrator.probability(np.array([3.0]))[0] < 0.9999


def test_weights_count() -> None:
    raw, positive, _ = simulated(5000, shift=-1.0, slope=1.0)
    weight = np.where(positive, 0.2, 1.0)  # positives were inspected five times too often
    share = (weight * positive).sum() / weight.sum()
    p = fit_calibrator(raw, positive, weight, **SIZES).probability(raw)
    assert (weight * p).sum() / weight.sum() == pytest.approx(share, abs=0.01)


def test_no_rows_and_one_class_do_not_crash() -> None:
    assert fit_calibrator(np.empty(0), np.empty(0, dtype=bool), np.empty(0), **SIZES).method == "none"
    same = fit_calibrator(np.zeros(100), np.ones(100, dtype=bool), np.ones(100), **SIZES)
    assert same.method == "offset"
    assert 0.5 < same.probability(np.zeros(1))[0] < 1


def test_round_trip() -> None:
    raw, positive, _ = simulated(1500, shift=-3.0, slope=1.5)
    one = fit_calibrator(raw, positive, np.ones(1500), **SIZES)
    assert Calibrator.from_dict(one.to_dict()) == one


def test_reliability_by_hand() -> None:
    # two bins of two rows: predicted 0.1 and found 0.5; predicted 0.9 and found 1.0; error (0.4 + 0.1) / 2
    p, y = np.array([0.1, 0.1, 0.9, 0.9]), np.array([True, False, True, True])
    table = reliability_table(p, y, np.ones(4), n_bins=2)
    assert table["predicted_share"].to_list() == pytest.approx([0.1, 0.9])
    assert table["found_share"].to_list() == pytest.approx([0.5, 1.0])
    assert (table["low"] < table["found_share"]).all()
    assert calibration_error(p, y, np.ones(4), n_bins=2) == pytest.approx(0.25)


def test_equal_probabilities_share_a_bin() -> None:
    y = np.arange(100) < 30
    assert calibration_error(np.full(100, 0.3), y, np.ones(100)) == pytest.approx(0.0)


def test_error_by_chance_by_hand() -> None:
    # one row of 0.5 is always missed by 0.5; one of 0.2 by 0.2 four times in five, else by 0.8
    assert calibration_error_by_chance(np.array([0.5]), np.ones(1)) == pytest.approx(0.5)
    assert calibration_error_by_chance(np.array([0.2]), np.ones(1)) == pytest.approx(0.8)
    assert calibration_error_by_chance(np.array([0.2]), np.ones(1), share=0.5) == pytest.approx(0.2)
    # ten bins of 20 rows near 0.2: a share misses by 0.089 (one standard deviation), by 0.8 of that on average, and the
    # mean of ten such misses stays under 0.071 + 1.64 * 0.6 * 0.089 / sqrt(10) = 0.099; with 25 times the rows, a fifth
    p = np.linspace(0.1, 0.3, 200)
    assert calibration_error_by_chance(p, np.ones(200)) == pytest.approx(0.099, abs=0.006)
    assert calibration_error_by_chance(np.repeat(p, 25), np.ones(5_000)) == pytest.approx(0.020, abs=0.002)
    assert np.isnan(calibration_error_by_chance(np.empty(0), np.empty(0)))


def test_error_by_chance_takes_the_rows_weights() -> None:
    # only how weights compare matters; a few heavy rows leave more to chance
    p, heavy = np.linspace(0.1, 0.3, 200), np.where(np.arange(200) % 10 == 0, 20.0, 1.0)
    assert calibration_error_by_chance(p, np.full(200, 7.0)) == pytest.approx(
        calibration_error_by_chance(p, np.ones(200))
    )
    assert calibration_error_by_chance(p, heavy) > 1.5 * calibration_error_by_chance(p, np.ones(200))

"""The level of suspicion by month: it follows a lasting change, and a thin month keeps its neighbours' level."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from models.calibration import fit_calibrator
from models.levels import fit_levels


def simulated(levels: list[float], *, n_each: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Raw scores and findings whose true log-odds are 1.5 x raw + the level of the month, months from 24,000 on."""
    rng = np.random.default_rng(seed)
    month = np.repeat(np.arange(len(levels)), n_each)
    raw = rng.normal(size=len(month))
    return raw, rng.random(len(month)) < expit(1.5 * raw + np.asarray(levels)[month]), month + 24_000


def test_a_lasting_change_is_followed() -> None:
    raw, positive, month = simulated([-3.0] * 6 + [-1.5] * 6, n_each=800)
    found = fit_levels(raw, positive, np.ones(len(raw)), month, monthly_step=0.4)
    assert found.slope == pytest.approx(1.5, abs=0.1)
    assert found.level[0] == pytest.approx(-3.0, abs=0.2)
    assert found.level[-1] == pytest.approx(-1.5, abs=0.2)
    calibrator = fit_calibrator(
        raw, positive, np.ones(len(raw)), n_positives_isotonic=10**9, n_positives_platt=20, month=month,
        monthly_step=0.4,
    )  # fmt: skip
    assert calibrator.log_odds_of(np.zeros(1))[0] == pytest.approx(found.level[-1])


def test_an_isotonic_map_speaks_for_the_last_month() -> None:
    raw, positive, month = simulated([-3.0] * 6 + [-1.5] * 6, n_each=2000)
    calibrator = fit_calibrator(
        raw, positive, np.ones(len(raw)), n_positives_isotonic=300, n_positives_platt=20, month=month, monthly_step=0.4
    )
    assert calibrator.method == "isotonic"
    late = month >= 24_006
    assert calibrator.probability(raw[late]).mean() == pytest.approx(positive[late].mean(), rel=0.1)


def test_a_month_without_rows_has_its_neighbours_level() -> None:
    raw, positive, month = simulated([-2.0] * 6, n_each=300)
    kept = month != 24_003
    found = fit_levels(raw[kept], positive[kept], np.ones(kept.sum()), month[kept], monthly_step=0.2)
    assert found.months == tuple(range(24_000, 24_006))
    assert min(found.level[2], found.level[4]) <= found.level[3] <= max(found.level[2], found.level[4])


def test_few_rows_hardly_move_it_and_no_step_is_one_level() -> None:
    raw, positive, month = simulated([-2.0] * 10, n_each=30)
    positive[-5:] = True
    moved = fit_levels(raw, positive, np.ones(len(raw)), month, monthly_step=0.2).level
    assert moved[-1] - moved[0] < 0.5
    one = fit_levels(raw, positive, np.ones(len(raw)), month, monthly_step=0.0)
    assert len(one.level) == 1
    assert (one.of(month) == one.level[0]).all()


def test_before_the_first_and_after_the_last_month_the_level_stays() -> None:
    raw, positive, month = simulated([-3.0, -2.0, -1.0], n_each=500)
    found = fit_levels(raw, positive, np.ones(len(raw)), month, monthly_step=1.0)
    assert found.of(np.array([0, 99_999])).tolist() == [found.level[0], found.level[-1]]

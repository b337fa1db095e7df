"""Limits of a calibration: they hold what other inspections would have given, and widen where little is known."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.special import expit

from models.calibration import Calibrator, fit_calibrator
from models.limits import Limits, fit_limits

SIZES = {"n_positives_isotonic": 300, "n_positives_platt": 20}


def limited(
    n_traders: int, *, rows_each: int, seed: int, shift: float = -2.5, spread: float = 0.0
) -> tuple[Calibrator, Limits]:
    """Calibrate on traders with `rows_each` rows each, whose own log-odds scatter by `spread`."""
    rng = np.random.default_rng(seed)
    trader = np.repeat(np.arange(n_traders), rows_each)
    raw = rng.normal(size=len(trader))
    own = rng.normal(scale=spread, size=n_traders)[trader]
    positive = rng.random(len(raw)) < expit(shift + raw + own)
    calibrator = fit_calibrator(raw, positive, np.ones(len(raw)), **SIZES)
    limits = fit_limits(
        raw,
        positive,
        np.ones(len(raw)),
        trader,
        calibrator=calibrator,
        fit=lambda weight: fit_calibrator(raw, positive, weight, **SIZES),
        seed=1,
    )
    assert limits is not None
    return calibrator, limits


@pytest.mark.parametrize(("n", "method", "draws"), [(200, "offset", 40), (1500, "platt", 8), (8000, "isotonic", 4)])
def test_nine_in_ten_hold_the_truth(n: int, method: str, draws: int) -> None:
    """Over draws of the inspected rows, at three raw scores; the true log-odds are the score's own less 2.5."""
    at = np.array([-0.5, 0.0, 1.0])
    inside = []
    for seed in range(draws):
        calibrator, limits = limited(n, rows_each=1, seed=seed, shift=-2.5 if method != "offset" else -3.5)
        assert calibrator.method == method
        low, high = limits.around(at, calibrator.log_odds_of(at))
        truth = expit(at - (2.5 if method != "offset" else 3.5))
        inside.append((low <= truth) & (truth <= high))
    assert 0.75 <= np.mean(inside) <= 1.0


def test_many_rows_of_few_traders_know_less() -> None:
    at = np.zeros(1)
    widths = []
    for n_traders, rows_each in ((1500, 1), (30, 50)):
        calibrator, limits = limited(n_traders, rows_each=rows_each, seed=3, spread=1.0)
        low, high = limits.around(at, calibrator.log_odds_of(at))
        widths.append(float((high - low)[0]))
    assert widths[1] > 1.5 * widths[0]


def test_nothing_found_leaves_the_upper_limit_open() -> None:
    raw, none = np.linspace(-1, 1, 60), np.zeros(60, dtype=bool)
    calibrator = fit_calibrator(raw, none, np.ones(60), **SIZES)
    limits = fit_limits(
        raw, none, np.ones(60), np.arange(60), calibrator=calibrator,
        fit=lambda weight: fit_calibrator(raw, none, weight, **SIZES), seed=1,
    )  # fmt: skip
    assert limits is not None
    _, high = limits.around(np.zeros(1), calibrator.log_odds_of(np.zeros(1)))
    assert high[0] > 1.5 / 60  # Jeffreys' 95 % limit of none among 60 is 1.9 in 60, less at the middle score


def test_no_inspection_gives_no_limits() -> None:
    empty = np.empty(0)
    assert (
        fit_limits(
            empty, empty.astype(bool), empty, empty.astype(int), calibrator=Calibrator("none", (-1, 1), (-1, 1), 0, 0),
            fit=lambda _: Calibrator("none", (-1, 1), (-1, 1), 0, 0), seed=0,
        )
        is None
    )  # fmt: skip


def test_the_calibrated_value_lies_inside_and_files_keep_it() -> None:
    calibrator, limits = limited(1500, rows_each=1, seed=5)
    raw = np.linspace(-9, 9, 300)
    low, high = limits.around(raw, calibrator.log_odds_of(raw))
    p = calibrator.probability(raw)
    assert (low <= p).all()
    assert (p <= high).all()
    assert Limits.from_dict(json.loads(json.dumps(limits.to_dict()))) == limits

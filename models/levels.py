"""The class prior by month: how far the level of suspicion moved from month to month, known before it is used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from models.matrix import Floats


@dataclass(frozen=True, slots=True)
class Levels:
    """Log-odds of a violation as `slope` x raw score + the level of the month."""

    slope: float
    months: tuple[int, ...]
    """Months counted from the year 0, rising, without a gap."""
    level: tuple[float, ...]

    def of(self, month: NDArray[np.int64]) -> Floats:
        """Level of each month; before the first and after the last it stays where it was."""
        at = np.clip(month - self.months[0], 0, len(self.months) - 1)
        return np.asarray(self.level, dtype=float)[at]

    def log_odds_of(self, raw: Floats, month: NDArray[np.int64]) -> Floats:
        """Log-odds of each raw score in its month."""
        return np.asarray(self.slope * raw + self.of(month), dtype=float)


def fit_levels(
    raw: Floats,
    positive: NDArray[np.bool_],
    weight: Floats,
    month: NDArray[np.int64],
    *,
    monthly_step: float,
) -> Levels:
    """Fit one slope and a level for each month, where a month's level is the last one's and a step.

    Steps are pulled to 0 like draws from a normal distribution with a standard deviation of `monthly_step` (log-odds):
    a month with few inspections keeps its neighbours' level, and what comes after the last month has the last level
    (a local level model; Durbin and Koopman 2012, chapter 2). Rows weigh what they stand for, scaled to the number of
    rows drawn with equal chances that would tell as much. The log of the slope is pulled to 0 like one standard normal
    draw. At least one row; with a step of 0 all months share one level.
    """
    first, last = int(month.min()), int(month.max())
    n_months = last - first + 1 if monthly_step > 0 else 1
    at = month - first if monthly_step > 0 else np.zeros(len(month), dtype=np.int64)
    told = weight * weight.sum() / (weight**2).sum()

    def loss(parameters: Floats) -> tuple[float, Floats]:
        slope, level = np.exp(parameters[0]), np.cumsum(parameters[1:])
        z = slope * raw + level[at]
        steps = parameters[2:]
        held = float((steps**2).sum()) / (2 * monthly_step**2) if len(steps) else 0.0
        cost = float((told * (np.logaddexp(0.0, z) - positive * z)).sum() + parameters[0] ** 2 / 2) + held
        miss = told * (expit(z) - positive)
        by_level = np.bincount(at, weights=miss, minlength=n_months)[::-1].cumsum()[::-1]
        by_step = by_level.copy()
        if len(steps):
            by_step[1:] += steps / monthly_step**2
        return cost, np.concatenate([[slope * (miss * raw).sum() + parameters[0]], by_step])

    bounds = [(-3.0, 3.0)] + [(-60.0, 60.0)] * n_months
    found = minimize(loss, np.zeros(1 + n_months), jac=True, method="L-BFGS-B", bounds=bounds).x
    return Levels(float(np.exp(found[0])), tuple(range(first, first + n_months)), tuple(np.cumsum(found[1:]).tolist()))

"""How far a calibrated probability could be off: the calibration done again as if other traders were inspected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from models.calibration import Calibrator, probability_of
from models.matrix import Floats

N_DRAWS = 200
N_KNOTS = 33
INTERVAL_SHARE = 0.9
LEAST_SHARE = 1e-9


@dataclass(frozen=True, slots=True)
class Limits:
    """Distances in log-odds from the calibrated value down and up, at knots of the raw score; level beyond the ends."""

    raw: tuple[float, ...]
    below: tuple[float, ...]
    above: tuple[float, ...]

    def around(self, raw: Floats, log_odds: Floats) -> tuple[Floats, Floats]:
        """Lower and upper limit of the probability of each raw score, around its calibrated log-odds."""
        low, high = (np.interp(raw, self.raw, one) for one in (self.below, self.above))
        return probability_of(log_odds - low), probability_of(log_odds + high)

    def to_dict(self) -> dict[str, Any]:
        """Plain form for JSON."""
        return {"raw": list(self.raw), "below": list(self.below), "above": list(self.above)}

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Limits:
        """Read the plain form back."""
        return cls(tuple(plain["raw"]), tuple(plain["below"]), tuple(plain["above"]))


def fit_limits(
    raw: Floats,
    positive: NDArray[np.bool_],
    weight: Floats,
    trader: NDArray[np.int64],
    *,
    calibrator: Calibrator,
    fit: Callable[[Floats], Calibrator],
    seed: int,
) -> Limits | None:
    """Limits between which nine in ten calibrations lie; null where nothing was inspected to calibrate on.

    Each draw gives every trader (numbered from 0) another weight (Bayesian bootstrap, Rubin 1981), so that one
    trader's many rows count as one experience, and calibrates again (`fit`, given weights). Where only the level was
    moved, the level is drawn from its posterior (Jeffreys' prior, at the effective number of traders' worth of rows):
    no finding among few rows then leaves a wide upper limit. What the limits do not hold: that the classifier, learned
    on other rows, would have ordered the declarations otherwise, or that trade has changed since.
    """
    if not len(raw):
        return None
    knots = np.unique(np.quantile(raw, np.linspace(0, 1, N_KNOTS)))
    if len(knots) < 2:
        knots = np.array([raw[0] - 1.0, raw[0] + 1.0])
    rng = np.random.default_rng(seed)
    own = calibrator.log_odds_of(knots)
    if calibrator.method == "offset":
        drawn = own + _levels(positive, weight, trader, rng)[:, None]
    else:
        times = rng.exponential(size=(N_DRAWS, int(trader.max()) + 1))
        drawn = np.stack([fit(weight * one[trader]).log_odds_of(knots) for one in times])
    tail = (1 - INTERVAL_SHARE) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    below, above = np.maximum(own - low, 0.0), np.maximum(high - own, 0.0)
    return Limits(tuple(knots.tolist()), tuple(below.tolist()), tuple(above.tolist()))


def _levels(positive: NDArray[np.bool_], weight: Floats, trader: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Draws of the log-odds of the share in violation, less the log-odds of its smoothed estimate."""
    mass = np.bincount(trader, weights=weight)
    effective = float(mass.sum() ** 2 / (mass**2).sum())
    share = float(weight[positive].sum() / weight.sum())
    found = rng.beta(share * effective + 0.5, (1 - share) * effective + 0.5, size=N_DRAWS)
    centre = (share * effective + 0.5) / (effective + 1.0)
    return np.asarray(logit(np.clip(found, LEAST_SHARE, 1 - LEAST_SHARE)) - logit(centre), dtype=float)

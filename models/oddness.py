"""How far the oddness of a row speaks for a violation: where learning from inspections begins, and order without it."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from models.matrix import Floats
from models.start import Start

ODDNESS = "oddness"
"""Column of rows that are learned from: how rare the doubts of each family are, as CombinedAnomaly.rarity says."""
SMALLEST_P, LARGEST_P = 1e-300, 1.0 / math.e
"""Between these the bound is finite and falls."""
USUAL_WEIGHT, WEIGHT_SPREAD = 0.15, 0.15
"""Log-odds for a natural log of rarity expected of any family, and how far it may well be from that; own choice.

Not 0, so that evidence which no inspected shipment showed still counts for a little."""
SHARE_BEGUN_WITH = 0.5
"""So much of what oddness tells is begun with: the trees learn from the same rows, and would count it twice.

Own choice, after two generated worlds with 10 to 150 violations to learn from, and hand-made ones with 34 and 44."""


def fit_oddness(odd: Floats, positive: NDArray[np.bool_], weight: Floats, *, share: float) -> Start:
    """Weigh how rare each family's doubts are so that they tell violations best among inspected rows.

    Rarity is in natural logs, so that weights are on one scale: from 0, rarity that tells nothing, to 1, the most that
    rarity by itself can tell (a likelihood ratio bounded by it). They are pulled to `USUAL_WEIGHT` by a normal
    distribution with a standard deviation of `WEIGHT_SPREAD`, and `SHARE_BEGUN_WITH` of them is kept; rows weigh as in
    `models.levels`. More doubt never speaks for honesty. The level is such that rows on average have the log-odds of
    `share`.
    """
    told = weight * weight.sum() / (weight**2).sum()

    def loss(parameters: Floats) -> tuple[float, Floats]:
        z, off = parameters[0] + odd @ parameters[1:], (parameters[1:] - USUAL_WEIGHT) / WEIGHT_SPREAD
        cost = float((told * (np.logaddexp(0.0, z) - positive * z)).sum() + (off**2).sum() / 2)
        miss = told * (expit(z) - positive)
        return cost, np.concatenate([[miss.sum()], odd.T @ miss + off / WEIGHT_SPREAD])

    bounds = [(-60.0, 60.0)] + [(0.0, 1.0)] * odd.shape[1]
    start = np.concatenate([[np.log(share / (1.0 - share))], np.full(odd.shape[1], USUAL_WEIGHT)])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    weights = SHARE_BEGUN_WITH * found[1:]
    level = start[0] - np.average(odd @ weights, weights=weight)
    return Start(float(level), tuple(weights.tolist()))


def odds_bound(anomaly_p: pl.Expr) -> pl.Expr:
    """Tell how many times likelier a p-value can at most make what it speaks for: 1 / (-e p ln p).

    1 from p = 1/e on, and where p is unknown. A bound on the Bayes factor (Sellke, Bayarri and Berger, The American
    Statistician 55, 2001), so that severity weighs against oddness on one scale.

    >>> [round(one, 1) for one in pl.select(odds_bound(pl.Series([0.5, 0.05, 0.001, None]))).to_series()]
    [1.0, 2.5, 53.3, 1.0]
    """
    small = anomaly_p.fill_nan(None).clip(SMALLEST_P, LARGEST_P)
    return (-1.0 / (math.e * small * small.log())).fill_null(1.0)

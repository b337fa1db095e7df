"""How far the oddness of a row speaks for a violation, beside what was learned from inspections."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from models.matrix import Floats

ODDNESS = "oddness"
"""Column of `log_odds_bound` beside rows that are learned from."""
SMALLEST_P, LARGEST_P = 1e-300, 1.0 / math.e
"""Between these the bound is finite and falls."""
USUAL_WEIGHT = 0.25
"""Weight expected before any inspection is looked at, and how far it may well be from that.

Own choice, after two hand-made worlds on which weights from 0.25 to 1 ordered trade better than none."""


def odds_bound(anomaly_p: pl.Expr) -> pl.Expr:
    """Tell how many times likelier a p-value can at most make what it speaks for: 1 / (-e p ln p).

    1 from p = 1/e on, and where p is unknown. A bound on the Bayes factor (Sellke, Bayarri and Berger, The American
    Statistician 55, 2001), so that severity weighs against oddness on one scale.

    >>> [round(one, 1) for one in pl.select(odds_bound(pl.Series([0.5, 0.05, 0.001, None]))).to_series()]
    [1.0, 2.5, 53.3, 1.0]
    """
    small = anomaly_p.fill_nan(None).clip(SMALLEST_P, LARGEST_P)
    return (-1.0 / (math.e * small * small.log())).fill_null(1.0)


def log_odds_bound(anomaly_p: Floats) -> Floats:
    """Tell by how much a p-value can at most raise log-odds: the log of `odds_bound`; NaN is unknown."""
    return pl.select(odds_bound(pl.lit(pl.Series(anomaly_p, dtype=pl.Float64))).log()).to_series().to_numpy()


def fit_oddness_weight(raw: Floats, bound: Floats, positive: NDArray[np.bool_], weight: Floats) -> float:
    """Say how much of `bound` to add to `raw` log-odds, 0 or more, so that both together tell violations best.

    `raw` are scores by classifiers that never saw the row's trader. The weight is pulled to `USUAL_WEIGHT`, which is
    also the standard deviation of that pull, so that a few violations move it little; the log of the slope of `raw` is
    pulled to 0 like one standard normal draw. Rows weigh as in `models.levels`. `USUAL_WEIGHT` without rows.
    """
    if not len(raw):
        return USUAL_WEIGHT
    told = weight * weight.sum() / (weight**2).sum()

    def loss(parameters: Floats) -> tuple[float, Floats]:
        level, slope, share = parameters[0], np.exp(parameters[1]), parameters[2]
        z = level + slope * (raw + share * bound)
        off = (share - USUAL_WEIGHT) / USUAL_WEIGHT
        cost = float((told * (np.logaddexp(0.0, z) - positive * z)).sum() + parameters[1] ** 2 / 2 + off**2 / 2)
        miss = told * (expit(z) - positive)
        by_slope = slope * (miss * (raw + share * bound)).sum() + parameters[1]
        return cost, np.array([miss.sum(), by_slope, slope * (miss * bound).sum() + off / USUAL_WEIGHT])

    bounds = [(-60.0, 60.0), (-3.0, 3.0), (0.0, 4.0)]
    start = np.array([0.0, 0.0, USUAL_WEIGHT])
    return float(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x[2])

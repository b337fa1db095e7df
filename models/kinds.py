"""Which typology the doubts of a row speak for: where learning a typology begins, and what names one without it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit

from features.contracts.columns import TYPOLOGIES
from models.matrix import Columns, Floats, Matrix
from models.start import Start

ALL_HINTS_LOG_ODDS, SPREAD = 3.0, 1.0
"""Log-odds of a typology that all doubts of a row speak for, and how far that may well be off; half of it is taken away
by doubts that speak for another. Chosen on generated worlds, seeds 61, 66, and two hand-made ones."""
LEAST_STRENGTH = 0.5
"""Doubts that add up to less than one worth mentioning say in part only what kind it would be."""


def hinted(matrix: Matrix, columns: Columns) -> Floats:
    """Share of the strength of each row's doubts that speaks for each typology (rows by TYPOLOGIES), in [0, 1].

    A doubt's strength is shared evenly among the typologies it hints at (registry). Unknown is no doubt; a row without
    doubts has noughts.
    """
    told = np.zeros((len(matrix), len(TYPOLOGIES)))
    for at, hints in enumerate(columns.hints):
        strength = np.nan_to_num(matrix[:, at].astype(float)) / max(len(hints), 1)
        for kind in hints:
            told[:, TYPOLOGIES.index(kind)] += strength
    total = told[:, 0] + told[:, 1] + told[:, 2]
    return np.asarray(told / np.maximum(total, LEAST_STRENGTH)[:, None])


def usual_kind(typology: str, share: float) -> Start:
    """Log-odds of a typology by what doubts speak for, from its share of violations, with nothing learned."""
    weights = [ALL_HINTS_LOG_ODDS if one == typology else -ALL_HINTS_LOG_ODDS / 2 for one in TYPOLOGIES]
    return Start(float(logit(share)), tuple(weights))


def fit_kind(told: Floats, positive: NDArray[np.bool_], weight: Floats, *, typology: str, share: float) -> Start:
    """Weigh `hinted` so that it tells a typology best among violations, pulled to `usual_kind` by `SPREAD`."""
    usual = usual_kind(typology, share)
    mean = np.asarray(usual.weights)

    def loss(parameters: Floats) -> tuple[float, Floats]:
        z, off = parameters[0] + told @ parameters[1:], (parameters[1:] - mean) / SPREAD
        cost = float((weight * (np.logaddexp(0.0, z) - positive * z)).sum() + (off**2).sum() / 2)
        miss = weight * (expit(z) - positive)
        return cost, np.concatenate([[miss.sum()], told.T @ miss + off / SPREAD])

    bounds = [(-60.0, 60.0)] * (1 + len(mean))
    found = minimize(loss, np.concatenate([[usual.level], mean]), jac=True, method="L-BFGS-B", bounds=bounds).x
    return Start(float(found[0]), tuple(found[1:].tolist()))

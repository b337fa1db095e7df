"""PyOD's isolation forest and ECOD on the evidence that our anomaly score reads, for comparison of speed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from models.matrix import Matrix

ROWS = 100_000
"""Rows judged: ECOD sorts fitted and new rows together, column by column, anew for every call."""
FITTED_ROWS = 20_000
KINDS = ("isolation forest", "ECOD")


def pyod_scores(evidence: Matrix, kind: str, *, n_trees: int, seed: int) -> Callable[[], Any]:
    """Fit a detector of PyOD on the first rows of `evidence`; returns the scoring of the first `ROWS`, ready to run.

    Unknown becomes 0, since these detectors take no NaN. Raises ImportError where PyOD is not installed.
    """
    from pyod.models.ecod import ECOD
    from pyod.models.iforest import IForest

    known = np.nan_to_num(evidence[:ROWS].astype(float), nan=0.0)
    detector = IForest(n_estimators=n_trees, random_state=seed, n_jobs=2) if kind == KINDS[0] else ECOD(n_jobs=2)
    detector.fit(known[:FITTED_ROWS])
    return lambda: detector.decision_function(known)

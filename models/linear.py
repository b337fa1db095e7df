"""A weighted sum of all evidence, pulled to nothing: what few violations teach about many middling pieces at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from models.chunks import in_chunks
from models.matrix import Columns, Floats, Matrix

PENALTY = 10.0
"""Of the sum of squared weights, in rows: chosen on generated worlds, seeds 61, 66, and two hand-made ones."""
SPREAD_LEAST = 0.05
"""Added to each column's spread: what hardly varies among the rows learned from is not read in its thousandths."""
APART_MOST = 6.0
"""Spreads from the mean beyond which a value counts no more."""


@dataclass(frozen=True, slots=True)
class Linear:
    """Log-odds as a weighted sum of standardised evidence; unknown counts as the mean, which is nothing."""

    level: float
    means: tuple[float, ...]
    spreads: tuple[float, ...]
    weights: tuple[float, ...]
    """Log-odds for a spread more of each evidence column; 0 for columns that are not read."""

    def log_odds(self, matrix: Matrix) -> Floats:
        """Log-odds of each row of a matrix of the model's columns."""
        total = np.full(len(matrix), self.level)

        def judge(rows: slice) -> None:
            own = np.asfortranarray(matrix[rows, : len(self.weights)])
            for column, weight in enumerate(self.weights):  # in this order for any number of rows
                if weight:
                    total[rows] += weight * self._apart(own[:, column], column)

        in_chunks(len(matrix), judge)
        return total

    def contributions(self, matrix: Matrix) -> Floats:
        """Log-odds that each column brings (rows by the matrix's columns): 0 at its mean, and where unknown."""
        found = np.zeros(matrix.shape)
        for column, weight in enumerate(self.weights):
            found[:, column] = weight * self._apart(matrix[:, column], column)
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain form for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """Read the plain form back."""
        return cls(plain["level"], *(tuple(plain[name]) for name in ("means", "spreads", "weights")))

    def _apart(self, values: Floats | Matrix, column: int) -> Floats:
        apart = values.astype(float)
        apart -= self.means[column]
        apart *= 1.0 / self.spreads[column]
        np.clip(apart, -APART_MOST, APART_MOST, out=apart)
        apart[np.isnan(apart)] = 0.0
        return apart


def fit_linear(matrix: Matrix, target: Floats, weight: Floats, columns: Columns, *, seen: Matrix) -> Linear:
    """Logistic regression of the target (1 for a violation) on the evidence, with `PENALTY` on the weights (ridge).

    What is one-way never speaks for honesty. Columns of role `kind` or `measure`, and categories, are not read. `seen`
    are the rows that means and spreads are taken of: inspected ones alone were chosen, and show more of some evidence
    than trade.
    """
    means, spreads = _scale(seen[:, : len(columns.codes)])
    own = (matrix[:, : len(columns.codes)].astype(float) - means) / spreads
    apart = np.nan_to_num(np.clip(own, -APART_MOST, APART_MOST))
    share = np.clip(np.average(target, weights=weight), 1e-6, 1 - 1e-6)

    def loss(parameters: Floats) -> tuple[float, Floats]:
        z = parameters[0] + apart @ parameters[1:]
        cost = float((weight * (np.logaddexp(0.0, z) - target * z)).sum() + PENALTY / 2 * (parameters[1:] ** 2).sum())
        miss = weight * (expit(z) - target)
        return cost, np.concatenate([[miss.sum()], apart.T @ miss + PENALTY * parameters[1:]])

    bounds: list[tuple[float | None, float | None]] = [(None, None)]
    for role, is_one_way in zip(columns.roles, columns.one_way, strict=True):
        bounds.append((0.0, 0.0) if role in {"kind", "measure"} else (0.0, None) if is_one_way else (None, None))
    begun = np.concatenate([[np.log(share / (1 - share))], np.zeros(apart.shape[1])])
    found = minimize(loss, begun, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}).x
    return Linear(float(found[0]), tuple(means.tolist()), tuple(spreads.tolist()), tuple(found[1:].tolist()))


def _scale(rows: Matrix) -> tuple[Floats, Floats]:
    """Mean and spread of each column's known values; 0 and the least spread where none is known."""
    known = ~np.isnan(rows)
    n = np.maximum(known.sum(axis=0), 1)
    means = np.where(known, rows.astype(float), 0.0).sum(axis=0) / n
    squares = (np.where(known, rows.astype(float) - means, 0.0) ** 2).sum(axis=0)
    return means, np.sqrt(squares / n) + SPREAD_LEAST

"""One anomaly score that needs no label: how rare each piece of evidence is, what stands out counting most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from features.evidence import Role
from models.matrix import FLOATS, Floats

Side = Literal["upper", "both", "none"]
SIDES: dict[Role, Side] = {"doubt": "upper", "counter": "none", "context": "none", "measure": "none", "kind": "none"}
"""Doubt is odd when high. Nothing else is: a rare size, price or age of a firm is rare among the honest too."""


class TailAnomaly(BaseEstimator):  # type: ignore[misc]
    """How unusual a row is among the rows it was fitted on; higher is more suspicious.

    For each column the surprise is -ln of the empirical tail probability, `(1 + #{as extreme}) / (n + 1)`, one-sided
    or `-ln(2 min(lower, upper))` two-sided, never below 0. The score is the sum of the squares of what each weighted
    surprise has beyond the column's mean: pieces of one family rest on the same figures, so that many of middling
    surprise say less than one that stands out. A missing value counts as the column's mean, so that a row is
    neither odd nor ordinary for lacking a family of evidence; a column that was never seen counts 0. Tails are kept as
    at most `max_knots` knots, denser towards the ends, and read by linear interpolation, so that the fitted object is a
    small JSON text.

    Parameters
    ----------
    sides
        `upper`, `both` or `none` per column; `both` for all by default.
    weights
        Weight per column; 1 for all by default.
    max_knots
        Upper bound on knots per column.

    References
    ----------
    Li, Zhao, Hu, Botta, Ionescu, Chen (2022), ECOD: unsupervised outlier detection using empirical cumulative
    distribution functions. Unlike there, the side is given by the meaning of the evidence and not by its skewness, and
    surprises are squared.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.array([[0.0], [0.0], [0.0], [1.0]])
    >>> TailAnomaly(sides=("upper",)).fit(rows).score_samples(np.array([[0.0], [1.0]])).round(3).tolist()
    [0.0, 0.472]
    """

    def __init__(
        self, sides: Sequence[Side] | None = None, weights: Sequence[float] | None = None, max_knots: int = 256
    ) -> None:
        self.sides = sides
        self.weights = weights
        self.max_knots = max_knots

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: N803, ARG002 - scikit-learn's names
        """Learn the tails of each column of `X` (rows by columns; NaN is unknown)."""
        matrix: Floats = validate_data(self, X, dtype=FLOATS, ensure_all_finite="allow-nan")
        sides = self.sides if self.sides is not None else ("both",) * matrix.shape[1]
        weights = self.weights if self.weights is not None else (1.0,) * matrix.shape[1]
        if not len(sides) == len(weights) == matrix.shape[1]:
            raise ValueError(f"{len(sides)} sides and {len(weights)} weights for {matrix.shape[1]} columns")
        self.sides_ = tuple(sides)
        self.weights_ = tuple(float(weight) for weight in weights)
        self.knots_ = [_tail(matrix[:, j], side, self.max_knots) for j, side in enumerate(self.sides_)]
        self.null_surprise_ = [self._mean_surprise(matrix[:, j], j) for j in range(matrix.shape[1])]
        return self

    def surprises(self, X: ArrayLike) -> Floats:  # noqa: N803
        """Weighted surprise of each value of `X`."""
        matrix = self._checked(X)
        return np.column_stack([self._column(matrix[:, j], j) for j in range(matrix.shape[1])])

    def score_samples(self, X: ArrayLike) -> Floats:  # noqa: N803
        """Anomaly score of each row of `X`; higher is more suspicious (the opposite of scikit-learn's forests)."""
        return self.judge(X, (-1,) * len(self.sides_), 0)[0]

    def judge(self, X: ArrayLike, groups: Sequence[int], n_groups: int) -> tuple[Floats, Floats]:  # noqa: N803
        """Score of each row of `X`, and its weighted surprise by group of columns, less that of a row of unknowns.

        `groups` numbers the group of each column from 0, with -1 for none.
        """
        matrix = self._checked(X)
        score, sums = np.zeros(matrix.shape[0]), np.zeros((matrix.shape[0], n_groups), order="F")
        # one column after another for any number of rows: a sum's order is not fixed
        for j, group in enumerate(groups):
            beyond = self._column(matrix[:, j], j) - self.weights_[j] * self.null_surprise_[j]
            score += np.square(np.maximum(beyond, 0.0))
            if group >= 0:
                sums[:, group] += beyond
        return score, sums

    def to_dict(self) -> dict[str, Any]:
        """Fitted state as plain lists, for JSON."""
        check_is_fitted(self)
        return {
            "sides": list(self.sides_),
            "weights": list(self.weights_),
            "max_knots": self.max_knots,
            "null_surprise": self.null_surprise_,
            "knots": [[values.tolist(), surprise.tolist()] for values, surprise in self.knots_],
        }

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Self:
        """Read the plain form back."""
        model = cls(sides=tuple(plain["sides"]), weights=tuple(plain["weights"]), max_knots=plain["max_knots"])
        model.sides_ = tuple(plain["sides"])
        model.weights_ = tuple(plain["weights"])
        model.null_surprise_ = list(plain["null_surprise"])
        model.knots_ = [(np.asarray(v, dtype=float), np.asarray(s, dtype=float)) for v, s in plain["knots"]]
        model.n_features_in_ = len(model.sides_)
        return model

    def _checked(self, rows: ArrayLike) -> Floats:
        check_is_fitted(self)
        matrix: Floats = validate_data(self, rows, dtype=FLOATS, ensure_all_finite="allow-nan", reset=False)
        return matrix

    def _column(self, column: Floats, j: int) -> Floats:
        values, surprise = self.knots_[j]
        if not len(values) or not self.weights_[j]:
            return np.zeros(len(column))
        found = np.interp(column, values, surprise)
        return self.weights_[j] * np.where(np.isnan(column), self.null_surprise_[j], found)

    def _mean_surprise(self, column: Floats, j: int) -> float:
        values, surprise = self.knots_[j]
        known = column[~np.isnan(column)]
        return float(np.interp(known, values, surprise).mean()) if len(values) and len(known) else 0.0


def _tail(column: Floats, side: Side, max_knots: int) -> tuple[Floats, Floats]:
    """Knots (value, surprise) of one column; empty where nothing is known or the side is `none`."""
    known = np.sort(column[~np.isnan(column)])
    n = len(known)
    if n == 0 or side == "none":
        return np.empty(0), np.empty(0)
    even = np.linspace(0, n - 1, max(max_knots // 2, 2))
    ends = np.geomspace(1, n, max(max_knots // 4, 2)) - 1
    ranks = np.unique(np.concatenate([even, ends, n - 1 - ends]).round().astype(int))
    values = np.unique(known[ranks])
    # one step beyond the extremes, in the precision of the matrix, so that what was never seen is odder than all seen
    beyond = np.nextafter(np.float32(values[-1]), np.float32(np.inf), dtype=np.float32).astype(float)
    below = np.nextafter(np.float32(values[0]), np.float32(-np.inf), dtype=np.float32).astype(float)
    values = np.concatenate([[min(below, values[0])], values, [max(beyond, values[-1])]])
    upper = (1 + n - np.searchsorted(known, values, side="left")) / (n + 1)
    if side == "upper":
        return values, -np.log(upper)
    lower = (1 + np.searchsorted(known, values, side="right")) / (n + 1)
    return values, np.maximum(0.0, -np.log(np.minimum(1.0, 2 * np.minimum(lower, upper))))

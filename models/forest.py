"""Isolation forest kept as plain arrays: fitted by scikit-learn, read and scored without a pickle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.ensemble import IsolationForest
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from models.matrix import FLOATS, Floats

EULER = float(np.euler_gamma)


class ForestAnomaly(BaseEstimator):  # type: ignore[misc]
    """How few random cuts set a row apart from the rows it was fitted on; higher is more suspicious.

    Scores are those of scikit-learn's forest with the sign turned: 2 to the power of minus the mean path over the
    path that chance gives, in (0, 1]. Unknown counts as the column's median, so that it sets no row apart.

    Parameters
    ----------
    columns
        Columns of `X` that the forest reads; all by default.
    n_trees, n_rows_per_tree
        Size of the forest, and rows drawn for each tree (a tree is no deeper than their binary logarithm).
    seed
        Fixes every random cut.

    References
    ----------
    Liu, Ting, Zhou (2008), Isolation forest.

    Examples
    --------
    >>> rows = np.r_[np.zeros((63, 1)), np.ones((1, 1))]
    >>> model = ForestAnomaly(n_trees=20).fit(rows)
    >>> bool(model.score_samples([[1.0]])[0] > model.score_samples([[0.0]])[0])
    True
    """

    def __init__(
        self, columns: Sequence[int] | None = None, n_trees: int = 64, n_rows_per_tree: int = 256, seed: int = 0
    ) -> None:
        self.columns = columns
        self.n_trees = n_trees
        self.n_rows_per_tree = n_rows_per_tree
        self.seed = seed

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: N803, ARG002 - scikit-learn's names
        """Grow the forest on the rows of `X` (NaN is unknown)."""
        matrix: Floats = validate_data(self, X, dtype=FLOATS, ensure_all_finite="allow-nan")
        self.columns_ = tuple(range(matrix.shape[1]) if self.columns is None else self.columns)
        self.medians_ = [_median(matrix[:, j]) for j in self.columns_]
        rows = self._filled(matrix)
        self.n_drawn_ = min(self.n_rows_per_tree, len(rows))
        self.trees_: list[dict[str, list[Any]]] = []
        if self.columns_:
            forest = IsolationForest(n_estimators=self.n_trees, max_samples=self.n_drawn_, random_state=self.seed)
            forest.fit(rows)
            self.trees_ = [_plain(one.tree_) for one in forest.estimators_]
        return self._ready()

    def score_samples(self, X: ArrayLike) -> Floats:  # noqa: N803
        """Anomaly score of each row of `X`, in (0, 1]; each row by itself."""
        check_is_fitted(self)
        matrix: Floats = validate_data(self, X, dtype=FLOATS, ensure_all_finite="allow-nan", reset=False)
        if not self.trees_ or not len(matrix):
            return np.zeros(len(matrix))
        paths = self._paths(self._filled(matrix))
        usual = float(_chance_path(np.array([self.n_drawn_]))[0]) * len(self.trees_)
        result: Floats = 2.0 ** (-paths / usual) if usual else np.ones(len(paths))
        return result

    def to_dict(self) -> dict[str, Any]:
        """Fitted state as plain lists, for JSON."""
        check_is_fitted(self)
        return {
            "columns": list(self.columns_),
            "medians": self.medians_,
            "n_drawn": self.n_drawn_,
            "n_features": int(self.n_features_in_),
            "trees": self.trees_,
        }

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Self:
        """Read the plain form back."""
        model = cls(columns=tuple(plain["columns"]), n_trees=len(plain["trees"]))
        model.columns_ = tuple(plain["columns"])
        model.medians_ = list(plain["medians"])
        model.n_drawn_ = plain["n_drawn"]
        model.n_features_in_ = plain["n_features"]
        model.trees_ = plain["trees"]
        return model._ready()

    def _ready(self) -> Self:
        self._walks = [_Walk(tree) for tree in self.trees_]
        return self

    def _filled(self, matrix: Floats) -> NDArray[np.float32]:
        rows = np.asfortranarray(matrix[:, list(self.columns_)], dtype=np.float32)
        return np.where(np.isnan(rows), np.asarray(self.medians_, dtype=np.float32), rows)

    def _paths(self, rows: NDArray[np.float32]) -> Floats:
        total = np.zeros(len(rows))
        flat = np.ascontiguousarray(rows.T).ravel()
        at = np.arange(len(rows))
        for walk in self._walks:
            total += walk.path(flat, at)
        return total


class _Walk:
    """One tree laid out so that the children of node i are 2i + 1 and 2i + 2, and a leaf leads on to itself."""

    def __init__(self, tree: dict[str, list[Any]]) -> None:
        self.depth = max(depth for _, _, depth in _places(tree))
        size = 2 ** (self.depth + 1) - 1
        self.feature = np.zeros(size, dtype=np.int64)
        self.threshold = np.full(size, np.inf)
        self.length = np.zeros(size)
        chance = _chance_path(np.asarray(tree["n_rows"]))
        for node, place, depth in _places(tree):
            if tree["left"][node] >= 0:
                self.feature[place], self.threshold[place] = tree["feature"][node], tree["threshold"][node]
                continue
            # whatever way a row goes on from a leaf, always left, it ends with the leaf's own length
            end = place
            for _ in range(self.depth - depth):
                end = 2 * end + 1
            self.length[end] = depth + chance[node]

    def path(self, flat: NDArray[np.float32], at: NDArray[np.int64]) -> Floats:
        """Length of each row's path; `flat` holds the columns one after another."""
        node = np.zeros(len(at), dtype=np.int64)
        for _ in range(self.depth):
            values = flat.take(self.feature.take(node) * len(at) + at)
            node = 2 * node + 1 + (values > self.threshold.take(node))
        found: Floats = self.length.take(node)
        return found


def _places(tree: dict[str, list[Any]]) -> Iterator[tuple[int, int, int]]:
    """Each node with its place in the layout and its depth, the root first."""
    waiting = [(0, 0, 0)]
    while waiting:
        node, place, depth = waiting.pop()
        yield node, place, depth
        if tree["left"][node] >= 0:
            waiting.append((tree["right"][node], 2 * place + 2, depth + 1))
            waiting.append((tree["left"][node], 2 * place + 1, depth + 1))


def _plain(tree: Any) -> dict[str, list[Any]]:
    return {
        "feature": tree.feature.tolist(),
        "threshold": tree.threshold.tolist(),
        "left": tree.children_left.tolist(),
        "right": tree.children_right.tolist(),
        "n_rows": tree.n_node_samples.tolist(),
    }


def _median(column: Floats) -> float:
    known = column[~np.isnan(column)]
    return float(np.median(known)) if len(known) else 0.0


def _chance_path(n: NDArray[Any]) -> Floats:
    """Mean path of an unsuccessful search in a binary tree of n rows: what chance gives (Liu et al. 2008, eq. 1)."""
    n = np.asarray(n, dtype=float)
    many = 2.0 * (np.log(np.maximum(n - 1.0, 1.0)) + EULER) - 2.0 * (n - 1.0) / np.maximum(n, 1.0)
    return np.where(n <= 1, 0.0, np.where(n == 2, 1.0, many))

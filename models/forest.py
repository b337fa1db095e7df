"""Isolation forest fitted by scikit-learn, kept and scored as LightGBM's text: no pickle, and one way to walk trees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.ensemble import IsolationForest
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from models.classifier import load_booster
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
        self.n_trees_, self.booster_ = 0, ""
        if self.columns_:
            forest = IsolationForest(n_estimators=self.n_trees, max_samples=self.n_drawn_, random_state=self.seed)
            forest.fit(rows)
            self.n_trees_ = len(forest.estimators_)
            self.booster_ = _as_boosters([one.tree_ for one in forest.estimators_], len(self.columns_))
        return self

    def score_samples(self, X: ArrayLike) -> Floats:  # noqa: N803
        """Anomaly score of each row of `X`, in (0, 1]; each row by itself."""
        check_is_fitted(self)
        matrix: Floats = validate_data(self, X, dtype=FLOATS, ensure_all_finite="allow-nan", reset=False)
        if not self.n_trees_ or not len(matrix):
            return np.zeros(len(matrix))
        paths = self._paths(self._filled(matrix))
        usual = float(_chance_path(np.array([self.n_drawn_]))[0]) * self.n_trees_
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
            "n_trees": self.n_trees_,
            "booster": self.booster_,
        }

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Self:
        """Read the plain form back."""
        model = cls(columns=tuple(plain["columns"]), n_trees=plain["n_trees"])
        model.columns_ = tuple(plain["columns"])
        model.medians_ = list(plain["medians"])
        model.n_drawn_ = plain["n_drawn"]
        model.n_features_in_ = plain["n_features"]
        model.n_trees_, model.booster_ = plain["n_trees"], plain["booster"]
        return model

    def _filled(self, matrix: Floats) -> NDArray[np.float32]:
        rows = np.asfortranarray(matrix[:, list(self.columns_)], dtype=np.float32)
        return np.where(np.isnan(rows), np.asarray(self.medians_, dtype=np.float32), rows)

    def _paths(self, rows: NDArray[np.float32]) -> Floats:
        return np.asarray(load_booster(self.booster_).predict(rows, num_threads=1), dtype=float)


def _as_boosters(trees: Sequence[Any], n_columns: int) -> str:
    """Trees of scikit-learn in LightGBM's text form, with the length of a path to each leaf as its value."""
    head = {
        "version": "v4",
        "num_class": 1,
        "num_tree_per_iteration": 1,
        "label_index": 0,
        "max_feature_idx": n_columns - 1,
        "objective": "regression",
        "feature_names": " ".join(f"Column_{j}" for j in range(n_columns)),
        "feature_infos": " ".join(["none"] * n_columns),
    }
    parts = [("tree", head), *((f"Tree={number}", _tree_fields(tree)) for number, tree in enumerate(trees))]
    texts = ("\n".join([title, *(f"{name}={value}" for name, value in fields.items())]) for title, fields in parts)
    return "\n\n".join([*texts, "end of trees\n"])


def _tree_fields(tree: Any) -> dict[str, Any]:
    """One tree as LightGBM writes it: nodes that cut are numbered from 0, leaves from -1 downwards."""
    left, right, n_rows = tree.children_left, tree.children_right, tree.n_node_samples
    cuts, leaves = np.flatnonzero(left >= 0), np.flatnonzero(left < 0)
    number = np.empty(len(left), dtype=int)
    number[cuts], number[leaves] = np.arange(len(cuts)), -1 - np.arange(len(leaves))
    depth = np.zeros(len(left))
    for node in cuts:  # children follow their parent
        depth[[left[node], right[node]]] = depth[node] + 1
    none = np.zeros(len(cuts), dtype=int)
    return {
        "num_leaves": len(leaves),
        "num_cat": 0,
        "split_feature": _row(tree.feature[cuts]),
        "split_gain": _row(none),
        "threshold": _row(tree.threshold[cuts]),
        "decision_type": _row(none),
        "left_child": _row(number[left[cuts]]),
        "right_child": _row(number[right[cuts]]),
        "leaf_value": _row((depth + _chance_path(n_rows))[leaves]),
        "leaf_weight": _row(n_rows[leaves]),
        "leaf_count": _row(n_rows[leaves]),
        "internal_value": _row(none),
        "internal_weight": _row(none),
        "internal_count": _row(n_rows[cuts]),
        "is_linear": 0,
        "shrinkage": 1,
    }


def _row(values: NDArray[Any]) -> str:
    return " ".join(map(repr, values.tolist()))


def _median(column: Floats) -> float:
    known = column[~np.isnan(column)]
    return float(np.median(known)) if len(known) else 0.0


def _chance_path(n: NDArray[Any]) -> Floats:
    """Mean path of an unsuccessful search in a binary tree of n rows: what chance gives (Liu et al. 2008, eq. 1)."""
    n = np.asarray(n, dtype=float)
    many = 2.0 * (np.log(np.maximum(n - 1.0, 1.0)) + EULER) - 2.0 * (n - 1.0) / np.maximum(n, 1.0)
    return np.where(n <= 1, 0.0, np.where(n == 2, 1.0, many))

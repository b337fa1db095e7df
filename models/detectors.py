"""Three detectors of different kind as one: rare evidence, easily set apart, and quantities outside their band."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from models.anomaly import SIDES, Side, TailAnomaly
from models.chunks import in_chunks
from models.forest import ForestAnomaly
from models.matrix import FLOATS, Columns, Floats, Matrix
from models.residuals import ResidualAnomaly

DETECTORS = {"tails": 1.0, "forest": 1.0, "residuals": 0.1}
"""The detectors, and how much each counts: quantities outside their band are rare among the honest too, and what is
rare of them for its goods is among the evidence (chosen on generated worlds, seeds 61, 66, and two hand-made ones)."""
N_ROWS_PER_TREE = 1024
"""Rows drawn for each tree of the forest: with the usual 256 hardly any violation is among them (chosen likewise)."""


class CombinedAnomaly(BaseEstimator):  # type: ignore[misc]
    """Sum of what each detector finds surprising, on one scale; higher is more suspicious.

    Each detector's score is turned into -ln of its own empirical upper tail among the fitted rows, and these are added
    (Fisher's combination), weighted as `DETECTORS` says. A detector that knows nothing of a row counts as its mean.
    Columns of `X`: the evidence, then the quantities, then the codes of goods and lane.

    Parameters
    ----------
    sides, weights
        Of each evidence column, for the tails; see TailAnomaly. Without sides every column is evidence.
    groups
        Number, from 0, of the group that each evidence column belongs to, -1 for none; none by default. See `rarity`.
    forest_columns
        Evidence columns that the isolation forest reads; all by default.
    n_quantities
        Quantities after the evidence; the columns after them are codes.
    max_knots, n_trees, seed
        Size of the parts, and what fixes every random choice.
    """

    def __init__(
        self,
        *,
        sides: Sequence[Side] | None = None,
        weights: Sequence[float] | None = None,
        groups: Sequence[int] | None = None,
        forest_columns: Sequence[int] | None = None,
        n_quantities: int = 0,
        max_knots: int = 256,
        n_trees: int = 64,
        seed: int = 0,
    ) -> None:
        self.sides = sides
        self.weights = weights
        self.groups = groups
        self.forest_columns = forest_columns
        self.n_quantities = n_quantities
        self.max_knots = max_knots
        self.n_trees = n_trees
        self.seed = seed

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: N803, ARG002 - scikit-learn's names
        """Fit every detector, and the scale of each, to the rows of `X` (NaN is unknown)."""
        matrix: Floats = validate_data(self, X, dtype=FLOATS, ensure_all_finite="allow-nan")
        self.n_evidence_ = matrix.shape[1] if self.sides is None else len(self.sides)
        evidence, rest = self._parts(matrix)
        self.groups_ = tuple(self.groups if self.groups is not None else (-1,) * self.n_evidence_)
        self.tails_ = TailAnomaly(self.sides, self.weights, self.max_knots).fit(evidence)
        forest = ForestAnomaly(self.forest_columns, self.n_trees, N_ROWS_PER_TREE, seed=self.seed)
        self.forest_ = forest.fit(evidence)
        self.residuals_ = ResidualAnomaly(self.n_quantities, seed=self.seed).fit(rest) if self.n_quantities else None
        upper: list[Side] = ["upper" for _ in DETECTORS]
        scale = TailAnomaly(upper, tuple(DETECTORS.values()), max_knots=self.max_knots * 4)
        self.scale_ = scale.fit(self._detected(matrix)[0])
        return self

    def detector_surprises(self, X: ArrayLike) -> Floats:  # noqa: N803
        """Weighted surprise of each row to each of `DETECTORS`, on one scale; the row sums are the scores."""
        return self.scale_.surprises(self._detected(self._checked(X))[0])

    def score_samples(self, X: ArrayLike) -> Floats:  # noqa: N803
        """Anomaly score of each row of `X`; higher is more suspicious."""
        return self.judge(X)[0]

    def judge(self, X: ArrayLike) -> tuple[Floats, Floats]:  # noqa: N803
        """Anomaly score of each row of `X`, and its `rarity`."""
        found, rarity = self._detected(self._checked(X))
        # one detector after another for any number of rows: a sum's order is not fixed
        return reduce(np.add, self.scale_.surprises(found).T), rarity

    def rarity(self, evidence: Floats | Matrix) -> Floats:
        """How rare what each group of columns says is, for each row of evidence, without more (rows by groups).

        The weighted surprise to the tails less that of a row of which nothing is known: 0 is usual, and what a family
        that is missing counts.
        """
        found = np.zeros((len(evidence), self.n_groups))

        def judge(rows: slice) -> None:
            found[rows] = self._tails(evidence[rows])[1]

        in_chunks(len(evidence), judge)
        return found

    @property
    def n_groups(self) -> int:
        """Number of groups of columns."""
        return max(self.groups_, default=-1) + 1

    def column_surprises(self, X: ArrayLike) -> Floats:  # noqa: N803
        """Weighted surprise of each value of the evidence to the tails, less that of an unknown one."""
        tails = self.tails_
        unknown = tails.surprises(np.full((1, self.n_evidence_), np.nan))
        return tails.surprises(self._parts(self._checked(X))[0]) - unknown

    def surprises(self, X: ArrayLike) -> Floats:  # noqa: N803
        """Part of the score that each evidence column has: the score, shared as that of the tails is.

        A forest's cuts belong to no column, so its part goes with the evidence that is rare; a row without any rare
        evidence has no parts.
        """
        matrix = self._checked(X)
        parts = np.square(np.maximum(self.column_surprises(matrix), 0.0))
        total = parts.sum(axis=1, keepdims=True)
        shares: Floats = np.divide(parts, total, out=np.zeros_like(parts), where=total > 0)
        result: Floats = shares * self.score_samples(matrix)[:, None]
        return result

    def to_dict(self) -> dict[str, Any]:
        """Fitted state as plain lists and texts, for JSON."""
        check_is_fitted(self)
        return {
            "tails": self.tails_.to_dict(),
            "forest": self.forest_.to_dict(),
            "residuals": self.residuals_.to_dict() if self.residuals_ is not None else None,
            "scale": self.scale_.to_dict(),
            "groups": list(self.groups_),
            "n_features": int(self.n_features_in_),
        }

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Self:
        """Read the plain form back."""
        residuals = plain["residuals"]
        model = cls(n_quantities=residuals["n_quantities"] if residuals else 0)
        model.tails_ = TailAnomaly.from_dict(plain["tails"])
        model.forest_ = ForestAnomaly.from_dict(plain["forest"])
        model.residuals_ = ResidualAnomaly.from_dict(residuals) if residuals else None
        model.scale_ = TailAnomaly.from_dict(plain["scale"])
        model.sides, model.weights = list(model.tails_.sides_), list(model.tails_.weights_)
        model.groups = list(plain["groups"])
        model.groups_ = tuple(model.groups)
        model.n_evidence_ = len(model.tails_.sides_)
        model.n_features_in_ = plain["n_features"]
        return model

    def _checked(self, rows: ArrayLike) -> Floats:
        check_is_fitted(self)
        matrix: Floats = validate_data(self, rows, dtype=FLOATS, ensure_all_finite="allow-nan", reset=False)
        return matrix

    def _parts(self, matrix: Floats) -> tuple[Floats, Floats]:
        return matrix[:, : self.n_evidence_], matrix[:, self.n_evidence_ :]

    def _tails(self, evidence: Floats | Matrix) -> tuple[Floats, Floats]:
        return self.tails_.judge(np.asfortranarray(evidence), self.groups_, self.n_groups)

    def _detected(self, matrix: Floats) -> tuple[Floats, Floats]:
        """Score of each row by each detector, and its surprise to the tails by group of columns."""
        found = np.full((len(matrix), len(DETECTORS)), np.nan)
        rarity = np.zeros((len(matrix), self.n_groups))
        if self.residuals_ is not None:
            found[:, 2] = self.residuals_.score_samples(self._parts(matrix)[1])

        def judge(rows: slice) -> None:
            evidence = np.asfortranarray(self._parts(matrix[rows])[0])
            found[rows, 0], rarity[rows] = self._tails(evidence)
            found[rows, 1] = self.forest_.score_samples(evidence)

        in_chunks(len(matrix), judge)
        return found, rarity


def detectors_for(
    columns: Columns, *, n_quantities: int, common_doubt_weight_ratio: float, max_knots: int, n_trees: int, seed: int
) -> CombinedAnomaly:
    """Set the detectors up by the meaning of the columns.

    Tails and forest read doubts alone. To the tails, doubt that most trade lacks counts in full, and doubt that most
    trade shows at `common_doubt_weight_ratio`. Doubts of one family, in the order of the alphabet, are a group.
    """
    families = sorted(set(columns.families))
    weights = [1.0 if one_way else common_doubt_weight_ratio for one_way in columns.one_way]
    read = [j for j, role in enumerate(columns.roles) if role == "doubt"]
    return CombinedAnomaly(
        groups=[
            families.index(family) if role == "doubt" else -1
            for family, role in zip(columns.families, columns.roles, strict=True)
        ],
        sides=[SIDES[role] for role in columns.roles],
        weights=weights,
        forest_columns=read,
        n_quantities=n_quantities,
        max_knots=max_knots,
        n_trees=n_trees,
        seed=seed,
    )

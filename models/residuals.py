"""Price, density and packing beside what goods and lane let expect: residuals of quantile models."""

from __future__ import annotations

from typing import Any, Self

import lightgbm as lgb
import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from models.classifier import as_text, load_booster, useful_threads
from models.matrix import FLOATS, Floats

LOW, HIGH = 0.1, 0.9  # the middle 80 % is what is usual; farther quantiles rest on too few rows
NARROWEST = 0.05  # in logs, 5 %: goods of one price to the cent must not make a rounding look odd
N_VALUES_MIN = 200  # fewer known values: the quantity is not modelled
N_ROUNDS = 40
PARAMETERS: dict[str, Any] = {
    "objective": "quantile",
    "learning_rate": 0.15,  # with few rounds, for speed: the bands need not be fine
    "num_leaves": 31,  # LightGBM's default
    "min_data_in_leaf": 30,
    "min_data_per_group": 30,
    "cat_smooth": 5.0,
    "max_cat_threshold": 64,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


class ResidualAnomaly(BaseEstimator):  # type: ignore[misc]
    """How far a row's quantities lie outside the band that its goods and lane let expect; higher is more suspicious.

    The first `n_quantities` columns of `X` are quantities (natural logs), the rest category codes of goods and lane.
    For each quantity two LightGBM models give the 10 % and 90 % quantiles; the residual is the distance to the middle
    of that band in half-widths, on either side, and the score is the largest of the known ones. NaN where no
    quantity is known or could be modelled.

    Parameters
    ----------
    n_quantities
        Number of quantities.
    seed
        Fixes what chance there is in LightGBM.
    """

    def __init__(self, n_quantities: int = 1, seed: int = 0) -> None:
        self.n_quantities = n_quantities
        self.seed = seed

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: N803, ARG002 - scikit-learn's names
        """Learn the bands from the rows of `X` (NaN is unknown)."""
        matrix: Floats = validate_data(self, X, dtype=FLOATS, ensure_all_finite="allow-nan")
        self.bands_: list[tuple[str, str] | None] = [
            self._band(matrix[:, j], matrix[:, self.n_quantities :]) for j in range(self.n_quantities)
        ]
        return self

    def residuals(self, X: ArrayLike) -> Floats:  # noqa: N803
        """Residual of each quantity in half-widths of its band; NaN where unknown. Positive is above the middle."""
        check_is_fitted(self)
        matrix: Floats = validate_data(self, X, dtype=FLOATS, ensure_all_finite="allow-nan", reset=False)
        found = np.full((len(matrix), self.n_quantities), np.nan)
        given, row = _distinct(matrix[:, self.n_quantities :])
        for j, band in enumerate(self.bands_):
            if band is None or not len(matrix):
                continue
            low, high = (
                np.asarray(load_booster(one).predict(given, num_threads=useful_threads(given, 2)), dtype=float)
                for one in band
            )
            half = np.maximum((high - low) / 2, NARROWEST)
            found[:, j] = (matrix[:, j] - ((low + high) / 2)[row]) / half[row]
        return found

    def score_samples(self, X: ArrayLike) -> Floats:  # noqa: N803
        """Largest residual of each row, on either side; NaN where none is known."""
        away = np.abs(self.residuals(X))
        known = ~np.isnan(away)
        top = np.where(known, away, -np.inf).max(axis=1, initial=-np.inf)
        return np.where(known.any(axis=1), top, np.nan)

    def to_dict(self) -> dict[str, Any]:
        """Fitted state for JSON; the boosters in LightGBM's own text."""
        check_is_fitted(self)
        return {
            "n_quantities": self.n_quantities,
            "n_features": int(self.n_features_in_),
            "bands": [list(band) if band else None for band in self.bands_],
        }

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Self:
        """Read the plain form back."""
        model = cls(n_quantities=plain["n_quantities"])
        model.n_features_in_ = plain["n_features"]
        model.bands_ = [(band[0], band[1]) if band else None for band in plain["bands"]]
        return model

    def _band(self, values: Floats, given: Floats) -> tuple[str, str] | None:
        known = ~np.isnan(values)
        if known.sum() < N_VALUES_MIN or not given.shape[1] or np.isnan(given[known]).all():
            return None
        codes = list(range(given.shape[1]))
        texts = []
        for alpha in (LOW, HIGH):
            data = lgb.Dataset(
                given[known],
                label=values[known],
                categorical_feature=codes,
                params={"verbosity": -1, "max_bin": 1023, "min_data_per_group": 30, "cat_smooth": 5.0},
            )
            threads = useful_threads(given, 2)
            own = PARAMETERS | {"alpha": alpha, "seed": self.seed, "max_bin": 1023, "num_threads": threads}
            texts.append(as_text(lgb.train(own, data, num_boost_round=N_ROUNDS)))
        return texts[0], texts[1]


def _distinct(codes: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Distinct rows of category codes, and which of them each row is: goods and lanes repeat, so few are scored."""
    frame = pl.DataFrame(codes, schema=[str(j) for j in range(codes.shape[1])], orient="row")
    if not frame.width or not frame.height:
        return codes, np.arange(len(codes))
    numbered = frame.select(row=pl.struct(pl.all()).rank("dense").cast(pl.Int64) - 1)["row"].to_numpy()
    first = np.zeros(int(numbered.max()) + 1, dtype=np.int64)
    first[numbered[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return codes[first], numbered

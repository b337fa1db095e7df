"""From raw score to probability: monotone, weighted, never exactly 0 or 1, kept as a few knots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import norm
from sklearn.isotonic import IsotonicRegression

from models.levels import fit_levels
from models.matrix import Floats

SURELY = 1e-6  # closest to 0 and 1: no inspection record can support a more certain answer
FLATTEST = 0.05  # least slope, so that two scores never become one probability and the order is kept


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A strictly increasing, piecewise linear map from raw score to log-odds, linear beyond its ends."""

    method: str
    """`isotonic`, `platt`, `offset` or `none`."""
    raw: tuple[float, ...]
    log_odds: tuple[float, ...]
    n: int
    n_positive: int

    def log_odds_of(self, raw: Floats) -> Floats:
        """Calibrated log-odds of each raw score, in their order."""
        x, z = np.asarray(self.raw), np.asarray(self.log_odds)
        inside = np.interp(raw, x, z)
        first = (z[1] - z[0]) / (x[1] - x[0])
        last = (z[-1] - z[-2]) / (x[-1] - x[-2])
        return np.asarray(inside + first * np.minimum(raw - x[0], 0.0) + last * np.maximum(raw - x[-1], 0.0))

    def probability(self, raw: Floats) -> Floats:
        """Calibrated probability of each raw score, in their order, at least one in a million away from 0 and 1."""
        return probability_of(self.log_odds_of(raw))

    def to_dict(self) -> dict[str, Any]:
        """Plain form for JSON."""
        return {
            "method": self.method,
            "raw": list(self.raw),
            "log_odds": list(self.log_odds),
            "n": self.n,
            "n_positive": self.n_positive,
        }

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Calibrator:
        """Read the plain form back."""
        raw, odds = tuple(plain["raw"]), tuple(plain["log_odds"])
        return cls(plain["method"], raw, odds, plain["n"], plain["n_positive"])


def probability_of(log_odds: Floats) -> Floats:
    """Probability of log-odds, at least one in a million away from 0 and 1."""
    return np.asarray(SURELY + (1 - 2 * SURELY) * expit(log_odds), dtype=float)


IDENTITY = Calibrator("none", (-1.0, 1.0), (-1.0, 1.0), 0, 0)


def fit_calibrator(
    raw: Floats,
    positive: NDArray[np.bool_],
    weight: Floats,
    *,
    n_positives_isotonic: int,
    n_positives_platt: int,
    month: NDArray[np.int64] | None = None,
    monthly_step: float = 0.0,
) -> Calibrator:
    """Fit the richest map that the positives can carry, at the level of the last month.

    At least `n_positives_platt`: Platt's sigmoid with a weak pull of the slope to 1 in the place of his smoothed
    targets, which would raise every row by about one in n, as much as violations are of all trade; where `month` is
    given, with a level that may move by about `monthly_step` a month (models.levels). At least `n_positives_isotonic`:
    centred isotonic regression (Oron and Flournoy 2017) of what the sigmoid gives, its knots the centres of the
    isotonic blocks, so that nothing is a plateau. Fewer: only the level is shifted. No rows: unchanged.
    """
    n, n_positive = len(raw), int(positive.sum())
    if n == 0:
        return IDENTITY
    weight = weight / weight.mean()
    least, spread = min(n_positive, n - n_positive), float(np.ptp(raw))
    if least >= n_positives_platt and spread > 0:
        months = np.zeros(n, dtype=np.int64) if month is None else month
        levels = fit_levels(raw, positive, weight, months, monthly_step=monthly_step if month is not None else 0.0)
        slope, last = levels.slope, levels.level[-1]
        knots = None
        if least >= n_positives_isotonic:
            # each row as if it were of the last month
            knots = _isotonic(raw + (levels.of(months) - last) / slope, positive, weight)
        if knots is not None:
            return Calibrator("isotonic", *knots, n, n_positive)
        return Calibrator("platt", (-1.0, 1.0), (last - slope, last + slope), n, n_positive)
    # half a positive among one more row (Krichevsky and Trofimov 1981), so that no find is not certainty
    share = (float(weight[positive].sum()) + 0.5) / (float(weight.sum()) + 1.0)
    shift = float(brentq(lambda a: float((weight * expit(raw + a)).sum() / weight.sum()) - share, -60.0, 60.0))
    return Calibrator("offset", (-1.0, 1.0), (shift - 1.0, shift + 1.0), n, n_positive)


def _isotonic(
    raw: Floats, positive: NDArray[np.bool_], weight: Floats
) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    order = np.argsort(raw, kind="stable")
    x, y, w = raw[order], positive[order].astype(float), weight[order]
    fitted = IsotonicRegression().fit_transform(x, y, sample_weight=w)
    block = np.concatenate([[0], np.cumsum(np.diff(fitted) > 0)]).astype(int)
    mass = np.bincount(block, weights=w)
    centre = np.bincount(block, weights=w * x) / mass
    overall = float((w * y).sum() / w.sum())
    # one pseudo-row at the overall rate in each block keeps single-row blocks from claiming 0 or 1
    rate = (np.bincount(block, weights=w * y) + overall) / (mass + 1.0)
    keep = np.concatenate([[True], np.diff(centre) > 1e-9])
    if keep.sum() < 2:
        return None
    x, z = centre[keep], logit(np.maximum.accumulate(rate[keep]))
    z = np.maximum.accumulate(z - FLATTEST * x) + FLATTEST * x
    # beyond the outermost centres nothing was measured: go on almost flat
    x = np.concatenate([[x[0] - 1.0], x, [x[-1] + 1.0]])
    z = np.concatenate([[z[0] - FLATTEST], z, [z[-1] + FLATTEST]])
    return tuple(x.tolist()), tuple(z.tolist())


def equal_bins(probability: Floats, weight: Floats, *, n_bins: int) -> NDArray[np.int32]:
    """Bin of each row, 0 to `n_bins` - 1 by rising probability, of about equal weight; equal ones share a bin."""
    frame = pl.DataFrame({"row": np.arange(len(weight)), "p": probability, "w": weight}).sort("p", "w")
    # the middle of a heap of equal probabilities, so that the order of its rows cannot make an error up
    placed = frame.with_columns(middle=(pl.col("w").cum_sum() - pl.col("w") / 2) / pl.col("w").sum())
    heap = pl.col("middle").mean().over("p")
    numbered = placed.with_columns(bin=(heap * n_bins).floor().clip(0, n_bins - 1).cast(pl.Int32)).sort("row")
    return numbered["bin"].to_numpy()


def reliability_table(
    probability: Floats, positive: NDArray[np.bool_], weight: Floats, *, n_bins: int = 10, interval_share: float = 0.9
) -> pl.DataFrame:
    """Predicted against found in bins of equal weight, with Wilson intervals at the effective number of rows.

    Columns: bin, predicted_share, found_share, low, high, n, n_positive, weight_share.
    """
    rows = {"y": positive, "w": weight, "p": probability, "bin": equal_bins(probability, weight, n_bins=n_bins)}
    bins = (
        pl.DataFrame(rows)
        .sort("p", "y", "w")
        .group_by("bin")
        .agg(
            predicted_share=(pl.col("p") * pl.col("w")).sum() / pl.col("w").sum(),
            found_share=(pl.col("y") * pl.col("w")).sum() / pl.col("w").sum(),
            effective=pl.col("w").sum() ** 2 / (pl.col("w") ** 2).sum(),
            n=pl.len().cast(pl.Int64),
            n_positive=pl.col("y").sum().cast(pl.Int64),
            weight=pl.col("w").sum(),
        )
        .sort("bin")
    )
    z = float(norm.ppf((1 + interval_share) / 2))
    share, m = pl.col("found_share"), pl.col("effective")
    centre = (share + z**2 / (2 * m)) / (1 + z**2 / m)
    half = z / (1 + z**2 / m) * (share * (1 - share) / m + z**2 / (4 * m**2)).sqrt()
    return bins.with_columns(
        low=(centre - half).clip(0, 1),
        high=(centre + half).clip(0, 1),
        weight_share=pl.col("weight") / pl.col("weight").sum(),
    ).select("bin", "predicted_share", "found_share", "low", "high", "n", "n_positive", "weight_share")


def calibration_error(probability: Floats, positive: NDArray[np.bool_], weight: Floats, *, n_bins: int = 10) -> float:
    """Expected calibration error: mean distance of predicted and found share over equal bins; NaN if empty."""
    if not len(probability):
        return float("nan")
    table = reliability_table(probability, positive, weight, n_bins=n_bins)
    miss = (table["predicted_share"] - table["found_share"]).abs() * table["weight_share"]
    return float(miss.sum())


def calibration_error_by_chance(
    probability: Floats, weight: Floats, *, n_bins: int = 10, n_draws: int = 400, share: float = 0.95, seed: int = 0
) -> float:
    """Calibration error that a perfectly calibrated model stays under, by chance, in `share` of draws; NaN if empty.

    Outcomes are drawn from the model's own probabilities, each row apart from all others, and measured as
    `calibration_error` measures: same rows, weights and bins. In [0, 1]; it falls as rows become more and weights more
    alike (Bröcker and Smith 2007, consistency resampling).
    """
    if not len(probability):
        return float("nan")
    bins, random = equal_bins(probability, weight, n_bins=n_bins), np.random.default_rng(seed)
    errors = np.empty(n_draws)
    for draw in range(n_draws):
        miss = weight * (probability - (random.random(len(probability)) < probability))
        errors[draw] = np.abs(np.bincount(bins, weights=miss)).sum()
    return float(np.quantile(errors / weight.sum(), share))

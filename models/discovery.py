"""How many findings would be chance: placebo p-values, and false-discovery control over all that was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Method = Literal["benjamini_yekutieli", "benjamini_hochberg"]


def placebo_ranks(scores: npt.ArrayLike, placebos: npt.ArrayLike) -> Floats:
    """Share of ordinary cases that look at least as odd: p = (1 + #{placebo >= score})/(n + 1), in (0, 1].

    A score that is not a number gives NaN; NaN placebos are left out; no placebo gives 1. Source: indicators.md 11, 37.

    >>> placebo_ranks([5.0, 0.5], [1.0, 2.0, 3.0]).tolist()
    [0.25, 1.0]
    """
    found = np.asarray(scores, dtype=np.float64)
    pool = np.sort(_finite(placebos))
    above = pool.size - np.searchsorted(pool, found, side="left")
    p: Floats = np.asarray((1.0 + above) / (pool.size + 1.0), dtype=np.float64)
    p[np.isnan(found)] = np.nan
    return p


@dataclass(frozen=True, slots=True)
class Tail:
    """The upper tail of a pool of placebo scores, as a generalised Pareto law above a threshold."""

    threshold: float
    share_above: float
    scale: float
    shape: float
    n_pool: int


SMALLEST_POOL_FOR_TAIL = 100
FEWEST_BEYOND = 10.0  # placebos above a score that make its rank a fair estimate (relative error about a third)
FURTHEST = 100.0  # times beyond the smallest rank that a tail is believed
LARGEST_SHAPE = 0.9  # the mean of a tail with shape 1 is infinite; nothing heavier can be told from so few


def fit_tail(
    placebos: npt.ArrayLike, *, top_share: float = 0.1, least_shape: float = 0.1, overlap: bool = False
) -> Tail | None:
    """Fit the excesses over the pool's upper `top_share` by probability-weighted moments (Hosking and Wallis 1987).

    Where placebos `overlap` in months, the shape is taken one standard error heavier than fitted, (1 + shape)/sqrt(n)
    with n excesses (Smith 1987). It is not allowed below `least_shape` either: trade figures are never light-tailed,
    and a lighter tail would call ordinary noise impossible. None where the pool is smaller than 100, or flat above the
    threshold.
    """
    pool = np.sort(_finite(placebos))
    if pool.size < SMALLEST_POOL_FOR_TAIL:
        return None
    n_top = max(int(np.ceil(top_share * pool.size)), 10)
    threshold = float(pool[-n_top - 1])
    excess = pool[-n_top:] - threshold
    mean = float(excess.mean())
    if mean <= 0.0:
        return None
    rank = (np.arange(1, n_top + 1) - 0.35) / n_top
    weighted = float((excess * (1.0 - rank)).mean())
    shape = 2.0 - mean / (mean - 2.0 * weighted) if mean > 2.0 * weighted else LARGEST_SHAPE
    if overlap:
        shape += max(1.0 + shape, 0.0) / float(np.sqrt(n_top))
    shape = float(np.clip(shape, least_shape, LARGEST_SHAPE))
    return Tail(threshold, n_top / pool.size, mean * (1.0 - shape), shape, int(pool.size))


def placebo_p_values(
    scores: npt.ArrayLike, placebos: npt.ArrayLike, *, top_share: float = 0.1, overlap: bool = False
) -> Floats:
    """Share of ordinary cases that look at least as odd, also beyond the oddest of them.

    This is `placebo_ranks` while ten placebos are at least as odd; beyond, the fitted tail (`fit_tail`) carries on,
    since no rank among n placebos can be below 1/(n + 1); of placebos that `overlap` down to a hundredth of that, as a
    law fitted to a hundred cases says nothing of one in a million. Pools under 100 give ranks only. NaN scores
    give NaN.
    """
    found = np.asarray(scores, dtype=np.float64)
    p = placebo_ranks(found, placebos)
    tail = fit_tail(placebos, top_share=top_share, overlap=overlap)
    if tail is None:
        return p
    few = FEWEST_BEYOND / (tail.n_pool + 1.0)
    far = (found > tail.threshold) & (p <= few)
    reach = found[far] - tail.threshold
    beyond = tail.share_above * np.power(1.0 + tail.shape * reach / tail.scale, -1.0 / tail.shape)
    p[far] = np.clip(beyond, 1.0 / (FURTHEST * (tail.n_pool + 1.0)) if overlap else 0.0, few)
    return p


def q_values(
    p_values: npt.ArrayLike, *, weights: npt.ArrayLike | None = None, method: Method = "benjamini_yekutieli"
) -> Floats:
    """False-discovery rate at which each test would be named: adjusted p-values in [0, 1], NaN where p is.

    Yekutieli's holds under any dependence and is right for corridors, which share lanes, hubs and months; Hochberg's
    needs independence or positive dependence. Only tests with a p-value count. `weights`: prior beliefs that do not
    rest on what is tested; scaled to a mean of 1, each divides its p-value. Sources: Benjamini and Yekutieli 2001;
    Genovese, Roeder and Wasserman 2006.

    >>> q_values([0.01, 0.04, 0.03], method="benjamini_hochberg").round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    p = np.asarray(p_values, dtype=np.float64)
    q = np.full(p.shape, np.nan)
    looked_at = np.flatnonzero(~np.isnan(p))
    n = looked_at.size
    if n == 0:
        return q
    if weights is not None:
        weight = np.asarray(weights, dtype=np.float64)
        p = np.minimum(p / (weight / weight[looked_at].mean()), 1.0)
    order = looked_at[np.argsort(p[looked_at], kind="stable")]
    penalty = float(np.sum(1.0 / np.arange(1, n + 1))) if method == "benjamini_yekutieli" else 1.0
    raw = p[order] * n * penalty / np.arange(1, n + 1)
    q[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return q


def decide(p_values: npt.ArrayLike, *, level: float, method: Method = "benjamini_yekutieli") -> npt.NDArray[np.bool_]:
    """Say which of all tests looked at may be named if at most `level` of those named should be chance."""
    q = q_values(p_values, method=method)
    return np.nan_to_num(q, nan=1.0) <= level


def _finite(values: npt.ArrayLike) -> Floats:
    pool = np.asarray(values, dtype=np.float64)
    kept: Floats = pool[~np.isnan(pool)]
    return kept

"""Gradient-boosted classifiers per typology and for all of them: bagged, monotone, weighted, deterministic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from models.matrix import CATEGORIES, Columns, Floats, Matrix

PARALLEL_CELLS = 2_000_000
"""Smaller matrices use one thread: it is as fast there, and where cores are shared, waiting threads cost tenfold."""


def useful_threads(matrix: NDArray[Any], wanted: int) -> int:
    """Threads worth using on `matrix`; the result never depends on it."""
    return wanted if matrix.size >= PARALLEL_CELLS else 1


@dataclass(frozen=True, slots=True)
class BoostingPlan:
    """How to boost. Every number is a setting; see configs/train.toml for what it means and where it comes from."""

    n_bags: int = 3
    n_rounds_max: int = 100
    n_rounds_min: int = 20
    n_rounds_default: int = 100
    n_rounds_patience: int = 30
    stopping_share: float = 0.2
    learning_rate: float = 0.05
    n_leaves: int = 15
    n_rows_per_leaf_min: int = 20
    feature_share: float = 0.4
    row_share: float = 0.7
    l2_penalty: float = 1.0
    n_bins: int = 127
    n_positives_min: int = 25


@dataclass(frozen=True, slots=True)
class Classifier:
    """Boosters as text, or, where there was too little to learn from, a share with the reason for it."""

    boosters: tuple[str, ...]
    """One per bag, each with rows and columns drawn anew; their log-odds are averaged. Empty: nothing learned."""
    share: float
    """Weighted share of positives in training: the prior; for a typology without a booster, among violations."""
    n_rounds: int
    """Trees of one bag."""
    note: str | None

    @property
    def is_learned(self) -> bool:
        """Whether there is a booster at all."""
        return bool(self.boosters)

    @property
    def n_trees(self) -> int:
        """Trees of all bags."""
        return self.n_rounds * len(self.boosters)

    def raw_scores(self, matrix: Matrix, *, threads: int = 2) -> Floats:
        """Log-odds before calibration; the log-odds of the share where there is no booster."""
        if not self.boosters:
            return np.full(matrix.shape[0], log_odds(self.share))
        total = np.zeros(matrix.shape[0])
        for one in self.boosters if matrix.shape[0] else ():
            total += np.asarray(
                load_booster(one).predict(matrix, raw_score=True, num_threads=useful_threads(matrix, threads)),
                dtype=float,
            )
        return np.asarray(total / len(self.boosters), dtype=float)

    def contributions(self, matrix: Matrix, *, threads: int = 2) -> Floats:
        """Exact tree SHAP values, one column per matrix column and a last one for the base; for few rows only."""
        if not self.boosters or matrix.shape[0] == 0:
            base = np.full((matrix.shape[0], 1), log_odds(self.share))
            return np.hstack([np.zeros(matrix.shape), base])
        total = np.zeros((matrix.shape[0], matrix.shape[1] + 1))
        for one in self.boosters:
            total += np.asarray(
                load_booster(one).predict(matrix, pred_contrib=True, num_threads=useful_threads(matrix, threads)),
                dtype=float,
            )
        return np.asarray(total / len(self.boosters), dtype=float)

    def gains(self, columns: Columns) -> dict[str, float]:
        """Share of the total split gain by column, largest first; empty without a booster."""
        if not self.boosters:
            return {}
        gain = np.sum([load_booster(one).feature_importance("gain") for one in self.boosters], axis=0)
        total = float(gain.sum()) or 1.0
        pairs = sorted(zip(columns.names, gain, strict=True), key=lambda pair: (-pair[1], pair[0]))
        return {name: float(value) / total for name, value in pairs}


def log_odds(share: float) -> float:
    """Natural log of the odds of `share`, kept finite at 0 and 1.

    >>> log_odds(0.5)
    0.0
    """
    inside = min(max(share, 1e-9), 1 - 1e-9)
    return float(np.log(inside / (1 - inside)))


@lru_cache(maxsize=64)
def load_booster(booster: str) -> lgb.Booster:
    """LightGBM's own reader; the few texts in use stay loaded."""
    return lgb.Booster(model_str=booster)


@dataclass(frozen=True, slots=True)
class Sample:
    """Inspected rows to learn one target from, sorted by declaration_id (order decides ties in histograms)."""

    matrix: Matrix
    positive: NDArray[np.bool_]
    weight: Floats
    days: NDArray[Any]

    def rows(self, chosen: NDArray[np.bool_]) -> Sample:
        """The chosen rows."""
        return Sample(self.matrix[chosen], self.positive[chosen], self.weight[chosen], self.days[chosen])

    def dataset(self, columns: Columns, plan: BoostingPlan, reference: lgb.Dataset | None = None) -> lgb.Dataset:
        """The rows in LightGBM's form, binned as `reference` where that is given."""
        return lgb.Dataset(
            self.matrix,
            label=self.positive.astype(np.float32),
            weight=self.weight,
            reference=reference,
            feature_name=list(columns.names),
            categorical_feature=[columns.names.index(name) for name in CATEGORIES],
            params={"max_bin": plan.n_bins, "verbosity": -1},
        )


def _told(name: str) -> str:
    return "any violation" if name == "any" else name


def fit_classifier(
    sample: Sample, columns: Columns, *, plan: BoostingPlan, seed: int, threads: int = 2, name: str = "any"
) -> Classifier:
    """Learn one target from inspected rows; too few positives or negatives give the prior share and a note.

    The number of rounds is found by stopping early on the latest `stopping_share` of the rows by `days`, inside the
    training period, and the model is then learned again on all of them. LightGBM runs deterministic and row-wise,
    whose result does not depend on the number of threads.
    """
    positive, weight = sample.positive, sample.weight
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    # half a positive among one more row (Krichevsky and Trofimov 1981), so that a share is never exactly 0 or 1
    share = (float(weight[positive].sum()) + 0.5) / (float(weight.sum()) + 1.0)
    if min(n_positive, n_negative) < plan.n_positives_min:
        kind = "violations" if n_positive <= n_negative else "rows without one"
        least = min(n_positive, n_negative)
        missing = (
            f"{_told(name)}: {least} {kind} among {len(positive)} inspected rows to learn from, "
            f"{plan.n_positives_min} needed; the share found stands in for a model"
        )
        return Classifier(boosters=(), share=share, n_rounds=0, note=missing)
    parameters = _parameters(columns, plan, seed, useful_threads(sample.matrix, threads))
    n_rounds = _rounds(sample, columns, plan, parameters)
    note = None if n_rounds else f"{_told(name)}: too few violations to stop early; {plan.n_rounds_default} rounds"
    n_rounds = n_rounds or plan.n_rounds_default
    data = sample.dataset(columns, plan)
    bags = [lgb.train(parameters | {"seed": seed + bag}, data, num_boost_round=n_rounds) for bag in range(plan.n_bags)]
    return Classifier(boosters=tuple(as_text(one) for one in bags), share=share, n_rounds=n_rounds, note=note)


def _rounds(sample: Sample, columns: Columns, plan: BoostingPlan, parameters: dict[str, Any]) -> int:
    """Rounds found by stopping early on the latest rows; 0 where they hold too few positives to tell."""
    ordered = np.sort(sample.days)
    late = sample.days >= ordered[int(len(ordered) * (1 - plan.stopping_share))]
    enough = max(plan.n_positives_min // 2, 1)
    if min(sample.positive[late].sum(), sample.positive[~late].sum(), (~sample.positive[late]).sum()) < enough:
        return 0
    early = sample.rows(~late).dataset(columns, plan)
    booster = lgb.train(
        parameters,
        early,
        num_boost_round=plan.n_rounds_max,
        valid_sets=[sample.rows(late).dataset(columns, plan, reference=early)],
        callbacks=[lgb.early_stopping(plan.n_rounds_patience, verbose=False)],
    )
    return max(plan.n_rounds_min, booster.best_iteration)


def _parameters(columns: Columns, plan: BoostingPlan, seed: int, threads: int) -> dict[str, Any]:
    return {
        "objective": "binary",
        "metric": "binary_logloss",
        "learning_rate": plan.learning_rate,
        "num_leaves": plan.n_leaves,
        "min_data_in_leaf": plan.n_rows_per_leaf_min,
        "feature_fraction": plan.feature_share,
        "bagging_fraction": plan.row_share,
        "bagging_freq": 1,
        "lambda_l2": plan.l2_penalty,
        "max_bin": plan.n_bins,
        "monotone_constraints": list(columns.monotone),
        "monotone_constraints_method": "intermediate",
        "deterministic": True,
        "force_row_wise": True,
        "seed": seed,
        "num_threads": threads,
        "verbosity": -1,
    }


def as_text(booster: lgb.Booster) -> str:
    """LightGBM's model text without what depends on the machine rather than on the model."""
    return re.sub(r"\[num_threads: \d+\]", "[num_threads: 0]", booster.model_to_string(num_iteration=-1))

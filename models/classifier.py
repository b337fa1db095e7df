"""Gradient-boosted classifiers: any violation, and each typology among them; bagged, weighted, deterministic."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from features.errors import ConfigError
from models.kinds import fit_kind
from models.linear import Linear
from models.matrix import CATEGORIES, Columns, Floats, Matrix
from models.oddness import fit_oddness
from models.start import Start

PARALLEL_CELLS = 2_000_000
"""Smaller matrices use one thread: it is as fast there, and where cores are shared, waiting threads cost tenfold."""


LINEAR_SHARE = 1.0 / 3.0
"""Share of the log-odds that the weighted sum of all evidence has where there is one: trees need many violations to
read many middling pieces together (chosen on generated worlds, seeds 61, 66, and four hand-made ones)."""
TREES_AT_ONCE = 50
"""Trees that a row is led through before the next row is: so many stay in a core's nearest memory (measured)."""


def useful_threads(matrix: NDArray[Any], wanted: int) -> int:
    """Threads worth using on `matrix`; the result never depends on it."""
    return wanted if matrix.size >= PARALLEL_CELLS else 1


@dataclass(frozen=True, slots=True)
class BoostingPlan:
    """How to boost. Every number is a setting; see configs/train.toml for what it means and where it comes from."""

    n_bags: int = 3
    n_rounds_max: int = 100
    n_rounds_min: int = 100
    n_search_positives_min: int = 12
    n_rounds_few: int = 100
    n_rounds_default: int = 100
    n_leaves_tried: tuple[int, ...] = (7, 15, 31)
    fold_starts: tuple[float, ...] = (0.6, 0.8)
    learning_rate: float = 0.05
    n_leaves: int = 15
    n_unlabelled_max: int = 40_000
    unlabelled_weight_ratio: float = 1.0
    dropped_weight_ratio: float = 0.5
    n_share_positives_min: int = 3
    n_share_rounds: int = 60
    n_share_leaves: int = 3
    n_share_rows_per_leaf: int = 4
    n_rows_per_leaf_min: int = 10
    feature_share: float = 0.4
    row_share: float = 0.7
    l2_penalty: float = 1.0
    n_bins: int = 127
    n_positives_min: int = 5


@dataclass(frozen=True, slots=True)
class Classifier:
    """Boosters as text, or, where there was too little to learn from, a share with the reason for it."""

    boosters: tuple[str, ...]
    """One per bag, each with rows and columns drawn anew; their log-odds are averaged. Empty: nothing learned."""
    share: float
    """Weighted share of positives in training: the prior; for a typology, among violations."""
    n_rounds: int
    """Trees of one bag."""
    note: str | None
    start: Start | None = None
    """Log-odds that the boosters add to; null where they begin from nothing."""
    linear: Linear | None = None
    """What is averaged with the boosters; null where they stand alone."""

    @property
    def is_learned(self) -> bool:
        """Whether there is a booster at all."""
        return bool(self.boosters)

    @property
    def boosted_share(self) -> float:
        """Share of the log-odds that the boosters and their start have."""
        return 1.0 if self.linear is None else 1.0 - LINEAR_SHARE

    @property
    def n_trees(self) -> int:
        """Trees of all bags."""
        return self.n_rounds * len(self.boosters)

    def raw_scores(self, matrix: Matrix, told: Floats | None = None, *, threads: int = 2) -> Floats:
        """Log-odds before calibration; the log-odds of the share where there is no booster.

        `told`: the few numbers of each row that a classifier with a `start` begins from.
        """
        if not self.boosters:
            return np.full(matrix.shape[0], log_odds(self.share))
        if self.start is not None and told is None:
            raise ValueError("this classifier begins from a few numbers of each row, and was not told them")
        total, n_threads = np.zeros(matrix.shape[0]), useful_threads(matrix, threads)
        for one in self.boosters if matrix.shape[0] else ():
            booster = load_booster(one)
            for tree in range(0, booster.num_trees(), TREES_AT_ONCE):
                total += np.asarray(
                    booster.predict(
                        matrix,
                        raw_score=True,
                        start_iteration=tree,
                        num_iteration=TREES_AT_ONCE,
                        num_threads=n_threads,
                    ),
                    dtype=float,
                )
        begun = 0.0 if self.start is None or told is None else self.start.log_odds(told)
        boosted = self.boosted_share * (begun + total / len(self.boosters))
        added = 0.0 if self.linear is None else LINEAR_SHARE * self.linear.log_odds(matrix)
        return np.asarray(boosted + added, dtype=float)

    def contributions(self, matrix: Matrix, *, threads: int = 2) -> Floats:
        """Exact parts of the log-odds, one column per matrix column and a last one for the base; for few rows only.

        Tree SHAP values of what the boosters add to `start`, not where they began; and what `linear` adds.
        """
        if not self.boosters or matrix.shape[0] == 0:
            base = np.full((matrix.shape[0], 1), log_odds(self.share))
            return np.hstack([np.zeros(matrix.shape), base])
        total = np.zeros((matrix.shape[0], matrix.shape[1] + 1))
        for one in self.boosters:
            total += np.asarray(
                load_booster(one).predict(matrix, pred_contrib=True, num_threads=useful_threads(matrix, threads)),
                dtype=float,
            )
        total *= self.boosted_share / len(self.boosters)
        if self.linear is not None:
            total[:, :-1] += LINEAR_SHARE * self.linear.contributions(matrix)
            total[:, -1] += LINEAR_SHARE * self.linear.level
        return np.asarray(total, dtype=float)

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
    """LightGBM's own reader; the few texts in use stay loaded. Raises ConfigError where it is not a booster."""
    try:
        return lgb.Booster(model_str=booster)
    except lgb.basic.LightGBMError as error:
        raise ConfigError(f"model: a booster cannot be read ({error}); copy the model again, or train anew") from error


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows to learn one target from, sorted by declaration_id (order decides ties in histograms)."""

    matrix: Matrix
    target: Floats
    """1 found in violation, 0 not; in between for what was never inspected: how likely it is thought to be one."""
    weight: Floats
    days: NDArray[Any]
    told: Floats | None = None
    """The few numbers that learning begins from (for any violation, how rare the doubts of each family are; for a
    typology, what they speak for); null: from nothing."""

    def rows(self, chosen: NDArray[np.bool_]) -> Sample:
        """The chosen rows."""
        told = None if self.told is None else self.told[chosen]
        return Sample(self.matrix[chosen], self.target[chosen], self.weight[chosen], self.days[chosen], told)

    def start(self) -> Start | None:
        """Learn from these rows, inspected ones, where boosting begins; null where nobody looked how odd they are."""
        if self.told is None:
            return None
        positive = self.target > 0.5
        return fit_oddness(self.told, positive, self.weight, share=_share(positive, self.weight))

    def dataset(
        self,
        columns: Columns,
        plan: BoostingPlan,
        start: Start | None = None,
        reference: lgb.Dataset | None = None,
    ) -> lgb.Dataset:
        """The rows in LightGBM's form, begun from `start`, binned as `reference` where that is given."""
        return lgb.Dataset(
            self.matrix,
            label=self.target.astype(np.float32),
            weight=self.weight,
            init_score=None if start is None or self.told is None else start.log_odds(self.told),
            reference=reference,
            feature_name=list(columns.names),
            categorical_feature=[columns.names.index(name) for name in CATEGORIES],
            params={"max_bin": plan.n_bins, "verbosity": -1},
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """What was decided before boosting: the plan with its leaves, the rounds, the prior share, and what to say."""

    plan: BoostingPlan
    n_rounds: int
    share: float
    note: str | None

    @property
    def can_learn(self) -> bool:
        """Whether there were rows enough of both kinds."""
        return self.n_rounds > 0


def settle(inspected: Sample, columns: Columns, plan: BoostingPlan, *, seed: int) -> Settled:
    """Decide how any violation is learned: leaves and rounds searched on time-ordered folds of the inspected rows.

    With too few violations, or rows without one, nothing can be learned and a note says so.
    """
    positive = inspected.target > 0.5
    share = _share(positive, inspected.weight)
    least = min(int(positive.sum()), int((~positive).sum()))
    if least < plan.n_positives_min:
        one, many = ("violation", "violations") if positive.sum() * 2 <= len(positive) else ("clean row", "clean rows")
        note = (
            f"any violation: {least} {one if least == 1 else many} among {len(positive)} inspected rows to learn from, "
            f"{plan.n_positives_min} needed; the share found stands in for a model"
        )
        return Settled(plan, 0, share, note)
    found = search_plan(inspected, columns, plan, seed=seed)
    if found is None:
        note = f"any violation: too few violations to search with; {plan.n_rounds_few} rounds"
        return Settled(plan, plan.n_rounds_few, share, note)
    return Settled(*found, share, None)


def boost(
    rows: Sample, columns: Columns, settled: Settled, *, start: Start | None = None, seed: int, threads: int = 2
) -> Classifier:
    """Learn any violation from `rows` as settled, begun from `start`; where too few, the share stands in.

    LightGBM runs deterministic and row-wise: the number of threads changes nothing.
    """
    boosters: tuple[str, ...] = ()
    if settled.can_learn:
        data = rows.dataset(columns, settled.plan, start)
        own = _parameters(columns, settled.plan, seed, useful_threads(rows.matrix, threads))
        boosters = _boost(data, own, settled.plan.n_bags, settled.n_rounds)
    return Classifier(boosters, settled.share, settled.n_rounds, settled.note, start if settled.can_learn else None)


def fit_classifier(
    inspected: Sample, columns: Columns, *, plan: BoostingPlan, seed: int, threads: int = 2
) -> Classifier:
    """Learn any violation from inspected rows alone: `settle`, then `boost` on all of them."""
    settled = settle(inspected, columns, plan, seed=seed)
    return boost(inspected, columns, settled, start=inspected.start(), seed=seed, threads=threads)


def fit_share(
    violations: Sample, columns: Columns, *, plan: BoostingPlan, seed: int, threads: int = 2, name: str
) -> Classifier:
    """Learn how likely a violation is of the typology `name`, from violations alone.

    What makes a declaration suspicious at all is learned from every violation; a typology with few of its own only has
    to be told from the others. Learning begins from what the doubts of a row speak for (models.kinds); small trees,
    free in direction, add to it, and also read which kinds were found with the parties before. A shipment can be more
    than one.
    """
    positive = violations.target > 0.5
    share = _share(positive, violations.weight)
    if min(int(positive.sum()), int((~positive).sum())) < plan.n_share_positives_min:
        note = (
            f"{name}: {int(positive.sum())} of {len(positive)} violations to learn from, "
            f"{plan.n_share_positives_min} of it and of others needed; its share of violations stands in for a model"
        )
        return Classifier(boosters=(), share=share, n_rounds=0, note=note)
    own = replace(plan, n_leaves=plan.n_share_leaves, n_rows_per_leaf_min=plan.n_share_rows_per_leaf, feature_share=0.5)
    weights = _split_weights(columns, without=columns.measures)
    free = {"monotone_constraints": [0] * len(columns.names), "feature_contri": weights}
    parameters = _parameters(columns, own, seed, useful_threads(violations.matrix, threads)) | free
    start = None
    if violations.told is not None:
        start = fit_kind(violations.told, positive, violations.weight, typology=name, share=share)
    boosters = _boost(violations.dataset(columns, own, start), parameters, own.n_bags, plan.n_share_rounds)
    return Classifier(boosters, share, plan.n_share_rounds, None, start)


def search_plan(
    inspected: Sample, columns: Columns, plan: BoostingPlan, *, seed: int
) -> tuple[BoostingPlan, int] | None:
    """Leaves and rounds with the least weighted log-loss on later inspected rows, over expanding folds by time.

    Null where a fold holds too few violations to tell.
    """
    ordered = np.sort(inspected.days)
    starts = [ordered[int(len(ordered) * share)] for share in plan.fold_starts]
    ends = [*starts[1:], ordered[-1] + 1]
    losses = {leaves: np.zeros(plan.n_rounds_max) for leaves in plan.n_leaves_tried}
    for start, end in zip(starts, ends, strict=True):
        past, next_ = inspected.days < start, (inspected.days >= start) & (inspected.days < end)
        n_positive = [int((inspected.target[rows] > 0.5).sum()) for rows in (past, next_)]
        if min(*n_positive, int(next_.sum()) - n_positive[1]) < plan.n_search_positives_min:
            return None
        begun = inspected.rows(past).start()
        for leaves in losses:
            own = replace(plan, n_leaves=leaves)
            data = inspected.rows(past).dataset(columns, own, begun)
            kept: dict[str, dict[str, list[float]]] = {}
            lgb.train(
                _parameters(columns, own, seed, 1),
                data,
                num_boost_round=plan.n_rounds_max,
                valid_sets=[inspected.rows(next_).dataset(columns, own, begun, data)],
                callbacks=[lgb.record_evaluation(kept)],
            )
            losses[leaves] += np.asarray(kept["valid_0"]["cross_entropy"]) * float(inspected.weight[next_].sum())
    least = min(plan.n_rounds_min, plan.n_rounds_max)
    grown = {leaves: loss[least - 1 :] for leaves, loss in losses.items()}  # as they stand where growing may stop
    leaves = min(grown, key=lambda one: (float(grown[one].min()), one))
    return replace(plan, n_leaves=leaves), least + int(grown[leaves].argmin())


def _share(positive: NDArray[np.bool_], weight: Floats) -> float:
    # half a positive among one more row (Krichevsky and Trofimov 1981), so that a share is never exactly 0 or 1
    return (float(weight[positive].sum()) + 0.5) / (float(weight.sum()) + 1.0)


def _boost(data: lgb.Dataset, parameters: Mapping[str, Any], n_bags: int, n_rounds: int) -> tuple[str, ...]:
    seeds = [parameters["seed"] + bag for bag in range(n_bags)]
    bags = [lgb.train({**parameters, "seed": seed}, data, num_boost_round=n_rounds) for seed in seeds]
    return tuple(as_text(one) for one in bags)


def _parameters(columns: Columns, plan: BoostingPlan, seed: int, threads: int) -> dict[str, Any]:
    return {
        "objective": "cross_entropy",  # the logistic loss for labels between 0 and 1
        "metric": "cross_entropy",
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
        "feature_contri": _split_weights(columns, without=columns.kinds),
        "deterministic": True,
        "force_row_wise": True,
        "seed": seed,
        "num_threads": threads,
        "verbosity": -1,
    }


def _split_weights(columns: Columns, *, without: Sequence[str] = ()) -> list[float]:
    """Nought for columns never split on: `without`, and a good's name, which is learned by heart and tells no more."""
    never = {"mineral", *without}
    return [0.0 if name in never else 1.0 for name in columns.names]


def as_text(booster: lgb.Booster) -> str:
    """LightGBM's model text without what depends on the machine rather than on the model."""
    return re.sub(r"\[num_threads: \d+\]", "[num_threads: 0]", booster.model_to_string(num_iteration=-1))

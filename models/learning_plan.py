"""How to train: every number that learning and calibrating go by."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.classifier import BoostingPlan


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How to train; every number is a setting, see configs/train.toml for what it means and where it comes from."""

    boosting: BoostingPlan = field(default_factory=BoostingPlan)
    max_knots: int = 256
    n_trees: int = 64
    common_doubt_weight_ratio: float = 0.25
    n_group_rows_min: int = 200
    n_positives_isotonic: int = 300
    n_positives_platt: int = 8
    n_folds: int = 4
    monthly_step_log_odds: float = 0.2
    prior_share: float = 0.01
    min_learning_weight_ratio: float = 0.8
    max_learning_weight_ratio: float = 1.25
    group_column: str = "exporter_id"
    seed: int = 0
    threads: int = 2

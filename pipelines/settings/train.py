"""Settings of training, evaluation, the promotion gate and the drift gate: configs/train.toml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.classifier import BoostingPlan
from models.evaluation import EvaluationPlan
from models.training import TrainingPlan
from pipelines.settings.closed import Closed

Share = Annotated[float, Field(ge=0, le=1)]
Inside = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=0)]
Some = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]


class SplitSettings(Closed):
    """How declarations are divided by time and trader."""

    test_share: Annotated[float, Field(ge=0, lt=1)]
    calibration_share: Annotated[float, Field(ge=0, lt=1)]
    embargo_days: Count
    group_column: str
    held_out_group_share: Annotated[float, Field(ge=0, lt=1)]
    is_whole_groups: bool


class LabelSettings(Closed):
    """How inspected rows are weighted."""

    min_selection_probability_share: Inside
    max_weight_ratio: Annotated[float, Field(ge=1)]


class AnomalySettings(Closed):
    """The score that needs no label."""

    max_knots: Annotated[int, Field(ge=8)]
    context_weight_ratio: Annotated[float, Field(ge=0)]
    n_group_rows_min: Some


class ClassifierSettings(Closed):
    """Gradient boosting."""

    n_rounds_max: Some
    n_rounds_min: Some
    n_rounds_default: Some
    n_rounds_patience: Some
    stopping_share: Inside
    learning_rate: Positive
    n_leaves: Annotated[int, Field(ge=2)]
    n_rows_per_leaf_min: Some
    feature_share: Annotated[float, Field(gt=0, le=1)]
    l2_penalty: Annotated[float, Field(ge=0)]
    n_bins: Annotated[int, Field(ge=2, le=255)]
    n_positives_min: Some
    prior_share: Inside


class CalibrationSettings(Closed):
    """From score to probability."""

    n_positives_isotonic: Some
    n_positives_platt: Some


class EvaluationSettings(Closed):
    """What is measured on held-out inspections."""

    inspected_shares: Annotated[tuple[Inside, ...], Field(min_length=1)]
    n_draws: Annotated[int, Field(ge=20)]
    interval_share: Inside
    n_bins: Annotated[int, Field(ge=2)]


class GateSettings(Closed):
    """What a challenger must show before it is promoted."""

    compared_at_share: Inside
    max_loss_share: Share
    max_typology_loss_share: Share
    max_calibration_error_share: Share
    min_lift_ratio: Annotated[float, Field(ge=1)]
    min_auc_share: Share
    n_positives_min: Some
    is_unlabelled_allowed: bool


class DriftSettings(Closed):
    """When evidence has moved too far from what the model was trained on."""

    stability_watch: Positive
    stability_limit: Positive
    max_moved_share: Share
    n_rows_min: Some


class TrainSettings(Closed):
    """All of configs/train.toml."""

    seed: Count
    threads: Annotated[int, Field(ge=1, le=64)]
    split: SplitSettings
    labels: LabelSettings
    anomaly: AnomalySettings
    classifier: ClassifierSettings
    calibration: CalibrationSettings
    evaluation: EvaluationSettings
    gate: GateSettings
    drift: DriftSettings

    def training_plan(self) -> TrainingPlan:
        """The settings in the form the models take."""
        return TrainingPlan(
            boosting=BoostingPlan(**self.classifier.model_dump(exclude={"prior_share"})),
            prior_share=self.classifier.prior_share,
            **self.anomaly.model_dump(),
            **self.calibration.model_dump(),
            seed=self.seed,
            threads=self.threads,
        )

    def evaluation_plan(self) -> EvaluationPlan:
        """Likewise for the evaluation."""
        return EvaluationPlan(**self.evaluation.model_dump())

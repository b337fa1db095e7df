"""Settings of training, evaluation, the promotion gate and the drift gate: configs/train.toml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.classifier import BoostingPlan
from models.evaluation import EvaluationPlan
from models.learning_plan import TrainingPlan
from models.seasons import SeasonPlan
from pipelines.settings.closed import Closed

Share = Annotated[float, Field(ge=0, le=1)]
Inside = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=0)]
Some = Annotated[int, Field(ge=1)]
Typology = Literal["misdeclaration", "concealment", "transshipment"]
Positive = Annotated[float, Field(gt=0)]


LEARNING = {"prior_share", "min_learning_weight_ratio", "max_learning_weight_ratio"}
"""Settings of [classifier] that are no boosting parameters."""


class SplitSettings(Closed):
    """How declarations are divided by time and trader."""

    test_share: Annotated[float, Field(ge=0, lt=1)] = Field(
        description="latest share of declarations, never trained on"
    )
    calibration_share: Annotated[float, Field(ge=0, lt=1)] = Field(
        description="share before those, for calibration and p-values"
    )
    embargo_days: Count = Field(description="days dropped before each cut")
    group_column: str = Field(description="column that names the trader")
    held_out_group_share: Annotated[float, Field(ge=0, lt=1)] = Field(
        description="share of traders kept out of training, so that the test has unseen ones"
    )
    held_out_values: dict[str, tuple[str, ...]] = Field(
        description="values by column (mineral, dispatch_iso3, destination_iso3, ...) kept out of training whole"
    )
    is_whole_groups: bool = Field(description="drop from the test every trader that occurs in training")


class LabelSettings(Closed):
    """How inspected rows are weighted."""

    min_selection_probability_share: Inside = Field(description="lower logged probabilities of selection count as this")
    max_weight_ratio: Annotated[float, Field(ge=1)] = Field(
        description="largest weight of an inspected row, in mean weights"
    )


class AnomalySettings(Closed):
    """The score that needs no label."""

    max_knots: Annotated[int, Field(ge=8)] = Field(description="knots kept per evidence column")
    n_trees: Some = Field(description="trees of the isolation forest")
    common_doubt_weight_ratio: Annotated[float, Field(ge=0)] = Field(
        description="weight of doubt that most trade shows, where doubt that stands out has 1"
    )
    n_group_rows_min: Some = Field(description="calibration rows that a mineral and mode needs for p-values of its own")


class ClassifierSettings(Closed):
    """Gradient boosting."""

    n_bags: Some = Field(description="times that each classifier is learned anew, rows and columns drawn again")
    n_rounds_max: Some = Field(description="trees of a bag at most")
    n_rounds_min: Some = Field(description="trees of a bag at least")
    n_search_positives_min: Some = Field(description="positives in each fold of the search; fewer: no search")
    n_rounds_few: Some = Field(description="trees of a bag where there are too few positives to search with")
    n_rounds_default: Some = Field(description="trees of the plain LightGBM that models are measured beside")
    fold_starts: Annotated[tuple[Inside, ...], Field(min_length=1)] = Field(
        description="where each fold of the search inside the training period begins, as a share of its inspected rows"
    )
    n_leaves_tried: Annotated[tuple[Annotated[int, Field(ge=2)], ...], Field(min_length=1)] = Field(
        description="leaves of a tree at most, each tried in the search"
    )
    learning_rate: Positive = Field(description="step of each tree")
    n_leaves: Annotated[int, Field(ge=2)] = Field(
        description="leaves of a tree at most, where there is too little to search with"
    )
    n_rows_per_leaf_min: Some = Field(description="inspected rows in a leaf at least")
    feature_share: Annotated[float, Field(gt=0, le=1)] = Field(description="share of columns tried per tree")
    row_share: Annotated[float, Field(gt=0, le=1)] = Field(description="share of inspected rows drawn per tree")
    l2_penalty: Annotated[float, Field(ge=0)] = Field(description="penalty on the square of leaf values")
    n_bins: Annotated[int, Field(ge=2, le=255)] = Field(description="bins per column")
    n_positives_min: Some = Field(description="inspected positives needed for a classifier")
    n_unlabelled_max: Count = Field(description="uninspected rows learned from at most")
    unlabelled_weight_ratio: Annotated[float, Field(ge=0)] = Field(
        description="weight of all uninspected rows together, where the inspected ones have 1"
    )
    dropped_weight_ratio: Annotated[float, Field(ge=0)] = Field(
        description="weight of a row that is learned again with a family of evidence unknown, where the row has 1"
    )
    n_share_positives_min: Some = Field(description="violations of a typology, and of others, needed for a classifier")
    n_share_rounds: Some = Field(description="trees of a bag of a typology's classifier")
    n_share_leaves: Annotated[int, Field(ge=2)] = Field(description="leaves of its trees at most")
    n_share_rows_per_leaf: Some = Field(description="violations in a leaf at least")
    min_learning_weight_ratio: Inside = Field(description="least weight likewise")
    max_learning_weight_ratio: Annotated[float, Field(ge=1)] = Field(
        description="largest weight of an inspected row in learning, in mean weights"
    )
    prior_share: Inside = Field(description="suspicion where nothing was ever inspected")


class CalibrationSettings(Closed):
    """From score to probability."""

    n_positives_isotonic: Some = Field(description="positives from which isotonic calibration is used")
    n_positives_platt: Some = Field(
        description="positives from which Platt's sigmoid is used; fewer shift the level only"
    )
    n_folds: Annotated[int, Field(ge=2)] = Field(
        description="parts of the traders, each scored for calibration by a classifier learned without it"
    )
    monthly_step_log_odds: Annotated[float, Field(ge=0)] = Field(
        description="standard deviation of a month's step of the level of suspicion, in log-odds"
    )


class EvaluationSettings(Closed):
    """What is measured on held-out inspections."""

    inspected_shares: Annotated[tuple[Inside, ...], Field(min_length=1)] = Field(
        description="shares inspected at which precision, recall, mass and value are measured"
    )
    n_draws: Annotated[int, Field(ge=20)] = Field(description="bootstrap draws of traders")
    interval_share: Inside = Field(description="middle share of the draws shown as interval")
    n_bins: Annotated[int, Field(ge=2)] = Field(description="bins of equal weight for the calibration error")


class GateSettings(Closed):
    """What a challenger must show before it is promoted."""

    compared_at_share: Inside = Field(description="share inspected at which precision is compared")
    max_loss_share: Share = Field(description="loss allowed against the champion in average precision and precision")
    max_typology_loss_share: Share = Field(description="loss allowed in average precision of any typology")
    max_calibration_error_share: Share = Field(description="expected calibration error allowed")
    min_lift_ratio: Annotated[float, Field(ge=1)] = Field(
        description="first model: average precision over prevalence needed"
    )
    min_auc_share: Share = Field(
        description="first model: chance needed that a violation ranks above a clean declaration"
    )
    n_positives_min: Some = Field(description="held-out violations needed to compare anything")
    is_unlabelled_allowed: bool = Field(description="a first model may come from no inspection at all")
    n_reference_rows_min: Some = Field(description="declarations behind the p-values that such a first model needs")


class DriftSettings(Closed):
    """When evidence has moved too far from what the model was trained on."""

    stability_watch: Positive = Field(description="population stability index from which a column is watched")
    stability_limit: Positive = Field(description="index from which a column has moved")
    max_moved_share: Share = Field(description="share of moved columns allowed")
    n_rows_min: Some = Field(description="rows below which nothing is decided")


class SeasonSettings(Closed):
    """How seasons of weekly inspections are played."""

    warm_up_days: Some = Field(description="first days, whose own inspections are given")
    inspected_share: Inside = Field(description="share of each week's declarations that is inspected")
    random_share: Inside = Field(description="share of that by lot, for the policy that has such a share")
    retrain_weeks: Some = Field(description="weeks from one learning to the next")
    result_days: Some = Field(description="days from a declaration to the result of its inspection")
    missed_share: dict[Typology, Share] = Field(description="share of violations that an inspection misses")


class TrainSettings(Closed):
    """All of configs/train.toml."""

    seed: Count = Field(description="fixes every random choice of training")
    threads: Annotated[int, Field(ge=1, le=64)] = Field(
        description="processor threads; the result does not depend on it"
    )
    split: SplitSettings
    labels: LabelSettings
    anomaly: AnomalySettings
    classifier: ClassifierSettings
    calibration: CalibrationSettings
    evaluation: EvaluationSettings
    gate: GateSettings
    drift: DriftSettings
    seasons: SeasonSettings

    def training_plan(self) -> TrainingPlan:
        """The settings in the form the models take."""
        return TrainingPlan(
            boosting=BoostingPlan(**self.classifier.model_dump(exclude=LEARNING)),
            prior_share=self.classifier.prior_share,
            min_learning_weight_ratio=self.classifier.min_learning_weight_ratio,
            max_learning_weight_ratio=self.classifier.max_learning_weight_ratio,
            **self.anomaly.model_dump(),
            **self.calibration.model_dump(),
            group_column=self.split.group_column,
            seed=self.seed,
            threads=self.threads,
        )

    def evaluation_plan(self) -> EvaluationPlan:
        """Likewise for the evaluation."""
        return EvaluationPlan(**self.evaluation.model_dump())

    def season_plan(self) -> SeasonPlan:
        """Likewise for the seasons."""
        own = self.seasons
        return SeasonPlan(
            training=self.training_plan(),
            **own.model_dump(exclude={"warm_up_days"}),
            **self.labels.model_dump(),
        )

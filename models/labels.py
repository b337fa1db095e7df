"""What inspections say, as training labels, with weights that undo who was chosen for inspection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from features.contracts.columns import TYPOLOGIES

ANY = "any"
TARGETS: tuple[str, ...] = (ANY, *TYPOLOGIES)
"""One model each: any violation that is sought, then each typology."""
BY_LOT = "random"
OTHER = "is_other"
"""Column: a fault of no typology. No evidence speaks of it; it is neither sought nor clean."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Inspected declarations only; what was not inspected is unknown, which is not clean."""

    table: pl.DataFrame
    """declaration_id, inspected_on, finding, one Boolean column per target, is_other, weight, seized_kg, seized_usd."""
    counts: Mapping[str, int]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the probabilities has to know: whether it is known how the rows were chosen."""
        n_all, notes = self.counts["inspected"], []
        if n := self.counts["selection_probability_unknown"]:
            notes.append(
                f"{n:,} of {n_all:,} inspected declarations come without the probability of their selection: if they "
                "were chosen on suspicion, suspicion is too high for goods that nobody picked; log "
                "selection_probability, and inspect a share at random"
            )
        if n := self.counts["standing_alone"]:
            notes.append(
                f"{n:,} of {n_all:,} inspected declarations were chosen by tip, rule or model without a logged "
                "probability: each stands for itself alone, where one drawn by lot stands for others"
            )
        return tuple(notes)


def label_inspected(
    outcomes: pl.DataFrame, *, min_selection_probability_share: float, max_weight_ratio: float
) -> Labels:
    """Turn outcomes into labels weighted by inverse probability of selection.

    `other_violation` is none of the typologies: not what is sought (`any` is false), and marked `is_other`. The weight
    is 1 / selection_probability, with the probability not below `min_selection_probability_share`, scaled to mean 1,
    cut at `max_weight_ratio`, scaled again (stabilised, truncated weights: Cole and Hernán 2008). Where the probability
    was not logged, or was logged as 0, which cannot be, `selected_by` decides: what a tip, rule or model chose was
    certain to be chosen and stands for itself alone (probability 1). By lot, or where nobody knows how, the median of
    the known ones (of those by lot, if any) is taken and counted; where none is known all weigh alike.
    """
    logged, by = pl.col("selection_probability"), pl.col("selected_by")
    known = pl.when(logged > 0).then(logged)
    alone = known.is_null() & (by != BY_LOT).fill_null(value=False)
    usual = pl.coalesce(known.filter(by == BY_LOT).median(), known.median())
    probability = pl.when(alone).then(1.0).otherwise(known.fill_null(usual).fill_null(1.0))
    probability = probability.clip(min_selection_probability_share, 1.0)
    if "selected_by" not in outcomes.columns:
        outcomes = outcomes.with_columns(selected_by=pl.lit(None, pl.String))
    table = outcomes.with_columns(
        pl.col("finding").is_in(TYPOLOGIES).alias(ANY),
        (pl.col("finding") == "other_violation").alias(OTHER),
        *((pl.col("finding") == typology).alias(typology) for typology in TYPOLOGIES),
        weight=1.0 / probability,
        guessed=known.is_null() & ~alone,
        alone=alone,
    ).sort("declaration_id")
    table = table.with_columns(weight=pl.col("weight") / pl.col("weight").mean())
    n_cut = table.select((pl.col("weight") > max_weight_ratio).sum()).item()
    table = table.with_columns(weight=pl.col("weight").clip(upper_bound=max_weight_ratio))
    table = table.with_columns(weight=pl.col("weight") / pl.col("weight").mean())
    counts = {
        "inspected": table.height,
        "violations": int(table[ANY].sum()),
        "other_violations": int(table[OTHER].sum()),
        **{typology: int(table[typology].sum()) for typology in TYPOLOGIES},
        "selection_probability_unknown": int(table["guessed"].sum()),
        "standing_alone": int(table["alone"].sum()),
        "weights_cut": int(n_cut or 0),
    }
    kept = ["declaration_id", "inspected_on", "finding", *TARGETS, OTHER, "weight", "seized_kg", "seized_usd"]
    return Labels(table=table.select(kept), counts=counts)


def known_before(labels: pl.DataFrame, day: date | None) -> pl.DataFrame:
    """Labels whose result was known before `day`; a model trained on that day could not know later ones."""
    return labels if day is None else labels.filter(pl.col("inspected_on") < day)

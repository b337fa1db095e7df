"""The declarations that a model is measured on, with what is known of them, and what it was taught before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from features.contracts.columns import TYPOLOGIES
from models.judging import trader_size, unseen_kinds
from models.labels import ANY, OTHER, label_inspected
from pipelines.settings.train import TrainSettings
from pipelines.steps.ground import Ground
from pipelines.steps.training_rows import RECORDS

BESIDE = ("office_id", "exporter_id")
"""Declared columns that only the evaluation tells rows apart by."""


@dataclass(frozen=True)
class Learned:
    """What the baselines learn from: inspected rows with labels, and all declarations of that time."""

    labelled: pl.DataFrame
    history: pl.DataFrame
    kinds: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Schemes and hubs (by column) of the violations found among `labelled`; empty where no truth tells."""


def measured_rows(
    ground: Ground, truth: Path | None, start: date, taught: Learned, settings: TrainSettings
) -> pl.DataFrame:
    """Rows since `start` with targets, weight, found_kg, found_usd and whether trader, hub and scheme are unseen."""
    group = settings.split.group_column
    table = _described(ground, group)
    rows = _labelled(table.filter(pl.col("declared_on") >= start), ground.outcomes, truth, settings)
    seen = taught.history[group] if group in taught.history.columns else pl.Series([], dtype=pl.String)
    return rows.with_columns(
        unseen_kinds(taught.kinds), unseen_party=~pl.col(group).is_in(seen.drop_nulls().unique().implode())
    )


def weighing_notes(rows: pl.DataFrame, ground: Ground, truth: Path | None, settings: TrainSettings) -> tuple[str, ...]:
    """What a reader has to know of how inspected `rows` were chosen; nothing where a truth tells of every row."""
    if truth is not None or ground.outcomes is None:
        return ()
    here = ground.outcomes.join(rows.select("declaration_id"), on="declaration_id", how="semi")
    return label_inspected(here, **settings.labels.model_dump()).notes


def own_past(ground: Ground, truth: Path | None, start: date, settings: TrainSettings) -> Learned:
    """What the inspections known by `start` have taught."""
    history = ground.table.filter(pl.col("declared_on") < start)
    found = ground.outcomes
    known = None if found is None else found.filter(pl.col("inspected_on") < start)
    known = None if known is None else known.join(history, on="declaration_id", how="semi")
    if known is None or not known.height:
        return Learned(history.clear().with_columns(any=False, weight=1.0), history)
    labels = label_inspected(known, **settings.labels.model_dump()).table.filter(~pl.col(OTHER))
    labelled = history.join(labels, on="declaration_id", how="inner", maintain_order="left")
    return Learned(labelled, history, kinds_found(labelled, truth))


def kinds_found(labelled: pl.DataFrame, truth: Path | None) -> dict[str, frozenset[str]]:
    """Schemes and hubs, by the truth, of the violations found among `labelled`; empty where it tells of none."""
    if truth is None:
        return {}
    found = _known(truth).join(labelled.filter(ANY), on="declaration_id", how="semi")
    return {name: frozenset(found[name].drop_nulls()) for name in ("hub", "scheme")} if found.height else {}


def _described(ground: Ground, group: str) -> pl.DataFrame:
    given, table = ground.given, ground.table
    beside = [name for name in BESIDE if name in given.columns and name not in table.columns]
    records = [pl.col(code).fill_null(0.0) > 0 for code in RECORDS if code in table.columns]
    return table.join(given.select("declaration_id", *beside), on="declaration_id", how="left").with_columns(
        trader_size=trader_size(given, group), no_record=~pl.any_horizontal(records)
    )


def _known(truth: Path) -> pl.DataFrame:
    """The hidden truth in the evaluation's words; scheme, hub and true mineral of violations only."""
    return pl.read_parquet(truth).select(
        "declaration_id",
        "scheme",
        "agent",
        pl.col("is_violation").alias(ANY),
        "true_kg",
        *((pl.col("typology") == name).fill_null(value=False).alias(name) for name in TYPOLOGIES),
        pl.when("is_violation").then("mineral").alias("true_mineral"),
        pl.when("is_violation").then("hub_iso3").alias("hub"),
    )


def _labelled(
    table: pl.DataFrame, found: pl.DataFrame | None, truth: Path | None, settings: TrainSettings
) -> pl.DataFrame:
    """Rows by the truth where there is one, else by inspections."""
    if truth is not None:
        rows = table.join(_known(truth), on="declaration_id", how="inner", maintain_order="left")
        return rows.with_columns(
            weight=1.0, found_kg=pl.col("true_kg"), found_usd=pl.col("value_usd"), **{OTHER: pl.lit(value=False)}
        ).sort("declaration_id")
    if found is None:
        return table.clear()
    here = found.join(table.select("declaration_id"), on="declaration_id", how="semi")
    labels = label_inspected(here, **settings.labels.model_dump()).table
    rows = table.join(labels, on="declaration_id", how="inner", maintain_order="left")
    return rows.with_columns(
        found_kg=pl.coalesce("seized_kg", "net_kg"), found_usd=pl.coalesce("seized_usd", "value_usd")
    ).sort("declaration_id")

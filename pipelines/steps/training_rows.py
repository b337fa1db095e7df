"""Rows that a training learns from and is measured on: evidence beside what was declared, split, labelled."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from features.evidence import Evidence
from models.baselines import RAW_COLUMNS, with_raw_columns
from models.labels import Labels
from models.matrix import CATEGORIES, DESCRIBED
from models.splits import Split, time_and_entity_split
from pipelines.settings.train import TrainSettings

RECORDS = ("exporter_risk", "consignee_risk")
"""Evidence above 0 once a party was found in violation; what has none must be found by other evidence."""


def with_described(
    evidence: pl.DataFrame, raw: pl.DataFrame, *, registry: Sequence[Evidence], group: str
) -> pl.DataFrame:
    """Evidence with the declaration's own columns beside it; sorted by declaration_id, one row each.

    Only identifiers, registered columns and categories are taken from the evidence, so that no other column of it can
    stand in for a declared one.
    """
    codes = [one.code for one in registry]
    kept = ["declaration_id", "declared_on", *(name for name in CATEGORIES if name in evidence.columns)]
    if group in evidence.columns:
        kept.append(group)
    kept += [name for name in (*codes, *DESCRIBED) if name in evidence.columns]
    wanted = [name for name in (*RAW_COLUMNS, group) if name in raw.columns and name not in kept]
    table = evidence.select(*dict.fromkeys(kept)).join(
        raw.select("declaration_id", *dict.fromkeys(wanted)), on="declaration_id", how="left", validate="1:1"
    )
    if group not in table.columns:
        table = table.with_columns(pl.lit(None, dtype=pl.String).alias(group))
    return with_raw_columns(table).sort("declaration_id")


def held_out_rows(table: pl.DataFrame, labels: Labels, split: Split) -> pl.DataFrame:
    """Inspected rows of the test part with labels, weight, found_kg, found_usd, unseen_party and no_record, by id."""
    inspected = split.select(table, "test").join(labels.table, on="declaration_id", how="left", maintain_order="left")
    found = inspected.drop_nulls("finding")
    # what was seized, else what was declared: a violation's size is better told by the lot than left at nothing
    records = [pl.col(code).fill_null(0.0) > 0 for code in RECORDS if code in found.columns]
    return found.with_columns(
        no_record=~pl.any_horizontal(records) if records else pl.lit(None, dtype=pl.Boolean),
        found_kg=pl.coalesce(pl.col("seized_kg"), pl.col("net_kg")),
        found_usd=pl.coalesce(pl.col("seized_usd"), pl.col("value_usd")),
    ).sort("declaration_id")


def split_rows(table: pl.DataFrame, settings: TrainSettings) -> Split:
    """Split rows by time and trader as `[split]` of the settings says."""
    own = settings.split
    return time_and_entity_split(
        table,
        test_share=own.test_share,
        calibration_share=own.calibration_share,
        embargo_days=own.embargo_days,
        group=own.group_column,
        held_out_group_share=own.held_out_group_share,
        whole_groups=own.is_whole_groups,
        held_out_values=own.held_out_values,
        seed=settings.seed,
    )

"""Train: split, fit, calibrate, evaluate beside baselines, write the model and its card, log a challenger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from features.contracts.columns import TYPOLOGIES
from features.errors import ContractError
from features.evidence import Evidence
from models.baselines import baseline_scores
from models.bundle import ModelBundle
from models.calibration import reliability_table
from models.evaluation import OURS, evaluate
from models.labels import ANY, TARGETS, Labels, known_before, label_inspected
from models.matrix import CATEGORIES, DESCRIBED, Floats
from models.splits import Split
from models.training import taught_later, train_bundle
from pipelines.files import fingerprint_table, write_table, write_text
from pipelines.settings.train import TrainSettings
from pipelines.steps.model_card import write_model_card
from pipelines.steps.model_figures import draw_figures
from pipelines.steps.train_lines import headline, training_lines
from pipelines.steps.training_rows import held_out_rows, split_rows, with_described
from pipelines.tracking import log_training

HELD_OUT = "held_out.parquet"
"""Inspected test rows with their evidence, kept under the home for `compare` and `promote`."""

LATE_DAYS = 365
"""A result later than this after the last declaration is most likely a date typed wrongly (own choice)."""


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What a training made."""

    bundle: ModelBundle
    model_version: str
    run_id: str
    registered_version: str
    evaluation: pl.DataFrame
    reliability: pl.DataFrame
    counts: dict[str, int]
    lines: list[str]
    paths: list[Path]


def run_train(
    evidence: pl.DataFrame,
    outcomes: pl.DataFrame,
    raw_declarations: pl.DataFrame,
    *,
    registry: Sequence[Evidence],
    settings: TrainSettings,
    home: Path,
    out_dir: Path,
    controls_version: str,
    data_version: str | None = None,
    data_fingerprints: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
) -> TrainResult:
    """Train on inspected declarations and register a challenger.

    Parameters
    ----------
    evidence
        One row per declaration: declaration_id, declared_on, every registry column, and, where known,
        transport_mode, mineral and the trader column of `[split] group_column`.
    outcomes
        Contract table; may be empty. Rows about declarations that are not in `evidence` are counted and left out.
    raw_declarations
        Contract table of the same declarations: what the baselines read, and mass and value.
    home, out_dir
        Home folder (MLflow store, held-out rows) and folder for the files made.
    data_version
        Fingerprint of the data; by default that of evidence and outcomes.
    notes
        What else whoever reads a score has to know of what was learned from.

    Raises
    ------
    ContractError
        Where there is no declaration, or a declaration_id twice.
    ConfigError
        Where evidence lacks a registered column.
    """
    _check(evidence, "evidence")
    fingerprints = dict(data_fingerprints or {})
    fingerprints.setdefault("evidence", fingerprint_table(evidence))
    fingerprints.setdefault("outcomes", fingerprint_table(outcomes))
    version = data_version or "-".join((fingerprints["evidence"][:8], fingerprints["outcomes"][:8]))
    table = with_described(evidence, raw_declarations, registry=registry, group=settings.split.group_column)
    split = split_rows(table, settings)
    here = _beside_declared(outcomes, table)
    known_on = pl.max_horizontal("inspected_on", "declared_on")  # never before the declaration, whatever was typed
    labels = label_inspected(here.with_columns(inspected_on=known_on), **settings.labels.model_dump())
    plan = settings.training_plan()
    bundle = train_bundle(
        table,
        labels.table,
        split,
        registry,
        plan=plan,
        controls_version=controls_version,
        data_version=version,
    )
    measured = _measure(bundle, table, labels, split, settings)
    bundle = replace(bundle, notes=(*notes, *bundle.notes, *labels.notes))
    bundle = taught_later(bundle, table, labels.table, split, plan=plan, notes=(*notes, *labels.notes))
    counts = _count(table, outcomes, labels, split, measured.held_out)
    paths = _write_files(bundle, measured, out_dir)
    _keep_held_out(measured.held_out, bundle, settings.split.group_column, home)
    card = write_model_card(bundle, measured.evaluation, measured.reliability, counts, settings)
    paths.append(write_text(out_dir / "model_card.md", card))
    registered = log_training(
        home,
        bundle,
        params=settings.model_dump() | {"n_columns": len(bundle.columns.codes)},
        metrics=headline(measured.evaluation) | {f"n_{name}": float(value) for name, value in counts.items()},
        figures=draw_figures(bundle, measured.evaluation, measured.reliability, measured.held_out, measured.scores),
        tables={"evaluation": measured.evaluation, "reliability": measured.reliability},
        data_fingerprints=fingerprints,
        tags={"model_version": bundle.model_version, "controls_version": controls_version, "data_version": version},
        example=split.select(table, "train"),
        reports={"model_card.md": card},
    )
    return TrainResult(
        bundle=bundle,
        model_version=bundle.model_version,
        run_id=registered.run_id,
        registered_version=registered.version,
        evaluation=measured.evaluation,
        reliability=measured.reliability,
        counts=counts,
        lines=training_lines(counts, measured.evaluation, bundle, bundle.model_version, registered.version),
        paths=paths,
    )


def _check(evidence: pl.DataFrame, name: str) -> None:
    if not evidence.height:
        raise ContractError(f"{name}: no declaration to train on")
    twice = evidence.height - evidence["declaration_id"].n_unique()
    if twice:
        raise ContractError(f"{name}: declaration_id is not unique in {twice:,} of {evidence.height:,} rows")


def _beside_declared(outcomes: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    return outcomes.join(table.select("declaration_id", "declared_on"), on="declaration_id", how="inner")


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """The held-out inspected rows, how every model ranks them, and how good that is."""

    held_out: pl.DataFrame
    scores: Mapping[str, Floats]
    evaluation: pl.DataFrame
    reliability: pl.DataFrame


def _measure(
    bundle: ModelBundle, table: pl.DataFrame, labels: Labels, split: Split, settings: TrainSettings
) -> _Measured:
    held_out = held_out_rows(table, labels, split)
    history = pl.concat([split.select(table, "train"), split.select(table, "calibration")]).sort("declaration_id")
    known = known_before(labels.table, split.test_from)
    learned = history.join(known, on="declaration_id", how="left", maintain_order="left").drop_nulls("finding")
    scores, kinds = _all_scores(bundle, learned, history, held_out, settings)
    group = settings.split.group_column
    evaluation = evaluate(held_out, scores, kinds, plan=settings.evaluation_plan(), group=group, seed=settings.seed)
    return _Measured(held_out, scores, evaluation, _reliability(held_out, scores, settings))


def _count(
    table: pl.DataFrame, outcomes: pl.DataFrame, labels: Labels, split: Split, held_out: pl.DataFrame
) -> dict[str, int]:
    """Rows that came in, and where each of them went."""
    return {
        "declarations": table.height,
        "outcomes": outcomes.height,
        "outcomes_elsewhere": outcomes.height - labels.table.height,
        "outcomes_dated_too_early": _beside_declared(outcomes, table)
        .filter(pl.col("inspected_on") < pl.col("declared_on"))
        .height,
        "outcomes_dated_too_late": _beside_declared(outcomes, table)
        .filter(pl.col("inspected_on") > table["declared_on"].max() + pl.duration(days=LATE_DAYS))
        .height,
        **{f"{part}_rows": n for part, n in split.counts().items()},
        **labels.counts,
        "test_inspected": held_out.height,
        "test_violations": int(held_out[ANY].sum()),
    }


def _all_scores(
    bundle: ModelBundle, learned: pl.DataFrame, history: pl.DataFrame, held_out: pl.DataFrame, settings: TrainSettings
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Score the held-out rows by the model and by every baseline; the baselines learn from the same rows."""
    own = bundle.score(held_out)
    columns = bundle.columns
    described = zip(columns.codes, columns.roles, columns.families, strict=True)
    plan = settings.training_plan()
    ours = own["suspicion"].to_numpy() if bundle.is_supervised else np.full(held_out.height, np.nan)
    scores = {OURS: ours, "anomaly": own["anomaly_score"].to_numpy()} | baseline_scores(
        learned,
        history,
        held_out,
        mirror_codes=[code for code, role, family in described if role == "doubt" and family == "mirror"],
        plan=plan.boosting,
        seed=plan.seed,
        threads=plan.threads,
    )
    return scores, {typology: own[f"p_{typology}"].to_numpy() for typology in TYPOLOGIES}


def _reliability(held_out: pl.DataFrame, scores: Mapping[str, Floats], settings: TrainSettings) -> pl.DataFrame:
    ours = scores[OURS]
    kept = np.isfinite(ours)
    return reliability_table(
        ours[kept],
        held_out[ANY].to_numpy()[kept],
        held_out["weight"].to_numpy().astype(float)[kept],
        n_bins=settings.evaluation.n_bins,
        interval_share=settings.evaluation.interval_share,
    )


def _write_files(bundle: ModelBundle, measured: _Measured, out_dir: Path) -> list[Path]:
    for name, text in bundle.to_files().items():
        write_text(out_dir / "model" / name, text)
    return [
        out_dir / "model",
        write_table(measured.evaluation, out_dir / "evaluation.parquet"),
        write_table(measured.evaluation, out_dir / "evaluation.csv"),
        write_table(measured.reliability, out_dir / "reliability.csv"),
    ]


def _keep_held_out(held_out: pl.DataFrame, bundle: ModelBundle, group: str, home: Path) -> None:
    kept = ["declaration_id", "declared_on", group, *bundle.columns.codes, *CATEGORIES, *TARGETS, "weight"]
    kept += [*DESCRIBED, "found_kg", "found_usd", "unseen_party"]
    write_table(held_out.select(name for name in dict.fromkeys(kept) if name in held_out.columns), home / HELD_OUT)

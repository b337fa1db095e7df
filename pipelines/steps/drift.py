"""Drift: has evidence, or what the model makes of it, moved away from what the model was trained on?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.evidence import Evidence
from models.bundle import ModelBundle
from models.drift import drift_table
from pipelines.files import write_table
from pipelines.settings.train import TrainSettings
from pipelines.tracking import log_run

SCORES = ("suspicion", "anomaly_score")


@dataclass(frozen=True, slots=True)
class Drift:
    """How far each column has moved."""

    table: pl.DataFrame
    """name, stability (population stability index), usual (its movement within training), null_share_then,
    null_share_now, n, verdict."""
    lines: list[str]
    paths: list[Path]
    refusal: str | None
    """Why the gate said no (exit code 4); null where the model may go on."""


def run_drift(
    bundle: ModelBundle,
    evidence: pl.DataFrame,
    *,
    settings: TrainSettings,
    out_dir: Path,
    registry: Sequence[Evidence] | None = None,
    home: Path | None = None,
    model_name: str = "champion",
) -> Drift:
    """Compare new evidence with the distributions kept in the model; write `drift.parquet` and `drift.csv`.

    A column has moved when its index exceeds the limit by more than it moved by itself within the training: histories
    grow, new fields come in. The gate says no where the share of evidence columns that moved exceeds `max_moved_share`,
    or suspicion itself moved. Too few rows decide nothing. With `home` the table is logged in experiment `drift`.
    """
    if registry is not None:
        bundle.columns.check(registry)
    own = settings.drift
    verdict = (
        pl.when(pl.col("stability").is_null())
        .then(pl.lit("unknown"))
        .when(pl.col("stability") >= own.stability_limit + pl.col("usual"))
        .then(pl.lit("moved"))
        .when(pl.col("stability") >= own.stability_watch + pl.col("usual"))
        .then(pl.lit("watch"))
        .otherwise(pl.lit("steady"))
    )
    table = drift_table(bundle.histograms, bundle.drift_columns(evidence)).with_columns(verdict=verdict)
    columns = table.filter(~pl.col("name").is_in(SCORES))
    moved = columns.filter(pl.col("verdict") == "moved").height / max(columns.height, 1)
    suspicion = table.filter((pl.col("name") == "suspicion") & (pl.col("verdict") == "moved")).height > 0
    paths = [write_table(table, out_dir / "drift.parquet"), write_table(table, out_dir / "drift.csv")]
    lines = [
        f"{evidence.height:,} declarations against the training of {bundle.trained_from} to {bundle.trained_until}"
    ]
    lines += [f"{name}: {words}" for name, words in _worst(table)]
    refusal = None
    if evidence.height < own.n_rows_min:
        lines.append(f"fewer than {own.n_rows_min} rows: too few to decide anything")
    elif moved > own.max_moved_share or suspicion:
        what = f"{moved:.0%} of evidence columns moved (allowed {own.max_moved_share:.0%})"
        what += "; suspicion itself moved" if suspicion else ""
        refusal = f"drift: {what}; see {out_dir / 'drift.csv'}, then train again with `oretrace train`"
    if home is not None:
        stability = {f"stability.{name}": value for name, value in table.select("name", "stability").iter_rows()}
        log_run(
            home,
            "drift",
            {"model": model_name, "model_version": bundle.model_version, "rows": evidence.height},
            {"moved_share": moved, **stability},
            {},
            name=f"{model_name}: {'refused' if refusal else 'passed'}",
            tables={"drift": table},
        )
    return Drift(table, lines, paths, refusal)


def _worst(table: pl.DataFrame) -> list[tuple[str, str]]:
    shown = table.filter(pl.col("verdict").is_in(["moved", "watch"])).head(10)
    if not shown.height:
        return [("all columns", "steady")]
    return [
        (name, f"{verdict}, stability index {stability:.2f}, unknown {then:.0%} then and {now:.0%} now")
        for name, stability, then, now, verdict in shown.select(
            "name", "stability", "null_share_then", "null_share_now", "verdict"
        ).iter_rows()
    ]

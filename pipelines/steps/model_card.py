"""The model card: what a model was given, what it finds and where it stops, in the numbers of its own training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import polars as pl

from models.bundle import ModelBundle
from models.evaluation import OURS
from pipelines.settings.train import TrainSettings


def write_model_card(
    bundle: ModelBundle,
    evaluation: pl.DataFrame,
    reliability: pl.DataFrame,
    counts: Mapping[str, int],
    settings: TrainSettings,
) -> str:
    """Fill the card's template; every number comes from this training."""
    del reliability
    shown = f"{settings.gate.compared_at_share * 100:g}pct".replace(".", "_")
    metrics = ["average_precision", "auc", f"precision_at_{shown}", f"recall_at_{shown}", "calibration_error"]
    everything = evaluation.filter(pl.col("subset") == "all")
    models = everything["model"].unique(maintain_order=True).to_list()
    template = jinja2.Environment(autoescape=False, undefined=jinja2.StrictUndefined).from_string(  # noqa: S701 - Markdown
        Path(__file__).with_name("model_card.md.j2").read_text(encoding="utf-8")
    )
    return template.render(
        bundle=bundle,
        counts=dict(counts),
        metrics=metrics,
        rows=[(model, [_cell(everything, model, metric) for metric in metrics]) for model in models],
        subsets=[_subset(evaluation, name) for name in evaluation["subset"].unique(maintain_order=True)],
        n_test=f"{counts['test_inspected']:,}",
        n_draws=settings.evaluation.n_draws,
        percent=f"{settings.evaluation.interval_share:.0%}",
    )


def _cell(table: pl.DataFrame, model: str, metric: str) -> str:
    found = table.filter((pl.col("model") == model) & (pl.col("metric") == metric))
    if not found.height or found["value"][0] is None:
        return "–"
    value, low, high = found.select("value", "low", "high").row(0)
    return f"{value:.3f}" if low is None else f"{value:.3f} ({low:.3f}–{high:.3f})"


def _subset(evaluation: pl.DataFrame, name: str) -> dict[str, Any]:
    table = evaluation.filter((pl.col("subset") == name) & (pl.col("metric") == "average_precision"))
    others = table.filter(pl.col("model") != OURS).sort("value", descending=True, nulls_last=True)
    best = f"{others['model'][0]} {_cell(others, others['model'][0], 'average_precision')}" if others.height else "–"
    return {
        "subset": name,
        "n_positive": int(table["n_positive"].max() or 0),  # type: ignore[arg-type]
        "ours": _cell(table, OURS, "average_precision"),
        "best": best,
    }

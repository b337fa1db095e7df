"""Pictures of a training for MLflow's pages, as PNG: what it finds, how far its probabilities hold, what it reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import polars as pl

from models.bundle import ModelBundle
from models.evaluation import OURS
from models.labels import ANY
from models.matrix import Floats
from models.ranked_metrics import ranking

WIDTH, HEIGHT = 460, 300
N_POINTS = 200  # points drawn per curve
N_GAINS = 20


def draw_figures(
    bundle: ModelBundle,
    evaluation: pl.DataFrame,
    reliability: pl.DataFrame,
    held_out: pl.DataFrame,
    scores: Mapping[str, Floats],
) -> dict[str, bytes]:
    """PNG bytes by file name; a picture that has nothing to show is left out."""
    charts: dict[str, Any] = {}
    curves = _curves(held_out, scores)
    if curves.height:
        charts["precision_recall.png"] = _precision_recall(curves)
    budget = evaluation.filter((pl.col("subset") == "all") & pl.col("metric").str.starts_with("precision_at_"))
    if budget.height:
        charts["precision_at_budget.png"] = _budget(budget)
    if reliability.height:
        charts["reliability.png"] = _reliability(reliability)
    gains = bundle.classifiers[ANY].gains(bundle.columns)
    if gains:
        charts["gain.png"] = _gains(gains)
    return {name: _png(chart) for name, chart in charts.items()}


def _png(chart: Any) -> bytes:
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(chart.to_dict(), scale=1.5))


def _curves(held_out: pl.DataFrame, scores: Mapping[str, Floats]) -> pl.DataFrame:
    positive, weight = held_out[ANY].to_numpy().astype(float), held_out["weight"].to_numpy().astype(float)
    if not positive.any():
        return pl.DataFrame()
    parts = []
    for name, score in scores.items():
        if not np.isfinite(score).any():
            continue
        order = ranking(score, seed=0)
        seen, found = np.cumsum(weight[order]), np.cumsum((weight * positive)[order])
        at = np.unique(np.linspace(0, len(order) - 1, N_POINTS).astype(int))
        curve = {"model": [name] * len(at), "recall": (found / found[-1])[at], "precision": (found / seen)[at]}
        parts.append(pl.DataFrame(curve))
    return pl.concat(parts)


def _precision_recall(curves: pl.DataFrame) -> Any:
    return (
        alt.Chart(curves, width=WIDTH, height=HEIGHT, title="Precision and recall, held-out inspections")
        .mark_line()
        .encode(
            x=alt.X("recall:Q", title="share of violations found", scale=alt.Scale(domain=[0, 1])),
            y=alt.Y("precision:Q", title="share of violations among those looked at", scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("model:N", title=None),
            strokeWidth=alt.condition(f"datum.model == '{OURS}'", alt.value(3), alt.value(1)),
        )
    )


def _budget(budget: pl.DataFrame) -> Any:
    percent = pl.col("metric").str.strip_prefix("precision_at_").str.strip_suffix("pct").str.replace("_", ".")
    shown = budget.with_columns(inspected=percent.cast(pl.Float64)).select("model", "inspected", "value", "low", "high")
    base = alt.Chart(shown).encode(
        x=alt.X("inspected:Q", title="% of declarations inspected"), color=alt.Color("model:N", title=None)
    )
    lines = base.mark_line(point=True).encode(y=alt.Y("value:Q", title="share of violations among them"))
    bars = base.transform_filter(f"datum.model == '{OURS}'").mark_rule().encode(y="low:Q", y2="high:Q")
    layered = alt.layer(lines, bars)
    return layered.properties(width=WIDTH, height=HEIGHT, title="Precision by budget, with interval by trader")


def _reliability(reliability: pl.DataFrame) -> Any:
    top = max(float(reliability.select(pl.max_horizontal("predicted_share", "high").max()).item()), 0.01)
    base = alt.Chart(reliability).encode(
        x=alt.X("predicted_share:Q", title="predicted", scale=alt.Scale(domain=[0, top]))
    )
    points = base.mark_point(filled=True).encode(
        y=alt.Y("found_share:Q", title="found", scale=alt.Scale(domain=[0, top]))
    )
    bars = base.mark_rule().encode(y="low:Q", y2="high:Q")
    ideal = alt.Chart(pl.DataFrame({"x": [0, top], "y": [0, top]}, strict=False))
    line = ideal.mark_line(strokeDash=[4, 4], color="grey").encode(x="x:Q", y="y:Q")
    layered = alt.layer(line, bars, points)
    return layered.properties(width=WIDTH, height=HEIGHT, title="Suspicion against what inspections found")


def _gains(gains: Mapping[str, float]) -> Any:
    rows = pl.DataFrame(list(gains.items())[:N_GAINS], schema=["column", "gain"], orient="row")
    return (
        alt.Chart(rows, width=WIDTH, title="What the trees of any violation read")
        .mark_bar()
        .encode(
            x=alt.X("gain:Q", title="share of split gain", axis=alt.Axis(format="%")),
            y=alt.Y("column:N", sort="-x", title=None),
        )
    )

"""The evaluation page: what a model finds beside baselines, where it does not, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from markupsafe import Markup

from features.contracts.columns import TYPOLOGIES
from models.evaluation import OURS, UNSEEN_KINDS
from pipelines.reports.corridor_drawing import CALM, DOUBT, INK
from pipelines.reports.page import render

MAIN = ("average_precision", "precision_at_1pct", "recall_at_1pct", "recall_at_10pct", "mass_at_1pct", "value_at_1pct")
PLAIN = ("all", "seen_party", "unseen_party", "no_record", *UNSEEN_KINDS, *TYPOLOGIES)


def evaluation_page(tables: Mapping[str, pl.DataFrame], alarms: Mapping[str, float], **told: Any) -> str:
    """Render the page of an evaluation; works offline, runs no script, escapes what others wrote."""
    table = tables["evaluation"]
    metrics = [one for one in MAIN if one in table["metric"].unique()]
    subsets = table["subset"].unique(maintain_order=True).to_list()
    return render(
        "evaluation.html.j2",
        metrics=[(one, one.replace("_", " ").replace("pct", " %")) for one in metrics],
        whole=_by_model(table, "all", metrics),
        budget=_by_budget(table),
        plain=[_beside(table, one) for one in subsets if one in PLAIN],
        grouped=[_beside(table, one) for one in subsets if one not in PLAIN],
        families=tables["families"].to_dicts(),
        disturbed=tables["disturbed"].to_dicts(),
        lead=tables["lead_time"].filter(pl.col("model") == OURS).to_dicts() if tables["lead_time"].height else [],
        charts=_charts(tables) if told["n_positive"] else [],
        alarms=dict(alarms),
        error=_value(table, OURS, "all", "calibration_error"),
        **told,
    )


def _value(table: pl.DataFrame, model: str, subset: str, metric: str) -> dict[str, Any] | None:
    at = (pl.col("model") == model) & (pl.col("subset") == subset) & (pl.col("metric") == metric)
    found = table.filter(at).drop_nulls("value").to_dicts()
    return found[0] if found else None


def _by_model(table: pl.DataFrame, subset: str, metrics: list[str]) -> list[tuple[str, list[dict[str, Any] | None]]]:
    models = table.filter(pl.col("subset") == subset)["model"].unique(maintain_order=True)
    return [(model.replace("_", " "), [_value(table, model, subset, one) for one in metrics]) for model in models]


def _by_budget(table: pl.DataFrame) -> list[tuple[str, list[dict[str, Any] | None]]]:
    shares = [
        one.removeprefix("recall_at_")
        for one in table["metric"].unique(maintain_order=True)
        if one.startswith("recall_at_")
    ]
    return [
        (
            share.replace("_", ".").replace("pct", " %"),
            [_value(table, OURS, "all", f"{one}_at_{share}") for one in ("precision", "recall", "mass", "value")],
        )
        for share in shares
    ]


def _beside(table: pl.DataFrame, subset: str) -> dict[str, Any]:
    row: dict[str, Any] = {"subset": subset.replace("_", " ")}
    for metric in ("average_precision", "recall_at_1pct"):
        at = (pl.col("subset") == subset) & (pl.col("metric") == metric)
        others = table.filter(at & (pl.col("model") != OURS)).drop_nulls("value").sort("value", descending=True)
        row[metric] = _value(table, OURS, subset, metric)
        row[f"best_{metric}"] = (others["model"][0].replace("_", " "), others["value"][0]) if others.height else None
    row |= {name: (row["average_precision"] or {}).get(name) for name in ("n", "n_positive")}
    return row


def _charts(tables: Mapping[str, pl.DataFrame]) -> list[Markup]:
    import altair as alt
    import vl_convert

    table, reliability = tables["evaluation"], tables["reliability"]
    recall = table.filter((pl.col("subset") == "all") & pl.col("metric").str.starts_with("recall_at_"))
    percent = pl.col("metric").str.strip_prefix("recall_at_").str.strip_suffix("pct").str.replace("_", ".")
    shown = recall.with_columns(inspected=percent.cast(pl.Float64), name=pl.col("model").str.replace_all("_", " "))
    lines = (
        alt.Chart(
            shown.select("inspected", "name", "value"),
            width=420,
            height=260,
            title="Violations found by share inspected",
        )
        .mark_line(point=True)
        .encode(
            x=alt.X("inspected:Q", title="% of declarations inspected"),
            y=alt.Y("value:Q", title="share of violations found", scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("name:N", legend=alt.Legend(title=None, orient="bottom", columns=4)),
            strokeWidth=alt.condition(f"datum.name == '{OURS}'", alt.value(3), alt.value(1)),
        )
    )
    top = max(float(reliability.select(pl.max_horizontal("predicted_share", "found_share").max()).item()), 0.01)
    base = alt.Chart(reliability).encode(
        x=alt.X("predicted_share:Q", title="suspicion", scale=alt.Scale(domain=[0, top]))
    )
    ideal = alt.Chart(pl.DataFrame({"x": [0.0, top], "y": [0.0, top]})).mark_line(strokeDash=[4, 4], color=INK)
    points = base.mark_point(filled=True, color=DOUBT).encode(
        y=alt.Y("found_share:Q", title="found", scale=alt.Scale(domain=[0, top], clamp=True))
    )
    bars = base.mark_rule(color=CALM, clip=True).encode(y="low:Q", y2="high:Q")
    trust = alt.layer(ideal.encode(x="x:Q", y="y:Q"), bars, points).properties(
        width=420, height=260, title="Suspicion against what was found"
    )
    return [Markup(str(vl_convert.vegalite_to_svg(one.to_json()))) for one in (lines, trust)]  # noqa: S704 - drawn from numbers and our own names

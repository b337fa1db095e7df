"""The page of seasons: what each way of choosing found week by week, beside an oracle of the same budget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from markupsafe import Markup

from pipelines.reports.page import render

METRICS = ("normalised_precision", "normalised_mass", "precision")


def seasons_page(
    weeks: pl.DataFrame, summary: pl.DataFrame, *, settings: Mapping[str, Any], interval_share: float
) -> str:
    """Render the page; works offline and runs no script."""
    rows = {(row["policy"], row["part"], row["metric"]): row for row in summary.to_dicts()}
    policies = weeks["policy"].unique(maintain_order=True).to_list()
    one = weeks.filter(pl.col("policy") == policies[0])
    return render(
        "seasons.html.j2",
        policies=[(name.replace("_", " "), name) for name in policies],
        parts=[("all weeks", "all"), ("the last third", "last_third")],
        metrics=[(name, name.replace("_", " ")) for name in METRICS],
        rows=rows,
        settings=dict(settings),
        interval_share=interval_share,
        since=one["week_from"].min(),
        n_weeks=one.height,
        n_declared=int(one["n_declared"].sum()),
        n_inspected=int(one["n_inspected"].sum()),
        n_violations=int(one["n_violations"].sum()),
        chart=_chart(weeks),
    )


def _chart(weeks: pl.DataFrame) -> Markup:
    import altair as alt
    import vl_convert

    summed = weeks.sort("policy", "week_from").with_columns(
        share=pl.col("n_found").cum_sum().over("policy") / pl.col("n_best").cum_sum().over("policy"),
        name=pl.col("policy").str.replace_all("_", " "),
    )
    drawn = (
        alt.Chart(
            summed.select(pl.col("week_from").cast(pl.String), "name", "share").filter(pl.col("share").is_finite()),
            width=720,
            height=300,
            title="Violations found since the start, as a share of what an oracle would have found",
        )
        .mark_line()
        .encode(
            x=alt.X("week_from:T", title=None),
            y=alt.Y("share:Q", title="share of the oracle's", scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("name:N", legend=alt.Legend(title=None, orient="bottom", columns=3)),
        )
    )
    return Markup(str(vl_convert.vegalite_to_svg(drawn.to_json())))  # noqa: S704 - drawn from numbers and our own names

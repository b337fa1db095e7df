"""Pictures of a generated world as SVG: flows, prices, and mirror noise against the nickel ore."""

from __future__ import annotations

import polars as pl

from pipelines.reports.corridor_drawing import CALM, DOUBT, INK

NICKEL_QUARTILES = (0.942, 1.246, 1.894)


def draw_flows(flows: pl.DataFrame) -> str:
    """Draw exports of controlled codes by month; columns `period`, `who`, `t`."""
    import altair as alt

    base = alt.Chart(flows.with_columns(pl.col("t").round(2)))
    chart = base.mark_line(strokeWidth=1.5).encode(
        x=alt.X("period:T", title=None, axis=alt.Axis(format="%Y-%m", tickCount=6)),
        y=alt.Y("t:Q", title="t a month"),
        color=alt.Color("who:N", scale=alt.Scale(range=[DOUBT, INK]), legend=alt.Legend(title=None, orient="top")),
    )
    return _svg(chart.properties(width=420, height=180, title="Published exports of controlled codes"))


def draw_prices(prices: pl.DataFrame) -> str:
    """Draw prices by quarter; columns `period`, `mineral`, `level`."""
    import altair as alt

    # one lot entered in grams must not squeeze the picture, nor become a logarithm of nothing
    base = alt.Chart(prices.with_columns(pl.col("level").clip(0.05, 20.0).round(3)))
    chart = base.mark_line(strokeWidth=1.5).encode(
        x=alt.X("period:T", title=None, axis=alt.Axis(format="%Y-%m", tickCount=6)),
        y=alt.Y("level:Q", title="times the good's median price", scale=alt.Scale(type="log")),
        color=alt.Color("mineral:N", legend=alt.Legend(title=None, orient="top", columns=3)),
    )
    return _svg(chart.properties(width=420, height=180, title="Prices of openly declared controlled goods"))


def draw_noise(ratios: pl.Series) -> str:
    """Draw the distribution of importer over exporter value, with the quartiles of the nickel ore dashed."""
    import altair as alt
    import numpy as np

    edges = np.linspace(-3.0, 3.0, 61)
    counts, _ = np.histogram(np.log(ratios.to_numpy()), bins=edges)
    bars = pl.DataFrame({"low": edges[:-1].round(2), "high": edges[1:].round(2), "pairs": counts, "none": 0})
    chart = (
        alt.Chart(bars)
        .mark_bar(color=CALM)
        .encode(
            x=alt.X("low:Q", title="ln(importer value / exporter value)"),
            x2="high:Q",
            y=alt.Y("pairs:Q", title="pair-years"),
            y2="none:Q",
        )
    )
    lines = alt.Chart(pl.DataFrame({"at": np.log(NICKEL_QUARTILES).round(3)}))
    both = alt.layer(chart, lines.mark_rule(strokeDash=[4, 3], color=INK).encode(x="at:Q"))
    return _svg(both.properties(width=420, height=180, title="Mirror noise; dashed: quartiles of nickel ore"))


def _svg(chart: object) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(chart.to_json()))  # type: ignore[attr-defined]

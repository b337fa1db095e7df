"""One corridor as a drawing: both legs month by month, both sides' figures, the measures' dates, what was expected."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

INK, SOFT, DOUBT, CALM = "#1d2733", "#5c6b7a", "#b4501e", "#2c6e63"


def leg_series(pairs: pl.DataFrame, codes: list[str], start: str, end: str, *, is_mass: bool) -> pl.DataFrame:
    """Sum both sides' monthly figures of some codes on one lane: `period`, `side`, `amount` (t or million USD)."""
    unit = "kg" if is_mass else "usd"
    scale = 1_000.0 if is_mass else 1_000_000.0
    lane = pairs.filter(pl.col("hs6").is_in(codes), pl.col("exporter_iso3") == start, pl.col("importer_iso3") == end)
    sides = [
        lane.filter(pl.col(f"{letter}_usd").is_not_null())
        .group_by("period")
        .agg((pl.col(f"{letter}_{unit}").sum() / scale).alias("amount"))
        .with_columns(pl.lit(who).alias("side"))
        for letter, who in (("x", f"as {start} declared"), ("m", f"as {end} recorded"))
    ]
    return pl.concat(sides).sort("side", "period")


def draw_leg(series: pl.DataFrame, *, title: str, unit: str, events: list[date], band: dict[str, Any] | None) -> str:
    """Draw one leg as SVG that needs no script: lines of both sides, dashed measures, the band that was expected."""
    import altair as alt
    import vl_convert

    layers: list[alt.Chart] = []
    axis = alt.X("period:T", title=None, axis=alt.Axis(format="%Y-%m", labelAngle=0, tickCount=6))
    if band is not None:
        expected = alt.Chart(pl.DataFrame([band])).mark_rect(opacity=0.25, color=CALM)
        layers.append(expected.encode(x="start:T", x2="end:T", y=alt.Y("low:Q"), y2="high:Q"))
    shown = series.with_columns(pl.col("amount").round(4))
    colours = alt.Scale(domain=sorted(series["side"].unique().to_list()), range=[DOUBT, INK])
    lines = alt.Chart(shown).mark_line(point=alt.OverlayMarkDef(size=12), strokeWidth=1.5)
    layers.append(
        lines.encode(
            x=axis,
            y=alt.Y("amount:Q", title=unit),
            color=alt.Color("side:N", scale=colours, legend=alt.Legend(title=None, orient="top")),
        )
    )
    dates = pl.DataFrame({"day": events}, schema={"day": pl.Date})
    layers.append(alt.Chart(dates).mark_rule(strokeDash=[4, 3], color=SOFT).encode(x="day:T"))
    chart = alt.layer(*layers).properties(width=420, height=170, title=title, background="#ffffff")
    return str(vl_convert.vegalite_to_svg(chart.to_json()))

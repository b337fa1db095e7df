"""The hundred and twenty hand-made declarations, and the small hand-made past they are judged against."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from features.background import Background
from features.completeness import complete
from features.contracts import Declarations, Licences, Outcomes
from features.routing import wanted_pairs
from pipelines.files import load_table
from pipelines.geography import distances
from pipelines.reference import load_controls, load_minerals, load_name_signs

GOLDEN = Path(__file__).parents[1] / "golden"
FIRST_MONTH = date(2023, 7, 1)
MONTHS = 22  # of past, up to April 2025, and again to November 2025 for the declarations of December
PRICES = (1.0, 0.96, 1.03, 0.98, 1.05, 1.01, 0.97, 1.02, 0.99, 1.04, 0.95)
"""What the usual shipment's price was times, month after month: ordinary movement, made up."""


def declarations() -> pl.DataFrame:
    return load_table(GOLDEN / "declarations_120.csv", Declarations, table="declarations", max_rejects_share=0.0).frame


def past() -> pl.DataFrame:
    """Every usual shipment once a month, with prices that move a little."""
    usual = load_table(
        GOLDEN / "declarations_120_usual.csv", Declarations, table="declarations", max_rejects_share=0.0
    ).frame
    month = pl.DataFrame({"n": range(30), "price": [PRICES[n % len(PRICES)] for n in range(30)]})
    spread = usual.join(month, how="cross")
    day = pl.lit(FIRST_MONTH).dt.offset_by(pl.format("{}mo", "n")).dt.offset_by("9d")
    moved = spread.with_columns(
        declared_on=day,
        declaration_id=pl.format("{}-{}", "declaration_id", "n"),
        value_usd=pl.col("value_usd") * pl.col("price"),
        route=pl.col("route").str.replace_all(r"@[\d-]+", ""),
    )
    return moved.select(usual.columns)


def lanes() -> pl.DataFrame:
    """Public by 1 May 2025: quiet for tiles, 8112.92 to Japan and antimony to Thailand seen by the importer alone."""
    told = [("690721", "THA", 0.0), ("811292", "JPN", 0.7), ("811010", "THA", 0.8)]
    rows = [
        {"hs6": code, "exporter_iso3": "CHN", "importer_iso3": to, "as_of": date(2025, 5, 1), "lane_gap": gap}
        | {"lane_lost": 0.0, "lane_orphan_share": gap, "lane_lost_share": 0.0, "lane_n_months": 12}
        | {"lane_x_usd": 1e5, "lane_m_usd": 1e5 * (1 + 9 * gap), "lane_x_kg": 1e4, "lane_m_kg": 1e4 * (1 + 9 * gap)}
        | {"lane_gap_value": gap, "lane_gap_mass": gap, "lane_last_month": date(2025, 2, 1)}
        for code, to, gap in told
    ]
    return pl.DataFrame(rows)


def corridors() -> pl.DataFrame:
    """One corridor as it stood on 1 May 2025: antimony from China through Thailand to the United States."""
    row = {"corridor_id": "antimony CHN>THA>USA", "mineral": "antimony", "as_of": date(2025, 5, 1)}
    places = {"origin_iso3": "CHN", "hub_iso3": "THA", "destination_iso3": "USA"}
    return pl.DataFrame([row | places | CORRIDOR])


CORRIDOR = {
    "corridor_surge": 0.8,
    "hub_exposure": 0.6,
    "corridor_event_on": date(2024, 9, 15),  # antimony's control, No. 33 of 2024
    "corridor_excess": 120_000.0,
    "corridor_unit": "kg",
    "corridor_period": "2024-10 to 2025-02",
    "corridor_rival": "stock draw",
    "corridor_q": 0.02,
}


def background() -> Background:
    history = past()
    bad = pl.col("exporter_id").eq("X-bad") | pl.col("consignee_id").eq("C-bad")
    outcomes = history.select(
        "declaration_id",
        inspected_on=pl.col("declared_on") + pl.duration(days=5),
        finding=pl.when(bad).then(pl.lit("misdeclaration")).otherwise(pl.lit("clean")),
        selected_by=pl.lit("random"),
        selection_probability=pl.lit(0.1),
    )
    licences = load_table(
        GOLDEN / "declarations_120_licences.csv", Licences, table="licences", max_rejects_share=0.0
    ).frame
    pairs = pl.concat([wanted_pairs(one.lazy()) for one in (declarations(), history)]).unique().collect()
    return Background(
        minerals=load_minerals(),
        controls=load_controls(),
        history=history.lazy(),
        outcomes=complete(outcomes.lazy(), Outcomes, Outcomes.column_names()),
        licences=licences.lazy(),
        distances=distances(pairs).lazy(),
        lane_state=lanes().lazy(),
        corridor_state=corridors().lazy(),
        name_signs=load_name_signs(),
    )

"""A page for each corridor: the way on a map, both sides' series, the gap in its parts, bounds, balance, rivals."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from features.corridors.unmatched import KINDS
from features.mirror import Margin, gap_parts, ln_margin
from pipelines.reports.flow_map import Leg, draw_map
from pipelines.reports.page import render

if TYPE_CHECKING:
    from pipelines.steps.corridor_views import CorridorViews

PARTS = {
    "gap_whole": "whole", "gap_cif": "freight", "gap_lag": "delay", "gap_price": "price", "gap_quantity": "quantity",
    "gap_rest": "rest",
}  # fmt: skip
BOUNDS = {
    "declared_in_kg": "declared into the hub", "declared_out_kg": "declared from the hub to the destination",
    "rerouted_strict_kg": "same trader, like mass, price and dwell", "rerouted_trader_kg": "same trader",
    "rerouted_group_kg": "same group of firms", "rerouted_country_kg": "whole country",
}  # fmt: skip


def page_name(number: int, row: dict[str, Any]) -> str:
    """Name a corridor's page by its place in the list and its way; other people's letters never reach a file name."""
    words = f"{row['mineral']}-{row['origin_iso3']}-{row['hub_iso3']}-{row['destination_iso3']}"
    return f"{number:03d}-{re.sub(r'[^A-Za-z0-9]+', '-', words)[-60:].strip('-')}.html"


def corridor_page(row: dict[str, Any], views: CorridorViews, balance: pl.DataFrame, *, as_of: date) -> str:
    """Render one corridor; `row` as the run's page shows it, with its `cell` of figures and its charts."""
    corridor = pl.col("corridor_id") == row["corridor_id"]
    own = _of(views.bounds, corridor)
    hub = row["hub_iso3"]
    places = (
        (pl.col("mineral") == row["mineral"])
        & (pl.col("origin_iso3") == row["origin_iso3"])
        & (pl.col("destination_iso3") == row["destination_iso3"])
        & pl.col("hubs").str.contains(hub, literal=True)
        if views.chains.width
        else pl.lit(value=True)
    )
    return render(
        "corridor.html.j2",
        row=row,
        as_of=as_of.isoformat(),
        map=draw_map(_legs(row)),
        sentences=_sentences(row),
        splits=_splits(row, views.mirror),
        bounds=[(words, own[0][name]) for name, words in BOUNDS.items()] if own else [],
        mixtures=_of(views.mixtures, corridor & (pl.col("told_by") != "one good")),
        shares=next(iter(_of(views.hub_shares, corridor)), None),
        balance=_of(balance, (pl.col("mineral") == row["mineral"]) & (pl.col("hub_iso3") == hub)),
        conversions=_of(views.conversions, corridor),
        incentives=_of(views.incentives, corridor),
        chains=_of(views.chains, places),
        unmatched=_unmatched(row, views.unmatched),
        kinds=KINDS,
    )


def _of(table: pl.DataFrame, wanted: pl.Expr) -> list[dict[str, Any]]:
    return table.filter(wanted).to_dicts() if table.height else []


def _unmatched(row: dict[str, Any], table: pl.DataFrame) -> list[dict[str, Any]]:
    """Take what went unanswered at the hub and on the corridor's two legs, over the months that the row tells of."""
    if table.is_empty():
        return []
    start, end = pl.col("exporter_iso3"), pl.col("importer_iso3")
    origin, hub, destination = row["origin_iso3"], row["hub_iso3"], row["destination_iso3"]
    mine = (
        ((start == hub) & (end.is_null() | (end == destination))) | ((start == origin) & (end == hub))
    ) & (pl.col("mineral") == row["mineral"])  # fmt: skip
    return table.filter(mine).sort("period", "kind", descending=[True, False]).head(12).to_dicts()


def _legs(row: dict[str, Any]) -> list[Leg]:
    origin, hub, destination = row["origin_iso3"], row["hub_iso3"], row["destination_iso3"]
    cell = row["cell"]
    ways = (("in", origin, hub, False), ("out", hub, destination, False), ("direct", origin, destination, True))
    return [
        Leg(start, end, float(cell[f"{leg}_post_sum"]), is_direct)
        for leg, start, end, is_direct in ways
        if cell.get(f"{leg}_post_sum") is not None
    ]


_SAYS = (
    ("would be expected", ()),
    ("Direct trade", ("direct_pre_mean", "direct_n_post", "direct_post_sum", "deficit")),
    ("The excess is", ("excess", "excess_low", "excess_high", "deficit")),
    ("At most", ("in_post_sum", "out_post_sum", "rerouted")),
    ("nothing is recorded", ("out_year_sum", "in_year_sum")),
    ("Outflow follows", ("comovement", "corr_0", "corr_1", "corr_2")),
    ("placebo corridors", ("surge", "n_placebos_as_far", "n_placebos", "p_value", "q_value")),
)


_LEG = ("pre_mean", "n_pre", "n_post", "post_sum", "expected", "noise", "excess", "z")


def _sentences(row: dict[str, Any]) -> list[tuple[str, str]]:
    """Split the evidence into sentences, each with the figures of the table it was written from."""
    told = []
    seen_first = False
    for sentence in re.split(r"(?<=\.)\s+(?=[A-Z0-9])", row["evidence"]):
        names: tuple[str, ...] = next((figures for words, figures in _SAYS if words in sentence), ())
        if "would be expected" in sentence:
            leg = "out" if seen_first else "in"
            seen_first = True
            names = tuple(
                f"{leg}_{one}"
                for one in ("pre_mean", "n_pre", "n_post", "post_sum", "expected", "noise", "excess", "z")
            )
        told.append((sentence, " · ".join(f"{name} {_short(row['cell'].get(name))}" for name in names)))
    return told


def _short(value: object) -> str:
    if value is None:
        return "unknown"
    return f"{value:,.4g}" if isinstance(value, float) and abs(value) < 1000 else f"{value:,.0f}"


def _splits(row: dict[str, Any], mirror: pl.DataFrame) -> list[dict[str, Any]]:
    """Split the gap of each leg over the last twelve months into its parts, from sums of both sides."""
    if mirror.is_empty():
        return []
    start = pl.lit(row["period"]).dt.offset_by("-11mo")
    codes = str(row["hs_codes"]).split(";")
    origin, hub, destination = row["origin_iso3"], row["hub_iso3"], row["destination_iso3"]
    found = []
    for names, exporter, importer in (
        (row["names"][:2], origin, hub), (row["names"][1:], hub, destination),
        ([row["names"][0], row["names"][2]], origin, destination),
    ):  # fmt: skip
        lane = mirror.filter(
            pl.col("freq") == "M", pl.col("hs6").is_in(codes), pl.col("exporter_iso3") == exporter,
            pl.col("importer_iso3") == importer, pl.col("period") >= start, pl.col("period") <= row["period"],
        )  # fmt: skip
        if lane.is_empty():
            continue
        sums = lane.select(
            pl.col("x_usd", "x_lagged_usd", "m_usd").sum(),
            *(
                pl.when(pl.col(kg).null_count() == pl.col(usd).null_count()).then(pl.col(kg).sum()).alias(f"{side}_kg")
                for side, kg, usd in (("x", "x_lagged_kg", "x_lagged_usd"), ("m", "m_measured_kg", "m_usd"))
            ),
            (pl.col("m_usd").sum() / pl.col("m_fob_usd").sum()).log().alias("margin"),
            pl.col("period").n_unique().alias("n"),
        )
        parts = gap_parts(
            x_usd=pl.col("x_usd"), x_lagged_usd=pl.col("x_lagged_usd"), m_usd=pl.col("m_usd"),
            margin_ln=pl.col("margin").fill_nan(None).fill_null(ln_margin(Margin())),
            x_kg=pl.col("x_kg"), m_kg=pl.col("m_kg"),
        )  # fmt: skip
        told = sums.with_columns(**parts).row(0, named=True)
        widest = max((abs(told[name]) for name in PARTS if told[name] is not None), default=0.0) or 1.0
        bars = []
        for name, words in PARTS.items():
            value = told[name]
            width = 50.0 * abs(value or 0.0) / widest
            bars.append((words, value, 50.0 if (value or 0.0) >= 0 else 50.0 - width, width))
        found.append({"title": " to ".join(names), "parts": bars, **{k: told[k] for k in ("m_usd", "x_usd", "n")}})
    return found

"""The corridor search on frames: flows and watches in, judged corridors for every month of looking out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from features.corridors import (
    Watch,
    comovement,
    corridor_surges,
    excess_over_expected,
    lane_amounts,
    lane_windows,
    lay_trials,
    neighbour_codes,
    reported_marks,
    score_rivals,
    watched_codes,
)
from features.mirror import Margin, pair_mirrors, reported_periods
from models.cif_margin import fit_cif_margin
from models.corridor_tests import Rule, judge_corridors
from pipelines.settings.corridors import CorridorSettings
from pipelines.steps.watches import placebo_watches


@dataclass(frozen=True, slots=True)
class CorridorSearch:
    """What a search found, and what it looked at."""

    tests: pl.DataFrame
    """One row per corridor, measure and look: figures, p, q, rivals."""
    amounts: pl.DataFrame
    """Lanes of the watched goods month by month, as known at the last look."""
    pairs: pl.DataFrame
    """Both sides' figures of the watched codes, as known at the last look."""
    margin: Margin
    counts: dict[str, int]
    notes: list[str]


def look_of(day: date) -> int:
    """Number the month whose first day is the first after `day` by which everything published on it was public."""
    return day.year * 12 + day.month


def search_corridors(
    flows: pl.LazyFrame, watches: Sequence[Watch], *, looks: Sequence[int], settings: CorridorSettings
) -> CorridorSearch:
    """Look for third-country corridors at each of `looks` (month numbers), with what was public before each.

    `flows`: contract Flows, already cut to what may be known at the last look. Nothing found is an empty table with a
    note, not an error.
    """
    mirrored = pair_mirrors(flows).collect()
    periods = reported_periods(flows).collect()
    monthly = mirrored.filter(pl.col("freq") == "M")
    value = pl.coalesce("m_usd", "x_usd")
    codes_by_value = monthly.group_by("hs6").agg(value.sum().alias("usd")).sort("usd", "hs6", descending=[True, False])
    codes = codes_by_value["hs6"].to_list()
    placebos = placebo_watches(watches, codes, n_codes=settings.n_placebo_codes)
    everything = [*watches, *placebos]
    margin = fit_cif_margin(mirrored.lazy())
    named, near = watched_codes(everything), neighbour_codes(watches, codes)
    cif_ratio = math.exp(min(max(margin.intercept, 0.0), math.log(1.25)))
    notes = _notes(mirrored, watches, codes, cif_ratio)
    ground = _Ground(monthly, periods, everything, named, near, settings, cif_ratio)
    wanted = sorted(set(looks))
    passes = [
        one
        for start in range(0, len(wanted), settings.looks_per_pass)
        if (one := _pass(ground, wanted[start : start + settings.looks_per_pass])) is not None
    ]
    counts = {"codes": len(codes), "placebo_codes": len(placebos), "pairs": mirrored.height}
    counts["unpaired"] = mirrored.filter(pl.col("x_usd").is_null() | pl.col("m_usd").is_null()).height
    last = max(wanted) if wanted else 0
    shown = named.filter(~pl.col("mineral").str.starts_with("placebo "))
    amounts = lane_amounts(monthly.lazy(), shown, looks=[last], cif_ratio=cif_ratio).collect()
    own = monthly.filter(
        pl.col("hs6").is_in([code for one in watches for code in one.hs_codes]), pl.col("known_to").is_null()
    )
    if not passes:
        notes.append(
            "No corridor could be looked at: no watched good has both legs reported before and after a measure."
        )
        return CorridorSearch(pl.DataFrame(), amounts, own, margin, counts | {"looked_at": 0, "placebos": 0}, notes)
    surges = pl.concat(passes, how="diagonal_relaxed")
    rule = Rule(
        settings.false_discovery_rate,
        settings.false_discovery_method,
        settings.own_pool_from_n_placebos,
        settings.interval_share,
    )
    tests = judge_corridors(surges, rule)
    counts |= {"looked_at": tests.height, "placebos": surges.height - tests.height}
    if counts["placebos"] < 100:
        notes.append(
            f"Only {counts['placebos']} placebo comparisons could be made, so small p-values cannot be reached: "
            "give a longer history, or flows of goods that no measure touches."
        )
    return CorridorSearch(tests, amounts, own, margin, counts, notes)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What every pass reads and none changes."""

    monthly: pl.DataFrame
    periods: pl.DataFrame
    watches: Sequence[Watch]
    named: pl.LazyFrame
    near: pl.LazyFrame
    settings: CorridorSettings
    cif_ratio: float


def _pass(ground: _Ground, looks: list[int]) -> pl.DataFrame | None:
    """Measure every corridor and placebo at some looks; None where there is nothing to compare."""
    amounts = lane_amounts(ground.monthly.lazy(), ground.named, looks=looks, cif_ratio=ground.cif_ratio).collect()
    span = amounts.group_by("mineral", "look").agg(
        pl.col("month").min().alias("first"), pl.col("month").max().alias("last")
    )
    known = {(row[0], row[1]): (row[2], row[3]) for row in span.iter_rows()}
    trials = lay_trials(ground.watches, known, ground.settings.windows.as_windows())
    if trials.is_empty():
        return None
    marks = reported_marks(ground.periods.lazy(), ground.named, looks=looks).collect()
    origins = pl.LazyFrame(
        [{"mineral": one.name, "exporter_iso3": code} for one in ground.watches for code in one.origins],
        schema={"mineral": pl.String, "exporter_iso3": pl.String},
    )
    windows = lane_windows(amounts.lazy(), trials.lazy(), marks.lazy(), material_usd=ground.settings.material_usd)
    lanes = excess_over_expected(windows, origins).collect()
    surges = corridor_surges(lanes.lazy(), _scope(ground.watches, amounts)).collect()
    if surges.is_empty():
        return None
    is_real = pl.col("trial") == "real"
    real_lanes = lanes.filter(is_real)
    real_trials = trials.filter(is_real)
    near_amounts = lane_amounts(ground.monthly.lazy(), ground.near, looks=looks, cif_ratio=ground.cif_ratio)
    near_marks = reported_marks(ground.periods.lazy(), ground.near, looks=looks)
    near_lanes = lane_windows(
        near_amounts, real_trials.lazy(), near_marks, material_usd=ground.settings.material_usd
    ).collect()
    real = score_rivals(surges.filter(is_real).lazy(), real_lanes.lazy(), near_lanes.lazy())
    moved = comovement(real, amounts.lazy()).collect()
    return pl.concat([moved, surges.filter(~is_real)], how="diagonal_relaxed")


def _scope(watches: Sequence[Watch], amounts: pl.DataFrame) -> pl.LazyFrame:
    exporters = {
        row[0]: set(row[1]) for row in amounts.group_by("mineral").agg(pl.col("exporter_iso3").unique()).iter_rows()
    }
    rows = []
    for one in watches:
        seen = exporters.get(one.name, set())
        legs = "both" if seen - set(one.origins) else "in"
        rows.append(
            {
                "mineral": one.name,
                "legs": legs,
                "origins": list(one.origins),
                "destinations": list(one.destinations),
                "hubs": list(one.hubs),
            }
        )
    lists = pl.List(pl.String)
    names = {"mineral": pl.String(), "legs": pl.String()}
    return pl.LazyFrame(rows, schema=names | dict.fromkeys(("origins", "destinations", "hubs"), lists))


def _notes(pairs: pl.DataFrame, watches: Sequence[Watch], codes: Sequence[str], cif_ratio: float) -> list[str]:
    notes = []
    monthly = pairs.filter(pl.col("freq") == "M")
    annual = pairs.height - monthly.height
    if annual:
        notes.append(f"{annual:,} annual pairs were left aside: corridors are judged month by month.")
    if monthly.is_empty():
        notes.append("There are no monthly figures, so no corridor can be judged.")
        return notes
    unseen = [one.name for one in watches if not set(one.hs_codes) & set(codes)]
    if unseen:
        notes.append(f"No figures at all for: {', '.join(unseen)}.")
    if monthly["m_usd"].null_count() == monthly.height:
        notes.append("No importing country's figures are given: only what origins declared can be seen.")
    if monthly["x_usd"].null_count() == monthly.height:
        notes.append("No exporting country's figures are given: only what importers recorded can be seen.")
    if monthly.select(pl.coalesce("m_kg", "x_kg").null_count()).item() == monthly.height:
        notes.append(
            "No masses are given: everything is counted in USD, so prices and quantities cannot be told apart."
        )
    n_months = monthly["period"].n_unique()
    if n_months < 12:
        notes.append(f"Only {n_months} month(s) of figures: before and after cannot be compared well.")
    notes.append(f"Import values were taken to FOB by dividing by {cif_ratio:.3f}.")
    return notes

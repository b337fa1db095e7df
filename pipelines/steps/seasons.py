"""Seasons: weekly inspections of a generated world, played by each way of choosing, against its hidden truth."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl

from features.contracts import Outcomes
from features.contracts.columns import TYPOLOGIES
from features.errors import ConfigError
from features.parties import number_parties, party_risks
from features.registry import REGISTRY
from models.policies import POLICIES
from models.season_summary import summarise
from models.seasons import World, play_season
from pipelines import tracking
from pipelines.files import write_table, write_text
from pipelines.reports.seasons_page import seasons_page
from pipelines.settings.closed import load_section
from pipelines.settings.train import TrainSettings
from pipelines.steps.ground import Asked, Ground, lay_ground
from pipelines.steps.said import Said

TRUTH = ("declaration_id", "typology", "is_violation", "true_kg")


def run_seasons(asked: Asked) -> Said:
    """Play weekly inspections from `asked.since` (null: after the warm-up) to the world's end, by every policy.

    Each policy learns from the results given before the season and from what it has itself brought to light; the
    evidence on a party's record is made anew from those. Writes seasons.csv, season_weeks.csv and seasons.html to
    `asked.out`, and logs a run in experiment `seasons`. Raises ConfigError without a generated world's truth, or where
    no week is left to play.
    """
    if asked.truth is None:
        raise ConfigError("--seasons plays against a hidden truth: give --truth, as `oretrace simulate` writes it")
    out = asked.out
    settings = load_section(TrainSettings, "train", asked.config)
    world = world_on(lay_ground(asked, settings), asked.truth)
    first, last = world.evidence.select(first=pl.col("declared_on").min(), last=pl.col("declared_on").max()).row(0)
    start: date = asked.since or first + timedelta(days=settings.seasons.warm_up_days)
    if start >= last:
        raise ConfigError(f"no declaration since {start}: nothing to inspect; the last was made on {last}")
    plan = settings.season_plan()
    weeks = pl.concat([play_season(world, policy, plan, since=start)[0] for policy in POLICIES])
    own = settings.evaluation
    summary = summarise(weeks, n_draws=own.n_draws, interval_share=own.interval_share, seed=settings.seed)
    page = seasons_page(weeks, summary, settings=settings.seasons.model_dump(), interval_share=own.interval_share)
    paths = [write_table(summary, out / "seasons.csv"), write_table(weeks, out / "season_weeks.csv")]
    paths.append(write_text(out / "seasons.html", page))
    tracking.log_run(
        asked.home.folder,
        "seasons",
        {"since": start.isoformat(), "weeks": weeks["week_from"].n_unique(), **settings.seasons.model_dump()},
        _headline(summary),
        {"seasons.html": page},
        name=f"seasons since {start}",
        tables={"seasons": summary, "weeks": weeks},
    )
    return Said(lines=lines_of(weeks, summary), paths=paths, page=out / "seasons.html")


def world_on(ground: Ground, truth: Path) -> World:
    """Take the evidence of a world, with what it takes to make the parties' records anew."""
    evidence, background = ground.table, ground.background
    parties = number_parties(ground.given.lazy())

    def risks(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
        asked = rows.select("declaration_id").join(parties, on="declaration_id", how="left", maintain_order="left")
        return party_risks(asked, parties, known.lazy(), background.parties_rules)

    violation = pl.col("is_violation") & pl.col("typology").is_in(TYPOLOGIES)
    known = pl.read_parquet(truth, columns=list(TRUTH)).select(
        "declaration_id", "true_kg", finding=pl.when(violation).then("typology").otherwise(pl.lit("clean"))
    )
    return World(
        evidence=evidence.sort("declared_on", "declaration_id"),
        truth=known.join(evidence.select("declaration_id"), on="declaration_id", how="semi"),
        given=Outcomes.create_empty() if ground.outcomes is None else ground.outcomes,
        risks=risks,
        registry=REGISTRY,
    )


def lines_of(weeks: pl.DataFrame, summary: pl.DataFrame) -> list[str]:
    """What a person reads first: each policy's share of what an oracle would have found."""
    one = weeks.filter(pl.col("policy") == weeks["policy"].first())
    lines = [
        f"{one.height} weeks, {one['n_declared'].sum():,} declarations of a generated world, "
        f"{one['n_inspected'].sum():,} inspected, {one['n_violations'].sum():,} violations"
    ]
    table = summary.filter(pl.col("part") == "all", pl.col("metric").str.starts_with("normalised")).drop_nulls("value")
    for policy in table["policy"].unique(maintain_order=True):
        own = {row["metric"]: row for row in table.filter(pl.col("policy") == policy).to_dicts()}
        told = ", ".join(
            f"{name.removeprefix('normalised_')} {row['value']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
            for name, row in own.items()
        )
        lines.append(f"{policy.replace('_', ' ')}: {told} of what an oracle finds")
    return lines


def _headline(summary: pl.DataFrame) -> dict[str, float | None]:
    rows = summary.filter(pl.col("part") == "all").select("policy", "metric", "value")
    return {f"{policy}.{metric}": value for policy, metric, value in rows.iter_rows()}

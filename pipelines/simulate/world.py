"""One generated world from a seed: movements, then papers, inspections, statistics, and the truth apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.reference import load_controls
from pipelines.reports.world_card import world_page
from pipelines.settings.closed import config_folder
from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.background import EXTRA
from pipelines.simulate.calendar_of_controls import gap_by_month, price_by_month, rules_in_time
from pipelines.simulate.campaign import campaign
from pipelines.simulate.catalogue import goods_of_world, load_goods, load_places
from pipelines.simulate.draws import day_number, month_starts
from pipelines.simulate.evaders import lots_on_paper, recruit
from pipelines.simulate.figures import paper_figures
from pipelines.simulate.firms import found_firms
from pipelines.simulate.honest import licensed_trade, ordinary_trade
from pipelines.simulate.inspection import inspect_honest, record
from pipelines.simulate.ledger import follow_material
from pipelines.simulate.legs import cross_borders
from pipelines.simulate.licences import issue_licences
from pipelines.simulate.lookalikes import lookalike_trade
from pipelines.simulate.movements import Setting
from pipelines.simulate.papers import lose_cells, write_papers
from pipelines.simulate.seasons import keep_holidays
from pipelines.simulate.tracking import movement_truth, tracked_movements
from pipelines.simulate.trade_figures import publish, sum_sightings
from pipelines.simulate.truth import (
    change_truth,
    corridor_truth,
    declaration_truth,
    leg_truth,
    settings_truth,
    trader_truth,
)
from pipelines.simulate.worlds import draw_settings


@dataclass(frozen=True)
class WorldResult:
    """Where a world was written and what is in it."""

    folder: Path
    tables: dict[str, Path]
    """Paths by table name; the hidden truth under `truth/...`."""
    card: Path
    """The page that shows this world; it is drawn from the truth and lies with it."""
    rows: dict[str, int]
    prevalence: pl.DataFrame
    """Per scheme: typology, declarations, share, inspected, found."""


def simulate_world(
    settings: SimulateSettings, out_dir: Path, seed: int, declarations: int = 60_000, months: int = 30
) -> WorldResult:
    """Generate a world and write its tables as Parquet under `out_dir`, the truth under `out_dir/truth`.

    The same settings, seed and sizes give byte-identical files. Nothing in the tables tells a violation apart except
    what its trader could not or did not hide; see `truth/declarations.parquet` for the labels.
    """
    tables = build_world(settings, seed, declarations, months)
    out_dir.mkdir(parents=True, exist_ok=True)
    (out_dir / "truth").mkdir(exist_ok=True)
    paths = {}
    for name, table in tables.items():
        paths[name] = out_dir / f"{name}.parquet"
        partial = paths[name].with_suffix(".partial")
        table.write_parquet(partial, compression="zstd", statistics=True)
        partial.replace(paths[name])
    card = out_dir / "truth" / "world.html"
    card.write_text(world_page(tables, about=settings.about, seed=seed), encoding="utf-8")
    return WorldResult(
        out_dir, paths, card, {name: table.height for name, table in tables.items()}, _prevalence(tables)
    )


def build_world(settings: SimulateSettings, seed: int, declarations: int, months: int) -> dict[str, pl.DataFrame]:
    """Generate a world in memory: contract tables by name, the truth under `truth/...`."""
    settings = draw_settings(settings, seed)
    world, first_month = found_world(settings, seed, declarations, months)
    world, agents = recruit(world, declarations)
    lookalikes = lookalike_trade(world, declarations)
    licensed = licensed_trade(world, round(settings.licensed_trade_share * declarations))
    rest = max(declarations - lots_on_paper(agents) - lookalikes.height - licensed.height, 0)
    honest = pl.concat([ordinary_trade(world, rest), licensed, lookalikes])
    honest = keep_holidays(world.seed, world.first_day, world.last_day, honest)
    figures = paper_figures(world, honest)
    capacity, opened = inspect_honest(world, agents, honest, figures)
    evasion = campaign(world, agents, capacity)
    undeclared = evasion.undeclared
    rows = pl.concat([honest, evasion.rows])
    figures = pl.concat([figures, evasion.figures]) if evasion.rows.height else figures
    if evasion.opened.height:
        opened = pl.concat([opened, evasion.opened.with_columns(pl.col("at") + honest.height)])

    licences, licence_no = issue_licences(world, rows)
    papers = write_papers(world, rows, licence_no, figures)
    outcomes = record(opened, papers)
    moved = pl.concat([rows, undeclared])  # in the order of the papers, then what has none
    worth = papers["value_usd"].extend_constant(0.0, undeclared.height)
    crossings = cross_borders(world, moved, worth)
    ledger = follow_material(world, moved, crossings.legs)
    history = settings.flows_history_months + EXTRA
    long_months = month_starts(shifted(first_month, -history), months + history)
    prices = price_by_month(settings.prices_usd_per_kg, world.goods, long_months[:-1])
    sums = sum_sightings(world, crossings.sightings, long_months)
    flows = publish(world, sums, long_months, prices)
    declared = lose_cells(world, papers.sort("declared_on", "declaration_id"))
    return {
        "flows": flows,
        "declarations": declared,
        "outcomes": outcomes,
        "licences": licences,
        "movements": tracked_movements(world, moved, papers, ledger),
        "truth/settings": settings_truth(settings, seed),
        "truth/declarations": declaration_truth(world, rows, papers).sort("declaration_id"),
        "truth/traders": trader_truth(world, moved),
        "truth/changes": change_truth(world, agents, evasion.changes),
        "truth/movements": movement_truth(papers, moved, ledger),
        "truth/legs": leg_truth(world, crossings.legs, papers, moved),
        "truth/corridors": corridor_truth(world, crossings.legs, moved),
    }


def found_world(settings: SimulateSettings, seed: int, declarations: int, months: int) -> tuple[Setting, date]:
    """Lay out goods, places, rules, prices and firms before anything moves; also returns the first month."""
    listed = load_goods(config_folder() / "simulate_goods.csv")
    goods = goods_of_world(listed, seed, log_sd=settings.goods_log_sd, left_out=settings.minerals_left_out)
    places = load_places(config_folder() / "simulate_places.csv")
    first_month = shifted(settings.last_month, 1 - months)
    starts = month_starts(first_month, months)
    firms = found_firms(
        goods=goods,
        places=places,
        seed=seed,
        count=max(80, round(declarations / settings.declarations_per_firm)),
        declarations=declarations,
        first_day=day_number(first_month),
        last_day=int(starts[-1]),
        foreign_share=settings.foreign_filed_share,
        new_share=settings.new_firms_share,
        group_share=settings.group_firms_share,
        hubs=places.positions(*settings.evasion.hubs),
        pool=settings.party_pool,
    )
    prices = price_by_month(settings.prices_usd_per_kg, goods, starts[:-1])
    rules = rules_in_time(load_controls().measures, goods, places)
    gaps = gap_by_month(settings.price_gap, rules, goods, starts[:-1])
    return Setting(seed, seed, settings, goods, places, firms, rules, starts, prices, gaps), first_month


def shifted(month: date, by: int) -> date:
    """Return the first day of the month that many months later."""
    index = month.year * 12 + month.month - 1 + by
    return date(index // 12, index % 12 + 1, 1)


def _prevalence(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    truth, outcomes = tables["truth/declarations"], tables["outcomes"]
    seen = outcomes.select(
        "declaration_id", (pl.col("finding").is_in(["clean", "other_violation"])).not_().alias("found")
    )
    return (
        truth.join(seen, on="declaration_id", how="left")
        .group_by("scheme", "typology")
        .agg(
            pl.len().alias("declarations"),
            (pl.len() / truth.height).round(5).alias("share"),
            pl.col("found").is_not_null().sum().alias("inspected"),
            pl.col("found").fill_null(value=False).sum().alias("found"),
        )
        .sort("typology", "scheme", nulls_last=True)
    )


__all__ = ["WorldResult", "build_world", "found_world", "simulate_world"]

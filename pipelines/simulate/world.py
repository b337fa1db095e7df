"""One generated world from a seed: movements, then papers, inspections, statistics, and the truth apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.reference import load_controls
from pipelines.settings.closed import config_folder
from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.background import EXTRA
from pipelines.simulate.calendar_of_controls import Rules, gap_by_month, price_by_month, rules_in_time
from pipelines.simulate.campaign import campaign
from pipelines.simulate.catalogue import Goods, Places, goods_of_world, load_goods, load_places
from pipelines.simulate.cover import cover_trade, imagined_evaders
from pipelines.simulate.draws import Floats, Ints, day_number, month_starts, order_by, stream
from pipelines.simulate.earlier import earlier_sightings
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
    all_corridors,
    change_truth,
    corridor_truth,
    declaration_truth,
    leg_truth,
    settings_truth,
    trader_truth,
)
from pipelines.simulate.worlds import draw_settings

Tables = dict[str, pl.DataFrame]


PART_ROWS = 200_000
"""Declarations that are generated at once; a larger world is made of parts, each with firms of its own."""


def build_world(settings: SimulateSettings, seed: int, declarations: int, months: int) -> Tables:
    """Generate a world in memory: contract tables by name, the truth under `truth/...`."""
    settings = draw_settings(settings, seed)
    world, first_month = found_world(settings, seed, declarations, months)
    tables, sums = build_part(world, first_month, declarations, months)
    return (
        {"flows": published(world, first_month, months, sums)}
        | {name: table.cast({pl.Enum: pl.String}) for name, table in tables.items()}
        | {
            "truth/settings": settings_truth(settings, seed),
            "truth/corridors": all_corridors(world, [tables["truth/corridors"]]),
        }
    )


def build_part(world: Setting, first_month: date, declarations: int, months: int) -> tuple[Tables, pl.DataFrame]:
    """Generate one part of a world: its tables, and what it adds to the statistics (reporting sums of sightings).

    Columns of few words are Enum here, the same in all parts of a world; as Parquet they are plain text.
    """
    settings = world.config
    world, agents = recruit(world, declarations)
    lookalikes = lookalike_trade(world, declarations)
    licensed = licensed_trade(world, round(settings.licensed_trade_share * declarations))
    imagined = imagined_evaders(world, agents, declarations)
    cover = cover_trade(world, imagined, round(settings.cover_trade_share * declarations))
    rest = max(declarations - lots_on_paper(agents) - lookalikes.height - licensed.height - cover.height, 0)
    honest = pl.concat([ordinary_trade(world, rest), licensed, lookalikes, cover], rechunk=True)
    honest = keep_holidays(world.seed, world.first_day, world.last_day, honest)
    figures = paper_figures(world, honest)
    capacity, opened = inspect_honest(world, agents, honest, figures)
    evasion = campaign(world, agents, capacity)
    # in the order of the papers, then what has none
    moved = pl.concat([honest, evasion.rows, evasion.undeclared], rechunk=True)
    rows = moved.head(honest.height + evasion.rows.height)
    figures = pl.concat([figures, evasion.figures]) if evasion.rows.height else figures
    if evasion.opened.height:
        opened = pl.concat([opened, evasion.opened.with_columns(pl.col("at") + honest.height)])

    licences, licence_no = issue_licences(world, rows)
    papers = write_papers(world, rows, licence_no, figures)
    outcomes = record(world, opened, papers)
    worth = papers["value_usd"].extend_constant(0.0, moved.height - rows.height)
    crossings = cross_borders(world, moved, worth)
    ledger = follow_material(world, moved, crossings.legs)
    since = history_months(world, first_month, months)
    earlier = earlier_sightings(world, imagined, since, declarations)
    sightings = pl.concat([earlier, crossings.sightings], rechunk=True)
    sums = sum_sightings(world, sightings, since)
    order = order_by(rows["day"].to_numpy(), papers["declaration_id"].cast(pl.Int64).to_numpy())
    tables = {
        "declarations": lose_cells(world, papers[order]),
        "outcomes": outcomes,
        "licences": licences,
        "movements": tracked_movements(world, moved, papers, ledger),
        "truth/declarations": declaration_truth(world, rows, papers)[order],
        "truth/traders": trader_truth(world, moved),
        "truth/changes": change_truth(world, agents, evasion.changes),
        "truth/movements": movement_truth(world, papers, moved, ledger),
        "truth/legs": leg_truth(world, crossings.legs, papers, moved),
        "truth/corridors": corridor_truth(world, crossings.legs, moved),
    }
    return tables, sums


def history_months(world: Setting, first_month: date, months: int) -> Ints:
    """First days of the months of the statistics, EXTRA months before the history included."""
    history = world.config.flows_history_months + EXTRA
    return month_starts(shifted(first_month, -history), months + history)


def published(world: Setting, first_month: date, months: int, sums: pl.DataFrame) -> pl.DataFrame:
    """Publish the statistics of the whole world from the sums of its parts."""
    long_months = history_months(world, first_month, months)
    prices = price_by_month(world.config.prices_usd_per_kg, world.goods, long_months[:-1])
    return publish(world, sums, long_months, prices)


@dataclass(frozen=True)
class Ground:
    """What all parts of a world stand on."""

    goods: Goods
    places: Places
    rules: Rules
    starts: Ints
    prices: Floats
    gaps: Floats
    first_month: date


def lay_ground(settings: SimulateSettings, seed: int, months: int) -> Ground:
    """Lay out goods, places, rules and prices of a world."""
    listed = load_goods(config_folder() / "simulate_goods.csv")
    goods = goods_of_world(listed, seed, log_sd=settings.goods_log_sd, left_out=settings.minerals_left_out)
    places = load_places(config_folder() / "simulate_places.csv")
    first_month = shifted(settings.last_month, 1 - months)
    starts = month_starts(first_month, months)
    prices = price_by_month(settings.prices_usd_per_kg, goods, starts[:-1])
    rules = rules_in_time(load_controls().measures, goods, places)
    gaps = gap_by_month(settings.price_gap, rules, goods, starts[:-1])
    return Ground(goods, places, rules, starts, prices, gaps, first_month)


def found_world(
    settings: SimulateSettings,
    seed: int,
    declarations: int,
    months: int,
    *,
    part: int = 0,
    parts: int = 1,
    ground: Ground | None = None,
) -> tuple[Setting, date]:
    """Lay out goods, places, rules, prices and firms before anything moves; also returns the first month."""
    ground = ground or lay_ground(settings, seed, months)
    goods, places, starts, first_month = ground.goods, ground.places, ground.starts, ground.first_month
    own = seed if parts == 1 else int(stream(seed, "part", str(part)).integers(2**31))
    firms = found_firms(
        goods=goods,
        places=places,
        seed=own,
        count=max(80, round(declarations / settings.declarations_per_firm)),
        declarations=declarations,
        first_day=day_number(first_month),
        last_day=int(starts[-1]),
        foreign_share=settings.foreign_filed_share,
        new_share=settings.new_firms_share,
        group_share=settings.group_firms_share,
        pool=settings.party_pool,
        hubs=places.positions(*settings.evasion.hubs),
        part=part,
        parts=parts,
    )
    world = Setting(
        own, seed, settings, goods, places, firms, ground.rules, starts, ground.prices, ground.gaps, part, parts
    )
    return world, first_month


def shifted(month: date, by: int) -> date:
    """Return the first day of the month that many months later."""
    index = month.year * 12 + month.month - 1 + by
    return date(index // 12, index % 12 + 1, 1)

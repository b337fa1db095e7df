"""Inspection as a policy: rules, tips, an earlier model and chance choose; some violations are missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulate.draws import Floats, Ints, shares_from_normal, stream
from pipelines.simulate.evaders import Agents
from pipelines.simulate.movements import Setting
from pipelines.simulate.papers import office_names, offices
from pipelines.simulate.schemes import SCHEMES

CHANNELS = ("rule", "tip", "model", "random")
FINDINGS = (*(scheme.typology for scheme in SCHEMES), "other_violation", "clean")
"""What is found, by number: the typology of each scheme, then what is no scheme."""
NOTES = ("", "weighed and sampled", "assay by laboratory", "documents checked", "container opened")


@dataclass(frozen=True)
class Capacity:
    """How far each office's staff stretch in each month: what its chances, the random one apart, are multiplied by."""

    factor: Floats
    """By office and month, both numbered from 0."""

    def of(self, office: Ints, month: Ints) -> Floats:
        """Return the factor of each row; an office that was never short has 1."""
        return np.asarray(self.factor[office, month])


def staff(world: Setting, office: Ints, month: Ints, wanted: Floats) -> Capacity:
    """Staff the offices: each can open so many boxes a month, by its size and by luck; more work lowers all chances.

    `wanted` is the chance of each honest declaration before any limit. The random share is never cut.
    """
    shape = len(office_names(world)), len(world.months) - 1
    at = office * shape[1] + month
    load = np.bincount(at, wanted, shape[0] * shape[1]).reshape(shape)
    rows = np.bincount(at, minlength=shape[0] * shape[1]).reshape(shape)
    busy = np.maximum((rows > 0).sum(axis=1, keepdims=True), 1)
    usual = load.sum(axis=1, keepdims=True) / busy  # over the months in which anything came
    luck = stream(world.seed, "staff").lognormal(0.25, 0.35, shape)
    room = usual * luck * world.config.inspection.capacity_ratio
    return Capacity(np.where(rows > 0, np.minimum(1.0, room / np.maximum(load, 1e-9)), 1.0))


def chances(world: Setting, agents: Agents, rows: pl.DataFrame, figures: pl.DataFrame) -> Floats:
    """Chance of each channel (rule, tip, model, random) to choose each row, before the offices' limits."""
    config = world.config.inspection
    count = rows.height
    agent = rows["agent"].to_numpy()
    evades = agent >= 0
    flags = _flags(world, rows, figures)
    by_rule = np.where(flags >= 2, config.rule_share, np.where(flags == 1, config.one_flag_share, 0.0))
    care = rows.select(pl.mean_horizontal("care_price", "care_volume", "care_text")).to_series().to_numpy()
    skill = config.model_skill * np.where(evades, 1.6 - 1.2 * care, 0.0)
    # the earlier model's chance given what it could see; its own noise is what the draw below stands for
    by_model = config.model_share * (1 - shares_from_normal(config.model_threshold - skill))
    tipped_firms = stream(world.seed, "tips").random(len(world.firms.weight)) < config.false_tips_share
    tipped = tipped_firms[rows["firm"].to_numpy()]
    if agents.count:
        tipped = tipped | (evades & (agents.whole("is_tipped")[np.maximum(agent, 0)] == 1))
    return np.stack([by_rule, np.where(tipped, config.tip_share, 0.0), by_model, np.full(count, config.random_share)])


def open_boxes(world: Setting, rows: pl.DataFrame, chance: Floats, stretch: Floats, part: str) -> pl.DataFrame:
    """Choose, open and find: one row an inspected movement, `at` its position among the rows, all in numbers.

    `stretch` is the offices' factor of each row; `part` names the random stream.
    """
    rng = stream(world.seed, "inspection", part)
    count = rows.height
    chance = chance * np.stack([stretch, stretch, stretch, np.ones(count)])
    probability = 1 - np.prod(1 - chance, axis=0)
    at = np.flatnonzero(rng.random(count) < probability)
    rows, count = rows[at], len(at)
    channel = _first(rng, chance[:, at])
    late = rng.integers(0, 3, count) + np.round(rng.gamma(2.0, 4.0, count)).astype(np.int64)
    day, good, kg = (rows[name].to_numpy() for name in ("day", "good", "kg"))
    found = _findings(world, rng, rows)
    return pl.DataFrame(
        {
            "at": at,
            "day": day + late,
            "finding": found,
            "is_hit": found < len(SCHEMES),
            "channel": channel,
            "selection_probability": np.round(probability[at], 6),
            "good": good,
            "kg": kg,
            "usd": np.round(kg * world.price(good, day), 2),
            "note": rng.integers(0, len(NOTES), count),
        }
    )


def inspect_honest(
    world: Setting, agents: Agents, rows: pl.DataFrame, figures: pl.DataFrame
) -> tuple[Capacity, pl.DataFrame]:
    """Staff the offices by the honest trade, and open its boxes."""
    chance = chances(world, agents, rows, figures)
    office, month = offices(world, rows), world.month_of(rows["day"].to_numpy())
    capacity = staff(world, office, month, 1 - np.prod(1 - chance[:3], axis=0))
    return capacity, open_boxes(world, rows, chance, capacity.of(office, month), "honest")


def record(world: Setting, opened: pl.DataFrame, papers: pl.DataFrame) -> pl.DataFrame:
    """Write outcomes as in the contract; `at` points into the papers."""
    told = opened.with_columns(
        papers["declaration_id"].gather(opened["at"]).alias("declaration_id"),
        pl.Series(FINDINGS).gather(opened["finding"]).alias("finding"),
        pl.Series(CHANNELS).gather(opened["channel"]).alias("selected_by"),
        pl.Series(NOTES).gather(opened["note"]).alias("note"),
        *(world.goods.each(name, opened["good"].to_numpy()).alias(f"found_{name}") for name in ("hs_code", "mineral")),
    )
    is_hit, found, note = pl.col("is_hit"), pl.col("found_hs_code", "found_mineral"), pl.col("note")
    return told.select(
        "declaration_id",
        pl.col("day").cast(pl.Int32).cast(pl.Date).alias("inspected_on"),
        "finding",
        "selected_by",
        "selection_probability",
        pl.when(is_hit & (found != "")).then(found),
        *(pl.when(is_hit).then(name).alias(f"seized_{name}") for name in ("kg", "usd")),
        pl.when(note != "").then(note),
    ).sort("inspected_on", "declaration_id")


def _flags(world: Setting, rows: pl.DataFrame, figures: pl.DataFrame) -> Ints:
    """Count the simple flags of the old rule book: price, density, no licence, hub, new trader."""
    paper, day = rows["paper"].to_numpy(), rows["day"].to_numpy()
    net = figures["net_kg"].fill_null(1.0).to_numpy()
    price = figures["value_usd"].fill_null(1.0).to_numpy() / np.maximum(net, 1e-3) / world.price(paper, day)
    density = (
        net / np.maximum(figures["volume_m3"].fill_null(1.0).to_numpy(), 1e-6) / world.goods.floats("kg_per_m3")[paper]
    )
    unlicensed = world.rules.needs_licence(paper, day) & (rows["licence_plan"].to_numpy() == 0)
    hub = np.isin(rows["declared_destination"].to_numpy(), world.places.positions("HKG", "VNM", "THA", "ARE", "MEX"))
    new = day - world.firms.starts[rows["firm"].to_numpy()] < 120
    flags = [np.abs(np.log(price)) > 1.1, np.abs(np.log(density)) > 0.9, unlicensed, hub, new]
    return np.asarray(np.stack(flags).sum(axis=0), dtype=np.int64)


def _first(rng: np.random.Generator, chances: Floats) -> Ints:
    """Name the channel that chose, in proportion to the channels' own chances."""
    order = np.cumsum(chances / np.maximum(chances.sum(axis=0), 1e-12), axis=0)
    return np.asarray((rng.random(chances.shape[1]) >= order[:-1]).sum(axis=0))


def _findings(world: Setting, rng: np.random.Generator, rows: pl.DataFrame) -> Ints:
    misses = {str(kind): share for kind, share in world.config.inspection.miss_share.items()}
    missed = rng.random(rows.height) < np.array([misses.get(kind, 0.0) for kind in FINDINGS])[rows["scheme"].to_numpy()]
    at_fault = rng.random(rows.height) < world.config.inspection.other_violation_share
    other = np.where(at_fault, len(SCHEMES), len(SCHEMES) + 1)
    scheme = rows["scheme"].to_numpy()
    return np.asarray(np.where((scheme >= 0) & ~missed, scheme, other))

"""Inspection as a policy: rules, tips, an earlier model and chance choose; some violations are missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.simulate.draws import Bools, Floats, Ints, shares_from_normal, stream
from pipelines.simulate.evaders import Agents
from pipelines.simulate.movements import Setting
from pipelines.simulate.papers import offices
from pipelines.simulate.schemes import SCHEMES

CHANNELS = ("rule", "tip", "model", "random")


@dataclass(frozen=True)
class Capacity:
    """How far each office's staff stretch in each month: what its chances, the random one apart, are multiplied by."""

    factor: dict[tuple[str, int], float]

    def of(self, office: list[str], month: Ints) -> Floats:
        """Return the factor of each row; an office that was never short has 1."""
        pairs = zip(office, month.tolist(), strict=True)
        return np.array([self.factor.get((name, number), 1.0) for name, number in pairs])


def staff(world: Setting, office: list[str], month: Ints, wanted: Floats) -> Capacity:
    """Staff the offices: each can open so many boxes a month, by its size and by luck; more work lowers all chances.

    `wanted` is the chance of each honest declaration before any limit. The random share is never cut.
    """
    load = (
        pl.DataFrame({"office": office, "month": month, "wanted": wanted})
        .group_by("office", "month")
        .agg(pl.len().alias("rows"), pl.col("wanted").sum())
        .sort("office", "month")
    )
    rng = stream(world.seed, "staff")
    usual = dict(load.group_by("office").agg(pl.col("wanted").mean()).sort("office").iter_rows())
    luck = rng.lognormal(0.25, 0.35, load.height)
    room = np.array([usual[name] for name in load["office"].to_list()]) * luck * world.config.inspection.capacity_ratio
    factor = np.minimum(1.0, room / np.maximum(load["wanted"].to_numpy(), 1e-9))
    keys = zip(load["office"].to_list(), load["month"].to_list(), strict=True)
    return Capacity(dict(zip(keys, factor.tolist(), strict=True)))


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
    """Choose, open and find: one row an inspected movement, `at` its position among the rows.

    `stretch` is the offices' factor of each row; `part` names the random stream.
    """
    rng = stream(world.seed, "inspection", part)
    count = rows.height
    chance = chance * np.stack([stretch, stretch, stretch, np.ones(count)])
    probability = 1 - np.prod(1 - chance, axis=0)
    chosen = rng.random(count) < probability
    channel = np.array(CHANNELS)[_first(rng, chance)]
    found = _findings(world, rng, rows)
    late = rng.integers(0, 3, count) + np.round(rng.gamma(2.0, 4.0, count)).astype(np.int64)
    goods, day = world.goods, rows["day"].to_numpy()
    good, kg = rows["good"].to_numpy(), rows["kg"].to_numpy()
    hit = np.isin(found, ["misdeclaration", "concealment", "transshipment"])
    notes = np.array(["", "weighed and sampled", "assay by laboratory", "documents checked", "container opened"])
    return pl.DataFrame(
        {
            "at": np.arange(count),
            "day": day + late,
            "finding": found,
            "selected_by": channel,
            "selection_probability": np.round(probability, 6),
            "found_hs_code": np.where(hit, np.array(goods.texts("hs_code"))[good], ""),
            "found_mineral": np.where(hit, np.array(goods.texts("mineral"))[good], ""),
            "seized_kg": np.where(hit, kg, np.nan),
            "seized_usd": np.where(hit, np.round(kg * world.price(good, day), 2), np.nan),
            "note": notes[rng.integers(0, len(notes), count)],
        }
    ).filter(pl.Series(chosen))


def inspect_honest(
    world: Setting, agents: Agents, rows: pl.DataFrame, figures: pl.DataFrame
) -> tuple[Capacity, pl.DataFrame]:
    """Staff the offices by the honest trade, and open its boxes."""
    chance = chances(world, agents, rows, figures)
    office, month = offices(world, rows), world.month_of(rows["day"].to_numpy())
    capacity = staff(world, office, month, 1 - np.prod(1 - chance[:3], axis=0))
    return capacity, open_boxes(world, rows, chance, capacity.of(office, month), "honest")


def record(opened: pl.DataFrame, papers: pl.DataFrame) -> pl.DataFrame:
    """Write outcomes as in the contract; `at` points into the papers."""
    texts = ("found_hs_code", "found_mineral", "note")
    return opened.select(
        papers["declaration_id"].gather(opened["at"]).alias("declaration_id"),
        pl.col("day").cast(pl.Int32).cast(pl.Date).alias("inspected_on"),
        "finding",
        "selected_by",
        "selection_probability",
        *(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in texts[:2]),
        pl.col("seized_kg", "seized_usd").fill_nan(None),
        pl.when(pl.col("note") != "").then("note").alias("note"),
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


def _findings(world: Setting, rng: np.random.Generator, rows: pl.DataFrame) -> npt.NDArray[np.str_]:
    scheme = rows["scheme"].to_numpy()
    kinds = np.array([one.typology for one in SCHEMES] + ["clean"])[scheme]
    miss = np.array([world.config.inspection.miss_share.get(one.typology, 0.0) for one in SCHEMES] + [0.0])[scheme]
    missed: Bools = rng.random(rows.height) < miss
    at_fault = rng.random(rows.height) < world.config.inspection.other_violation_share
    other = np.where(at_fault, "other_violation", "clean")
    return np.asarray(np.where((scheme >= 0) & ~missed, kinds, other))

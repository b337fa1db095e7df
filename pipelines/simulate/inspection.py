"""Inspection as a policy: rules, tips, an earlier model and chance choose; some violations are missed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.simulate.draws import Bools, Floats, Ints, shares_from_normal, stream
from pipelines.simulate.evaders import Agents
from pipelines.simulate.movements import Setting
from pipelines.simulate.schemes import SCHEMES

CHANNELS = ("rule", "tip", "model", "random")


def inspect(world: Setting, agents: Agents, rows: pl.DataFrame, papers: pl.DataFrame) -> pl.DataFrame:
    """Choose, open and record: one row an inspected declaration, with the probability with which it was chosen.

    `rows` and `papers` describe the same consignments in the same order.
    """
    config, rng = world.config.inspection, stream(world.seed, "inspection")
    count = rows.height
    agent, day = rows["agent"].to_numpy(), rows["day"].to_numpy()
    evades = agent >= 0
    flags = _flags(world, rows, papers)
    by_rule = np.where(flags >= 2, config.rule_share, np.where(flags == 1, config.one_flag_share, 0.0))
    care = rows.select(pl.mean_horizontal("care_price", "care_volume", "care_text")).to_series().to_numpy()
    skill = config.model_skill * np.where(evades, 1.6 - 1.2 * care, 0.0)
    # the earlier model's chance given what it could see; its own noise is what the draw below stands for
    by_model = config.model_share * (1 - shares_from_normal(config.model_threshold - skill))
    tipped_firms = rng.random(len(world.firms.weight)) < config.false_tips_share
    tipped = tipped_firms[rows["firm"].to_numpy()]
    if agents.count:
        tipped = tipped | (evades & (agents.whole("is_tipped")[np.maximum(agent, 0)] == 1))
    chances = np.stack(
        [by_rule, np.where(tipped, config.tip_share, 0.0), by_model, np.full(count, config.random_share)]
    )
    probability = 1 - np.prod(1 - chances, axis=0)
    chosen = rng.random(count) < probability
    channel = np.array(CHANNELS)[_first(rng, chances)]
    found = _findings(world, rng, rows)
    late = rng.integers(0, 3, count) + np.round(rng.gamma(2.0, 4.0, count)).astype(np.int64)
    goods = world.goods
    good = rows["good"].to_numpy()
    hit = np.isin(found, ["misdeclaration", "concealment", "transshipment"])
    kg = rows["kg"].to_numpy()
    notes = np.array(["", "weighed and sampled", "assay by laboratory", "documents checked", "container opened"])
    return _record(
        pl.DataFrame(
            {
                "declaration_id": papers["declaration_id"],
                "inspected_on": pl.Series(day + late).cast(pl.Int32).cast(pl.Date),
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
    )


def _record(found: pl.DataFrame) -> pl.DataFrame:
    texts = ("found_hs_code", "found_mineral", "note")
    return found.with_columns(
        pl.col("seized_kg", "seized_usd").fill_nan(None),
        *(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in texts),
    ).sort("inspected_on", "declaration_id")


def _flags(world: Setting, rows: pl.DataFrame, papers: pl.DataFrame) -> Ints:
    """Count the simple flags of the old rule book: price, density, no licence, hub, new trader."""
    paper, day = rows["paper"].to_numpy(), rows["day"].to_numpy()
    net = papers["net_kg"].fill_null(1.0).to_numpy()
    price = papers["value_usd"].fill_null(1.0).to_numpy() / np.maximum(net, 1e-3) / world.price(paper, day)
    density = (
        net / np.maximum(papers["volume_m3"].fill_null(1.0).to_numpy(), 1e-6) / world.goods.floats("kg_per_m3")[paper]
    )
    unlicensed = world.rules.needs_licence(paper, day) & papers["licence_no"].is_null().to_numpy()
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

"""Honest trade that shares a trait with a scheme, so that no single rule separates the two."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import polars as pl

from pipelines.simulate.draws import pick, stream
from pipelines.simulate.movements import COURIER, IMPORT, SEA, Setting, movement_table, ship
from pipelines.simulate.rivals import rival_trade
from pipelines.simulate.trading_habits import (
    border_trade,
    changed_goods,
    hub_maker,
    new_firm,
    own_goods,
    reclassified,
    returned,
    small_orders,
    some_firms,
    some_of,
)

Builder = Callable[[Setting, np.random.Generator, int], dict[str, object]]


def _named(*names: str) -> Builder:
    def build(world: Setting, rng: np.random.Generator, count: int) -> dict[str, object]:
        crowd = np.unique(some_firms(world, rng, max(4, count // 8)))  # such goods have regular sellers
        firm = crowd[rng.integers(0, len(crowd), count)]
        return ship(world, rng, firm=firm, good=some_of(world, rng, count, *names))

    return build


def _hub_reexport(world: Setting, rng: np.random.Generator, count: int) -> dict[str, object]:
    firm = some_firms(world, rng, count, abroad=True)
    hubs = pick(rng, world.places.entrepot, count)
    own = world.firms.country[firm]
    hub = np.where(world.places.entrepot[own] > 0, own, hubs)
    columns = ship(world, rng, firm=firm, good=own_goods(world, rng, firm))
    away = columns["destination"] != hub
    destination = np.where(away, columns["destination"], world.places.position("DEU"))
    return columns | {
        "origin": np.zeros(count, np.int64),
        "declared_origin": np.zeros(count, np.int64),
        "hub": hub,
        "dispatch": hub,
        "destination": destination,
        "declared_destination": destination,
        "direction": np.full(count, IMPORT),
        "consignee": world.firms.buyer_of(firm, destination, np.zeros(count, np.int64)),
    }


def _price_boom(world: Setting, rng: np.random.Generator, count: int) -> dict[str, object]:
    booming = world.goods.having(role="ordinary")[rng.integers(0, len(world.goods.having(role="ordinary")), 4)]
    start = rng.integers(world.first_day, max(world.last_day - 170, world.first_day + 1), 4)
    which = rng.integers(0, 4, count)
    sellers = some_firms(world, rng, max(4, count // 6))
    firm = sellers[rng.integers(0, len(sellers), count)]
    span = np.minimum(start[which] + 150, world.last_day - 1) - start[which]
    day = start[which] + (rng.random(count) * span).astype(np.int64)
    return ship(world, rng, firm=firm, good=booming[which], day=np.maximum(day, world.first_day)) | {
        "price_twist": rng.normal(0.75, 0.2, count)
    }


def _twisted(**spread: tuple[float, float]) -> Builder:
    def build(world: Setting, rng: np.random.Generator, count: int) -> dict[str, object]:
        firm = some_firms(world, rng, count)
        columns = ship(world, rng, firm=firm, good=own_goods(world, rng, firm))
        return columns | {name: rng.normal(mean, sd, count) for name, (mean, sd) in spread.items()}

    return build


def _dense_variant(world: Setting, rng: np.random.Generator, count: int) -> dict[str, object]:
    sellers = some_firms(world, rng, max(4, count // 6))
    firm = sellers[rng.integers(0, len(sellers), count)]
    way = np.where(firm % 3 == 0, 1.0, -1.0)  # volume_twist below 0 is denser than usual
    return ship(world, rng, firm=firm, good=world.firms.goods[firm, 0]) | {
        "volume_twist": way * rng.uniform(0.5, 1.2, count),
        "packing_twist": rng.normal(0.2, 0.4, count),
    }


def _courier_sample(world: Setting, rng: np.random.Generator, count: int) -> dict[str, object]:
    firm = some_firms(world, rng, count)
    sampled = np.concatenate([world.goods.covering("powder"), world.goods.covering("ingot")])
    good = np.where(rng.random(count) < 0.5, sampled[rng.integers(0, len(sampled), count)], own_goods(world, rng, firm))
    kg = np.round(np.exp(rng.normal(1.3, 0.9, count)), 2) + 0.1
    return ship(world, rng, firm=firm, good=good, mode=np.full(count, COURIER), kg=kg) | {
        "price_twist": rng.normal(0.6, 0.6, count)
    }


def _group_sale(world: Setting, rng: np.random.Generator, count: int) -> dict[str, object]:
    weight = world.firms.weight * (world.firms.country == 0) * np.where(world.firms.has_group, 1.0, 1e-9)
    firm = pick(rng, weight, count)
    destination = pick(rng, world.places.entrepot + world.places.demand * 0.05, count)
    columns = ship(world, rng, firm=firm, good=own_goods(world, rng, firm), destination=destination)
    return columns | {"same_group": np.ones(count, np.int64)}


LOOKALIKES: dict[str, Builder] = {
    "below_threshold": _named("sb2o3_commercial", "ndfeb_plain", "solder_bi"),
    "uncontrolled_relative": _named(
        "indium_metal",
        "lead_antimony",
        "cerium_oxide",
        "lanthanum_oxide",
        "selenium",
        "molybdenum_oxide",
        "niobium",
        "carbide_inserts",
        "ge_lens",
        "sodium_antimonate",
        "graphite_amorphous",
        "bismuth_oxide",
        "flame_masterbatch",
        "neodymium_oxide",
        "prnd_metal",
        "ito_glass",
        "fibre_preform",
        "gallium_led",
        "laser_diode",
        "fluorescent_powder",
        "yag_crystal",
        "tungsten_electrode",
        "drill_bits",
        "diamond_saw",
        "grinding_wheel",
        "graphite_gasket",
        "crucible",
        "solar_cdte",
        "alsc_target",
    ),
    "medicine": _named("bismuth_pharma", "bismuth_cosmetic"),
    "name_only": _named("pet_chips", "pet_film", "furniture_brand", "tungsten_bulb", "pencil_leads", "antimony_yellow"),
    "hub_reexport": _hub_reexport,
    "new_smelter": partial(rival_trade, "new_smelter"),
    "price_boom": _price_boom,
    "stock_sale": _twisted(price_twist=(-1.2, 0.4)),
    "consolidated": _twisted(price_twist=(0.1, 0.6), volume_twist=(0.0, 0.6), packing_twist=(0.0, 0.8)),
    "courier_sample": _courier_sample,
    "dense_variant": _dense_variant,
    "group_sale": _group_sale,
    "returned_goods": returned,
    "reclassified": reclassified,
    "metal_articles": _named("golf_clubs", "fishing_gear", "peltier", "wind_parts", "moly_wire", "graphite_brush"),
    "small_orders": small_orders,
    "border_trade": border_trade,
    "new_firm": new_firm,
    "master_alloy": _named("ferrotungsten", "ferromolybdenum", "rare_earth_alloy", "mischmetal", "lead_antimony"),
    "hub_maker": hub_maker,
    "changed_goods": changed_goods,
    "mine_restart": partial(rival_trade, "mine_restart"),
    "stock_draw": partial(rival_trade, "stock_draw"),
}
"""Every look-alike by name, in the order in which movements store them."""


def lookalike_trade(world: Setting, declarations: int) -> pl.DataFrame:
    """Ship every look-alike in its share of all declarations."""
    tables = []
    shares = {str(name): share for name, share in world.config.lookalikes.items()}
    for number, (name, build) in enumerate(LOOKALIKES.items()):
        share = shares.get(name, 0.0)
        count = max(round(share * declarations), 3) if share > 0 else 0
        if count:
            columns = build(world, stream(world.seed, "lookalike", name), count) | {"lookalike": np.full(count, number)}
            tables.append(movement_table(columns, count))
    return pl.concat(tables) if tables else movement_table({}, 0)


__all__ = ["LOOKALIKES", "SEA", "lookalike_trade"]

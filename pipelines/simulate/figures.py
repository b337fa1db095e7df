"""Figures on the paper: mass, volume, packages, containers and value, honest or forged with more or less care."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate.catalogue import coded
from pipelines.simulate.draws import Floats, Ints, stream
from pipelines.simulate.movements import AIR, COURIER, SEA, Setting

TARE = {
    "carton": 0.09,
    "bag": 0.012,
    "bigbag": 0.008,
    "drum": 0.06,
    "pallet": 0.025,
    "case": 0.14,
    "bottle": 0.35,
    "piece": 0.004,
    "roll": 0.04,
    "coil": 0.006,
    "reel": 0.07,
    "bundle": 0.02,
}
"""Mass of packing per mass of goods; rounded general trade knowledge."""
UNIT_SLIP = 0.006  # share of figures entered in another unit (grams for kilograms, litres for cubic metres)
BOX_KG, BOX_M3 = 24_500.0, 58.0  # usual payload and usable volume of a container


def paper_figures(world: Setting, rows: pl.DataFrame, part: str = "honest") -> pl.DataFrame:
    """Write net and gross mass, volume, packages, containers and value for each movement of a part of the world."""
    rng = stream(world.seed, "figures", part)
    count = rows.height
    goods = world.goods
    good, paper, day = (rows[name].to_numpy() for name in ("good", "paper", "day"))
    kg, host_kg = rows["kg"].to_numpy(), rows["host_kg"].to_numpy()
    care = {name: rows[f"care_{name}"].to_numpy() for name in ("price", "volume", "packing")}
    hidden = host_kg > 0
    false = (paper != good) & ~hidden

    shown = np.where(hidden, host_kg + kg * (1 - care["volume"]) * rng.uniform(0.3, 1.0, count), kg)
    net = _rounded(rng, shown)
    density = goods.floats("kg_per_m3")
    log_density = np.where(false, _blend(care["volume"], density[good], density[paper]), np.log(density[paper]))
    volume = shown / np.exp(log_density) * np.exp(rows["volume_twist"].to_numpy() + 0.17 * rng.normal(size=count))
    volume = np.where(hidden, host_kg / density[paper] * np.exp(0.17 * rng.normal(size=count)), volume)

    pack_kg = goods.floats("pack_kg")
    each = np.where(false, np.exp(_blend(care["packing"], pack_kg[good], pack_kg[paper])), pack_kg[paper])
    each = each * np.exp(rows["packing_twist"].to_numpy() + 0.22 * rng.normal(size=count))
    filled = np.where(hidden, host_kg + kg * (1 - care["packing"]), shown)
    packages = np.maximum(1, np.round(np.where(hidden, host_kg, filled) / each)).astype(np.int64)
    package_good = np.where(false & (care["packing"] < 0.4), good, paper)
    tare = np.array([TARE[kind] for kind in goods.texts("pack")])[package_good] * np.exp(0.3 * rng.normal(size=count))
    gross = np.where(hidden, host_kg + kg * (1 - 0.6 * care["packing"]), shown) * (1 + tare)
    gross = np.maximum(gross, net)

    usual = world.price(paper, day) * np.exp(goods.floats("price_spread")[paper] * 0.9 * rng.normal(size=count))
    true_price = rows["usd_per_kg"].to_numpy()
    forged = np.exp(_blend(care["price"], true_price, usual) + 0.12 * rng.normal(size=count))
    each_usd = np.where(false, forged, np.where(hidden, usual, true_price)) * np.exp(rows["price_twist"].to_numpy())
    mode = rows["mode"].to_numpy()
    boxes = np.where(mode == SEA, np.ceil(np.maximum(gross / BOX_KG, volume / BOX_M3)), 0).astype(np.int64)
    return pl.DataFrame(
        {
            "n_packages": packages,
            "package_type": coded(goods.texts("pack"), package_good),
            "n_containers": boxes,
            "container_type": _containers(rng, mode, gross, volume, boxes),
            "net_kg": net * _slip(rng, count),
            "gross_kg": np.round(gross, 1),
            "volume_m3": np.round(np.maximum(volume, 1e-3), 4) * _slip(rng, count),
            "value_usd": np.round(np.maximum(shown * each_usd, 0.5), 2),
        }
    ).with_columns(
        pl.when(pl.col("n_containers") > 0).then("n_containers").alias("n_containers"),
        pl.col("net_kg", "volume_m3").round(7),
    )


def _blend(care: Floats, true: Floats, paper: Floats) -> Floats:
    return np.asarray((1 - care) * np.log(true) + care * np.log(paper))


def _rounded(rng: np.random.Generator, kg: Floats) -> Floats:
    habit = rng.random(len(kg))
    coarse = np.where(kg > 2000, 100.0, np.where(kg > 100, 10.0, 0.1))
    return np.maximum(np.where(habit < 0.3, np.round(kg / coarse) * coarse, np.round(kg, 2)), 0.1)


def _slip(rng: np.random.Generator, count: int) -> Floats:
    chance = rng.random(count)
    return np.where(chance < UNIT_SLIP / 2, 1000.0, np.where(chance < UNIT_SLIP, 0.001, 1.0))


def _containers(rng: np.random.Generator, mode: Ints, gross: Floats, volume: Floats, boxes: Ints) -> pl.Series:
    dense = gross / np.maximum(volume, 1e-3) > 500
    kind = np.where(dense, 0, np.where(rng.random(len(mode)) < 0.6, 1, 2))
    groupage = (boxes == 1) & (volume < 14) & (gross < 9000)
    kind = np.where((mode == AIR) | (mode >= COURIER) | (boxes == 0), 4, np.where(groupage, 3, kind))
    return coded(["20GP", "40HC", "40GP", "LCL", ""], kind)

"""From ore to product: what each controlled good is made of, and how much of the metal each step keeps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from features.contracts.columns import MOVEMENT_KINDS
from features.stoichiometry import metal_share
from pipelines.reference import load_minerals
from pipelines.simulate.catalogue import Goods
from pipelines.simulate.draws import Floats
from pipelines.simulate.schemes import METAL_IN_PRODUCT
from pipelines.simulate.wordings import load_words

STEPS = ("ore", "concentrate", "oxide", "metal", "alloy", "product")
STEP_SHARE = {"ore": 0.02, "concentrate": 0.45, "oxide": 0.80, "metal": 1.0, "alloy": 0.60}
"""Metal by mass in a step's material between mine and good; rounded general knowledge, the same for every mineral."""
RECOVERY = {"concentrate": 0.88, "oxide": 0.93, "metal": 0.95, "alloy": 0.985, "product": 0.97}
"""Share of the metal that a step keeps; the rest goes to tailings and slag (general metallurgy, rounded)."""
_CONCENTRATES = ("antimony_ore", "graphite_flake")
_METALS = ("gallium_metal", "germanium_metal", "antimony_ingot", "tellurium_metal", "bismuth_ingot", "dysprosium_metal")
_OXIDES = ("oxide", "dioxide", "sb2o3", "apt", "tetrachloride")
_ALLOYED = ("ndfeb_dy", "smco_magnet")


@dataclass(frozen=True)
class Path:
    """The steps that end in a good: materials in order, metal by mass in each, and the share each step keeps."""

    forms: tuple[str, ...]
    shares: tuple[float, ...]
    kept: tuple[float, ...]
    """One number less than forms: from each form to the next."""


def metal_in_goods(goods: Goods) -> Floats:
    """Metal by mass in each good: from its formula, or from the usual composition of products; 1 where neither is."""
    symbols = _symbols()
    words, minerals = load_words(goods), goods.texts("mineral")
    found = []
    for row, name in enumerate(goods.names):
        symbol = symbols.get(minerals[row])
        share = metal_share(words.formula[row], symbol) if symbol and words.formula[row] else None
        found.append(METAL_IN_PRODUCT.get(name, share if share else 1.0))
    return np.array(found)


@cache
def _symbols() -> dict[str, str]:
    return dict(load_minerals().minerals.select("mineral", "symbol").iter_rows())


def path_to(name: str, mineral: str, share: float) -> Path:
    """Name the steps from the ore to a controlled good.

    >>> path_to("gallium_metal", "gallium", 1.0).forms
    ('gallium ore', 'gallium concentrate', 'gallium oxide, crude', 'gallium_metal')
    """
    last = _stage(name)
    steps = [step for step in STEPS[: STEPS.index(last)] if step != "alloy" or name in _ALLOYED]
    forms = [
        f"{mineral} {step}, crude" if step in ("oxide", "metal", "alloy") else f"{mineral} {step}" for step in steps
    ]
    kept = [RECOVERY[step] for step in [*steps[1:], last]]
    shares = [min(STEP_SHARE[step], 1.0) for step in steps]
    return Path((*forms, name), (*shares, share), tuple(kept))


def residue(mineral: str) -> str:
    """Name what a step leaves of a mineral."""
    return f"{mineral} residue"


@dataclass(frozen=True)
class Terms:
    """The ledger's words for kinds, minerals and forms, each held once."""

    words: pl.Enum
    form: pl.Series
    """Of each good, by its position."""
    mineral: pl.Series
    """Of each good, by its position; `unnamed` where it has none."""


def ledger_terms(goods: Goods) -> Terms:
    """Gather every word that a ledger of these goods may hold."""
    minerals = [mineral or "unnamed" for mineral in goods.texts("mineral")]
    steps = {
        form for name, mineral in zip(goods.names, minerals, strict=True) for form in path_to(name, mineral, 1).forms
    }
    words = pl.Enum(sorted({*MOVEMENT_KINDS, *minerals, *map(residue, minerals), *steps}))
    return Terms(words, pl.Series(goods.names, dtype=words), pl.Series(minerals, dtype=words))


def _stage(name: str) -> str:
    if name in _CONCENTRATES:
        return "concentrate"
    if name in _METALS:
        return "metal"
    return "oxide" if any(word in name for word in _OXIDES) else "product"

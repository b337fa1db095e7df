"""A made-up world of evidence whose truth is known: what the model tests learn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from features.evidence import Evidence, Family, Role

TYPOLOGIES = ("misdeclaration", "concealment", "transshipment")


def _one(code: str, family: Family, role: Role) -> Evidence:
    return Evidence(code, family, role, "strength", f"{code} does not fit", (), "not given", "made up")


MADE_UP_REGISTRY = (
    _one("term_mismatch", "description", "doubt"),
    _one("density_off", "parcel", "doubt"),
    _one("detour", "routing", "doubt"),
    _one("lane_gap", "mirror", "doubt"),
    _one("declared_openly", "description", "counter"),
    _one("log_mass", "parcel", "context"),
)


@dataclass(frozen=True)
class MadeUpWorld:
    """Evidence, declarations, outcomes and truth of one made-up world."""

    registry: tuple[Evidence, ...]
    evidence: pl.DataFrame
    declarations: pl.DataFrame
    outcomes: pl.DataFrame
    probability: np.ndarray
    """True probability of any violation, in the order of `evidence`."""


def make_world(n: int = 6000, *, seed: int = 1, inspected_share: float = 0.5, base: float = -4.2) -> MadeUpWorld:
    """Each typology's log-odds rise with one piece of doubt; `declared_openly` lowers all; a fifth is unknown."""
    rng = np.random.default_rng(seed)
    strength = np.where(rng.random((n, 4)) < 0.7, 0.0, rng.random((n, 4)))
    openly = np.where(rng.random(n) < 0.8, 0.0, rng.random(n))
    log_mass = rng.normal(7, 1.5, n)
    log_odds = base + 4.5 * strength[:, :3] - 2.0 * openly[:, None]
    shares = 1 / (1 + np.exp(-log_odds))
    drawn = rng.random((n, 3)) < shares
    first = np.where(drawn.any(axis=1), drawn.argmax(axis=1), 3)
    finding = np.asarray([*TYPOLOGIES, "clean"])[first]
    columns = {"term_mismatch": strength[:, 0], "density_off": strength[:, 1], "detour": strength[:, 2]}
    columns |= {"lane_gap": strength[:, 3], "declared_openly": openly, "log_mass": log_mass}
    day = [date(2023, 1, 1) + timedelta(days=int(d)) for d in rng.integers(0, 720, n)]
    ids = [f"D{i:06d}" for i in range(n)]
    trader = [f"T{i:03d}" for i in rng.integers(0, 300, n)]
    evidence = pl.DataFrame(
        {
            "declaration_id": ids,
            "declared_on": day,
            "exporter_id": trader,
            "transport_mode": rng.choice(["sea", "air", "road"], n),
            "mineral": pl.Series(rng.choice(["antimony", "gallium", ""], n)).replace("", None),
        }
        | {
            name: pl.Series(np.where(rng.random(n) < 0.2, np.nan, value), dtype=pl.Float32).fill_nan(None)
            for name, value in columns.items()
        }
    )
    mass = np.exp(log_mass)
    declarations = pl.DataFrame(
        {
            "declaration_id": ids,
            "declared_on": day,
            "exporter_id": trader,
            "hs_code": rng.choice(["811010", "382440", "690721", "760110"], n),
            "origin_iso3": "CHN",
            "destination_iso3": rng.choice(["USA", "VNM", "MYS", "DEU"], n),
            "net_kg": mass,
            "value_usd": mass * rng.lognormal(1, 0.5, n),
        }
    )
    p_chosen = np.clip(inspected_share * (0.3 + 1.4 * strength.mean(axis=1) / max(strength.mean(), 1e-9) / 2), 0.01, 1)
    chosen = rng.random(n) < p_chosen
    outcomes = pl.DataFrame(
        {
            "declaration_id": ids,
            "inspected_on": [d + timedelta(days=5) for d in day],
            "finding": finding,
            "selected_by": "random",
            "selection_probability": p_chosen,
            "found_hs_code": pl.Series([None] * n, dtype=pl.String),
            "found_mineral": pl.Series([None] * n, dtype=pl.String),
            "seized_kg": np.where(finding == "clean", np.nan, mass),
            "seized_usd": pl.Series([None] * n, dtype=pl.Float64),
            "note": pl.Series([None] * n, dtype=pl.String),
        }
    ).with_columns(pl.col("seized_kg").fill_nan(None))
    true = 1 - (1 - shares).prod(axis=1)
    return MadeUpWorld(MADE_UP_REGISTRY, evidence, declarations, outcomes.filter(chosen), true)


@pytest.fixture(scope="session")
def made_up() -> Callable[..., MadeUpWorld]:
    return make_world


@pytest.fixture(scope="session")
def world() -> MadeUpWorld:
    return make_world()

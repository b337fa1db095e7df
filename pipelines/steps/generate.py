"""Generate a world and say what is in it."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines.simulate import simulate_world
from pipelines.simulate.worlds import load_world
from pipelines.steps.said import Said


def run_simulation(
    *, out: Path, seed: int, declarations: int, months: int, world: str = "demo", config: Path | None = None
) -> Said:
    """Write a generated world to `out`: contract tables, and apart under `truth/` what nobody would know.

    `world` names a file of configs/worlds; raises ConfigError where there is none of that name.
    """
    settings = load_world(world, config)
    made_world = simulate_world(settings, out, seed, declarations=declarations, months=months)
    made = ", ".join(f"{rows:,} {name}" for name, rows in made_world.rows.items() if not name.startswith("truth"))
    bad = made_world.prevalence.filter(pl.col("typology").is_not_null())
    share = bad["declarations"].sum() / max(made_world.rows["declarations"], 1)
    lines = [
        f"generated world {world!r}, seed {seed}: {made}",
        f"{bad['declarations'].sum():,} declarations ({share:.1%}) are violations, by {bad.height} schemes",
    ]
    return Said(
        lines=lines,
        paths=[made_world.card, *made_world.tables.values()],
        page=made_world.card,
        counts=dict(made_world.rows),
    )

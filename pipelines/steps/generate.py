"""Generate a world and say what is in it."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines.settings.closed import load_section
from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate import simulate_world
from pipelines.steps.said import Said


def run_simulation(*, out: Path, seed: int, declarations: int, months: int, config: Path | None = None) -> Said:
    """Write a generated world to `out`: contract tables, and apart under `truth/` what nobody would know."""
    settings = load_section(SimulateSettings, "simulate", config)
    world = simulate_world(settings, out, seed, declarations=declarations, months=months)
    made = ", ".join(f"{rows:,} {name}" for name, rows in world.rows.items() if not name.startswith("truth"))
    bad = world.prevalence.filter(pl.col("typology").is_not_null())
    share = bad["declarations"].sum() / max(world.rows["declarations"], 1)
    lines = [
        f"generated world, seed {seed}: {made}",
        f"{bad['declarations'].sum():,} declarations ({share:.1%}) are violations, by {bad.height} schemes",
    ]
    return Said(lines=lines, paths=list(world.tables.values()), counts=dict(world.rows))

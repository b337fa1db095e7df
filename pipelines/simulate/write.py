"""Write a generated world: its tables as Parquet, the truth apart, and the page that shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.reports.world_card import world_page
from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.large import stream_world, write_whole
from pipelines.simulate.world import PART_ROWS, build_world


@dataclass(frozen=True)
class WorldResult:
    """Where a world was written and what is in it."""

    folder: Path
    tables: dict[str, Path]
    """Paths by table name; the hidden truth under `truth/...`."""
    card: Path
    """The page that shows this world; it is drawn from the truth and lies with it."""
    rows: dict[str, int]
    prevalence: pl.DataFrame
    """Per scheme: typology, declarations, share, inspected, found."""


def simulate_world(
    settings: SimulateSettings, out_dir: Path, seed: int, declarations: int = 60_000, months: int = 30
) -> WorldResult:
    """Generate a world and write its tables as Parquet under `out_dir`, the truth under `out_dir/truth`.

    The same settings, seed and sizes give byte-identical files. Nothing in the tables tells a violation apart except
    what its trader could not or did not hide; see `truth/declarations.parquet` for the labels. A world of more than
    PART_ROWS declarations is generated in parts that share goods, prices, controls, hubs, rivals and statistics, and
    streams to its files: memory grows with a part and a month, not with the world.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    (out_dir / "truth").mkdir(exist_ok=True)
    if declarations > PART_ROWS:
        with stream_world(settings, out_dir, seed, declarations, months) as laid:
            return _looked_at(laid, laid.path, out_dir, about=settings.about, seed=seed)
    paths = {
        name: write_whole(table, out_dir / f"{name}.parquet", seed)
        for name, table in build_world(settings, seed, declarations, months).items()
    }
    tables = {name: pl.scan_parquet(path) for name, path in paths.items()}
    return _looked_at(tables, paths.__getitem__, out_dir, about=settings.about, seed=seed)


def _looked_at(
    tables: Mapping[str, pl.LazyFrame], path: Callable[[str], Path], out_dir: Path, *, about: str, seed: int
) -> WorldResult:
    """Draw the card and count; of a large world while its last tables are being laid together."""
    card = out_dir / "truth" / "world.html"
    card.write_text(world_page(tables, about=about, seed=seed), encoding="utf-8")
    prevalence = _prevalence(tables)
    rows = {name: int(table.select(pl.len()).collect().item()) for name, table in tables.items()}
    return WorldResult(out_dir, {name: path(name) for name in tables}, card, rows, prevalence)


def _prevalence(tables: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    truth = tables["truth/declarations"].select("declaration_id", "scheme", "typology", "is_violation")
    total = truth.select(pl.len()).collect().item()
    found = (pl.col("finding").is_in(["clean", "other_violation"])).not_().alias("found")
    seen = tables["outcomes"].select("declaration_id", found)
    keys = ["scheme", "typology"]
    counts = truth.group_by(keys).agg(pl.len().alias("declarations"))
    inspected = (
        seen.join(truth, on="declaration_id", how="left")
        .group_by(keys)
        .agg(pl.len().alias("inspected"), pl.col("found").sum().alias("found"))
    )
    return (
        counts.join(inspected, on=keys, how="left", nulls_equal=True)
        .select(
            *keys,
            "declarations",
            (pl.col("declarations") / total).round(5).alias("share"),
            pl.col("inspected", "found").fill_null(0),
        )
        .sort("typology", "scheme", nulls_last=True)
        .collect(engine="streaming")
    )

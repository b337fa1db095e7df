"""Tables to measure on: a generated world, repeated with fresh identifiers until there are rows enough."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import polars as pl

from features.contracts.defaults import complete_flows
from features.routing import wanted_pairs
from pipelines.geography import distances
from pipelines.settings.closed import load_section
from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.world import build_world

SEED = 1
MONTHS = 30
WORLD_ROWS = 60_000  # the demo's; larger tables repeat it
IDENTIFIERS = ("declaration_id", "exporter_id", "consignee_id", "declarant_id", "licence_no")
NAMES = ("exporter_name", "consignee_name")
ORDINARY_CHAPTERS = 19  # chapters of food, which no control touches: a copy's codes are its own and unwatched


def make_tables(folder: Path, *, rows: int, flow_rows: int) -> None:
    """Write `declarations`, `outcomes`, `licences`, `flows` and `distances` as Parquet."""
    settings = load_section(SimulateSettings, "simulate")
    world = build_world(settings, SEED, min(rows, WORLD_ROWS), MONTHS)
    declarations, outcomes, licences = (world[name] for name in ("declarations", "outcomes", "licences"))
    n = -(-rows // declarations.height)
    pairs = wanted_pairs(declarations.lazy()).unique().sort("place_a", "place_b").collect()
    write = {
        "world": declarations,
        "declarations": pl.concat([_copy(declarations, (*IDENTIFIERS, *NAMES), k) for k in range(n)]).head(rows),
        "outcomes": pl.concat([_copy(outcomes, ("declaration_id",), k) for k in range(n)]),
        "licences": pl.concat([_copy(licences, ("licence_no", "holder_id", "consignee_id"), k) for k in range(n)]),
        "flows": _more_flows(complete_flows(world["flows"]), flow_rows),
        "distances": distances(pairs),
    }
    for name, table in write.items():
        table.write_parquet(folder / f"{name}.parquet")


def repeat_rows(table: pl.DataFrame, rows: int) -> pl.DataFrame:
    """Repeat a table's rows with fresh declaration ids up to `rows`."""
    n = -(-rows // table.height)
    return pl.concat([_copy(table, ("declaration_id",), k) for k in range(n)]).head(rows)


def _copy(table: pl.DataFrame, names: tuple[str, ...], k: int) -> pl.DataFrame:
    """Give a copy papers and parties of its own: a number after an identifier, a syllable or two before a name.

    Syllables of two copies differ in more than one letter, so that no firm becomes another's slip of the pen.
    """
    if k == 0:
        return table
    letters = "".join(chr(ord("a") + one % 26) for one in sha256(str(k).encode()).digest()[:6]).capitalize()
    return table.with_columns(
        (letters + pl.col(one)).alias(one) if one in NAMES else pl.col(one) + f" {k}" for one in names
    )


def _more_flows(flows: pl.DataFrame, rows: int) -> pl.DataFrame:
    codes = flows["hs_code"].unique().sort()
    copies = [flows]
    for k in range(1, ORDINARY_CHAPTERS + 1):
        if sum(one.height for one in copies) >= rows:
            break
        fresh = pl.Series([f"{k:02d}{i:04d}" for i in range(len(codes))])
        copies.append(flows.with_columns(pl.col("hs_code").replace_strict(codes, fresh)))
    return pl.concat(copies).head(rows)

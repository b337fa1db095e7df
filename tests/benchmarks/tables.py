"""Tables to measure on: a generated world, repeated with fresh identifiers until there are rows enough."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl

from features.contracts import Flows
from features.contracts.defaults import Frame, complete_flows
from features.countries import COUNTRIES
from features.routing import wanted_pairs
from pipelines.geography import distances
from pipelines.reference import load_controls
from pipelines.settings.closed import load_section
from pipelines.settings.corridors import CorridorSettings
from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.world import build_world
from pipelines.steps.watches import watches_of_controls

SEED = 1
MONTHS = 30
WORLD_ROWS = 60_000  # the demo's; larger tables repeat it
IDENTIFIERS = ("declaration_id", "exporter_id", "consignee_id", "declarant_id", "licence_no")
NAMES = ("exporter_name", "consignee_name")
FULL_ROWS = 1_000_000  # at so many declarations and flows the large table has its five million
LARGE_ROWS, LARGE_MONTHS, LARGE_CODES = 5_000_000, 36, 200
LARGE_FROM = 2022 * 12  # January 2022: the measures of 2023 have a past and a present
ORDINARY_CHAPTERS = 19  # chapters of food, which no control touches: a copy's codes are its own and unwatched


def make_tables(folder: Path, *, rows: int, flow_rows: int) -> None:
    """Write `declarations`, `outcomes`, `licences`, `flows`, `flows_large` and `distances` as Parquet."""
    settings = load_section(SimulateSettings, "simulate")
    world = build_world(settings, SEED, min(rows, WORLD_ROWS), MONTHS)
    declarations, outcomes, licences = (world[name] for name in ("declarations", "outcomes", "licences"))
    n = -(-rows // declarations.height)
    pairs = wanted_pairs(declarations.lazy()).unique().sort("place_a", "place_b").collect()
    copies = [_copy(declarations.lazy(), (*IDENTIFIERS, *NAMES), k) for k in range(n)]
    pl.concat(copies).head(rows).sink_parquet(folder / "declarations.parquet")
    write = {
        "world": declarations,
        "outcomes": pl.concat([_copy(outcomes, ("declaration_id",), k) for k in range(n)]),
        "licences": pl.concat([_copy(licences, ("licence_no", "holder_id", "consignee_id"), k) for k in range(n)]),
        "flows": _more_flows(complete_flows(world["flows"]), flow_rows),
        "distances": distances(pairs),
        "flows_large": large_flows(_watched_codes(), rows=max(LARGE_ROWS * flow_rows // FULL_ROWS, 20_000)),
    }
    for name, table in write.items():
        table.write_parquet(folder / f"{name}.parquet")


def large_flows(watched: list[str], *, rows: int = LARGE_ROWS) -> pl.DataFrame:
    """Make noisy monthly flows of 200 codes, the watched ones first, as both sides of every lane report them."""
    rng = np.random.default_rng(SEED)
    ordinary = [f"{chapter:02d}{number:04d}" for chapter in range(1, 20) for number in range(1, 12)]
    codes = np.array([*watched, *ordinary][:LARGE_CODES])
    places = np.array(sorted(COUNTRIES))
    n_lanes = max(rows // (2 * LARGE_MONTHS), 1)
    exporter, importer, code = (rng.integers(0, n, n_lanes) for n in (places.size, places.size - 1, codes.size))
    importer = (exporter + 1 + importer) % places.size
    exporter[::5] = int(np.flatnonzero(places == "CHN")[0])  # a fifth is China's, as in the watched goods
    importer[importer == exporter] = (importer[importer == exporter] + 1) % places.size
    usual_kg, usd_per_kg = rng.lognormal(9.0, 1.2, n_lanes), 10.0 ** rng.uniform(0.5, 2.5, codes.size)
    month = np.tile(np.arange(LARGE_MONTHS), n_lanes)
    lane = np.repeat(np.arange(n_lanes), LARGE_MONTHS)
    true_kg = usual_kg[lane] * rng.lognormal(-0.18, 0.6, lane.size)
    sides = []
    for direction, mine, theirs, ratio in (("export", exporter, importer, 1.0), ("import", importer, exporter, 1.06)):
        kg = true_kg * rng.lognormal(0.0, 0.1, lane.size)
        usd = kg * usd_per_kg[code[lane]] * ratio * rng.lognormal(0.0, 0.2, lane.size)
        columns = {
            "reporter_iso3": pl.Series(places).gather(mine[lane]),
            "partner_iso3": pl.Series(places).gather(theirs[lane]),
            "hs_code": pl.Series(codes).gather(code[lane]),
            "value_usd": usd.round(2),
            "net_kg": kg.round(3),
        }
        number = pl.Series("number", month, dtype=pl.Int32) + LARGE_FROM
        said = {"direction": direction, "freq": "M", "source": "made for the benchmark", "hs_edition": "HS2022"}
        said["partner_basis"] = "destination" if direction == "export" else "origin"
        sides.append(
            pl.DataFrame(columns)
            .with_columns(number)
            .with_columns(pl.date(pl.col("number") // 12, pl.col("number") % 12 + 1, 1).alias("period"))
            .with_columns(pl.lit(value).alias(name) for name, value in said.items())
        )
    table = pl.concat(sides).unique(["reporter_iso3", "partner_iso3", "hs_code", "period", "direction"], keep="first")
    missing = [pl.lit(None).alias(name) for name in Flows.column_names() if name not in table.columns]
    return complete_flows(Flows.cast(table.with_columns(missing).select(Flows.column_names())))


def _watched_codes() -> list[str]:
    settings = load_section(CorridorSettings, "corridors")
    watches = watches_of_controls(load_controls(), as_of=date(2024, 12, 31), origin_iso3=settings.default_origin_iso3)
    return sorted({code for one in watches for code in one.hs_codes})


def repeat_rows(table: pl.DataFrame, rows: int) -> pl.DataFrame:
    """Repeat a table's rows with fresh declaration ids up to `rows`."""
    n = -(-rows // table.height)
    return pl.concat([_copy(table, ("declaration_id",), k) for k in range(n)]).head(rows)


def _copy(table: Frame, names: tuple[str, ...], k: int) -> Frame:
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

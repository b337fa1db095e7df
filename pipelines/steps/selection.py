"""Limits of a list (offices, tiers of traders), and the log of every candidate's chance of being on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from features.contracts.columns import TYPOLOGIES
from features.errors import ConfigError
from models.off_policy import estimate_list
from models.ranking import LOG_SCHEMA
from pipelines.files import write_table
from pipelines.home import Home

FOLDER = "selections"
"""Folder under the home with one log for each list made."""


def load_offices(path: Path | None) -> dict[str, int]:
    """Read what each office can inspect from a CSV or Parquet table: office_id, capacity_declarations.

    Raises ConfigError for a table that cannot be read, lacks a column, names an office twice or a number below 0.
    """
    if path is None:
        return {}
    table = _read(path, "--offices", "office_id", "capacity_declarations")
    number = table["capacity_declarations"].cast(pl.Int64, strict=False)
    if table["office_id"].has_nulls() or number.has_nulls() or int(number.min() or 0) < 0:  # type: ignore[arg-type]
        raise ConfigError(f"{path}: every row needs an office_id and a whole capacity_declarations of 0 or more")
    if table["office_id"].is_duplicated().any():
        raise ConfigError(f"{path}: an office_id occurs twice; give each office one row")
    return dict(zip(table["office_id"].to_list(), number.to_list(), strict=True))


def load_tiers(path: Path | None, ratios: Mapping[str, float]) -> pl.DataFrame | None:
    """Read the traders' tiers (exporter_id, tier): `exporter_id, tier_ratio`; a trader in two tiers has the higher.

    Raises ConfigError for a tier that score.toml [tier_ratio] does not name.
    """
    if path is None:
        return None
    table = _read(path, "--tiers", "exporter_id", "tier")
    unknown = sorted(set(table["tier"].to_list()) - set(ratios), key=str)
    if unknown:
        named = ", ".join(str(one) for one in unknown[:5])
        raise ConfigError(f"{path}: unknown tier {named}; score.toml [tier_ratio] knows {', '.join(ratios)}")
    ratio = pl.col("tier").replace_strict(dict(ratios), return_dtype=pl.Float64)
    return table.drop_nulls("exporter_id").group_by("exporter_id").agg(tier_ratio=ratio.max()).sort("exporter_id")


def with_limits(
    scores: pl.DataFrame, evidence: pl.DataFrame, declarations: pl.DataFrame, tiers: pl.DataFrame | None
) -> pl.DataFrame:
    """Add to the scores what the ranking reads: control_rules, corridor_id, exporter_id, office_id, tier_ratio."""
    rules = [pl.col(name).fill_null([]) for name in ("control_rules", "mineral_rules") if name in evidence.columns]
    known = evidence.select(
        "declaration_id",
        *(["corridor_id"] if "corridor_id" in evidence.columns else []),
        control_rules=pl.concat_list(rules) if rules else pl.lit([], pl.List(pl.String)),
    )
    named = [name for name in ("exporter_id", "office_id") if name in declarations.columns]
    rows = scores.join(known, on="declaration_id", how="left", maintain_order="left").join(
        declarations.select("declaration_id", *named), on="declaration_id", how="left", maintain_order="left"
    )
    if tiers is None or "exporter_id" not in named:
        return rows
    return rows.join(tiers, on="exporter_id", how="left", maintain_order="left")


def keep_selection(log: pl.DataFrame, worklist: pl.DataFrame, *, out: Path, home: Home, day: date) -> Path:
    """Write `selection.parquet` beside the list, and a copy under the home, where `oretrace outcomes` finds it."""
    versions = worklist.row(0, named=True) if worklist.height else {"model_version": "", "data_version": ""}
    told = log.with_columns(
        as_of=pl.lit(day),
        model_version=pl.lit(versions["model_version"]),
        data_version=pl.lit(versions["data_version"]),
    )
    write_table(told, home.folder / FOLDER / f"{day.isoformat()}_{versions['data_version'][:12]}.parquet")
    return write_table(told, out / "selection.parquet")


def lists_told(outcomes: pl.DataFrame, home: Home) -> list[str]:
    """Say for each list made under this home what its results so far tell of precision, recall and prevalence."""
    lines = []
    for path in sorted((home.folder / FOLDER).glob("*.parquet")):
        log = pl.read_parquet(path, columns=list(LOG_SCHEMA))
        found = outcomes.select("declaration_id", positive=pl.col("finding").is_in(TYPOLOGIES)).unique("declaration_id")
        seen = log.join(found, on="declaration_id", how="left", maintain_order="left")
        listed = seen.filter(pl.col("chosen_by").is_not_null())
        known = listed.drop_nulls("positive").height
        if not known:
            continue
        table = estimate_list(seen).rows_by_key("metric", named=True, unique=True)
        told = ", ".join(f"{word} {_shown(table[name])}" for name, word in _TOLD)
        lines.append(
            f"list of {path.stem.split('_')[0]}: {known:,} of {listed.height:,} results in; {told} "
            f"(90 % intervals; {table['missed_share']['n']:,} of the results were drawn by lot)"
        )
    return lines


_TOLD = (
    ("precision", "of the model's rows in violation"),
    ("missed_share", "of the rest"),
    ("prevalence", "of all candidates"),
    ("recall", "share of all violations that the model's rows hold"),
)


def _shown(row: Mapping[str, float | None]) -> str:
    if row["value"] is None:
        return "unknown"
    return f"{row['value']:.1%} ({row['low']:.1%} to {row['high']:.1%})"


def _read(path: Path, option: str, *columns: str) -> pl.DataFrame:
    try:
        table = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ConfigError(f"{option} {path}: cannot be read as a table: {error}") from error
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise ConfigError(f"{option} {path}: column {missing[0]} is missing; it needs {' and '.join(columns)}")
    return table.with_columns(pl.col(name).cast(pl.String) for name in columns if name != "capacity_declarations")

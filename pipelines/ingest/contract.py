"""Ingest of the contract's own tables: several files in, one clean Parquet table and its rejects out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os.path import realpath
from pathlib import Path

import dataframely as dy
import polars as pl

from features.contracts import Declarations, Flows, Licences, Movements, Outcomes
from features.contracts.defaults import complete_flows
from features.contracts.reading import as_named
from features.contracts.split import RowCounts, split_tables
from features.errors import ConfigError, SourceError
from pipelines.files import generated_mark, joint_mark, refuse_beyond, scan_table, write_table
from pipelines.files.load import MAX_REJECTS_SHARE

CONTRACTS: dict[str, type[dy.Schema]] = {
    "declarations": Declarations,
    "outcomes": Outcomes,
    "licences": Licences,
    "flows": Flows,
    "movements": Movements,
}


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an ingest made: where the table and its rejects are, and the rows counted."""

    table: Path
    rejects: Path
    counts: RowCounts


def ingest_contract(
    paths: Sequence[Path], schema_name: str, out_dir: Path, max_rejects_share: float = MAX_REJECTS_SHARE
) -> Ingested:
    """Write `out_dir/<table>.parquet` and `out_dir/rejects/<table>.parquet` from files in the contract's own form.

    Files of different kinds may be mixed; an identifier that comes in two files is found as within one. Flows get their
    defaults (valuation by direction, published_on); other tables keep only the columns that a file had: one that was
    never recorded is unknown, while a blank in one that was may say "none". Rejects are written even when the table is
    refused; the table is then left as it was. The mark of a generated world is kept. Raises ConfigError for an unknown
    table or a file named twice, SourceError and ContractError as `load_table` does.
    """
    schema = CONTRACTS.get(schema_name)
    if schema is None:
        raise ConfigError(f"no table is called {schema_name!r}; tables are {', '.join(CONTRACTS)}")
    if not paths:
        raise ConfigError(f"{schema_name}: name at least one file")
    twice = sorted({str(path) for path in paths if sum(realpath(path) == realpath(other) for other in paths) > 1})
    if twice:
        raise ConfigError(f"{schema_name}: the same file is named twice: {', '.join(twice)}")
    raws = [(str(path), as_named(scan_table(path, table=schema_name), schema)) for path in paths]
    try:
        split = split_tables(raws, schema, table=schema_name, is_rereadable=True)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceError(f"{schema_name}: a file could not be read to its end: {error}") from error
    mark = joint_mark(generated_mark(path) for path in paths)
    rejects = write_table(split.rejects, out_dir / "rejects" / f"{schema_name}.parquet", generated=mark)
    refuse_beyond(split.counts, max_rejects_share, table=schema_name, rejects_to=rejects)
    clean = complete_flows(split.clean) if schema is Flows else split.clean.select(_held(raws, split.clean.columns))
    table = write_table(clean, out_dir / f"{schema_name}.parquet", generated=mark)
    return Ingested(table, rejects, split.counts)


def _held(raws: Sequence[tuple[str, pl.LazyFrame]], columns: Sequence[str]) -> list[str]:
    found = {name for _, raw in raws for name in raw.collect_schema().names()}
    return [name for name in columns if name in found]

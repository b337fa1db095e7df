"""The published formats that can be read, by name: what each is, its readers and the tables it fills."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import dataframely as dy
import polars as pl

from features.contracts import Declarations, Flows, Outcomes
from pipelines.ingest.baci import BaciReference, read_baci
from pipelines.ingest.census import read_census_exports, read_census_imports, sum_census
from pipelines.ingest.china_hs6 import read_china_hs6
from pipelines.ingest.comext import read_comext
from pipelines.ingest.comtrade import read_comtrade
from pipelines.ingest.comtrade_legacy import read_comtrade_legacy
from pipelines.ingest.draft import Given
from pipelines.ingest.gacc import ENCODING, read_gacc
from pipelines.ingest.kcs import read_kcs_declarations, read_kcs_outcomes
from pipelines.ingest.levels import join_parts, sum_flows
from pipelines.settings.ingest import IngestSettings

Reader = Callable[[pl.LazyFrame, IngestSettings, Given], pl.LazyFrame]


def _in_order(clean: pl.DataFrame) -> pl.DataFrame:
    return clean.sort(pl.all(), nulls_last=True)


@dataclass(frozen=True, slots=True)
class Target:
    """One table that a format fills: its contract, its reader, and how clean rows become the table's rows."""

    table: str
    schema: type[dy.Schema]
    read: Reader
    complete: Callable[[pl.DataFrame], pl.DataFrame] = _in_order
    adds_up: bool = False
    """Rows are parts: two equal ones are two parts, not one row twice."""
    folder: str = ""


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """A published format."""

    name: str
    is_what: str
    targets: tuple[Target, ...]
    encoding: str = "utf-8"


def _comtrade(read: Reader) -> tuple[Target, ...]:
    return (Target("flows", Flows, read, join_parts),)


def _flows(read: Reader, add_up: Callable[[pl.DataFrame], pl.DataFrame] | None = None) -> tuple[Target, ...]:
    return (Target("flows", Flows, read, add_up or _in_order, adds_up=add_up is not None),)


FORMATS: dict[str, SourceFormat] = {
    one.name: one
    for one in (
        SourceFormat("comtrade", "UN Comtrade API answer or bulk file", _comtrade(read_comtrade), "cp1252"),
        SourceFormat("comtrade-legacy", "UN Comtrade CSV of before 2023", _flows(read_comtrade_legacy), "cp1252"),
        SourceFormat("comext", "Eurostat Comext bulk file, old or new layout", _flows(read_comext, sum_flows)),
        SourceFormat("census-imports", "US Census Bureau imports", _flows(read_census_imports, sum_census)),
        SourceFormat("census-exports", "US Census Bureau exports", _flows(read_census_exports, sum_census)),
        SourceFormat("gacc", "Chinese customs query download", _flows(read_gacc, sum_flows), ENCODING),
        SourceFormat("china-hs6", "one-sided extract of China's exports by HS6", _flows(read_china_hs6)),
        SourceFormat(
            "kcs",
            "Korean import declarations with inspection results",
            (
                Target("declarations", Declarations, read_kcs_declarations),
                Target("outcomes", Outcomes, read_kcs_outcomes),
            ),
        ),
        SourceFormat(
            "baci",
            "CEPII BACI, reconciled: for reference only",
            (Target("baci", BaciReference, read_baci, folder="reference"),),
        ),
    )
}

"""Bring published files in: read a format into contract tables, or fetch figures from UN Comtrade."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from features.contracts.columns import DIRECTIONS_OF_FLOW
from features.errors import ConfigError
from pipelines.files import tell_rows
from pipelines.ingest import FORMATS, Given, ingest
from pipelines.ingest.contract import CONTRACTS, ingest_contract
from pipelines.settings.ingest import load_ingest_settings
from pipelines.sources.comtrade_api import download_comtrade, plan_queries
from pipelines.steps.said import Said


def run_ingest(
    form: str,
    files: Sequence[Path],
    *,
    out: Path,
    given: Given,
    max_rejects_share: float,
    config: Path | None = None,
) -> Said:
    """Read published files into contract tables under `out`; what is refused or set apart is kept beside, by reason."""
    if given.direction is not None and given.direction not in DIRECTIONS_OF_FLOW:
        raise ConfigError(f"--direction: {given.direction!r}; known: {', '.join(DIRECTIONS_OF_FLOW)}")
    if form in CONTRACTS:
        made = ingest_contract(files, form, out, max_rejects_share)
        return Said(lines=[tell_rows(form, made.counts, made.rejects)], paths=[made.table, made.rejects])
    if form not in FORMATS:
        raise ConfigError(f"unknown format {form!r}; known formats: {', '.join(sorted({*FORMATS, *CONTRACTS}))}")
    settings = load_ingest_settings(config, rates=given.rates)
    result = ingest(form, files, out, settings=settings, given=given, max_rejects_share=max_rejects_share)
    return Said(lines=list(result.lines), paths=list(result.paths))


def run_download(
    codes: Sequence[str],
    *,
    reporters: Sequence[str],
    periods: str,
    out: Path,
    config: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Said:
    """Fetch UN Comtrade totals, a file for each reporter and year; complete files are not fetched again."""
    settings = load_ingest_settings(config).comtrade_api
    result = download_comtrade(plan_queries(codes, reporters, periods), out, settings=settings, progress=progress)
    return Said(lines=list(result.lines), paths=list(result.paths))

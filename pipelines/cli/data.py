"""Commands that make or bring in tables: simulate, ingest, download."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import Config, HomeOption, MaxRejects, Out, Seed


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(simulate)
    app.command()(ingest)
    app.command()(download)


def simulate(
    out: Out = Path("oretrace-world"),
    seed: Seed = 7,
    declarations: Annotated[int, typer.Option(min=500, help="declarations to generate")] = 60_000,
    months: Annotated[int, typer.Option(min=6, max=120, help="months to generate")] = 30,
    config: Config = None,
    home: HomeOption = None,
) -> None:
    """Write a generated world and, apart, its truth."""
    del home
    from pipelines.cli.screen import made, next_step, say
    from pipelines.steps.generate import run_simulation

    result = run_simulation(out=out, seed=seed, declarations=declarations, months=months, config=config)
    for line in result.lines:
        say(line)
    made(result.paths)
    next_step(f"oretrace train --declarations {out}/declarations.parquet --outcomes {out}/outcomes.parquet")


def ingest(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="the published format; an unknown one lists them all")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="files or folders in that format")],
    out: Out = Path("oretrace-tables"),
    max_rejects: MaxRejects = 0.05,
    config: Config = None,
    home: HomeOption = None,
) -> None:
    """Read a published format into contract tables."""
    del home
    from pipelines.cli.screen import made, say
    from pipelines.steps.bring_in import run_ingest

    result = run_ingest(form, files, out=out, max_rejects_share=max_rejects, config=config)
    for line in result.lines:
        say(line)
    made(result.paths)


def download(
    codes: Annotated[list[str], typer.Argument(metavar="HS6…", help="six-digit codes")],
    reporters: Annotated[str, typer.Option(help="ISO3 codes joined by commas")],
    periods: Annotated[str, typer.Option(help="first and last month or year: 2023-01..2024-12 or 2015..2023")],
    out: Out = Path("oretrace-comtrade"),
    config: Config = None,
    home: HomeOption = None,
) -> None:
    """Fetch UN Comtrade figures; resumes where it was."""
    del home
    from pipelines.cli.screen import made, next_step, say
    from pipelines.steps.bring_in import run_download

    result = run_download(codes, reporters=reporters.split(","), periods=periods, out=out, config=config)
    for line in result.lines:
        say(line)
    made(result.paths)
    next_step(f"oretrace ingest comtrade {out} --out oretrace-tables")

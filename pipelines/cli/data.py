"""Commands that make or bring in tables: simulate, ingest, download."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import Config, HomeOption, MaxRejects, Out, Seed, parse_day


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(simulate)
    app.command()(ingest)
    app.command()(download)


def simulate(
    out: Out = Path("oretrace-world"),
    world: Annotated[str, typer.Option(metavar="NAME", help="demo, train, hard, drift, unseen or null")] = "demo",
    seed: Seed = 7,
    declarations: Annotated[
        int, typer.Option(metavar="N", min=500, help="declarations to generate, as 60000 or 10_000_000")
    ] = 60_000,
    months: Annotated[int, typer.Option(metavar="N", min=6, max=120, help="months to generate")] = 30,
    config: Config = None,
    home: HomeOption = None,
) -> None:
    """Write a generated world and, apart, its truth."""
    del home
    from pipelines.cli.screen import busy, made, next_step, say
    from pipelines.steps.generate import run_simulation

    with busy("generating a world"):
        result = run_simulation(
            out=out, seed=seed, declarations=declarations, months=months, world=world, config=config
        )
    for line in result.lines:
        say(line)
    made(result.paths)
    next_step(f"oretrace train --declarations {out}/declarations.parquet --outcomes {out}/outcomes.parquet")


def ingest(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="the published format; an unknown one lists them all")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="files or folders in that format")],
    out: Out = Path("oretrace-tables"),
    direction: Annotated[
        str | None, typer.Option(metavar="NAME", help="export or import, where the files do not say")
    ] = None,
    period: Annotated[str | None, typer.Option(metavar="DATE", help="first day, where the files do not say")] = None,
    published_on: Annotated[str | None, typer.Option(metavar="DATE", help="day the figures became public")] = None,
    rates: Annotated[Path | None, typer.Option(metavar="FILE", help="exchange rates of your own (TOML)")] = None,
    for_reference: Annotated[
        bool, typer.Option("--for-reference", help="keep reconciled figures (BACI) apart, never for mirror gaps")
    ] = False,
    max_rejects: MaxRejects = 0.05,
    config: Config = None,
    home: HomeOption = None,
) -> None:
    """Read a published format into contract tables."""
    del home
    from pipelines.cli.screen import busy, made, say
    from pipelines.ingest import Given
    from pipelines.steps.bring_in import run_ingest

    given = Given(
        direction=direction,
        period=parse_day(period, "--period"),
        published_on=parse_day(published_on, "--published-on"),
        for_reference=for_reference,
        rates=rates,
    )
    with busy("reading"):
        result = run_ingest(form, files, out=out, given=given, max_rejects_share=max_rejects, config=config)
    for line in result.lines:
        say(line)
    made(result.paths)


def download(
    codes: Annotated[list[str], typer.Argument(metavar="HS6…", help="six-digit codes")],
    reporters: Annotated[str, typer.Option(metavar="ISO3,…", help="country codes joined by commas")],
    periods: Annotated[
        str, typer.Option(metavar="PERIODS", help="first and last month or year: 2023-01..2024-12 or 2015..2023")
    ],
    out: Out = Path("oretrace-comtrade"),
    config: Config = None,
    home: HomeOption = None,
) -> None:
    """Fetch UN Comtrade figures; resumes where it was."""
    del home
    from pipelines.cli.screen import made, next_step, say
    from pipelines.steps.bring_in import run_download

    wanted = [code.strip() for code in reporters.split(",") if code.strip()]
    result = run_download(codes, reporters=wanted, periods=periods, out=out, config=config, progress=say)
    for line in result.lines:
        say(line)
    made(result.paths)
    next_step(f"oretrace ingest comtrade {out} --out oretrace-tables")

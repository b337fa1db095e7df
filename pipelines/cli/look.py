"""Commands that look: corridors, controls, MLflow's pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import Config, HomeOption, MaxRejects, Out, parse_day

ControlsFile = Annotated[
    Path | None, typer.Option("--controls", metavar="FILE", help="a control list of your own, in the shipped form")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(corridors)
    app.command()(controls)
    app.command()(parties)
    app.command()(ui)


def corridors(
    flows: Annotated[Path, typer.Option("--flows", metavar="PATH", help="trade statistics of both sides")],
    as_of: Annotated[str, typer.Option(metavar="DATE", help="only figures published by that day count")],
    controls: ControlsFile = None,
    watch: Annotated[
        Path | None, typer.Option(metavar="FILE", help="commodities, origins, destinations and event dates of your own")
    ] = None,
    production: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="what countries can have made: tonnes contained by mineral and year"),
    ] = None,
    declarations: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="declarations at hand: bounds by trader and group, not only by country"),
    ] = None,
    concordance: Annotated[
        Path | None, typer.Option(metavar="FILE", help="which codes of one HS edition became which of another")
    ] = None,
    out: Out = Path("oretrace-corridors"),
    max_rejects: MaxRejects = 0.05,
    config: Config = None,
    home: HomeOption = None,
) -> None:
    """Find third-country corridors in mirrored flows."""
    from pipelines.cli.screen import busy, made, next_step, say
    from pipelines.home import find_home
    from pipelines.steps.look import run_corridor_search

    day = parse_day(as_of, "--as-of")
    assert day is not None  # the option is required
    with busy("looking for corridors"):
        result = run_corridor_search(
            flows=flows,
            as_of=day,
            controls=controls,
            watch=watch,
            production=production,
            declarations=declarations,
            concordance=concordance,
            out=out,
            home=find_home(home),
            config=config,
            max_rejects_share=max_rejects,
        )
    for line in result.lines:
        say(line)
    made(result.paths)
    next_step(f"open {result.page}")


def controls(
    on: Annotated[str, typer.Option("--on", metavar="DATE", help="the day asked about")],
    hs: Annotated[str | None, typer.Option("--hs", metavar="CODE", help="customs code, 4 to 12 digits")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="ISO3", help="destination")] = None,
    known_on: Annotated[
        str | None, typer.Option(metavar="DATE", help="as it was known on another day [the day asked about]")
    ] = None,
    file: ControlsFile = None,
    config: Config = None,
    home: HomeOption = None,
) -> None:
    """What is controlled that day, and why."""
    del home
    from pipelines.cli.screen import console
    from pipelines.steps.look import run_controls_query

    day = parse_day(on, "--on")
    assert day is not None  # the option is required
    for part in run_controls_query(
        on=day, hs=hs, to=to, known_on=parse_day(known_on, "--known-on"), path=file, config=config
    ):
        console.print(part)


def parties(
    declarations: Annotated[Path, typer.Option("--declarations", metavar="PATH", help="declarations with names")],
    out: Out = Path("oretrace-parties"),
    max_rejects: MaxRejects = 0.05,
    config: Config = None,
    home: HomeOption = None,
) -> None:
    """Show which traders' names are taken for one firm, and why."""
    del home, config
    from pipelines.cli.screen import busy, made, say
    from pipelines.steps.parties import run_party_clusters

    with busy("comparing names"):
        result = run_party_clusters(declarations=declarations, out=out, max_rejects_share=max_rejects)
    for line in result.lines:
        say(line)
    made(result.paths)


def ui(
    port: Annotated[int, typer.Option(metavar="N", min=1, max=65535, help="port on this machine")] = 5000,
    home: HomeOption = None,
    config: Config = None,
) -> None:
    """Open MLflow's pages on the local store."""
    del config
    from pipelines.home import find_home
    from pipelines.tracking import serve_pages

    serve_pages(find_home(home).folder, port=port)

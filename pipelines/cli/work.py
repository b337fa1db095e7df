"""Commands that do the main job: demo, train, compare, promote, evaluate, score, drift, outcomes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import Config, HomeOption, MaxRejects, Out, Seed, parse_day, there

Declarations = Annotated[
    Path, typer.Option("--declarations", callback=there, metavar="PATH", help="declarations: CSV, Parquet, Delta")
]
Flows = Annotated[
    Path | None, typer.Option("--flows", callback=there, metavar="PATH", help="trade statistics [the lake's]")
]
Movements = Annotated[
    Path | None,
    typer.Option("--movements", callback=there, metavar="PATH", help="material tracked from its source [the lake's]"),
]
Licences = Annotated[
    Path | None, typer.Option("--licences", callback=there, metavar="PATH", help="licences issued [the lake's]")
]


def register(app: typer.Typer) -> None:
    """Add the commands in the order a newcomer meets them."""
    app.command()(demo)
    app.command()(train)
    app.command()(compare)
    app.command()(promote)
    app.command()(evaluate)
    app.command()(score)
    app.command()(drift)
    app.command()(outcomes)


def demo(
    out: Out = Path("oretrace-demo"),
    seed: Seed = 7,
    declarations: Annotated[int, typer.Option(metavar="N", min=2_000, help="declarations to generate")] = 60_000,
    months: Annotated[int, typer.Option(metavar="N", min=18, max=60, help="months to generate")] = 30,
    config: Config = None,
    home: HomeOption = None,
) -> None:
    """The whole job on a generated world, in one command."""
    from pipelines.cli.screen import made, next_step, say, working
    from pipelines.home import find_home
    from pipelines.steps.demo import run_demo

    with working() as tell:
        result = run_demo(
            out=out,
            home=find_home(home),
            seed=seed,
            declarations=declarations,
            months=months,
            config=config,
            tell=tell,
        )
    for line in result.lines:
        say(line)
    made(result.paths, what="open")
    next_step(f"open {result.page}")
    result.raise_if_refused()


def train(
    declarations: Declarations,
    outcomes: Annotated[
        Path | None,
        typer.Option("--outcomes", callback=there, metavar="PATH", help="what inspections found [the lake's, or none]"),
    ] = None,
    out: Out = Path("oretrace-train"),
    flows: Flows = None,
    licences: Licences = None,
    movements: Movements = None,
    max_rejects: MaxRejects = 0.05,
    config: Config = None,
    home: HomeOption = None,
) -> None:
    """Learn from inspected declarations, or, where none is known, what is usual; register a challenger."""
    from pipelines.cli.screen import busy, made, next_step, say
    from pipelines.home import find_home
    from pipelines.steps.learn import run_learning

    with busy("building evidence and training"):
        result = run_learning(
            declarations=declarations,
            outcomes=outcomes,
            flows=flows,
            licences=licences,
            movements=movements,
            out=out,
            home=find_home(home),
            config=config,
            max_rejects_share=max_rejects,
        )
    for line in result.lines:
        say(line)
    made(result.paths)
    next_step("oretrace compare, then oretrace promote; oretrace ui shows the run")


def compare(out: Out = Path("oretrace-compare"), config: Config = None, home: HomeOption = None) -> None:
    """Challenger against champion on the same held-out data."""
    from pipelines.cli.screen import busy, made, next_step, say
    from pipelines.home import find_home
    from pipelines.steps.learn import run_comparison

    with busy("comparing"):
        result = run_comparison(out=out, home=find_home(home), config=config)
    for line in result.lines:
        say(line)
    made(result.paths)
    next_step("oretrace promote")


def promote(config: Config = None, home: HomeOption = None) -> None:
    """Make the challenger champion, if the gate says yes."""
    from pipelines.cli.screen import busy, next_step, say
    from pipelines.home import find_home
    from pipelines.steps.learn import run_promotion

    with busy("comparing"):
        result = run_promotion(home=find_home(home), config=config)
    for line in result.lines:
        say(line)
    result.raise_if_refused()
    next_step("oretrace score --declarations FILE --as-of DATE --budget 100")


def evaluate(
    declarations: Declarations,
    out: Out = Path("oretrace-evaluate"),
    outcomes: Annotated[
        Path | None,
        typer.Option("--outcomes", callback=there, metavar="PATH", help="what inspections found [the lake's]"),
    ] = None,
    flows: Flows = None,
    licences: Licences = None,
    movements: Movements = None,
    truth: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="hidden truth of a generated world: its truth/declarations.parquet"),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="first day measured [the first that training held out]")
    ] = None,
    model: Annotated[
        str, typer.Option(metavar="MODEL", help="alias, version number or folder of a model")
    ] = "champion",
    seasons: Annotated[
        bool, typer.Option("--seasons", help="no model: play weekly inspections by each way of choosing; needs --truth")
    ] = False,
    max_rejects: MaxRejects = 0.05,
    config: Config = None,
    home: HomeOption = None,
) -> None:
    """What a model finds on later declarations, beside baselines."""
    from pipelines.cli.screen import busy, made, next_step, say
    from pipelines.home import find_home
    from pipelines.steps.evaluate import run_evaluation
    from pipelines.steps.ground import Asked
    from pipelines.steps.seasons import run_seasons

    asked = Asked(
        declarations=declarations,
        outcomes=outcomes,
        flows=flows,
        licences=licences,
        movements=movements,
        truth=truth,
        since=parse_day(since, "--since"),
        out=out,
        home=find_home(home),
        config=config,
        max_rejects_share=max_rejects,
    )
    with busy("playing seasons" if seasons else "building evidence and measuring"):
        result = run_seasons(asked) if seasons else run_evaluation(asked, model=model)
    for line in result.lines:
        say(line)
    made(result.paths)
    next_step(f"open {result.page}")


def score(
    declarations: Declarations,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="only what was public that day counts [last day declared]")
    ] = None,
    budget: Annotated[int | None, typer.Option(metavar="N", min=1, help="declarations that can be inspected")] = None,
    out: Out = Path("oretrace-score"),
    flows: Flows = None,
    licences: Licences = None,
    movements: Movements = None,
    history: Annotated[
        Path | None,
        typer.Option(callback=there, metavar="PATH", help="past declarations to judge against [the lake's]"),
    ] = None,
    offices: Annotated[
        Path | None, typer.Option(metavar="FILE", help="what offices can inspect: office_id, capacity_declarations")
    ] = None,
    tiers: Annotated[Path | None, typer.Option(metavar="FILE", help="tiers of traders: exporter_id, tier")] = None,
    model: Annotated[
        str, typer.Option(metavar="MODEL", help="alias, version number or folder of a model")
    ] = "champion",
    max_rejects: MaxRejects = 0.05,
    config: Config = None,
    home: HomeOption = None,
) -> None:
    """Score declarations; write a worklist with reasons."""
    from pipelines.cli.screen import busy, made, next_step, say
    from pipelines.home import find_home
    from pipelines.steps.score import run_score

    with busy("building evidence and scoring"):
        result = run_score(
            declarations=declarations,
            as_of=parse_day(as_of, "--as-of"),
            budget=budget,
            out=out,
            flows=flows,
            licences=licences,
            movements=movements,
            history=history,
            offices=offices,
            tiers=tiers,
            model=model,
            home=find_home(home),
            config=config,
            max_rejects_share=max_rejects,
            today=datetime.now(tz=UTC).date(),
        )
    for line in result.lines:
        say(line)
    made(result.paths)
    next_step(f"open {result.page}")


def drift(
    declarations: Declarations,
    out: Out = Path("oretrace-drift"),
    flows: Flows = None,
    licences: Licences = None,
    movements: Movements = None,
    max_rejects: MaxRejects = 0.05,
    config: Config = None,
    home: HomeOption = None,
) -> None:
    """How far new declarations are from the training data."""
    from pipelines.cli.screen import busy, made, say
    from pipelines.home import find_home
    from pipelines.steps.learn import run_drift_check

    with busy("building evidence and measuring drift"):
        result = run_drift_check(
            declarations=declarations,
            flows=flows,
            licences=licences,
            movements=movements,
            out=out,
            home=find_home(home),
            config=config,
            max_rejects_share=max_rejects,
        )
    for line in result.lines:
        say(line)
    made(result.paths)
    result.raise_if_refused()


def outcomes(
    results: Annotated[Path, typer.Argument(metavar="FILE", help="inspection results in the outcomes contract")],
    out: Out = Path("oretrace-outcomes"),
    max_rejects: MaxRejects = 0.05,
    home: HomeOption = None,
    config: Config = None,
) -> None:
    """Take inspection results back in."""
    from pipelines.cli.screen import busy, made, next_step, say
    from pipelines.home import find_home
    from pipelines.steps.learn import run_outcomes

    with busy("reading inspection results"):
        result = run_outcomes(results, out=out, home=find_home(home), config=config, max_rejects_share=max_rejects)
    for line in result.lines:
        say(line)
    made(result.paths)
    next_step(f"oretrace train --declarations FILE --outcomes {find_home(home).table('outcomes')}")

"""The whole job on a generated world: simulate, ingest, train, promote, score, worklist, corridor report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.files import generated_mark, write_table
from pipelines.home import Home
from pipelines.ingest import Given
from pipelines.steps.bring_in import run_ingest
from pipelines.steps.generate import run_simulation
from pipelines.steps.learn import run_learning, run_promotion
from pipelines.steps.look import run_corridor_search
from pipelines.steps.said import Said
from pipelines.steps.score import run_score

BUDGET = 100


def run_demo(
    *,
    out: Path,
    home: Home,
    seed: int,
    declarations: int,
    months: int,
    config: Path | None,
    tell: Callable[[str], None],
) -> Said:
    """Run every stage through its real interface: the last month of a generated world is scored by what went before.

    The truth of the generated world is opened only at the end, to say how the list did.
    """
    tell("generating a world")
    world = run_simulation(out=out / "world", seed=seed, declarations=declarations, months=months, config=config)
    tell("reading it through the contracts")
    for name in ("declarations", "outcomes", "licences", "flows", "movements"):
        run_ingest(
            name,
            [out / "world" / f"{name}.parquet"],
            out=out / "tables",
            given=Given(),
            max_rejects_share=0.05,
            config=config,
        )
    first_day, last_day = _cut(out)
    tell("building evidence and training")
    learned = run_learning(
        declarations=out / "past" / "declarations.parquet",
        outcomes=out / "past" / "outcomes.parquet",
        flows=out / "tables" / "flows.parquet",
        licences=out / "tables" / "licences.parquet",
        movements=out / "tables" / "movements.parquet",
        out=out / "train",
        home=home,
        config=config,
    )
    promoted = run_promotion(home=home, config=config)
    tell("scoring the last month")
    scored = run_score(
        declarations=out / "new" / "declarations.parquet",
        as_of=last_day,
        budget=BUDGET,
        out=out / "score",
        home=home,
        model="challenger" if promoted.refusal else "champion",
        config=config,
    )
    tell("looking for corridors")
    found = run_corridor_search(
        flows=out / "tables" / "flows.parquet", as_of=last_day, out=out / "corridors", home=home, config=config
    )
    lines = [
        "1 world      " + "\n             ".join(world.lines),
        "2 training   " + "\n             ".join([*learned.lines, *promoted.lines[-1:]]),
        f"3 scoring    declarations of {first_day} to {last_day}: " + "\n             ".join(scored.lines),
        "4 corridors  " + "\n             ".join(found.lines),
        "5 truth      " + _how_it_did(out),
    ]
    lines.append(f"MLflow       oretrace ui --home {home.folder} shows the training run, its plots and the champion")
    return Said(lines=lines, paths=_pages(scored, found, out), page=scored.page, refusal=promoted.refusal)


def _cut(out: Path) -> tuple[date, date]:
    """Divide the world at the first day of its last month: what was known before, and what is to be scored."""
    source = out / "tables" / "declarations.parquet"
    declarations, mark = pl.scan_parquet(source), generated_mark(source)
    last_day = declarations.select(pl.col("declared_on").max()).collect().item()
    first_day: date = last_day.replace(day=1)
    is_past = pl.col("declared_on") < first_day
    write_table(declarations.filter(is_past), out / "past" / "declarations.parquet", generated=mark)
    write_table(declarations.filter(~is_past), out / "new" / "declarations.parquet", generated=mark)
    known = pl.scan_parquet(out / "tables" / "outcomes.parquet").filter(pl.col("inspected_on") < first_day)
    write_table(known, out / "past" / "outcomes.parquet", generated=mark)
    return first_day, last_day


def _how_it_did(out: Path) -> str:
    """Open the generated truth: violations on the list beside what a list drawn by lot would hold."""
    truth = pl.read_parquet(out / "world" / "truth" / "declarations.parquet").select("declaration_id", "is_violation")
    scored = pl.read_parquet(out / "score" / "scores.parquet").join(truth, on="declaration_id", how="left")
    listed = pl.read_parquet(out / "score" / "worklist.parquet").join(truth, on="declaration_id", how="left")
    by_model = listed.filter(pl.col("chosen_by") == "model")
    n = by_model.height
    hits = int(by_model["is_violation"].sum())
    share = scored["is_violation"].mean()
    expected = n * (float(share) if isinstance(share, float) else 0.0)
    return (
        f"violations of this generated world among the {n} declarations the model put on the list: {hits}; "
        f"among as many drawn by lot: {expected:.1f}. That shows machinery at work, not how well it does in the field."
    )


def _pages(scored: Said, found: Said, out: Path) -> list[Path]:
    pages = [one for one in (scored.page, found.page) if one is not None]
    card = out / "world" / "truth" / "world.html"
    return [*pages, out / "score" / "worklist.csv", out / "train" / "model_card.md", card]

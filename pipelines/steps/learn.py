"""Learning: tables into the lake, evidence, training; then comparison, promotion, drift and new outcomes."""

from __future__ import annotations

from pathlib import Path

import dataframely as dy
import polars as pl

from features.assemble import assemble_evidence
from features.contracts import Declarations, Flows, Licences, Movements, Outcomes
from features.registry import REGISTRY
from pipelines import tracking
from pipelines.files import fingerprint_table, load_table, write_table
from pipelines.home import Home
from pipelines.settings.closed import load_section
from pipelines.settings.train import TrainSettings
from pipelines.steps.background import (
    LEARNED_FROM_GENERATED,
    Sources,
    generated_warning,
    load_background,
    mark_told,
)
from pipelines.steps.compare import run_compare
from pipelines.steps.drift import run_drift
from pipelines.steps.outcomes import run_outcomes as merge_into_lake
from pipelines.steps.promote import run_promote
from pipelines.steps.said import Said
from pipelines.steps.selection import lists_told
from pipelines.steps.train import run_train

CONTRACTS: dict[str, type[dy.Schema]] = {
    "declarations": Declarations,
    "outcomes": Outcomes,
    "licences": Licences,
    "flows": Flows,
    "movements": Movements,
}


def run_learning(
    *,
    declarations: Path,
    outcomes: Path | None,
    out: Path,
    home: Home,
    flows: Path | None = None,
    licences: Path | None = None,
    movements: Path | None = None,
    config: Path | None = None,
    max_rejects_share: float = 0.05,
) -> Said:
    """Take the tables into the lake, build evidence, train, evaluate and register a challenger.

    The lake's tables are replaced: they are the history that later scores are judged against. Nothing is replaced
    unless every table given keeps its contract. Without `outcomes` the lake's are learned from; where it has none
    either, the model holds the anomaly score alone.
    """
    settings = load_section(TrainSettings, "train", config)
    given = {
        "declarations": declarations,
        "outcomes": outcomes,
        "licences": licences,
        "flows": flows,
        "movements": movements,
    }
    loaded = {
        name: load_table(
            path,
            CONTRACTS[name],
            table=name,
            rejects_to=out / "rejects" / f"{name}.parquet",
            max_rejects_share=max_rejects_share,
        )
        for name, path in given.items()
        if path is not None
    }
    lines = [one.told + mark_told(one.generated) for one in loaded.values()]
    for name, one in loaded.items():
        write_table(one.frame, home.table(name), generated=one.generated)
    frame, mark = loaded["declarations"].given, loaded["declarations"].generated
    background = load_background(frame, Sources(), home=home, config=config)
    evidence = assemble_evidence(frame, background)
    write_table(evidence, out / "evidence.parquet")
    result = run_train(
        evidence,
        _results(loaded["outcomes"].frame if outcomes else None, home),
        frame,
        registry=REGISTRY,
        settings=settings,
        home=home.folder,
        out_dir=out,
        controls_version=background.controls.version,
        data_fingerprints={name: fingerprint_table(one.frame) for name, one in loaded.items()},
        notes=[LEARNED_FROM_GENERATED] if mark else [],
    )
    kept = {name: one for name, one in background.tables.items() if name not in (*loaded, "history")}
    lines += [*(one.told for one in kept.values()), *generated_warning(kept, mark)]
    return Said(
        lines=[*lines, *background.notes, *result.lines],
        paths=[*result.paths, out / "evidence.parquet"],
        counts=result.counts,
    )


def _results(given: pl.DataFrame | None, home: Home) -> pl.DataFrame:
    """Outcomes to learn from: those given, else the lake's, else none."""
    kept = home.table("outcomes")
    if given is None and kept.is_file():
        return pl.read_parquet(kept)
    return Outcomes.create_empty() if given is None else given


def run_comparison(*, out: Path, home: Home, config: Path | None = None) -> Said:
    """Measure the challenger against the champion on the rows the last training held out."""
    result = run_compare(home=home.folder, settings=load_section(TrainSettings, "train", config), out_dir=out)
    return Said(lines=result.lines, paths=result.paths)


def run_promotion(*, home: Home, config: Path | None = None) -> Said:
    """Make the challenger champion if the gate says yes; the refusal is in the answer, to be raised by the caller."""
    result = run_promote(home=home.folder, settings=load_section(TrainSettings, "train", config))
    return Said(lines=result.lines, paths=result.paths, refusal=result.refusal)


def run_drift_check(
    *,
    declarations: Path,
    out: Path,
    home: Home,
    flows: Path | None = None,
    licences: Path | None = None,
    movements: Path | None = None,
    config: Path | None = None,
    max_rejects_share: float = 0.05,
) -> Said:
    """Build evidence for new declarations and measure how far it has moved from the champion's training."""
    settings = load_section(TrainSettings, "train", config)
    bundle = tracking.load_champion(home.folder)
    loaded = load_table(
        declarations,
        Declarations,
        table="declarations",
        rejects_to=out / "rejects" / "declarations.parquet",
        max_rejects_share=max_rejects_share,
    )
    sources = Sources(flows=flows, licences=licences, movements=movements, rejects_to=out / "rejects")
    background = load_background(loaded.frame, sources, home=home, config=config, max_rejects_share=max_rejects_share)
    evidence = assemble_evidence(loaded.given, background)
    result = run_drift(bundle, evidence, settings=settings, out_dir=out, registry=REGISTRY, home=home.folder)
    read = [one.told for one in background.tables.values()]
    warned = generated_warning(background.tables, loaded.generated)
    lines = [loaded.told, *read, *warned, *background.notes, *result.lines]
    return Said(lines=lines, paths=result.paths, refusal=result.refusal)


def run_outcomes(
    results: Path, *, out: Path, home: Home, config: Path | None = None, max_rejects_share: float = 0.05
) -> Said:
    """Take inspection results into the lake's outcomes."""
    del config
    loaded = load_table(
        results,
        Outcomes,
        table="outcomes",
        rejects_to=out / "rejects" / "outcomes.parquet",
        max_rejects_share=max_rejects_share,
    )
    result = merge_into_lake(loaded.frame, lake_table=home.table("outcomes"), out_dir=out, generated=loaded.generated)
    return Said(
        lines=[
            loaded.told,
            *result.lines,
            *lists_told(result.merge.table, home),
            *_strangers(loaded.frame, home),
        ],
        paths=result.paths,
    )


def _strangers(outcomes: pl.DataFrame, home: Home) -> list[str]:
    """Say how many results are about declarations that the lake does not hold, and so would teach nothing."""
    path = home.table("declarations")
    if not path.is_file():
        return []
    n = outcomes.join(pl.read_parquet(path, columns=["declaration_id"]), on="declaration_id", how="anti").height
    if not n:
        return []
    return [
        f"{n:,} of them tell of declarations that the last training did not have: give the next one a table with them "
        "(`oretrace ingest declarations` puts several files together)"
    ]

"""What is measured: a name, the file whose plain scan it is compared with, and the step ready to run."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from features.assemble import assemble_batches, assemble_evidence
from features.background import Past
from features.contracts import Declarations
from features.contracts.split import split_table
from features.controls import join_controls
from features.corridors import build_corridor, corridor_state
from features.description import build_description
from features.licences import build_licences
from features.mirror import build_mirror, known_at, lane_state, pair_gaps, pair_mirrors
from features.parcel import build_parcel
from features.parties import build_parties
from features.registry import REGISTRY
from features.routing import build_routing
from models.bundle import rarity
from models.labels import ANY
from models.matrix import build_matrix
from pipelines.steps.corridor_search import look_of, search_corridors
from pipelines.steps.corridors import run_corridors
from pipelines.steps.watches import known_controls
from tests.benchmarks import outliers
from tests.benchmarks.duck import PAIR_KEY, check_same_gaps, duckdb_gaps, duckdb_pairs
from tests.benchmarks.ground import Ground
from tests.benchmarks.looking_back import QUESTIONS, by_duckdb, by_ours, by_pandas, columns_needed

Step = Callable[[], Any]
SCAN_OF_NEEDED = "scan of the columns below"
AS_OF = date(2025, 3, 1)  # everything in the large table is public by then


@dataclass(frozen=True)
class Case:
    """One line of the table."""

    prepare: Callable[[Ground], Step | None]
    """Reads what the step needs (not timed) and returns the step (timed); None where the tables are too small."""
    file: str
    """The table whose plain scan stands beside it."""
    n_rows_max: int | None = None
    """The first rows of the table that are worked on, where not all are."""
    needs: str | None = None
    """A package that only `make bench` installs."""
    scan: str | None = None
    """The step that reads the same columns, to be compared with; None for the plain scan of the whole file."""


def _scan(name: str) -> Callable[[Ground], Step]:
    def prepare(ground: Ground) -> Step:
        return lambda: pl.read_parquet(ground.path(name), memory_map=False)

    return prepare


def _split(ground: Ground) -> Step:
    raw = ground.declarations.lazy()
    return lambda: split_table(raw, Declarations, table="declarations", file="declarations")


def _description(ground: Ground) -> Step:
    rows, minerals = ground.declarations.lazy(), ground.minerals
    return lambda: build_description(rows, minerals, history=rows).collect()


def _parcel(ground: Ground) -> Step:
    rows, minerals = ground.declarations.lazy(), ground.minerals
    return lambda: build_parcel(rows, rows, minerals).collect()


def _routing(ground: Ground) -> Step:
    rows, places = ground.declarations.lazy(), ground.table("distances").lazy()
    return lambda: build_routing(rows, places, rows).collect()


def _parties(ground: Ground) -> Step:
    rows, outcomes = ground.declarations.lazy(), ground.table("outcomes").lazy()
    return lambda: build_parties(rows, rows, outcomes).collect()


def _licences(ground: Ground) -> Step:
    rows, register = ground.declarations.lazy(), ground.table("licences").lazy()
    needs = ground.declarations.select(
        "declaration_id", needs_licence=pl.lit(value=True), minerals=pl.lit(None, pl.List(pl.String))
    ).lazy()
    return lambda: build_licences(rows, register, rows, needs).collect()


def _mirror(ground: Ground) -> Step:
    if not ground.path("lanes").exists():
        _lanes(ground)()
    rows, state = ground.declarations.lazy(), ground.table("lanes").lazy()
    return lambda: build_mirror(rows, state).collect()


def _corridor(ground: Ground) -> Step | None:
    if not ground.path("corridors").exists():
        _search(ground)()
    if not ground.path("corridors").exists():
        return None
    codes = ground.minerals.forms.lazy().select("mineral", pl.col("hs6")).explode("hs6").drop_nulls()
    rows, state = ground.declarations.lazy(), ground.table("corridors").lazy()
    return lambda: build_corridor(rows, state, codes).collect()


def _controls(ground: Ground) -> Step:
    rows, controls = ground.declarations.lazy(), ground.controls
    return lambda: join_controls(rows, controls).collect()


def _assembly(ground: Ground) -> Step:
    rows, background = ground.declarations, ground.background()
    return lambda: assemble_evidence(rows, background)


def _of_a_file(ground: Ground) -> Step:
    """The whole of a file, batch by batch, as a score asks for it: nothing is written."""
    rows = pl.scan_parquet(ground.path("declarations"))
    background = ground.background(rows)
    return lambda: deque(assemble_batches(rows, background), maxlen=0)


def _batches(ground: Ground) -> Step:
    """From file to files: no more than one batch of declarations and their evidence is in memory."""
    return _to_files(ground, pl.scan_parquet(ground.path("declarations")))


def _batches_of_own_texts(ground: Ground) -> Step:
    """The same where no text is read twice: each names a lot of its own."""
    lot = pl.format("{} lot no {}", "description", pl.int_range(pl.len()))
    return _to_files(ground, pl.scan_parquet(ground.path("declarations")).with_columns(description=lot))


def _to_files(ground: Ground, rows: pl.LazyFrame) -> Step:
    background, out = ground.background(rows), ground.folder / "batches"

    def run() -> None:
        out.mkdir(exist_ok=True)
        for number, batch in enumerate(assemble_batches(rows, background)):
            # nobody looks for rows by a figure, and nobody sends these files
            batch.write_parquet(out / f"{number:05}.parquet", statistics=False, compression="lz4")

    return run


def _remembered(ground: Ground) -> Step:
    """What all batches share: history gone through once."""
    rows = pl.scan_parquet(ground.path("declarations"))
    background = ground.background(rows)
    return lambda: Past.of(rows, background)


def _score(ground: Ground) -> Step:
    evidence, bundle = ground.table("evidence"), ground.bundle
    return lambda: bundle.score(evidence, registry=REGISTRY)


def _suspicion(ground: Ground) -> Step:
    """Any violation alone: the matrix, where its trees begin, the trees, their calibration."""
    evidence, bundle = ground.table("evidence"), ground.bundle
    classifier, calibrator = bundle.classifiers[ANY], bundle.calibrators[ANY]

    def run() -> None:
        matrix = build_matrix(evidence, bundle.columns)
        odd = rarity(bundle.anomaly, matrix, bundle.columns)
        calibrator.probability(classifier.raw_scores(matrix, odd))

    return run


def _anomaly(ground: Ground) -> Step:
    evidence, bundle = ground.table("evidence"), ground.bundle
    return lambda: bundle.anomaly_scores(bundle.anomaly_matrix(evidence))


def _pyod(kind: str) -> Callable[[Ground], Step]:
    def prepare(ground: Ground) -> Step:
        bundle = ground.bundle
        evidence = build_matrix(ground.table("evidence").head(outliers.ROWS), bundle.columns)
        n_trees = bundle.anomaly.forest_.n_trees_
        return outliers.pyod_scores(evidence[:, : len(bundle.columns.codes)], kind, n_trees=n_trees, seed=1)

    return prepare


def _pairs(ground: Ground) -> Step:
    flows = ground.table("flows").lazy()
    return lambda: pair_mirrors(flows).collect()


def _lanes(ground: Ground) -> Step:
    flows, months = ground.table("flows").lazy(), ground.months

    def run() -> None:
        lane_state(flows, months=months).collect().write_parquet(ground.path("lanes"))

    return run


def _search(ground: Ground) -> Step:
    flows, controls, settings = ground.table("flows").lazy(), ground.controls, ground.corridor_settings
    last = look_of(ground.months[-1]) - 1

    def run() -> None:
        found = search_corridors(
            flows,
            known_controls(controls, settings),
            last_look=last,
            settings=settings,
        )
        if not found.tests.is_empty():
            corridor_state(found.tests.lazy()).collect().write_parquet(ground.path("corridors"))

    return run


def _duckdb(ground: Ground) -> Step:
    path = ground.path("flows")
    return lambda: duckdb_pairs(path)


def _large_gaps(ground: Ground) -> Step:
    path = ground.path("flows_large")

    def run() -> None:
        gaps = pair_gaps(known_at(pair_mirrors(pl.scan_parquet(path)), pl.lit(AS_OF)))
        gaps.select(*PAIR_KEY, "x_usd", "m_usd", "gap_value", "gap_mass").collect().write_parquet(
            ground.path("gaps_large")
        )

    return run


def _large_duckdb(ground: Ground) -> Step:
    """Pair and take gaps in DuckDB; both results are then compared row by row, and differing ones are an error."""
    path, ours = ground.path("flows_large"), ground.path("gaps_large")

    def run() -> None:
        theirs = duckdb_gaps(path, AS_OF)
        if ours.exists():
            check_same_gaps(pl.read_parquet(ours), theirs)

    return run


def _large_run(ground: Ground) -> Step:
    out = ground.folder / "corridors"
    return lambda: run_corridors(
        ground.path("flows_large"),
        as_of=AS_OF - timedelta(days=1),
        controls=ground.controls,
        out_dir=out,
        settings=ground.corridor_settings,
    )


def _looked_back(question: str, whose: str) -> Callable[[Ground], Step]:
    """Answer one question about the past: ours from the columns in memory, the others from the file."""

    def prepare(ground: Ground) -> Step:
        path = ground.path("declarations")
        if whose == "ours":
            return by_ours(columns_needed(path))[question]
        answer = by_duckdb if whose == "DuckDB" else by_pandas
        return lambda: answer(path, question)

    return prepare


def _needed(ground: Ground) -> Step:
    return lambda: columns_needed(ground.path("declarations"))


CASES: Mapping[str, Case] = {
    "plain scan of flows": Case(_scan("flows"), "flows"),
    "pairing of both sides": Case(_pairs, "flows"),
    "the same pairing in DuckDB": Case(_duckdb, "flows", needs="duckdb"),
    "pairing and lane state": Case(_lanes, "flows"),
    "corridor search": Case(_search, "flows"),
    "plain scan of large flows": Case(_scan("flows_large"), "flows_large"),
    "pairs and gaps, large": Case(_large_gaps, "flows_large"),
    "pairs and gaps in DuckDB, large": Case(_large_duckdb, "flows_large", needs="duckdb"),
    "whole corridor run, large": Case(_large_run, "flows_large"),
    "plain scan of declarations": Case(_scan("declarations"), "declarations"),
    "contract split": Case(_split, "declarations"),
    "room: description": Case(_description, "declarations"),
    "room: parcel": Case(_parcel, "declarations"),
    "room: routing": Case(_routing, "declarations"),
    "room: parties": Case(_parties, "declarations"),
    "room: licences": Case(_licences, "declarations"),
    "room: mirror": Case(_mirror, "declarations"),
    "room: corridors": Case(_corridor, "declarations"),
    "control list joined": Case(_controls, "declarations"),
    "evidence assembled": Case(_assembly, "declarations"),
    "evidence: history gone through": Case(_remembered, "declarations"),
    "evidence: of a file": Case(_of_a_file, "declarations"),
    "evidence: file to files": Case(_batches, "declarations"),
    "evidence: no text twice": Case(_batches_of_own_texts, "declarations"),
    SCAN_OF_NEEDED: Case(_needed, "declarations"),
    **{
        f"{question}, {whose}": Case(
            _looked_back(question, whose),
            "declarations",
            needs="duckdb" if whose == "DuckDB" else None,
            scan=SCAN_OF_NEEDED,
        )
        for question in QUESTIONS
        for whose in ("ours", "DuckDB", "pandas")
    },
    "plain scan of ready features": Case(_scan("evidence"), "evidence"),
    "scoring: any violation": Case(_suspicion, "evidence"),
    "scoring: anomaly": Case(_anomaly, "evidence"),
    "scoring: everything": Case(_score, "evidence"),
    **{
        f"scoring: PyOD {kind}": Case(_pyod(kind), "evidence", n_rows_max=outliers.ROWS, needs="pyod")
        for kind in outliers.KINDS
    },
}
"""In the order they run: states of lanes and corridors are kept for the rooms that follow; alone, these make them."""

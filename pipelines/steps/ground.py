"""What evaluation and seasons stand on: what was asked for, and declarations with their evidence, built once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features.assemble import assemble_evidence
from features.background import Background
from features.contracts import Declarations
from features.registry import REGISTRY
from pipelines.files import load_table
from pipelines.home import Home
from pipelines.settings.train import TrainSettings
from pipelines.steps.background import Sources, generated_warning, load_background, mark_told
from pipelines.steps.training_rows import with_described


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a user asks to be measured. Tables not given are the lake's, where it has them."""

    declarations: Path
    out: Path
    home: Home
    outcomes: Path | None = None
    """What inspections found: the evidence's history, and, without `truth`, what is measured against."""
    flows: Path | None = None
    licences: Path | None = None
    movements: Path | None = None
    truth: Path | None = None
    """Hidden truth of a generated world (truth/declarations.parquet)."""
    since: date | None = None
    """First day measured; each command says what null means to it."""
    config: Path | None = None
    max_rejects_share: float = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Declarations as given, what they are judged against, and their evidence with the declared columns beside it."""

    given: pl.DataFrame
    background: Background
    table: pl.DataFrame
    read: tuple[str, ...]
    """What was read and refused of each table, in words."""

    @property
    def outcomes(self) -> pl.DataFrame | None:
        """What inspections found; null where nobody told."""
        return None if self.background.outcomes is None else self.background.outcomes.collect()


def lay_ground(asked: Asked, settings: TrainSettings) -> Ground:
    """Read the tables and build the evidence; refused declarations are kept under `out`."""
    loaded = load_table(
        asked.declarations,
        Declarations,
        table="declarations",
        rejects_to=asked.out / "rejects" / "declarations.parquet",
        max_rejects_share=asked.max_rejects_share,
    )
    background = load_background(
        loaded.given,
        Sources(
            history=asked.declarations,
            outcomes=asked.outcomes,
            licences=asked.licences,
            flows=asked.flows,
            movements=asked.movements,
            rejects_to=asked.out / "rejects",
        ),
        home=asked.home,
        config=asked.config,
        max_rejects_share=asked.max_rejects_share,
    )
    evidence = assemble_evidence(loaded.given, background)
    table = with_described(evidence, loaded.given, registry=REGISTRY, group=settings.split.group_column)
    beside = {name: one for name, one in background.tables.items() if name != "history"}
    warned = generated_warning(beside, loaded.generated)
    read = (loaded.told + mark_told(loaded.generated), *(one.told for one in beside.values()), *warned)
    return Ground(loaded.given, background, table, read)

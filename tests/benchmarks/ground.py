"""What the measured steps are given: frames held in memory, read before the clock starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

from features.background import Background
from features.controls import ControlList
from features.minerals import Minerals
from models.bundle import ModelBundle
from pipelines.reference import load_controls, load_minerals
from pipelines.settings.closed import load_section
from pipelines.settings.corridors import CorridorSettings


@dataclass(frozen=True)
class Ground:
    """The tables of one folder."""

    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"

    def table(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.path(name))

    @cached_property
    def declarations(self) -> pl.DataFrame:
        return self.table("declarations")

    @cached_property
    def minerals(self) -> Minerals:
        return load_minerals()

    @cached_property
    def controls(self) -> ControlList:
        return load_controls()

    @cached_property
    def corridor_settings(self) -> CorridorSettings:
        return load_section(CorridorSettings, "corridors")

    @cached_property
    def months(self) -> list[date]:
        return self.declarations["declared_on"].dt.truncate("1mo").unique().sort().to_list()

    @cached_property
    def bundle(self) -> ModelBundle:
        folder = self.folder / "model"
        return ModelBundle.from_files({one.name: one.read_text(encoding="utf-8") for one in folder.iterdir()})

    def background(self, history: pl.DataFrame | pl.LazyFrame | None = None) -> Background:
        """Every table as history too: the most that a run looks back on. States of flows where they were made."""
        lanes, corridors = self.path("lanes"), self.path("corridors")
        return Background(
            minerals=self.minerals,
            controls=self.controls,
            history=(self.declarations if history is None else history).lazy(),
            outcomes=self.table("outcomes").lazy(),
            licences=self.table("licences").lazy(),
            distances=self.table("distances").lazy(),
            lane_state=self.table("lanes").lazy() if lanes.exists() else None,
            corridor_state=self.table("corridors").lazy() if corridors.exists() else None,
        )

"""The shipped control list under each answer to its open questions, and a way to ask it one question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from features.controls import ControlList, join_controls
from pipelines.reference.control_file import read_control_file
from pipelines.reference.control_list import control_list
from pipelines.settings.closed import config_folder, load_section
from pipelines.settings.controls import ControlSwitches

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def lists() -> Callable[..., ControlList]:
    file = read_control_file(config_folder() / "controls.yaml")
    shipped = load_section(ControlSwitches, "controls")
    made: dict[tuple[tuple[str, str], ...], ControlList] = {}

    def with_switches(**switches: str) -> ControlList:
        key = tuple(sorted(switches.items()))
        if key not in made:
            made[key] = control_list(file, shipped.model_copy(update=switches))
        return made[key]

    return with_switches


@pytest.fixture(scope="session")
def ask(lists: Callable[..., ControlList]) -> Ask:
    def one(
        code: str | None,
        on: date | None,
        to: str | None = "DEU",
        *,
        origin: str | None = "CHN",
        dispatch: str | None = "CHN",
        direction: str | None = "export",
        known_on: date | None = None,
        **switches: str,
    ) -> dict[str, Any]:
        row = {
            "hs_code": [code], "declared_on": [on], "destination_iso3": [to], "origin_iso3": [origin],
            "dispatch_iso3": [dispatch], "direction": [direction],
        }  # fmt: skip
        kinds = dict.fromkeys(row, pl.String()) | {"declared_on": pl.Date()}
        rows = pl.LazyFrame(row, schema=kinds)
        return join_controls(rows, lists(**switches), known_on=known_on).collect().row(0, named=True)

    return one

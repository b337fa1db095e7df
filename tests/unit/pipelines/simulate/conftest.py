"""Worlds to test on, each generated once a session."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.world import build_world
from pipelines.simulate.worlds import draw_settings, load_world

SEED = 11
DECLARATIONS = 40_000


def with_statistics(settings: SimulateSettings, **changes: float) -> SimulateSettings:
    return settings.model_copy(update={"statistics": settings.statistics.model_copy(update=changes)})


@pytest.fixture(scope="session")
def settings() -> SimulateSettings:
    return load_world("demo")


@pytest.fixture(scope="session")
def sparse(settings: SimulateSettings) -> SimulateSettings:
    """The same world with few background lanes: quick where statistics are not the point."""
    return with_statistics(settings, lane_share=0.004).model_copy(update={"flows_history_months": 0})


@pytest.fixture(scope="session")
def drawn(settings: SimulateSettings) -> SimulateSettings:
    """The settings as the seed of the tests draws them."""
    return draw_settings(settings, SEED)


@pytest.fixture(scope="session")
def world(settings: SimulateSettings) -> dict[str, pl.DataFrame]:
    return build_world(settings, seed=SEED, declarations=DECLARATIONS, months=30)


@pytest.fixture(scope="session")
def labelled(world: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Declarations in their written order, with the hidden truth beside them."""
    return world["declarations"].join(
        world["truth/declarations"], on="declaration_id", how="left", maintain_order="left", validate="1:1"
    )

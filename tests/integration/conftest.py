"""One small demo run shared by the integration tests of a worker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.steps.demo import run_demo
from pipelines.steps.said import Said


@dataclass(frozen=True)
class Demo:
    """Where a small demo ran, and what it said."""

    folder: Path
    home: Home
    said: Said


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Run the whole job on 8,000 generated declarations over 24 months."""
    folder = tmp_path_factory.mktemp("demo")
    home = Home(folder / "home")
    said = run_demo(out=folder, home=home, seed=5, declarations=8_000, months=24, config=None, tell=lambda _: None)
    return Demo(folder, home, said)

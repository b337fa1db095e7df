"""A large world is made in parts and laid together: same bytes each time, ordered, and no number is given twice."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
import pytest

from features.contracts import Declarations, Flows, Movements
from pipelines.files import generated_mark
from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate import large, simulate_world, write

ROWS = 2_400


@pytest.fixture(scope="module")
def folder(sparse: SimulateSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same large world twice: `one`, and `two` with a single worker."""
    made = tmp_path_factory.mktemp("large")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large, "PART_ROWS", 800)
        patch.setattr(write, "PART_ROWS", 800)
        simulate_world(sparse, made / "one", seed=5, declarations=ROWS, months=12)
        patch.setattr(large, "WORKERS", 1)
        simulate_world(sparse, made / "two", seed=5, declarations=ROWS, months=12)
    return made


@pytest.mark.slow
def test_a_large_world_repeats_keeps_its_contracts_and_its_order(folder: Path) -> None:
    files = sorted(path.relative_to(folder / "one") for path in (folder / "one").rglob("*.*"))
    digests = [
        [hashlib.sha256((folder / side / name).read_bytes()).digest() for name in files] for side in ("one", "two")
    ]
    assert digests[0] == digests[1]
    assert {generated_mark(path) for path in (folder / "one").rglob("*.parquet")} == {"seed 5"}
    assert not (folder / "one" / ".parts").exists()
    declarations = pl.read_parquet(folder / "one" / "declarations.parquet")
    Declarations.validate(declarations)
    Flows.validate(pl.read_parquet(folder / "one" / "flows.parquet"))
    Movements.validate(pl.read_parquet(folder / "one" / "movements.parquet"))
    assert declarations.height == ROWS
    assert declarations["declaration_id"].n_unique() == ROWS
    assert declarations.select("declared_on", "declaration_id").equals(
        declarations.select("declared_on", "declaration_id").sort("declared_on", "declaration_id")
    )
    truth = pl.read_parquet(folder / "one" / "truth" / "declarations.parquet")
    assert truth["declaration_id"].equals(declarations["declaration_id"])
    traders = pl.read_parquet(folder / "one" / "truth" / "traders.parquet")
    assert traders["exporter_id"].n_unique() == traders.height
    assert traders["n_declarations"].sum() == ROWS
    assert traders["n_violations"].sum() == truth["is_violation"].sum()

"""Seasons as a user plays them: the last weeks of the small demo's own world, by every way of choosing."""

from __future__ import annotations

import polars as pl
import pytest

from models.policies import POLICIES
from tests.integration.commands import oretrace

pytestmark = pytest.mark.xdist_group("demo")


@pytest.mark.slow
def test_every_policy_is_played_and_told(small_demo, tmp_path) -> None:
    world = small_demo.folder / "world"
    given = [
        word for name in ("declarations", "outcomes", "flows") for word in (f"--{name}", world / f"{name}.parquet")
    ]
    last = pl.scan_parquet(world / "declarations.parquet").select(pl.col("declared_on").max()).collect().item()
    words = ["evaluate", "--seasons", *given, "--out", tmp_path, "--home", tmp_path / "home"]
    truth = ["--truth", world / "truth" / "declarations.parquet"]
    ran = oretrace(*words, *truth, "--since", last.replace(day=1))
    assert ran.code == 0
    weeks = pl.read_csv(tmp_path / "season_weeks.csv")
    assert set(weeks["policy"]) == set(POLICIES)
    assert (weeks["n_found"] <= weeks["n_best"]).all()
    page = (tmp_path / "seasons.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "<script" not in page
    assert "exploit and random" in ran.text
    assert oretrace(*words).code == 2  # without a truth nothing can be played
    assert oretrace(*words, *truth, "--since", "2999-01-01").code == 2

"""The gate judges calibration against what chance gives on the same rows."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.calibration import calibration_error, calibration_error_by_chance
from pipelines.settings.closed import load_section
from pipelines.settings.train import TrainSettings
from pipelines.steps import promote
from pipelines.steps.compare import BY_CHANCE, COMPARISON_SCHEMA, Comparison
from pipelines.steps.promote import judge, run_promote


def comparison(said: NDArray[np.float64], found: NDArray[np.bool_]) -> Comparison:
    """A first model that ranks well and says `said` of rows that turned out as `found`."""
    weight = np.ones(len(said))
    figures = {
        "average_precision": 0.6,
        "prevalence": 0.2,
        "auc": 0.8,
        "calibration_error": calibration_error(said, found, weight),
        BY_CHANCE: calibration_error_by_chance(said, weight),
    }
    rows = [{"metric": name, "subset": "all", "challenger": value} for name, value in figures.items()]
    return Comparison(
        table=pl.DataFrame(rows, schema=COMPARISON_SCHEMA),
        challenger="7",
        champion=None,
        is_champion_readable=False,
        is_challenger_supervised=True,
        n_reference=10_000,
        n=len(said),
        n_positive=int(found.sum()),
        lines=[],
        paths=[],
    )


def rows_near_a_fifth(n: int, *, share_true: float, seed: int = 3) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Suspicions from 0.1 to 0.3, of which `share_true` is the truth."""
    said = np.linspace(0.1, 0.3, n)
    return said, np.random.default_rng(seed).random(n) < share_true * said


def calibration_check(one: Comparison) -> tuple[str, bool]:
    (found,) = [check for check in judge(one, load_section(TrainSettings, "train").gate) if "calibration" in check[0]]
    return found


def test_a_calibrated_model_on_two_hundred_rows_passes() -> None:
    # ten bins of 20 rows miss by 0.071 on average (see test_calibration): beyond the limit of 0.05, within chance
    one = comparison(*rows_near_a_fifth(200, share_true=1.0))
    words, passed = calibration_check(one)
    assert passed
    error, chance = one.table["challenger"][-2:]
    assert 0.05 < error < chance
    assert f"calibration error {error:.3f}, at most 0.05 allowed, or {chance:.3f}, which" in words


def test_calibrated_models_pass_nineteen_times_in_twenty() -> None:
    passed = [
        calibration_check(comparison(*rows_near_a_fifth(200, share_true=1.0, seed=seed)))[1] for seed in range(60)
    ]
    assert sum(passed) >= 52  # 57 are to be expected; below 52 less than once in a hundred


def test_a_miscalibrated_model_on_five_thousand_rows_fails() -> None:
    # half of what is said is true: an error of 0.1, where chance gives 0.02 at most
    words, passed = calibration_check(comparison(*rows_near_a_fifth(5_000, share_true=0.5)))
    assert not passed
    assert words.startswith("calibration error 0.09")  # 0.1 less what chance gave these rows
    assert "or 0.019, which" in words


def test_an_error_within_the_limit_passes_beyond_chance_too() -> None:
    # 0.8 of what is said: an error of 0.04, where chance gives 0.02 at most
    one = comparison(*rows_near_a_fifth(5_000, share_true=0.8))
    assert calibration_check(one)[1]
    assert one.table["challenger"][-2] > one.table["challenger"][-1]


def test_a_refusal_says_how_to_use_the_model_all_the_same(monkeypatch, tmp_path) -> None:
    one = comparison(*rows_near_a_fifth(5_000, share_true=0.5))
    monkeypatch.setattr(promote, "run_compare", lambda **_: one)
    for recorded in ("log_run", "tag_version"):
        monkeypatch.setattr(promote, recorded, lambda *_, **__: None)
    told = run_promote(home=tmp_path, settings=load_section(TrainSettings, "train")).refusal
    assert told is not None
    assert "calibration error" in told
    assert told.endswith("to use it all the same: `oretrace score --model 7`")

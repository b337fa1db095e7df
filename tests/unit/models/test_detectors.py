"""The detectors together: on one scale, whole as text, each able to raise an alarm by itself."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from sklearn.utils.estimator_checks import check_estimator

from models import chunks
from models.anomaly import TailAnomaly
from models.detectors import DETECTORS, CombinedAnomaly, detectors_for
from models.forest import ForestAnomaly
from models.matrix import columns_of
from models.residuals import ResidualAnomaly

SIDES = ("upper", "upper", "both")


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    rng = np.random.default_rng(8)
    n = 3000
    doubt = np.where(rng.random((n, 2)) < 0.8, 0.0, rng.random((n, 2)) * 0.4)
    good = rng.integers(0, 4, n).astype(float)
    return np.column_stack([doubt, rng.normal(size=n), good + rng.normal(0, 0.1, n), good])


@pytest.fixture(scope="module")
def fitted(rows) -> CombinedAnomaly:
    made = CombinedAnomaly(sides=SIDES, weights=(1.0, 1.0, 0.25), forest_columns=(0, 1, 2), n_quantities=1, n_trees=16)
    return made.fit(rows)


def test_each_detector_speaks_for_itself_and_the_sum_is_the_score(rows, fitted) -> None:
    parts = fitted.detector_surprises(rows)
    assert parts.shape == (len(rows), len(DETECTORS))
    assert (parts >= 0).all()
    np.testing.assert_allclose(parts.sum(axis=1), fitted.score_samples(rows))
    # -ln of a uniform tail has mean 1, times the weight of each
    np.testing.assert_allclose(parts.mean(axis=0) / list(DETECTORS.values()), 1.0, atol=0.15)


def test_rarity_is_by_group_and_nothing_known_is_usual(rows) -> None:
    made = CombinedAnomaly(sides=SIDES, groups=(1, 1, -1), n_quantities=1, n_trees=16).fit(rows)
    evidence = rows[:, : len(SIDES)]
    found, alone = made.rarity(evidence), made.column_surprises(rows)
    np.testing.assert_allclose(found, np.column_stack([0 * alone[:, 0], alone[:, :2].sum(axis=1)]), atol=1e-12)
    assert (made.rarity(np.full((2, len(SIDES)), np.nan)) == 0).all()
    score, same = made.judge(rows)
    np.testing.assert_array_equal(same, found)
    np.testing.assert_array_equal(score, made.score_samples(rows))
    again = CombinedAnomaly.from_dict(json.loads(json.dumps(made.to_dict(), allow_nan=False)))
    np.testing.assert_array_equal(again.rarity(evidence[:9]), found[:9])
    alone = [made.judge(rows[j : j + 1]) for j in range(50)]
    np.testing.assert_array_equal(np.concatenate([one for one, _ in alone]), score[:50])
    np.testing.assert_array_equal(np.concatenate([one for _, one in alone]), found[:50])


def test_odd_evidence_and_an_odd_price_both_count(rows, fitted) -> None:
    plain = np.array([[0.0, 0.0, 0.0, 1.0, 1.0]])
    doubtful, dear = plain.copy(), plain.copy()
    doubtful[0, :2] = 0.9
    dear[0, 3] = 4.0
    base, by_doubt, by_price = (fitted.detector_surprises(one)[0] for one in (plain, doubtful, dear))
    assert by_doubt[0] > base[0] + 2
    assert by_doubt[1] > base[1] + 2
    assert by_price[2] > base[2] + 2 * DETECTORS["residuals"]
    assert by_price[0] == base[0]


def test_text_round_trip_order_and_batches_change_nothing(rows, fitted) -> None:
    again = CombinedAnomaly.from_dict(json.loads(json.dumps(fitted.to_dict(), allow_nan=False)))
    whole = fitted.score_samples(rows)
    np.testing.assert_array_equal(again.score_samples(rows), whole)
    np.testing.assert_array_equal(fitted.score_samples(rows[::-1])[::-1], whole)
    np.testing.assert_array_equal(fitted.score_samples(rows[5:6]), whole[5:6])
    np.testing.assert_array_equal(again.surprises(rows[:9]), fitted.surprises(rows[:9]))


def test_rows_shared_out_among_threads_score_the_same(rows, fitted, monkeypatch) -> None:
    whole = fitted.score_samples(rows)
    monkeypatch.setattr(chunks, "CHUNK_ROWS", 7)
    np.testing.assert_array_equal(fitted.score_samples(rows), whole)


def test_parts_share_the_score_among_evidence(rows, fitted) -> None:
    parts = fitted.surprises(rows)
    rare = fitted.tails_.score_samples(rows[:, :3]) > 0
    np.testing.assert_allclose(parts.sum(axis=1)[rare], fitted.score_samples(rows)[rare])
    assert (parts[~rare] == 0).all()


def test_unknown_rows_are_neither_odd_nor_ordinary(rows, fitted) -> None:
    blank = np.full((1, rows.shape[1]), np.nan)
    parts = fitted.detector_surprises(blank)[0]
    assert parts[2] == pytest.approx(DETECTORS["residuals"] * fitted.scale_.null_surprise_[2])


def test_doubt_that_most_trade_shows_counts_for_less_and_context_not_at_all(world) -> None:
    shown = world.evidence.with_columns(pl.col("detour").clip(lower_bound=0.2))
    made = detectors_for(
        columns_of(world.registry, shown),
        n_quantities=0,
        common_doubt_weight_ratio=0.25,
        max_knots=64,
        n_trees=4,
        seed=0,
    )
    # term_mismatch, density_off, detour (shown by all), lane_gap, declared_openly, log_mass
    assert made.weights[:4] == [1.0, 1.0, 0.25, 1.0]
    assert made.sides[4:] == ["none", "none"]
    assert made.forest_columns == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "detector",
    [TailAnomaly(max_knots=16), ForestAnomaly(n_trees=4), ResidualAnomaly(), CombinedAnomaly(max_knots=16, n_trees=4)],
    ids=lambda one: type(one).__name__,
)
@pytest.mark.filterwarnings("ignore")
def test_every_detector_keeps_the_common_checks_of_scikit_learn(detector) -> None:
    checks = check_estimator(detector, on_fail=None)
    assert [(one["check_name"], str(one["exception"])) for one in checks if one["status"] == "failed"] == []
    assert sum(one["status"] == "passed" for one in checks) > 25

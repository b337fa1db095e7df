"""The weighted sum of all evidence: found again, one-way where evidence is, nothing where unknown."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from models.linear import Linear, fit_linear
from models.matrix import Columns, columns_of


@pytest.fixture(scope="module")
def columns(world) -> Columns:
    made = columns_of(world.registry, world.evidence)
    roles = ("doubt", "doubt", "context", "kind", "measure", *("context" for _ in made.codes[5:]))
    return replace(made, roles=roles, one_way=(True, True, *(False for _ in made.codes[2:])))


def made_rows(columns: Columns, n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Many middling pieces make a violation likelier; the second doubt speaks for honesty, and so does the kind."""
    rng = np.random.default_rng(2)
    matrix = np.full((n, len(columns.names)), np.nan, dtype=np.float32)
    matrix[:, :4] = rng.normal(size=(n, 4))
    matrix[:, 4] = matrix[:, 0]  # a measure that goes with the doubt
    odds = 1.0 * matrix[:, 0] - 1.0 * matrix[:, 1] + 0.7 * matrix[:, 2] - 1.5 * matrix[:, 3] - 2.0
    return matrix, (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(float)


@pytest.fixture(scope="module")
def fitted(columns) -> Linear:
    matrix, target = made_rows(columns)
    return fit_linear(matrix, target, np.ones(len(matrix)), columns, seen=matrix)


def test_weights_are_found_again_but_for_what_may_not_speak(fitted) -> None:
    first, second, context, kind = fitted.weights[:4]
    assert 0.6 < first < 1.2
    assert second == 0  # one-way: never for honesty
    assert 0.4 < context < 0.9
    assert kind == 0  # never read
    assert not any(fitted.weights[4:])  # nor is the measure, nor what is unknown


def test_unknown_and_beyond_six_spreads_add_nothing_more(columns, fitted) -> None:
    nothing = np.full((1, len(columns.names)), np.nan, dtype=np.float32)
    assert fitted.log_odds(nothing)[0] == fitted.level
    far, farther = nothing.copy(), nothing.copy()
    far[0, 0], farther[0, 0] = 10.0, 1e9
    assert fitted.log_odds(far) == fitted.log_odds(farther)
    assert fitted.log_odds(far)[0] == pytest.approx(fitted.level + 6 * fitted.weights[0])


def test_parts_add_up_and_no_row_depends_on_another(columns, fitted) -> None:
    matrix, _ = made_rows(columns, 200)
    whole = fitted.log_odds(matrix)
    np.testing.assert_allclose(fitted.contributions(matrix).sum(axis=1) + fitted.level, whole)
    np.testing.assert_array_equal(np.concatenate([fitted.log_odds(matrix[j : j + 1]) for j in range(200)]), whole)
    assert Linear.from_dict(json.loads(json.dumps(fitted.to_dict(), allow_nan=False))) == fitted


def test_few_rows_teach_little(columns) -> None:
    matrix, target = made_rows(columns)
    few = fit_linear(matrix[:30], target[:30], np.ones(30), columns, seen=matrix)
    assert max(np.abs(few.weights)) < 0.5

"""Kinds: what doubts speak for names a typology before anything is learned, and inspections move it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.contracts.columns import TYPOLOGIES
from models.kinds import ALL_HINTS_LOG_ODDS, fit_kind, hinted, usual_kind
from models.matrix import Columns, columns_of

HINTS = (("misdeclaration",), ("misdeclaration", "concealment"), ("transshipment",), ())


@pytest.fixture(scope="module")
def columns(world) -> Columns:
    made = columns_of(world.registry, world.evidence)
    return replace(made, hints=HINTS)


def rows_of(columns: Columns, *rows: tuple[float, ...]) -> np.ndarray:
    matrix = np.full((len(rows), len(columns.names)), np.nan, dtype=np.float32)
    matrix[:, : len(HINTS)] = rows
    return matrix


def test_strength_is_shared_among_what_it_hints_at(columns) -> None:
    nan = float("nan")
    told = hinted(rows_of(columns, (0.5, 1.0, 0.0, 9.0), (nan, nan, 0.2, nan), (0, 0, 0, 0)), columns)
    # .5 + 1 / 2 = 1 of misdeclaration and .5 of concealment; .2 is less than the least; nothing is nothing
    np.testing.assert_allclose(told, [[2 / 3, 1 / 3, 0], [0, 0, 0.4], [0, 0, 0]], atol=1e-6)
    assert TYPOLOGIES == ("misdeclaration", "concealment", "transshipment")


def test_no_row_depends_on_another(columns) -> None:
    matrix = rows_of(columns, *np.random.default_rng(1).random((200, 4)).tolist())
    whole = hinted(matrix, columns)
    np.testing.assert_array_equal(np.concatenate([hinted(matrix[j : j + 1], columns) for j in range(200)]), whole)


def test_without_inspections_doubts_name_the_kind_and_none_leaves_its_share() -> None:
    told = np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    found = usual_kind("concealment", 0.25).log_odds(told) - np.log(1 / 3)
    np.testing.assert_allclose(found, [0, ALL_HINTS_LOG_ODDS, -ALL_HINTS_LOG_ODDS / 2])


def test_a_few_violations_keep_the_usual_and_many_overrule_it() -> None:
    told = np.tile([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], (300, 1))
    against = np.tile([True, False], 300)  # what hints at misdeclaration is concealment here
    few, many = (fit_kind(told[:n], against[:n], np.ones(n), typology="concealment", share=0.5) for n in (2, 600))
    assert few.weights[1] > few.weights[0]
    assert many.weights[0] > many.weights[1]

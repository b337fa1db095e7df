"""Rows to learn from: uninspected ones count in part as either, and every row is met again with a family unknown."""

from __future__ import annotations

import numpy as np

from models.classifier import Sample
from models.learning_rows import with_families_dropped, with_unlabelled
from models.matrix import CATEGORIES, columns_of


def sample() -> Sample:
    return Sample(np.ones((4, 3), dtype=np.float32), np.array([1.0, 0, 0, 0]), np.full(4, 2.0), np.arange(4))


def test_uninspected_rows_weigh_as_told_together() -> None:
    both = with_unlabelled(sample(), np.zeros((10, 3), dtype=np.float32), np.full(10, 0.3), weight_ratio=0.5)
    assert both.weight[4:].sum() == 4.0  # half of 4 rows of weight 2
    assert both.target[4:].tolist() == [0.3] * 10
    assert with_unlabelled(sample(), np.zeros((0, 3)), np.zeros(0), weight_ratio=1.0) is not None


def test_one_family_of_each_row_is_unknown_the_second_time(world) -> None:
    columns = columns_of(world.registry, world.evidence)
    rows = Sample(np.ones((500, len(columns.names)), dtype=np.float32), np.zeros(500), np.ones(500), np.arange(500))
    twice = with_families_dropped(rows, columns, weight_ratio=0.5, seed=1)
    assert not np.isnan(twice.matrix[:500]).any()
    lost = np.isnan(twice.matrix[500:])
    families = np.array([*columns.families, *("" for _ in CATEGORIES)])
    assert not lost[:, families == ""].any()
    assert all(len(set(families[row])) == 1 for row in lost)
    assert twice.weight[500:].sum() == 250
    assert with_families_dropped(rows, columns, weight_ratio=0.0, seed=1) is rows


def test_what_a_family_unknown_makes_odd_is_unknown_too(world) -> None:
    columns = columns_of(world.registry, world.evidence)
    families = sorted(set(columns.families))
    ones, odd = np.ones(300), np.ones((300, len(families)))
    rows = Sample(np.ones((300, len(columns.names)), dtype=np.float32), 0 * ones, ones, np.arange(300), odd)
    twice = with_families_dropped(rows, columns, weight_ratio=0.5, seed=1)
    lost = np.isnan(twice.matrix[300:])
    of_family = np.column_stack([lost[:, columns.families.index(one)] for one in families])
    np.testing.assert_array_equal(twice.told[:300], odd)
    np.testing.assert_array_equal(twice.told[300:], (~of_family).astype(float))
    both = with_unlabelled(rows, rows.matrix[:5], np.zeros(5), told=2 * odd[:5], weight_ratio=1.0)
    assert (both.told[300:] == 2).all()

"""Random draws have the distributions they are named for."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from pipelines.simulate.draws import heavy_tail, month_starts, order_by, pick, pick_one, pick_rows, scramble, stream


def test_streams_differ_by_name_and_repeat() -> None:
    one, again, other = (stream(7, name).random(3).tolist() for name in ("a", "a", "b"))
    assert one == again != other


def test_pick_follows_its_weights() -> None:
    drawn = np.bincount(pick(stream(1, "pick"), [1.0, 0.0, 3.0], 40_000), minlength=3) / 40_000
    assert drawn.tolist() == pytest.approx([0.25, 0.0, 0.75], abs=0.01)


@pytest.mark.parametrize(("size", "kinds"), [(3, 5), (5_000, 5), (70_000, 5), (70_000, 900)])
def test_many_and_few_are_picked_alike(size: int, kinds: int) -> None:
    weights = np.where(np.arange(kinds) % 3 == 0, 0.0, np.arange(kinds) + 1.0)
    passed = np.cumsum(weights) / weights.sum()
    expected = np.searchsorted(passed, stream(1, "pick").random(size), side="right")
    assert pick(stream(1, "pick"), weights, size).tolist() == expected.tolist()
    assert pick_one(stream(1, "pick"), weights) == expected[0]


@pytest.mark.parametrize("wide", [10, 10**9, 2**62])
def test_rows_are_ordered_as_by_lexsort(wide: int) -> None:
    rng = stream(1, "order")
    first, second, third = rng.integers(-3, 4, 500), rng.integers(0, wide, 500), rng.random(500).round(1)
    assert order_by(first, second).tolist() == np.lexsort((second, first)).tolist()
    assert order_by(first, third, second).tolist() == np.lexsort((second, third, first)).tolist()
    assert order_by(first[:0], second[:0]).tolist() == []


def test_pick_rows_uses_each_rows_weights() -> None:
    # 0.4 lies below 1/2 in the first row and above 1/4 in the second
    weights = np.array([[1.0, 1.0], [1.0, 3.0]])
    assert pick_rows(np.array([0.4, 0.4]), weights).tolist() == [0, 1]


def test_heavy_tail_meets_its_quantiles_and_goes_on_beyond() -> None:
    shares, values = (0.1, 0.5, 0.9), (0.5, 1.0, 3.0)
    got = np.exp(heavy_tail(np.array([0.01, 0.1, 0.5, 0.9, 0.99]), shares, values))
    assert got[1:4].tolist() == pytest.approx([0.5, 1.0, 3.0])
    assert got[0] < 0.5
    assert got[4] > 3.0


def test_scramble_is_even_and_depends_on_every_key() -> None:
    keys = np.arange(10_000)
    share = scramble(keys, np.full(10_000, 3)) / 2.0**63
    assert share.mean() == pytest.approx(0.5, abs=0.02)
    assert (scramble(keys, np.full(10_000, 4)) != scramble(keys, np.full(10_000, 3))).all()


def test_month_starts_cross_the_year() -> None:
    # days since 1970: 2023-12-01 is 19692, 2024-01-01 is 19723, 2024-02-01 is 19754
    assert month_starts(date(2023, 12, 1), 2).tolist() == [19_692, 19_723, 19_754]

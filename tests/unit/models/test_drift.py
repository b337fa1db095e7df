"""Drift: steady data stays near 0, moved data does not, unknown is a bin of its own."""

from __future__ import annotations

import numpy as np
import pytest

from models.drift import drift_table, from_plain, histogram_of, to_plain


def test_the_same_data_has_not_moved() -> None:
    values = np.random.default_rng(0).normal(size=5000)
    assert histogram_of(values).stability(values) == pytest.approx(0.0, abs=1e-9)
    assert histogram_of(values).stability(np.random.default_rng(1).normal(size=5000)) < 0.02


def test_by_hand() -> None:
    # half 0 and half 1 then; a quarter 0 now: (0.25 - 0.5) ln(0.25/0.5) + (0.75 - 0.5) ln(0.75/0.5)
    then, now = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 1.0, 1.0])
    expected = -0.25 * np.log(0.5) + 0.25 * np.log(1.5)
    assert histogram_of(then).stability(now) == pytest.approx(expected)


def test_becoming_unknown_is_a_move() -> None:
    values = np.random.default_rng(0).normal(size=1000)
    gone = np.where(np.arange(1000) < 500, np.nan, values)
    assert histogram_of(values).stability(gone) > 1


def test_table_names_the_most_moved_first_and_survives_text() -> None:
    rng = np.random.default_rng(2)
    then = {"a": rng.normal(size=2000), "b": rng.normal(size=2000), "c": np.full(2000, np.nan)}
    kept = from_plain(to_plain({name: histogram_of(values) for name, values in then.items()}))
    table = drift_table(kept, {"a": then["a"], "b": then["b"] + 3, "c": then["c"]})
    assert table["name"].to_list()[0] == "b"
    assert table.filter(table["name"] == "c")["null_share_then"].item() == 1.0
    assert drift_table(kept, {"a": np.empty(0)})["stability"].to_list() == [None]

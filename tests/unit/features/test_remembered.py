"""Answers worked out once."""

from __future__ import annotations

import polars as pl
import pytest

from features.beside import beside
from features.remembered import Remembered


class Doubling:
    """Doubles whole numbers above nought, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    def __call__(self, new: pl.LazyFrame) -> pl.LazyFrame:
        self.asked.append(sorted(new.collect()["n"].to_list()))
        return new.filter(pl.col("n") > 0).select("n", twice=pl.col("n") * 2)


def test_each_question_is_worked_out_once_and_no_answer_is_remembered_too() -> None:
    seen, doubling = Remembered(), Doubling()
    for numbers, expected in (([3, 1, 3, 0, None], [6, 2, 6, None, None]), ([0, 1, 4], [None, 2, 8]), ([1], [2])):
        rows = pl.DataFrame({"n": numbers})
        assert beside(rows, seen.answers(rows, "n", doubling), "n")["twice"].to_list() == expected
    assert doubling.asked == [[0, 1, 3], [4]]


def test_other_columns_of_a_row_go_along_with_its_question() -> None:
    rows = pl.DataFrame({"a": [1, 1, 2], "b": [1, 1, 1], "said": ["x", "x", "y"]})
    found = Remembered().answers(rows, ["a", "b"], lambda new: new.select("a", "b", told=pl.col("said") + "!"))
    assert beside(rows, found, ["a", "b"])["told"].to_list() == ["x!", "x!", "y!"]


def test_too_many_answers_are_forgotten_but_for_those_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.remembered.ANSWERS_MOST", 3)
    seen, doubling = Remembered(), Doubling()
    for numbers in ([1, 2, 3], [3, 4], [1, 3]):
        rows = pl.DataFrame({"n": numbers})
        found = beside(rows, seen.answers(rows, "n", doubling), "n")
        assert found["twice"].to_list() == [2 * n for n in numbers]
    assert doubling.asked == [[1, 2, 3], [4], [1]]

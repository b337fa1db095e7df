"""The list within a budget, and its random share."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ranking import choose, ranked


def scored(n: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "declaration_id": [f"D{i:03}" for i in range(n)],
            "suspicion": [i / n for i in range(n)],
            "anomaly_p": [0.5] * n,
        }
    )


def test_the_top_is_the_models_and_the_rest_is_drawn() -> None:
    chosen = choose(scored(100), budget=10, random_share=0.2, salt="a")
    # 10 rows: 8 by the model (suspicion 0.99 to 0.92), 2 drawn from the 92 others, each with probability 2/92
    by_model = chosen.filter(chosen_by="model")
    assert by_model["declaration_id"].to_list() == [f"D{i:03}" for i in range(99, 91, -1)]
    drawn = chosen.filter(chosen_by="random")
    assert drawn.height == 2
    assert drawn["selection_probability"].to_list() == pytest.approx([2 / 92] * 2)
    assert chosen["rank"].to_list() == list(range(1, 11))


@pytest.mark.parametrize(("budget", "random_rows"), [(1, 0), (2, 1), (5, 1), (50, 10)])
def test_the_random_share_is_never_zero_from_two_rows_on(budget: int, random_rows: int) -> None:
    chosen = choose(scored(100), budget=budget, random_share=0.2 if budget == 50 else 0.01, salt="a")
    assert chosen.filter(chosen_by="random").height == random_rows


def test_a_budget_above_the_rows_takes_them_all() -> None:
    chosen = choose(scored(3), budget=10, random_share=0.1, salt="a")
    assert sorted(chosen["declaration_id"]) == ["D000", "D001", "D002"]
    assert chosen["selection_probability"].to_list() == [1.0] * 3


@given(st.randoms(use_true_random=False))
def test_row_order_changes_nothing(order: object) -> None:
    rows = scored(40)
    shuffled = rows[order.sample(range(40), 40)]  # type: ignore[attr-defined]
    assert choose(rows, budget=7, random_share=0.3, salt="s").equals(
        choose(shuffled, budget=7, random_share=0.3, salt="s")
    )


def test_another_salt_draws_other_rows() -> None:
    draws = {
        tuple(choose(scored(100), budget=10, random_share=0.5, salt=salt)["declaration_id"]) for salt in ("a", "b")
    }
    assert len(draws) == 2


def test_unknown_suspicion_sorts_last() -> None:
    rows = pl.DataFrame({"declaration_id": ["a", "b"], "suspicion": [None, 0.01], "anomaly_p": [0.5, None]})
    assert ranked(rows)["declaration_id"].to_list() == ["b", "a"]


@pytest.mark.parametrize(("budget", "share"), [(0, 0.1), (5, 0.0), (5, 1.5)])
def test_impossible_arguments_are_refused(budget: int, share: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        choose(scored(3), budget=budget, random_share=share, salt="a")

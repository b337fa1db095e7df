"""The list within a budget and its offices, and its share by lot with exact chances."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.off_policy import estimate_list
from models.ranking import Choice, RankingPlan, choose, prioritised, ranked


def scored(n: int, **more: object) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "declaration_id": [f"D{i:03}" for i in range(n)],
            "suspicion": [i / n for i in range(n)],
            "anomaly_p": [0.5] * n,
        }
    ).with_columns(**{name: pl.Series(values) for name, values in more.items()})  # type: ignore[call-overload]


def plan(share: float = 0.2, **more: object) -> RankingPlan:
    return RankingPlan(random_share=share, **more)  # type: ignore[arg-type]


def pick(rows: pl.DataFrame, *, budget: int, share: float = 0.2, salt: str = "a", **more: object) -> Choice:
    return choose(rows, budget=budget, plan=plan(share), salt=salt, **more)  # type: ignore[arg-type]


def test_the_top_is_the_models_and_the_rest_is_drawn() -> None:
    chosen = pick(scored(100), budget=10).chosen
    # 10 rows: 8 by the model (suspicion 0.99 to 0.92), 2 drawn from the 92 others, each with probability 2/92
    by_model = chosen.filter(chosen_by="model")
    assert by_model["declaration_id"].to_list() == [f"D{i:03}" for i in range(99, 91, -1)]
    drawn = chosen.filter(chosen_by="random")
    assert drawn.height == 2
    assert drawn["selection_probability"].to_list() == pytest.approx([2 / 92] * 2)
    assert chosen["rank"].to_list() == list(range(1, 11))


def test_every_candidate_has_its_chance_in_the_log() -> None:
    log = pick(scored(100), budget=10).log
    assert log.height == 100
    assert log["selection_probability"].min() == pytest.approx(2 / 92)
    assert log["selection_probability"].sum() == pytest.approx(10)


@pytest.mark.parametrize(("budget", "share"), [(2, 0.01), (5, 0.1), (7, 0.25), (50, 0.2), (3, 1.0)])
def test_the_lot_has_its_share_of_any_budget(budget: int, share: float) -> None:
    log = pick(scored(100), budget=budget, share=share).log
    by_lot = log.filter(~pl.col("follows_model"))["selection_probability"]
    assert by_lot.sum() == pytest.approx(budget * share)
    assert log["selection_probability"].sum() == pytest.approx(budget)
    assert log["selection_probability"].min() > 0  # type: ignore[operator]


def test_a_part_of_a_place_goes_by_lot_at_times() -> None:
    # 5 places, of which 0.5 by lot: half of the lists hold one drawn row, in the place of the model's fifth
    picks = [pick(scored(20), budget=5, share=0.1, salt=str(k)) for k in range(300)]
    assert all(one.chosen.height == 5 for one in picks)
    drawn = [one.chosen.filter(chosen_by="random").height for one in picks]
    assert set(drawn) == {0, 1}
    assert np.mean(drawn) == pytest.approx(0.5, abs=0.1)
    chances = picks[0].log.sort("suspicion", descending=True)["selection_probability"].to_list()
    assert chances == pytest.approx([1.0] * 4 + [0.5] + [0.5 / 15] * 15)


def test_a_single_place_goes_by_lot_at_times() -> None:
    rows = scored(20)
    picks = [pick(rows, budget=1, salt=str(k)) for k in range(300)]
    assert all(one.chosen.height == 1 for one in picks)
    by_lot = np.mean([one.chosen["chosen_by"][0] == "random" for one in picks])
    assert by_lot == pytest.approx(0.2, abs=0.07)
    assert picks[0].log["selection_probability"].sum() == pytest.approx(1)
    assert picks[0].log["selection_probability"].max() == pytest.approx(0.8)


def test_logged_chances_are_the_frequencies() -> None:
    tiers = [0.25 if i % 3 == 0 else 1.0 for i in range(30)]
    rows = scored(30, tier_ratio=tiers, office_id=["a" if i % 2 else "b" for i in range(30)])
    picks = [pick(rows, budget=10, share=0.5, salt=str(k), offices={"a": 3}) for k in range(600)]
    assert all(one.chosen.filter(office_id="a").height <= 3 for one in picks)
    counts = pl.concat([one.chosen.select("declaration_id") for one in picks])["declaration_id"].value_counts()
    both = picks[0].log.join(counts, on="declaration_id", how="left").with_columns(pl.col("count").fill_null(0) / 600)
    assert (both["count"] - both["selection_probability"]).abs().max() < 0.08  # type: ignore[operator]
    assert both["selection_probability"].min() > 0  # type: ignore[operator]


def test_a_tier_lowers_a_chance_in_proportion_never_to_zero() -> None:
    log = pick(scored(100, tier_ratio=[0.5] * 50 + [1.0] * 50), budget=10).log
    rest = log.filter(~pl.col("follows_model"))
    chances = dict(rest.group_by("tier_ratio").agg(pl.col("selection_probability").first()).iter_rows())
    assert chances[0.5] == pytest.approx(chances[1.0] / 2)
    with pytest.raises(ValueError, match="never to zero"):
        pick(scored(3, tier_ratio=[0.0, 1.0, 1.0]), budget=2)


def test_an_office_without_room_is_logged_as_out_of_reach() -> None:
    found = pick(scored(40, office_id=["shut"] * 20 + ["open"] * 20), budget=10, offices={"shut": 0})
    assert found.log.filter(office_id="shut")["selection_probability"].to_list() == [0.0] * 20
    assert found.chosen["office_id"].unique().to_list() == ["open"]


def test_severity_and_crowding_move_the_order_alone() -> None:
    rules = [["refusal_presumed"] if i == 50 else [] for i in range(100)]
    rows = scored(100, control_rules=rules)
    heavy = choose(rows, budget=10, plan=plan(severity={"refusal_presumed": 2.0}), salt="a")
    assert heavy.chosen.filter(declaration_id="D050")["rank"].item() == 1  # 2 x 0.5 beats 0.99
    same = scored(100, exporter_id=["one" if i >= 90 else f"x{i}" for i in range(100)])
    spread = choose(same, budget=10, plan=plan(n_trader_rows=2, crowd_ratio=0.5), salt="a").chosen
    assert spread.filter((pl.col("exporter_id") == "one") & (pl.col("chosen_by") == "model")).height == 2


def test_where_nothing_was_learned_the_odd_come_before_the_severe() -> None:
    """Suspicion .01 for all; 1/(-e p ln p) is 53.3 at .001 and 1 at .5, so 53.3 x 1 comes before 1 x 2."""
    rows = scored(4, suspicion=[0.01] * 4, anomaly_p=[0.5, 0.001, 0.001, None]).with_columns(
        control_rules=pl.Series([["refused"], [], ["refused"], []], dtype=pl.List(pl.String))
    )
    weighed = RankingPlan(random_share=0.2, severity={"refused": 2.0})
    odd_first = prioritised(rows, weighed, is_learned=False)
    assert odd_first["declaration_id"].to_list() == ["D002", "D001", "D000", "D003"]
    learned = prioritised(rows, weighed)
    assert learned["declaration_id"].to_list() == ["D002", "D000", "D001", "D003"]


def test_a_budget_above_the_rows_takes_them_all() -> None:
    chosen = pick(scored(3), budget=10, share=0.1).chosen
    assert sorted(chosen["declaration_id"]) == ["D000", "D001", "D002"]
    assert chosen["selection_probability"].to_list() == [1.0] * 3


@given(st.randoms(use_true_random=False))
def test_row_order_changes_nothing(order: object) -> None:
    rows = scored(40)
    shuffled = rows[order.sample(range(40), 40)]  # type: ignore[attr-defined]
    one, other = pick(rows, budget=7, share=0.3), pick(shuffled, budget=7, share=0.3)
    assert one.chosen.equals(other.chosen)
    assert one.log.equals(other.log)


def test_another_salt_draws_other_rows() -> None:
    draws = {tuple(pick(scored(100), budget=10, share=0.5, salt=salt).chosen["declaration_id"]) for salt in ("a", "b")}
    assert len(draws) == 2


def test_unknown_suspicion_sorts_last() -> None:
    rows = pl.DataFrame({"declaration_id": ["a", "b"], "suspicion": [None, 0.01], "anomaly_p": [0.5, None]})
    assert ranked(rows)["declaration_id"].to_list() == ["b", "a"]


@pytest.mark.parametrize(("budget", "share"), [(0, 0.1), (5, 0.0), (5, 1.5)])
def test_impossible_arguments_are_refused(budget: int, share: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        pick(scored(3), budget=budget, share=share)


def test_intervals_from_the_log_hold_the_truth() -> None:
    rng = np.random.default_rng(5)
    suspicion = rng.beta(0.3, 6, 4000)
    truth = pl.DataFrame(
        {"declaration_id": [f"D{i:04}" for i in range(4000)], "positive": rng.random(4000) < suspicion}
    )
    rows = truth.select("declaration_id", suspicion=pl.Series(suspicion), anomaly_p=pl.lit(0.5))
    rows = rows.with_columns(tier_ratio=pl.when(pl.int_range(4000) % 4 == 0).then(0.5).otherwise(1.0))
    inside = {"prevalence": [], "recall": []}  # type: dict[str, list[bool]]
    for k in range(120):
        log = pick(rows, budget=300, salt=str(k)).log.join(truth, on="declaration_id", how="left")
        model = log.filter("follows_model")
        true = {
            "prevalence": truth["positive"].mean(),
            "recall": model["positive"].sum() / truth["positive"].sum(),
        }
        seen = log.with_columns(positive=pl.when(pl.col("chosen_by").is_not_null()).then("positive"))
        for metric, low, high in estimate_list(seen).select("metric", "low", "high").iter_rows():
            if metric in inside:
                inside[metric].append(low <= true[metric] <= high)
    # intervals of 90 %, exact ones and therefore wide; 120 draws
    assert all(np.mean(one) >= 0.87 for one in inside.values())

"""What the evidence of a corridor says: no share where there is none, no more lost trade than was lost."""

from __future__ import annotations

import polars as pl
import pytest

from features.corridors.findings import corridor_findings
from features.corridors.rivals import RIVALS

LEGS = {f"{leg}_{name}": 0.0 for leg in ("in", "out", "direct") for name in ("post_usd", "expected", "excess")}
ROW: dict[str, object] = LEGS | {
    "mineral": "tin", "good": "800110", "hs_codes": "800110", "origin_iso3": "CHN", "hub_iso3": "THA",
    "destination_iso3": "USA", "look": 24_300, "event": 24_290, "trial": "real", "post_from": 24_292,
    "post_to": 24_297, "reach": 6, "is_mass": True, "in_post_sum": 900.0, "out_post_sum": 800.0, "in_scale": 1.0,
    "out_scale": 1.0, "in_n_post": 6.0, "out_n_post": 6.0, "excess": 300.0, "excess_low": 100.0, "excess_high": 500.0,
    "deficit": 600.0, "rerouted": 800.0, "is_novel": False, "out_year_sum": 5.0, "comovement": 0.0, "n_placebos": 1119,
    "n_placebos_as_far": 3, "p_value": 0.004, "q_value": 0.5, "surge": 1.0, "new_odds": 1.0, "rival_strength": 0.0,
    "leading_rival": None, "first_look": None, **dict.fromkeys(RIVALS, 0.0),
}  # fmt: skip


def told(**more: object) -> dict[str, object]:
    kinds = {
        "leading_rival": pl.String(), "first_look": pl.Int32(), "look": pl.Int32(), "post_to": pl.Int32(),
        "p_value": pl.Float64(), "n_placebos_as_far": pl.Int64(),
        "deficit": pl.Float64(), "out_year_sum": pl.Float64(), "out_post_sum": pl.Float64(),
    }  # fmt: skip
    return corridor_findings(pl.DataFrame([ROW | more], schema_overrides=kinds)).row(0, named=True)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        # p blends pools and goes on beyond the last placebo: never "0.4 % of 1,119", which would be 4.5 corridors
        (
            {},
            "3 of 1119 placebo corridors look at least so; p, in which those of its own origin and good may count "
            "for more, is 0.004.",
        ),
        (
            {"n_placebos_as_far": 0, "p_value": 0.00058},
            "None of 1119 placebo corridors looks so; p, estimated beyond them, is 0.00058.",
        ),
        ({"n_placebos_as_far": 0, "p_value": 0.00001}, "p, estimated beyond them, is under 0.0001."),
    ],
)
def test_p_is_told_beside_the_true_count_of_placebos(more: dict[str, object], words: str) -> None:
    assert words in str(told(**more)["evidence"])


def test_without_placebos_nothing_is_said_of_chance() -> None:
    assert "placebo" not in str(told(n_placebos=0, n_placebos_as_far=None, p_value=None)["evidence"])


def test_the_share_of_lost_trade_is_at_most_all_of_it() -> None:
    half = told()  # 300 of the 600 lost, 100 to 500 of them
    assert half["deflection_share"] == 0.5
    assert "The excess is 50 % of that (interval 17 % to 83 %)." in str(half["evidence"])
    assert "(interval 17 % to more than all)" in str(told(excess_high=700.0)["evidence"])
    twice = told(excess=1200.0, excess_high=1500.0)
    assert twice["deflection_share"] == 1.0
    assert "The excess is 2.0 times that: the rest cannot be what direct trade lost." in str(twice["evidence"])
    assert "The excess is many times that:" in str(told(deficit=0.01)["evidence"])
    assert told(deficit=None)["deflection_share"] is None
    assert "The excess" not in str(told(deficit=None)["evidence"])


def test_a_new_way_says_which_leg_carried_nothing() -> None:
    new = told(is_novel=True, out_year_sum=0.0)  # what came to the hub in that year is not looked at
    assert "In the year before these months nothing is recorded from THA to USA." in str(new["evidence"])
    alone = told(is_novel=True, out_year_sum=None, out_post_sum=None)
    assert "nothing is recorded from CHN to THA." in str(alone["evidence"])
    assert "nothing is recorded" not in str(told()["evidence"])

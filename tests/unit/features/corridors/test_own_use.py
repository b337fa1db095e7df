"""What a hub keeps of the goods that came: no part of it can have been passed on."""

import polars as pl
import pytest

from features.corridors.own_use import own_use

# 12 t more than expected came at 10 USD/kg, 2 t more left at the same price, and nothing to others
ROW = {"in_excess": 12_000.0, "in_post_sum": 18_000.0, "in_post_usd": 180_000.0}
ROW |= {"out_excess": 2_000.0, "out_post_sum": 8_000.0, "out_post_usd": 80_000.0, "out_beside": 0.0}


def kept(**other: float | None) -> float:
    row = pl.DataFrame([ROW | other], schema=dict.fromkeys(ROW, pl.Float64))
    found: float = row.select(own_use()).item()
    return found


def test_what_came_and_did_not_leave_again_to_anybody_was_kept() -> None:
    # 2 t may be exp(1.04) = 2.829 times as much by the other side: 5.66 of 12 t
    assert kept() == pytest.approx(1.0 - 2.829 / 6.0, abs=0.001)
    assert kept(out_beside=2_000.0) == pytest.approx(1.0 - 2.0 * 2.829 / 6.0, abs=0.001)  # as much to another country
    assert kept(out_excess=12_000.0 / 2.8) == 0.0  # a little over a third left: within what two sides differ
    assert kept(out_excess=-500.0) == 1.0  # less than expected left


def test_what_left_worth_as_much_as_came_was_passed_on_though_it_weighs_less() -> None:
    assert kept(out_post_usd=2 * 80_000.0) == pytest.approx(1.0 - 2.0 * 2.829 / 6.0, abs=0.001)  # 20 USD/kg
    assert kept(out_post_usd=3 * 80_000.0) == 0.0
    assert kept(out_post_usd=40_000.0) == kept()  # cheaper: mass says more


@pytest.mark.parametrize("name", ["in_excess", "out_excess", "out_beside"])
def test_unknown_legs_say_nothing(name: str) -> None:
    assert kept(**{name: None}) == 0.0


def test_no_more_came_or_no_price_is_known() -> None:
    assert kept(in_excess=-1.0) == kept(in_excess=0.0) == 0.0
    assert kept(in_post_usd=None) == kept(out_post_usd=None) == kept()  # by mass alone
    assert kept(out_excess=0.0, out_post_sum=0.0, out_post_usd=0.0) == 1.0

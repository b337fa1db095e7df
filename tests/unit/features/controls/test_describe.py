"""One day's control list, told."""

from datetime import date as day
from typing import Any

import polars as pl

from features.controls import describe_controls
from features.controls.describe import DESCRIPTION


def test_condition_code_and_dates_are_told(lists: Any) -> None:
    told = describe_controls(lists(), day(2024, 12, 3), hs="2825800010", to="USA").row(0, named=True)
    assert told["number"] == "No.33 of 2024"
    assert told["item_id"] == "2024-33/sb3"
    assert told["condition"] == "only at 99.99 % or purer"
    assert told["code_match"] == "printed"
    assert (told["valid_from"], told["valid_to"]) == (day(2024, 9, 15), None)


def test_three_thresholds_of_artificial_graphite(lists: Any) -> None:
    told = describe_controls(lists(), day(2024, 1, 1), hs="3801100030")
    assert told["condition"][0] == "all three: purity > 99.9 %, flexural strength > 30 MPa, density > 1.73 g/cm³"


def test_destination_rules_come_with_the_goods_they_bind(lists: Any) -> None:
    told = describe_controls(lists(), day(2024, 12, 3), hs="8110101000", to="USA")
    assert {"refusal_presumed", "prohibited_military"} <= set(told["rule"])
    assert set(told.filter(pl.col("rule") == "refusal_presumed")["mineral"]) == {"antimony"}
    assert "refusal_presumed" not in set(
        describe_controls(lists(), day(2024, 12, 3), hs="8110101000", to="DEU")["rule"]
    )


def test_heading_of_four_digits(lists: Any) -> None:
    told = describe_controls(lists(), day(2024, 12, 3), hs="8110")
    assert set(told.filter(pl.col("rule") == "licence")["item_id"]) == {"2024-33/sb2"}


def test_regimes_are_tagged_only_where_code_and_text_are_theirs(lists: Any) -> None:
    items = lists().items
    tagged = dict(items.select("item_id", "regimes").iter_rows())
    assert tagged["2025-10/mo1"] == ["MTCR"]
    assert tagged["2025-10/te2"] == ["Wassenaar"]
    assert tagged["2025-91/bi"] == ["NSG"]
    assert tagged["2025-10/w1"] == []  # 1C117.d has a missile number, but paratungstate is not on that annex


def test_nothing_in_force_is_an_empty_table(lists: Any) -> None:
    told = describe_controls(lists(), day(2020, 1, 1))
    assert told.is_empty()
    assert told.schema == DESCRIPTION
    assert describe_controls(lists(), day(2026, 1, 1), hs="999999").is_empty()


def test_state_trading_is_told_but_is_no_control_on_goods(lists: Any, ask: Any) -> None:
    told = describe_controls(lists(), day(2026, 6, 1))
    rows = told.filter(pl.col("rule") == "state_trading")
    assert set(rows["mineral"]) == {"tungsten", "antimony", "silver"}
    assert ask("7106911000", day(2026, 6, 1))["controls_in_force"] == []


def test_fingerprint_follows_rows_and_answers(lists: Any) -> None:
    assert lists().version == lists().version
    assert len(lists().version) == 16
    assert len({lists(no70_suspension=answer).version for answer in ("resumed", "extended", "repealed")}) == 3

"""What leaves a hub after the months compared, though nothing came: a mine or a smelter, not goods passed on."""

from typing import Any

import polars as pl
import pytest

from features.corridors import RIVALS
from features.corridors.afterwards import borne_out_later, sent_on_without

WINDOW: dict[str, Any] = {
    "good": "250410", "is_mass": True, "origin_iso3": "CHN", "hub_iso3": "MEX", "destination_iso3": "USA",
    "post_from": 10, "post_to": 15, "in_scale": 1.0, "out_scale": 1.0,
    "out_excess": 600.0, "out_expected": 0.0, "out_n_post": 6.0,
}  # fmt: skip
CAME = {8: 100.0, 12: 500.0, 18: 90.0}  # kg by month; the window's 600 kg came and left
WENT = dict.fromkeys(range(10, 16), 100.0) | dict.fromkeys(range(16, 22), 50.0)


def amounts(came: dict[int, float], went: dict[int, float]) -> pl.DataFrame:
    rows = [("CHN", "MEX", *one) for one in came.items()] + [("MEX", "USA", *one) for one in went.items()]
    table = pl.DataFrame(rows, schema=["exporter_iso3", "importer_iso3", "month", "amount"], orient="row")
    kinds = pl.lit("250410").alias("mineral"), pl.lit(value=True).alias("is_mass"), pl.col("month").cast(pl.Int32)
    return table.with_columns(kinds)


def without(came: dict[int, float], went: dict[int, float], **row: Any) -> float:
    tests = pl.DataFrame([WINDOW | row], schema_overrides={"post_from": pl.Int32, "post_to": pl.Int32})
    got = sent_on_without(tests, amounts(came, went))
    assert got.columns == [*tests.columns, "sent_without"]
    found: float = got["sent_without"].item()
    return found


def test_what_left_later_counts_less_what_came_since_and_what_lay_at_the_hub() -> None:
    assert without(CAME, WENT) == pytest.approx((300 - 90) / 600)
    assert without(CAME | {8: 200.0}, WENT) == pytest.approx((300 - 90 - 100) / 600)  # 100 kg more had come than left
    assert without(CAME | {6: 200.0}, WENT) == pytest.approx((300 - 90) / 600)  # four months before: gone long since
    assert without(CAME, WENT, out_expected=120.0) == pytest.approx((300 - 6 * 20 - 90) / 600)
    assert without(CAME, WENT | dict.fromkeys(range(16, 22), 900.0)) == 1.0


def test_what_is_passed_on_ends_when_no_more_comes() -> None:
    assert without({8: 100.0, 12: 500.0}, dict.fromkeys(range(10, 16), 100.0)) == 0.0
    steady = dict.fromkeys(range(8, 22), 100.0)
    assert without(steady, {month + 1: kg for month, kg in steady.items()}) == 0.0


def test_nothing_known_says_nothing() -> None:
    assert without(CAME, WENT, out_excess=None, out_expected=None, out_n_post=None) == 0.0
    assert without(CAME, WENT, is_mass=False) == 0.0  # counted in USD then, in kg now
    assert without(CAME, WENT, good="261710") == 0.0
    assert without(CAME, WENT, post_to=30) == 0.0


def test_production_that_shows_in_the_next_half_year_speaks_for_the_months_before() -> None:
    one = {"mineral": "gallium"} | WINDOW
    rows = [
        one | dict.fromkeys(RIVALS, 0.1) | {"look": look, "rival_production": strength}
        for look, strength in ((10, 0.2), (12, 0.8), (15, 0.3), (18, 0.1))
    ]
    table = pl.DataFrame(rows, schema_overrides={"post_from": pl.Int32, "post_to": pl.Int32})
    got = borne_out_later(table).sort("look")
    assert got["rival_production"].to_list() == [0.8, 0.8, 0.3, 0.1]
    assert got["leading_rival"].to_list() == ["rival_production", "rival_production", None, None]
    later = borne_out_later(table, amounts(CAME, WENT)).sort("look")
    assert later["rival_production"].to_list() == pytest.approx([0.8, 0.8, 0.35, 0.35])
    assert later["rival_strength"].to_list() == pytest.approx([0.8, 0.8, 0.35, 0.35])

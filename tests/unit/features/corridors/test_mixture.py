"""Bounds of a mineral's share in a code of several goods, by hand."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.corridors.mixture import share_from_price, shares_from_lines


def by_price(
    uv: float | None, price: tuple[float | None, float], others: tuple[float, float], error: float = 0.0
) -> tuple[float | None, float | None]:
    row = {"uv": [uv], "pl": [price[0]], "ph": [price[1]], "ol": [others[0]], "oh": [others[1]]}
    frame = pl.DataFrame(row, schema=dict.fromkeys(row, pl.Float64))
    low, high = share_from_price(
        pl.col("uv"), price_low=pl.col("pl"), price_high=pl.col("ph"), others_low=pl.col("ol"),
        others_high=pl.col("oh"), error_share=error,
    )  # fmt: skip
    return frame.select(low.alias("low"), high.alias("high")).row(0)


def test_a_low_unit_value_leaves_little_room_for_a_dear_mineral() -> None:
    # at 100 USD/kg, germanium from 900 and the rest from 10: at most (100 - 10)/(900 - 10)
    assert by_price(100.0, (900.0, 9000.0), (10.0, 800.0)) == pytest.approx((0.0, 90 / 890))


def test_a_high_unit_value_needs_some_of_the_dear_mineral() -> None:
    # at 2,000 USD/kg the rest gives at most 800: at least (2000 - 800)/(9000 - 800)
    assert by_price(2000.0, (900.0, 9000.0), (10.0, 800.0)) == pytest.approx((1200 / 8200, 1.0))


def test_prices_that_do_not_tell_goods_apart_leave_it_open() -> None:
    assert by_price(400.0, (150.0, 2500.0), (10.0, 800.0)) == (0.0, 1.0)


def test_a_cheap_mineral_is_bounded_the_other_way() -> None:
    # at 50 USD/kg, the mineral at 1 to 2 and the rest at 40 to 100: at most (100 - 50)/(100 - 2), none at the least
    assert by_price(50.0, (1.0, 2.0), (40.0, 100.0)) == pytest.approx((0.0, 50 / 98))


def test_error_widens_and_unknown_stays_unknown() -> None:
    assert by_price(100.0, (900.0, 9000.0), (10.0, 800.0), 0.25)[1] == pytest.approx(115 / 890)
    assert by_price(None, (900.0, 9000.0), (10.0, 800.0)) == (None, None)
    assert by_price(100.0, (None, 9000.0), (10.0, 800.0)) == (None, None)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_the_true_share_is_always_within(share: float, p: float, o: float) -> None:
    price, other = 900 + p * 8100, 10 + o * 790
    low, high = by_price(share * price + (1 - share) * other, (900.0, 9000.0), (10.0, 800.0))
    assert low is not None
    assert high is not None
    assert low - 1e-9 <= share <= high + 1e-9


def by_lines(*rows: tuple[str, float | None]) -> dict[str, object]:
    table = pl.LazyFrame(
        [
            {"corridor_id": "c", "leg": "out", "reporter_iso3": "USA", "hs_code": code, "net_kg": kg}
            for code, kg in rows
        ],
        schema_overrides={"net_kg": pl.Float64},
    )
    lines = pl.LazyFrame(
        {
            "reporter_iso3": ["USA", "USA", "CHN"], "code": ["81129260", "81129230", "81129207"],
            "line_mineral": ["germanium", "indium", "germanium"],
        }
    )  # fmt: skip
    wanted = pl.LazyFrame({"corridor_id": ["c"], "mineral": ["germanium"]})
    return shares_from_lines(table, lines, wanted).collect().row(0, named=True)


def test_national_lines_bound_the_share_and_scrap_of_any_metal_stays_open() -> None:
    found = by_lines(("8112926000", 30.0), ("8112923000", 50.0), ("8112920700", 20.0))
    # 30 are germanium, 50 are indium, 20 of scrap may be either; China's line of that number does not count
    assert (found["line_low"], found["line_high"]) == pytest.approx((0.3, 0.5))


def test_an_unknown_mass_leaves_lines_unknown() -> None:
    assert by_lines(("8112926000", None), ("8112923000", 50.0))["line_low"] is None

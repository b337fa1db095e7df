import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.mirror import gap_parts, lost_share, mirror_gap, orphan_share, symmetric_gap

AMOUNT = st.one_of(st.none(), st.floats(0.0, 1e12))


def value(expr: pl.Expr, **columns: float | None) -> float | None:
    frame = pl.DataFrame({name: [one] for name, one in columns.items()}, schema=dict.fromkeys(columns, pl.Float64))
    return frame.select(expr.alias("it")).item()  # type: ignore[no-any-return]


def test_gap_by_hand() -> None:
    # ln((30 + 10)/(10 + 10)) = ln 2
    assert value(mirror_gap(pl.col("x"), pl.col("m"), floor=10.0), x=10.0, m=30.0) == pytest.approx(math.log(2.0))
    # (30 − 10)/(30 + 10) = 0.5
    assert value(symmetric_gap(pl.col("x"), pl.col("m")), x=10.0, m=30.0) == pytest.approx(0.5)


@pytest.mark.parametrize(("x", "m"), [(None, 1.0), (1.0, None), (None, None)])
def test_unknown_side_is_unknown_gap(x: float | None, m: float | None) -> None:
    assert value(mirror_gap(pl.col("x"), pl.col("m"), floor=1.0), x=x, m=m) is None
    assert value(symmetric_gap(pl.col("x"), pl.col("m")), x=x, m=m) is None


def test_two_zeros_have_no_symmetric_gap() -> None:
    assert value(symmetric_gap(pl.col("x"), pl.col("m")), x=0.0, m=0.0) is None
    assert value(mirror_gap(pl.col("x"), pl.col("m"), floor=1.0), x=0.0, m=0.0) == 0.0


@settings(max_examples=40)
@given(AMOUNT, AMOUNT)
def test_swapping_the_sides_negates_the_gap(x: float | None, m: float | None) -> None:
    for make in (lambda a, b: mirror_gap(a, b, floor=5.0), symmetric_gap):
        one = value(make(pl.col("x"), pl.col("m")), x=x, m=m)
        other = value(make(pl.col("m"), pl.col("x")), x=x, m=m)
        assert (one is None and other is None) or one == pytest.approx(-other, abs=1e-9)


PARTS = gap_parts(
    x_usd=pl.col("x"),
    x_lagged_usd=pl.col("xl"),
    m_usd=pl.col("m"),
    margin_ln=pl.col("c"),
    x_kg=pl.col("qx"),
    m_kg=pl.col("qm"),
)


def test_parts_by_hand() -> None:
    # X 100, lagged 80, M 220 CIF with margin ln 1.1, so M_fob 200; masses 40 and 50 kg:
    # lag ln 0.8; price (200/50)/(80/40) = 2; quantity 50/40 = 1.25; whole ln 2.2 = ln 1.1 + ln .8 + ln 2 + ln 1.25 + 0
    columns = {"x": 100.0, "xl": 80.0, "m": 220.0, "c": math.log(1.1), "qx": 40.0, "qm": 50.0}
    got = {name: value(part, **columns) for name, part in PARTS.items()}
    assert got["gap_whole"] == pytest.approx(math.log(2.2))
    assert got["gap_lag"] == pytest.approx(math.log(0.8))
    assert got["gap_price"] == pytest.approx(math.log(2.0))
    assert got["gap_quantity"] == pytest.approx(math.log(1.25))
    assert got["gap_rest"] == pytest.approx(0.0, abs=1e-12)


POSITIVE = st.floats(1.0, 1e9)


MASS = st.one_of(st.none(), POSITIVE)


@settings(max_examples=40)
@given(usd=st.tuples(POSITIVE, POSITIVE, POSITIVE), c=st.floats(0.0, 0.22), kg=st.tuples(MASS, MASS))
def test_parts_sum_to_the_whole(
    usd: tuple[float, float, float], c: float, kg: tuple[float | None, float | None]
) -> None:
    (x, xl, m), (qx, qm) = usd, kg
    got = {name: value(part, x=x, xl=xl, m=m, c=c, qx=qx, qm=qm) for name, part in PARTS.items()}
    whole = got.pop("gap_whole")
    assert sum(one or 0.0 for one in got.values()) == pytest.approx(whole, abs=1e-9)
    if qx is None or qm is None:
        assert got["gap_price"] is None
        assert got["gap_quantity"] is None


def test_orphans_count_only_where_the_other_side_reported() -> None:
    # reported: 30 (X 25), 10 (X nothing); not reported: 60. Orphans 10 of 40
    frame = pl.DataFrame({"m": [30.0, 10.0, 60.0], "x": [25.0, None, None], "said": [True, True, False]})
    share = frame.select(orphan_share(pl.col("m"), pl.col("x"), is_x_reported=pl.col("said"))).item()
    assert share == pytest.approx(0.25)
    lost = frame.select(lost_share(pl.col("m"), pl.col("x"), is_m_reported=pl.col("said"))).item()
    assert lost == pytest.approx(0.25)


def test_orphan_share_without_reports_is_unknown() -> None:
    frame = pl.DataFrame(
        {"m": [30.0, None], "x": [None, None], "said": [False, False]}, schema_overrides={"x": pl.Float64}
    )
    assert frame.select(orphan_share(pl.col("m"), pl.col("x"), is_x_reported=pl.col("said"))).item() is None

import math
from datetime import date

import polars as pl
import pytest

from features.errors import ConfigError
from features.mirror import Margin, align_lags, fob_value, lagged_pairs, ln_margin, transit_weights
from features.mirror.lags import check_weights


def test_margin_is_bound() -> None:
    assert pl.select(ln_margin(Margin(intercept=0.9))).item() == pytest.approx(math.log(1.25))
    assert pl.select(ln_margin(Margin(intercept=-0.3))).item() == 0.0


def test_margin_grows_with_distance_and_is_typical_where_unknown() -> None:
    fit = Margin(intercept=0.05, slope=0.02, typical_km=1_000.0)
    km = pl.Series("km", [1_000.0, 10_000.0, None])
    got = pl.DataFrame([km]).select(ln_margin(fit, pl.col("km"))).to_series().to_list()
    # 0.05; 0.05 + 0.02 ln 10 = 0.0961; unknown: 0.05
    assert got == pytest.approx([0.05, 0.05 + 0.02 * math.log(10.0), 0.05])


def test_only_cif_loses_its_margin() -> None:
    frame = pl.DataFrame({"v": [106.0, 106.0, 106.0, None], "basis": ["CIF", "FOB", None, "CIF"]})
    got = frame.select(fob_value(pl.col("v"), pl.col("basis"), pl.lit(math.log(1.06)))).to_series().to_list()
    assert got[:3] == pytest.approx([100.0, 106.0, 100.0])
    assert got[3] is None


def test_transit_weights_by_hand() -> None:
    # 25 days: 25/30.44 = 0.8213 of a month, so 0.1787 arrive in the same month and 0.8213 in the next
    assert transit_weights(25.0) == pytest.approx((0.1787, 0.8213, 0.0, 0.0), abs=1e-4)
    assert transit_weights(400.0) == (0.0, 0.0, 0.0, 1.0)
    with pytest.raises(ConfigError):
        transit_weights(-1.0)


@pytest.mark.parametrize("weights", [(), (0.5, 0.6), (1.2, -0.2)])
def test_wrong_weights_are_refused(weights: tuple[float, ...]) -> None:
    with pytest.raises(ConfigError):
        check_weights(weights)


def aligned(amounts: dict[int, float], reported: list[int], weights: tuple[float, ...]) -> dict[int, float | None]:
    lane = {"exporter_iso3": "CHN", "importer_iso3": "USA", "hs6": "811292"}
    exports = pl.LazyFrame([lane | {"period": date(2024, m, 1), "x_usd": v} for m, v in amounts.items()])
    months = pl.LazyFrame(
        [{"exporter_iso3": "CHN", "hs6": "811292", "period": date(2024, m, 1)} for m in reported],
        schema={"exporter_iso3": pl.String, "hs6": pl.String, "period": pl.Date},
    )
    rows = align_lags(exports, months, weights=weights).collect()
    return {row["period"].month: row["lag_aligned"] for row in rows.to_dicts()}


def test_exports_arrive_in_their_own_and_later_months() -> None:
    # 100 in March, 40 in April, weights 0.25/0.75: March 25 (February reported zero), April 10 + 75 = 85, May 30
    got = aligned({3: 100.0, 4: 40.0}, [1, 2, 3, 4, 5], (0.25, 0.75))
    assert got == pytest.approx({3: 25.0, 4: 85.0, 5: 30.0})


def test_silent_month_is_not_a_zero() -> None:
    # February unreported: March rests on March alone, 0.25·100/0.25 would be 100, but a quarter is too little: unknown
    assert aligned({3: 100.0}, [3, 4], (0.25, 0.75))[3] is None
    # with weights turned, three quarters are known: 0.75·100/0.75 = 100
    assert aligned({3: 100.0}, [3, 4], (0.75, 0.25))[3] == pytest.approx(100.0)


def test_no_later_month_is_used() -> None:
    weights = (0.25, 0.75)
    before = aligned({3: 100.0}, [2, 3], weights)
    after = aligned({3: 100.0, 4: 999.0}, [2, 3, 4], weights)
    assert before[3] == after[3]


WEIGHTS = pl.LazyFrame(
    {"exporter_iso3": ["CHN", "CHN"], "importer_iso3": ["USA", "USA"], "lag": [0, 1], "weight": [0.25, 0.75]},
    schema_overrides={"lag": pl.Int32},
)


def lagged(
    *rows: tuple[int, float | None, float | None, float | None], months: int = 5
) -> dict[int, dict[str, object]]:
    """(month, exported USD, exported kg, imported USD) of China to the United States; both report every month."""
    lane = {"exporter_iso3": "CHN", "importer_iso3": "USA", "hs6": "811292", "freq": "M", "is_like_basis": True}
    pairs = pl.LazyFrame(
        [
            lane | {"period": date(2024, m, 1), "x_usd": x, "x_measured_kg": kg, "m_usd": got}
            | {"is_x_reported": True, "is_m_reported": True}
            for m, x, kg, got in rows
        ],
        schema_overrides=dict.fromkeys(("x_usd", "x_measured_kg", "m_usd"), pl.Float64),
    )  # fmt: skip
    periods = pl.LazyFrame(
        [
            {"reporter_iso3": who, "side": side, "hs6": "811292", "period": date(2024, m, 1), "freq": "M"}
            for who, side in (("CHN", "X"), ("USA", "M"))
            for m in range(1, months + 1)
        ]
    )
    found = lagged_pairs(pairs, periods, WEIGHTS).collect()
    return {row["period"].month: row for row in found.to_dicts()}


def test_a_months_imports_meet_the_exports_that_should_be_arriving() -> None:
    got = lagged((3, 100.0, 10.0, 25.0), (4, None, None, 75.0))
    assert (got[3]["x_lagged_usd"], got[3]["x_lagged_kg"]) == (25.0, 2.5)
    assert (got[4]["x_lagged_usd"], got[4]["x_lagged_kg"]) == (75.0, 7.5)


def test_what_should_arrive_and_does_not_is_added_as_a_month_of_its_own() -> None:
    got = lagged((3, 100.0, None, None))
    assert (got[4]["x_lagged_usd"], got[4]["m_usd"], got[4]["is_m_reported"]) == (75.0, None, True)
    assert got[4]["x_lagged_kg"] is None  # an unknown mass stays unknown
    assert 4 not in lagged((3, 100.0, 10.0, None), months=3)  # April is not yet reported: silence is not zero


def test_a_lane_without_weights_keeps_its_own_months() -> None:
    pairs = pl.LazyFrame(
        {
            "exporter_iso3": ["VNM"], "importer_iso3": ["USA"], "hs6": ["811292"], "period": [date(2024, 3, 1)],
            "x_usd": [7.0], "x_measured_kg": [1.0], "m_usd": [8.0],
        }
    )  # fmt: skip
    none = pl.LazyFrame(
        schema={"reporter_iso3": pl.String, "side": pl.String, "hs6": pl.String, "period": pl.Date, "freq": pl.String}
    )
    row = lagged_pairs(pairs, none, WEIGHTS).collect().row(0, named=True)
    assert (row["x_lagged_usd"], row["x_lagged_kg"]) == (7.0, 1.0)

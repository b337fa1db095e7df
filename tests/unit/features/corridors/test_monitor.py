from datetime import date

import polars as pl
import pytest

from features.corridors.monitor import after_measures, against_home, monitor_months, monitored_exports
from features.mirror import pair_mirrors
from tests.unit.features.mirror.flow_rows import flow, flows

GOODS = pl.LazyFrame(
    [("germanium", "controlled", "811292", "811292"), ("germanium", "downstream", "lenses", "900190")],
    schema=["mineral", "kind", "good", "hs6"],
    orient="row",
)
EVENT = 2023 * 12 + 7  # August 2023


def months(*rows: dict[str, object]) -> pl.DataFrame:
    exports = monitored_exports(pair_mirrors(flows(*rows)), GOODS, ["CHN"], cif_ratio=1.06)
    return monitor_months(exports)


def year(kg: float, start: str, n: int, partner: str = "USA", **more: object) -> list[dict[str, object]]:
    first = int(start[:4]) * 12 + int(start[5:]) - 1
    days = [f"{(first + k) // 12}-{(first + k) % 12 + 1:02d}" for k in range(n)]
    return [flow("CHN", partner, "export", day, kg * 10.0, net_kg=kg, **more) for day in days]


def test_months_without_a_row_are_zero_and_collapse_against_the_year_before() -> None:
    rows = months(*year(100.0, "2022-01", 12), *year(10.0, "2023-02", 1), *year(100.0, "2023-03", 1))
    whole = {row["period"]: row for row in rows.filter(pl.col("destination_iso3").is_null()).to_dicts()}
    assert whole[date(2023, 1, 1)]["is_zero"] is True
    assert whole[date(2023, 1, 1)]["kg"] == 0.0
    assert whole[date(2023, 2, 1)]["share_of_usual"] == pytest.approx(0.1)  # 10 of 100
    assert whole[date(2023, 2, 1)]["is_collapse"] is True
    assert whole[date(2023, 3, 1)]["year_on_year"] == pytest.approx(1.0)
    assert whole[date(2022, 1, 1)]["share_of_usual"] is None  # no year before
    assert whole[date(2022, 12, 1)]["unit_value_usd_per_kg"] == pytest.approx(10.0)


def test_concentration_and_destinations() -> None:
    rows = months(
        flow("CHN", "USA", "export", "2023-01", 75.0, net_kg=1.0),
        flow("CHN", "JPN", "export", "2023-01", 25.0, net_kg=1.0),
    )
    (whole,) = rows.filter(pl.col("destination_iso3").is_null()).to_dicts()
    assert whole["n_destinations"] == 2
    assert whole["concentration_hhi"] == pytest.approx(0.75**2 + 0.25**2)
    assert set(rows["destination_iso3"].drop_nulls()) == {"USA", "JPN"}


def test_unknown_masses_leave_value_to_count() -> None:
    rows = months(*[flow("CHN", "USA", "export", f"2023-{m:02d}", 50.0) for m in range(1, 10)])
    last = rows.filter(pl.col("destination_iso3") == "USA").row(-1, named=True)
    assert (last["kg"], last["unit_value_usd_per_kg"]) == (None, None)
    assert last["share_of_usual"] == pytest.approx(1.0)


def test_importers_figure_fills_in_at_fob() -> None:
    exports = monitored_exports(
        pair_mirrors(flows(flow("USA", "CHN", "import", "2023-01", 106.0, net_kg=2.0))), GOODS, ["CHN"], cif_ratio=1.06
    )
    assert exports["usd"].to_list() == pytest.approx([100.0])


def test_what_followed_a_measure() -> None:
    rows = months(
        *year(100.0, "2022-01", 16),  # to April 2023; May to July is the window ahead
        *year(300.0, "2023-07", 1),
        *year(5.0, "2023-09", 1),
        *year(90.0, "2023-11", 3),
        *year(50.0, "2022-01", 25, hs_code="900190"),
    )
    after = {row["good"]: row for row in after_measures(rows, {"germanium": [EVENT]}).to_dicts()}
    own = after["811292"]
    assert own["usual"] == pytest.approx(100.0)
    assert own["front_loading"] == pytest.approx(3.0)
    assert own["lowest_share"] == 0.0  # August
    assert own["n_zero_months"] == 2  # August, October
    assert own["n_collapse_months"] == 3  # and September at 0.05
    assert own["recovered_on"] == date(2023, 11, 1)
    assert own["event_on"] == date(2023, 8, 1)
    assert after["lenses"]["share_since"] == pytest.approx(1.0)
    assert after["lenses"]["kind"] == "downstream"


def test_what_never_fell_is_not_told_as_back() -> None:
    (own,) = after_measures(
        months(*year(100.0, "2022-01", 19), *year(1500.0, "2023-08", 6)), {"germanium": [EVENT]}
    ).to_dicts()
    assert (own["lowest_share"], own["recovered_on"]) == (15.0, None)


def test_no_year_before_is_unknown_and_nothing_gives_an_empty_table() -> None:
    rows = months(*year(100.0, "2023-06", 6))
    (one,) = after_measures(rows, {"germanium": [EVENT]}).to_dicts()
    assert (one["usual"], one["front_loading"], one["lowest_share"], one["recovered_on"]) == (None, None, None, None)
    nothing = months(flow("DEU", "USA", "export", "2023-01", 1.0))
    assert nothing.is_empty()
    assert after_measures(nothing, {"germanium": [EVENT]}).is_empty()


def test_unit_values_meet_the_home_price_of_their_time_and_none_before_or_long_after() -> None:
    months = pl.DataFrame(
        {
            "mineral": "gallium", "good": ["811292"] * 5,
            "period": [date(2023, 6, 1), date(2023, 7, 1), date(2024, 6, 1), date(2024, 7, 1), date(2023, 9, 1)],
            "unit_value_usd_per_kg": [300.0, 300.0, 400.0, 400.0, None],
        }
    )  # fmt: skip
    prices = pl.DataFrame(
        {
            "mineral": ["gallium"], "good": ["811292"], "priced_on": [date(2023, 7, 3)], "low_usd_per_kg": [240.0],
            "high_usd_per_kg": [260.0],
        }
    )  # fmt: skip
    told = against_home(months, prices, valid_months=12)
    assert told["period"].to_list() == months["period"].to_list()
    assert told["unit_value_against_home"].to_list() == [None, 1.2, 1.6, None, None]
    assert against_home(months, prices.head(0), valid_months=12)["home_low_usd_per_kg"].null_count() == 5

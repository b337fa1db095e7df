"""Years beside months, editions beside each other, mark-ups of hubs, and what was lost after a measure."""

from datetime import date

import polars as pl
import pytest

from features.contracts import Flows
from features.contracts.defaults import complete_flows
from features.mirror import (
    excess_lost,
    known_at,
    markup,
    origin_value,
    pair_gaps,
    pair_mirrors,
    re_export_corrections,
    reported_periods,
    to_edition,
    yearly_pairs,
)

LATE = pl.lit(date(2030, 1, 1))


def flows(*rows: dict[str, object]) -> pl.DataFrame:
    usual = {
        "reporter_iso3": "CHN", "partner_iso3": "DEU", "direction": "export", "hs_code": "811292", "freq": "M",
        "period": date(2023, 1, 1), "value_usd": 100.0, "net_kg": 10.0, "source": "hand", "hs_edition": "HS2022",
    }  # fmt: skip
    table = pl.DataFrame([usual | row for row in rows])
    missing = [pl.lit(None).alias(name) for name in Flows.column_names() if name not in table.columns]
    return complete_flows(Flows.cast(table.with_columns(missing).select(Flows.column_names())))


def yearly(table: pl.DataFrame) -> pl.DataFrame:
    pairs = known_at(pair_mirrors(table.lazy()), LATE)
    return yearly_pairs(pairs, reported_periods(table.lazy())).collect()


MONTHS = [{"period": date(2023, n, 1)} for n in range(1, 13)]
ANNUAL = {
    "reporter_iso3": "DEU", "partner_iso3": "CHN", "direction": "import", "freq": "A", "value_usd": 2120.0,
    "net_kg": 240.0,
}  # fmt: skip


def test_a_country_that_publishes_only_years_meets_the_sum_of_twelve_months() -> None:
    row = yearly(flows(*MONTHS, ANNUAL)).row(0, named=True)
    assert (row["freq"], row["x_usd"], row["m_usd"], row["x_kg"]) == ("A", 1200.0, 2120.0, 120.0)
    assert row["is_x_reported"]
    assert row["is_m_reported"]
    gaps = pair_gaps(yearly(flows(*MONTHS, ANNUAL)).lazy()).collect()
    assert gaps.height == 1


def test_eleven_months_are_no_year_and_an_own_annual_figure_comes_first() -> None:
    short = yearly(flows(*MONTHS[:11], ANNUAL)).row(0, named=True)
    assert (short["x_usd"], short["is_x_reported"]) == (None, False)
    own = yearly(flows(*MONTHS, ANNUAL, {"freq": "A", "value_usd": 1300.0})).row(0, named=True)
    assert own["x_usd"] == 1300.0
    # a month in which the reporter reported the good, though not to this partner, is a zero
    elsewhere = [*MONTHS[:11], {"period": date(2023, 12, 1), "partner_iso3": "USA"}, ANNUAL]
    zero = yearly(flows(*elsewhere)).filter(pl.col("importer_iso3") == "DEU").row(0, named=True)
    assert (zero["x_usd"], zero["is_x_reported"]) == (1100.0, True)


def test_codes_follow_their_goods_into_another_edition() -> None:
    steps = pl.LazyFrame(
        {
            "from_edition": ["HS2012", "HS2017", "HS2017"], "from_hs6": ["284800", "810600", "810600"],
            "to_edition": ["HS2022"] * 3, "to_hs6": ["285390", "810610", "810690"], "weight": [1.0, 0.25, 0.75],
        }
    )  # fmt: skip
    table = flows(
        {"hs_code": "28480000", "hs_edition": "HS2012"}, {"hs_code": "810600", "hs_edition": "HS2017"},
        {"hs_code": "810600", "hs_edition": None}, {"hs_code": "811292", "hs_edition": "HS2017"},
    )  # fmt: skip
    found = to_edition(table.lazy(), steps, "HS2022").collect().sort("hs_code", "value_usd")
    assert found.select("hs_code", "value_usd", "net_kg").rows() == [
        ("285390", 100.0, 10.0), ("810600", 100.0, 10.0), ("810610", 25.0, 2.5), ("810690", 75.0, 7.5),
        ("811292", 100.0, 10.0),
    ]  # fmt: skip
    assert found["is_net_kg_estimated"].to_list()[2:4] == [True, True]
    assert found.columns == table.columns


def test_a_mark_up_is_taken_off_a_re_export() -> None:
    hub = {"reporter_iso3": "HKG", "partner_iso3": "USA", "direction": "re_export", "value_usd": 250.0}
    brought = {"reporter_iso3": "HKG", "partner_iso3": "CHN", "direction": "import", "value_usd": 200.0}
    row = re_export_corrections(flows(hub, brought).lazy()).collect().row(0, named=True)
    assert (row["markup"], row["origin_value_usd"]) == (pytest.approx(0.25), pytest.approx(200.0))
    one = pl.DataFrame({"a": [None, 0.0], "b": [1.0, 1.0]}, schema={"a": pl.Float64, "b": pl.Float64})
    assert one.select(origin_value(pl.col("b"), markup(pl.col("a"), pl.col("b")))).to_series().to_list() == [None, None]


def test_lost_exports_beyond_what_other_goods_show() -> None:
    def month(n: int, code: str, *, arrives: bool) -> list[dict[str, object]]:
        day = date(2023, n, 1)
        seen = {"reporter_iso3": "DEU", "partner_iso3": "CHN", "direction": "import", "hs_code": code, "period": day}
        other = {**seen, "partner_iso3": "JPN"}
        return [{"hs_code": code, "period": day}, seen if arrives else other]

    rows = [
        row for n in range(1, 13) for row in (*month(n, "811292", arrives=n < 7), *month(n, "760110", arrives=n != 8))
    ]
    treated = pl.LazyFrame({"mineral": ["g"], "hs6": ["811292"], "event_on": [date(2023, 7, 3)]})
    pairs = known_at(pair_mirrors(flows(*rows).lazy()), LATE)
    row = excess_lost(pairs, treated, origins=["CHN"]).collect().row(0, named=True)
    # all six months since are lost where one in six of the others is
    assert (row["lost_before"], row["lost_after"]) == (0.0, 1.0)
    assert row["excess_lost_share"] == pytest.approx(1.0 - 1.0 / 6.0)

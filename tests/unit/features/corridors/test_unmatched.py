"""Outflow without inflow, orphan imports and lost exports, worked out by hand."""

from datetime import date

import polars as pl
import pytest

from features.corridors.unmatched import beyond_usual, unanswered_lanes, unsourced_outflows

LAST = 2024 * 12 + 5  # June 2024
GOODS = pl.LazyFrame({"good": ["g"], "hs6": ["811292"]})


def amount(start: str, end: str, month: int, kg: float) -> dict[str, object]:
    return {
        "mineral": "g", "exporter_iso3": start, "importer_iso3": end, "month": month, "amount": kg, "usd": 100 * kg,
        "is_mass": True,
    }  # fmt: skip


def outflows(rows: list[dict[str, object]], reporters: tuple[str, ...] = ("THA",)) -> pl.DataFrame:
    months = range(LAST - 35, LAST + 1)
    reported = [{"reporter_iso3": one, "month": month} for one in reporters for month in months]
    types = {"month": pl.Int32}
    return unsourced_outflows(
        pl.LazyFrame(rows, schema_overrides=types),
        pl.LazyFrame(reported, schema={"reporter_iso3": pl.String, "month": pl.Int32}),
        last=LAST,
    ).collect()


def test_outflow_is_set_against_inflow_of_its_months_and_of_three_before() -> None:
    rows = [amount("THA", "USA", LAST - n, 10.0) for n in range(6)]  # 60 kg in the last half-year
    rows += [amount("CHN", "THA", LAST - 7, 15.0)]  # second month before it: may be passed on
    rows += [amount("CHN", "THA", LAST - 9, 99.0)]  # four months before it: no longer
    found = outflows(rows).filter(pl.col("exporter_iso3") == "THA").row(0, named=True)
    assert (found["window"], found["moved"], found["unmatched"], found["n_known"]) == (0, 60.0, 45.0, 6)


def test_silence_about_imports_is_not_zero() -> None:
    rows = [amount("THA", "USA", LAST - n, 10_000.0) for n in range(6)]
    silent = outflows(rows, reporters=())
    assert silent["n_known"].to_list() == [0]
    judged = beyond_usual(silent.lazy(), last=LAST, first=LAST - 35, material_usd=1000.0).collect()
    assert judged.is_empty()
    told = beyond_usual(outflows(rows).lazy(), last=LAST, first=LAST - 35, material_usd=1000.0).collect()
    assert told["excess"].to_list() == [60_000.0]


def test_a_producer_that_always_sends_more_than_it_takes_in_is_usual() -> None:
    steady = [amount("AUS", "USA", LAST - n, 10_000.0) for n in range(36)]
    late = [amount("THA", "USA", LAST - n, 10_000.0) for n in range(6)]
    rows = outflows(steady + late, reporters=("AUS", "THA"))
    told = beyond_usual(rows.lazy(), last=LAST, first=LAST - 35, material_usd=1000.0).collect()
    newest = {row["exporter_iso3"]: row for row in told.filter(window=0).to_dicts()}
    assert newest["AUS"]["gap_z"] == 0.0
    # 60,000 kg that no earlier half-year had, over a floor of 1,000 USD at 100 USD/kg = 10 kg
    assert newest["THA"]["gap_z"] == pytest.approx(6_000.0)
    assert newest["THA"]["period"] == date(2024, 6, 1)


def pair(month: int, x: float | None, m: float | None, *, known: bool = True) -> dict[str, object]:
    return {
        "exporter_iso3": "CHN", "importer_iso3": "THA", "hs6": "811292", "freq": "M",
        "period": date(month // 12, month % 12 + 1, 1), "x_usd": x, "m_usd": m,
        "is_x_reported": known or x is not None, "is_m_reported": known or m is not None,
    }  # fmt: skip


def lanes(*rows: dict[str, object]) -> dict[str, dict[str, object]]:
    frame = pl.LazyFrame(list(rows), schema_overrides={"x_usd": pl.Float64, "m_usd": pl.Float64})
    return {row["kind"]: row for row in unanswered_lanes(frame, GOODS, last=LAST).collect().to_dicts()}


def test_an_import_is_an_orphan_only_if_nothing_left_in_its_month_or_the_two_before() -> None:
    late = lanes(pair(LAST - 3, 100.0, None), pair(LAST - 1, None, 90.0))
    assert late["orphan"]["unmatched"] == 0.0
    assert late["lost"]["unmatched"] == 0.0  # seen to arrive two months later
    apart = lanes(pair(LAST - 4, 100.0, None), pair(LAST - 1, None, 90.0))
    assert apart["orphan"]["unmatched"] == 90.0
    assert apart["lost"]["unmatched"] == 100.0


def test_a_side_that_did_not_report_the_good_makes_no_orphan_and_no_loss() -> None:
    assert lanes(pair(LAST - 4, 100.0, None, known=False), pair(LAST - 1, None, 90.0, known=False)) == {}


def test_the_last_two_months_cannot_be_lost_yet() -> None:
    assert "lost" not in lanes(pair(LAST - 1, 100.0, None))

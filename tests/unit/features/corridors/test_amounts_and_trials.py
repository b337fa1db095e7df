from datetime import date

import polars as pl
import pytest

from features.corridors import Watch, Windows, lane_amounts, lay_trials, reported_marks, trial_kind, watched_codes
from features.corridors.amounts import known_spans, window_mark
from features.corridors.watch import neighbour_codes, what_six_digits_hide
from features.mirror import pair_mirrors, reported_periods
from tests.unit.features.mirror.flow_rows import flow, flows

WATCH = Watch("germanium", ("811292", "282560"), ("CHN",), ("USA",), (date(2023, 8, 1),))
LOOK = 2024 * 12 + 5  # 1 June 2024


def amounts(*rows: dict[str, object]) -> list[dict[str, object]]:
    codes = watched_codes([WATCH])
    return lane_amounts(pair_mirrors(flows(*rows)), codes, looks=[LOOK], cif_ratio=1.06).collect().to_dicts()


def test_importers_figure_is_read_first_and_sides_are_never_added() -> None:
    rows = amounts(
        flow("CHN", "THA", "export", "2024-01", 100.0, net_kg=9.0),
        flow("THA", "CHN", "import", "2024-01", 212.0, net_kg=10.0),
    )
    assert len(rows) == 1
    assert rows[0]["usd"] == pytest.approx(200.0)  # 212/1.06
    assert rows[0]["amount"] == pytest.approx(10.0)
    assert rows[0]["is_mass"]
    assert rows[0]["importer_usd"] == pytest.approx(200.0)


def test_codes_of_a_watch_are_added() -> None:
    rows = amounts(
        flow("CHN", "THA", "export", "2024-01", 100.0, net_kg=1.0),
        flow("CHN", "THA", "export", "2024-01", 50.0, net_kg=2.0, hs_code="282560"),
        flow("CHN", "THA", "export", "2024-01", 50.0, net_kg=2.0, hs_code="999999"),
    )
    assert [(row["usd"], row["amount"]) for row in rows] == [(150.0, 3.0)]


def test_without_masses_value_is_counted() -> None:
    rows = amounts(flow("CHN", "THA", "export", "2024-01", 100.0))
    assert (rows[0]["amount"], rows[0]["is_mass"]) == (100.0, False)


def test_missing_mass_is_filled_at_the_usual_price_but_gives_no_unit_value() -> None:
    rows = amounts(
        flow("CHN", "THA", "export", "2024-01", 100.0, net_kg=10.0),
        flow("CHN", "MEX", "export", "2024-01", 50.0),
    )
    mexico = next(row for row in rows if row["importer_iso3"] == "MEX")
    assert mexico["amount"] == pytest.approx(5.0)  # 50 USD at 10 USD/kg
    assert mexico["priced_kg"] == 0.0


def test_missing_mass_is_filled_at_the_lanes_own_price_where_two_months_show_it() -> None:
    # the code's price is 1,300 USD over 112 kg; the lane to Mexico was weighed at 100 and 110 USD/kg: 210 over 2 kg
    lane = [flow("CHN", "MEX", "export", f"2024-0{n}", usd, net_kg=1.0) for n, usd in ((1, 100.0), (2, 110.0))]
    bulk = [
        flow("CHN", "THA", "export", "2024-01", 1_090.0, net_kg=110.0),
        flow("CHN", "MEX", "export", "2024-03", 210.0),
    ]

    def filled(*rows: dict[str, object]) -> object:
        (march,) = (row for row in amounts(*rows) if row["month"] == 2024 * 12 + 2)
        return march["amount"]

    assert filled(*bulk, *lane) == pytest.approx(2.0)
    assert filled(*bulk, lane[0]) == pytest.approx(210.0 * 111.0 / 1_190.0, abs=0.001)  # one month shows too little


def test_estimated_mass_gives_no_unit_value() -> None:
    rows = amounts(flow("CHN", "THA", "export", "2024-01", 100.0, net_kg=10.0, is_net_kg_estimated=True))
    assert (rows[0]["amount"], rows[0]["priced_kg"]) == (10.0, 0.0)


def test_a_mass_that_was_only_estimated_is_taken_at_the_other_sides_price_then_the_lanes_own() -> None:
    # Thailand values 212 CIF, 200 FOB, and estimates 40 kg at the code's 5 USD/kg; China weighed 2 kg for 180 USD
    china = flow("CHN", "THA", "export", "2024-01", 180.0, net_kg=2.0)
    thailand = flow("THA", "CHN", "import", "2024-01", 212.0, net_kg=40.0, is_net_kg_estimated=True)
    (row,) = amounts(china, thailand)
    assert row["amount"] == pytest.approx(200.0 * 2.0 / 180.0, abs=0.001)
    assert row["usd"] == pytest.approx(200.0)
    # the months that China weighed, 2 kg for 180 USD each, tell the price of March, which it did not tell
    weighed = [china | {"period": day} for day in (date(2023, 11, 1), date(2023, 12, 1))]
    rows = amounts(*weighed, thailand | {"period": date(2024, 3, 1)})
    assert [row["amount"] for row in rows if row["month"] == 2024 * 12 + 2] == [40.0]  # of two codes: the estimate
    one_code = watched_codes([Watch("germanium", ("811292",), ("CHN",), ("USA",), (date(2023, 8, 1),))])
    pairs = pair_mirrors(flows(*weighed, thailand | {"period": date(2024, 3, 1)}))
    found = lane_amounts(pairs, one_code, looks=[LOOK], cif_ratio=1.06).collect()
    march = found.filter(pl.col("month") == 2024 * 12 + 2)
    assert march["amount"].item() == pytest.approx(200.0 * 4.0 / 360.0, abs=0.001)
    assert march["priced_kg"].item() == 0.0


def test_a_look_sees_only_what_was_public_before_it() -> None:
    rows = amounts(
        flow("CHN", "THA", "export", "2024-01", 100.0, published_on=date(2024, 5, 31)),
        flow("CHN", "THA", "export", "2024-02", 100.0, published_on=date(2024, 6, 1)),
    )
    assert [row["month"] for row in rows] == [2024 * 12]


def months(*rows: dict[str, object]) -> list[tuple[object, object]]:
    found = amounts(*rows)
    return sorted((str(row["month"]), row["usd"]) for row in found)


DECEMBER, JANUARY, FEBRUARY, MARCH = (str(2024 * 12 + n) for n in range(-1, 3))


def left(month: str, usd: float, **told: object) -> dict[str, object]:
    return flow("CHN", "THA", "export", month, usd, **told)


def came(month: str, usd: float, **told: object) -> dict[str, object]:
    return flow("THA", "CHN", "import", month, 1.06 * usd, **told)  # CIF


@pytest.mark.parametrize("arrival", ["2024-02", "2024-03"])
def test_a_lot_that_left_in_one_month_and_arrived_in_a_later_one_is_counted_once(arrival: str) -> None:
    assert [usd for _, usd in months(left("2024-01", 200.0), came(arrival, 110.0))] == [110.0]


def test_a_lot_is_another_if_it_arrives_too_late_too_small_or_before_it_left() -> None:
    assert months(left("2023-12", 200.0), came("2024-03", 200.0)) == [(DECEMBER, 200.0), (MARCH, 200.0)]
    assert months(left("2024-01", 200.0), came("2024-02", 99.0)) == [(JANUARY, 200.0), (FEBRUARY, 99.0)]
    assert months(left("2024-02", 200.0), came("2024-01", 200.0)) == [(JANUARY, 200.0), (FEBRUARY, 200.0)]


def test_an_arrival_answers_one_lot_and_the_one_before_it_first() -> None:
    lots = left("2024-01", 200.0), left("2024-02", 200.0)
    assert months(*lots, came("2024-03", 200.0)) == [(JANUARY, 200.0), (MARCH, 200.0)]


def test_what_arrives_beside_what_left_in_that_month_is_not_the_lot_before() -> None:
    # February's 240 are 200 that left in February and 40 more, too little for January's 200; of 320 they are enough
    lots = left("2024-01", 200.0), left("2024-02", 200.0)
    assert months(*lots, came("2024-02", 240.0)) == [(JANUARY, 200.0), (FEBRUARY, 240.0)]
    assert months(*lots, came("2024-02", 320.0)) == [(FEBRUARY, 320.0)]


def test_another_code_does_not_tell_the_lot_again() -> None:
    other = came("2024-02", 200.0, hs_code="282560")
    assert months(left("2024-01", 200.0), other) == [(JANUARY, 200.0), (FEBRUARY, 200.0)]


def test_a_lot_stands_where_it_left_until_its_arrival_is_public() -> None:
    late = came("2024-02", 200.0, published_on=date(2024, 6, 1))
    assert months(left("2024-01", 200.0), late) == [(JANUARY, 200.0)]


def test_the_exporters_price_goes_with_the_lot() -> None:
    (row,) = amounts(left("2024-01", 200.0, net_kg=4.0), came("2024-02", 150.0))
    assert (row["amount"], row["priced_kg"], row["priced_usd"]) == (3.0, 3.0, 150.0)  # 50 USD/kg


def test_annual_figures_are_left_out() -> None:
    assert amounts(flow("CHN", "THA", "export", "2023-01", 100.0, freq="A")) == []


def test_marks_count_reported_months() -> None:
    rows = flows(
        flow("THA", "USA", "export", "2024-01", 5.0),
        flow("THA", "JPN", "export", "2024-03", 5.0, hs_code="282560"),
        flow("THA", "JPN", "export", "2024-05", 5.0),  # public on 15 July: unseen
    )
    marks = reported_marks(reported_periods(rows), watched_codes([WATCH]), looks=[LOOK]).collect().to_dicts()
    assert len(marks) == 1
    first, last = 2024 * 12, 2024 * 12 + 4
    assert (marks[0]["marks"] & window_mark(first, last, LOOK)).bit_count() == 2


def test_window_mark_by_hand() -> None:
    # at look 100 bit 62 is month 99; months 98 and 99 are bits 61 and 62
    assert window_mark(98, 99, 100) == (1 << 61) | (1 << 62)
    assert window_mark(99, 98, 100) == 0
    assert window_mark(0, 36, 100) == 0  # further back than a mark reaches


def test_spans() -> None:
    rows = flows(flow("CHN", "THA", "export", "2023-01", 5.0), flow("CHN", "THA", "export", "2024-03", 5.0))
    spans = known_spans(pair_mirrors(rows), watched_codes([WATCH]), looks=[LOOK - 2, LOOK])
    # March 2024 is public on 15 May: seen on 1 June, not on 1 April
    assert spans == {("germanium", LOOK - 2): (2023 * 12, 2023 * 12), ("germanium", LOOK): (2023 * 12, 2024 * 12 + 2)}


def test_trials_keep_the_base_before_the_anticipation_window() -> None:
    event = 2023 * 12 + 7
    known = {("germanium", LOOK): (event - 40, event + 8)}
    trials = lay_trials([WATCH], known, Windows())
    real = trials.filter(pl.col("trial") == "real").to_dicts()
    assert len(real) == 1
    assert (real[0]["base_from"], real[0]["base_to"]) == (event - 27, event - 4)  # 24 months that end 3 before
    assert (real[0]["post_from"], real[0]["post_to"]) == (event + 3, event + 8)  # the last 6
    placebo = trials.filter(pl.col("trial") != "real")
    assert placebo.height > 10
    assert placebo["post_to"].max() <= event - 4  # type: ignore[operator]
    assert {trial_kind(name) for name in placebo["trial"]} == {"placebo"}


def test_no_trial_before_the_event_or_without_a_past() -> None:
    event = 2023 * 12 + 7
    assert lay_trials([WATCH], {("germanium", LOOK): (event - 40, event - 1)}, Windows()).is_empty()
    assert lay_trials([WATCH], {("germanium", LOOK): (event - 5, event + 3)}, Windows()).is_empty()


def test_the_latest_window_is_compared_with_what_went_before_it_for_as_long_as_the_measure_stands() -> None:
    event = 2023 * 12 + 7
    last = event + 30  # the measure itself is no longer compared with: two years are over
    trials = lay_trials([WATCH], {("germanium", LOOK): (event - 30, last)}, Windows(), with_recent=True)
    (row,) = trials.filter(pl.col("trial").str.starts_with("real")).to_dicts()
    assert row["trial"] == "real-recent"
    assert (row["event"], row["post_from"], row["post_to"], row["reach"]) == (event, last - 5, last, 6)
    assert (row["base_from"], row["base_to"]) == (last - 5 - 3 - 24, last - 5 - 4)
    early = lay_trials([WATCH], {("germanium", LOOK): (event - 30, event + 5)}, Windows(), with_recent=True)
    assert "real-recent" not in early["trial"].to_list()  # the window since the measure is the same one


def test_neighbours_are_of_the_same_chapter() -> None:
    got = neighbour_codes([WATCH], ["811292", "811299", "282560", "282590", "250410"]).collect()["hs6"].to_list()
    assert sorted(got) == ["282590", "811299"]


def test_six_digits_are_said_to_hide_other_goods() -> None:
    words = what_six_digits_hide(["811292"])
    assert all(name in words for name in ("indium", "niobium", "vanadium"))
    assert what_six_digits_hide(["999999"]) == ""

from datetime import date

import polars as pl
import pytest

from features.mirror import reported_periods, reported_totals
from tests.unit.features.mirror.flow_rows import flow, flows


def one(frame: pl.LazyFrame) -> dict[str, object]:
    rows = frame.collect().to_dicts()
    assert len(rows) == 1, rows
    return rows[0]


def test_total_is_not_added_to_its_breakdown() -> None:
    # 100 in all = 60 by sea + 40 by air; the answer is 100, not 200
    total = flow("CHN", "USA", "export", "2024-01", 100.0, net_kg=10.0)
    sea = flow("CHN", "USA", "export", "2024-01", 60.0, net_kg=6.0, transport_mode="sea")
    air = flow("CHN", "USA", "export", "2024-01", 40.0, net_kg=4.0, transport_mode="air")
    assert one(reported_totals(flows(total, sea, air)))["value_usd"] == 100.0
    assert one(reported_totals(flows(sea, air)))["value_usd"] == 100.0


def test_breakdowns_of_two_kinds_are_not_added() -> None:
    # the same 100 by mode (60 + 40) and by consignor (100 from Hong Kong): still 100
    sea = flow("USA", "CHN", "import", "2024-01", 60.0, transport_mode="sea")
    air = flow("USA", "CHN", "import", "2024-01", 40.0, transport_mode="air")
    via = flow("USA", "CHN", "import", "2024-01", 100.0, consigned_iso3="HKG")
    assert one(reported_totals(flows(sea, air, via)))["value_usd"] == 100.0


def test_second_partner_world_is_the_total() -> None:
    total = flow("USA", "CHN", "import", "2024-01", 100.0, consigned_iso3="W00")
    via = flow("USA", "CHN", "import", "2024-01", 30.0, consigned_iso3="HKG")
    assert one(reported_totals(flows(total, via)))["value_usd"] == 100.0
    again = flow("USA", "CHN", "import", "2024-01", 100.0, consigned_iso3=None)
    assert one(reported_totals(flows(total, again)))["value_usd"] == 100.0


def test_six_digits_are_not_added_to_national_codes() -> None:
    six = flow("CHN", "USA", "export", "2024-01", 100.0)
    eight = [flow("CHN", "USA", "export", "2024-01", v, hs_code=c) for v, c in ((70.0, "81129210"), (30.0, "81129290"))]
    assert one(reported_totals(flows(six, *eight)))["value_usd"] == 100.0
    assert one(reported_totals(flows(*eight)))["value_usd"] == 100.0


def test_world_and_unspecified_stay_apart() -> None:
    rows = [flow("CHN", partner, "export", "2024-01", 5.0) for partner in ("W00", "_X", "USA")]
    assert one(reported_totals(flows(*rows)))["importer_iso3"] == "USA"
    assert one(reported_periods(flows(*rows)))["reporter_iso3"] == "CHN"


def test_a_world_total_of_nothing_shows_that_the_month_was_reported() -> None:
    frame = flows(flow("CHN", "W00", "export", "2024-01", 0.0))
    assert reported_totals(frame).collect().is_empty()
    assert one(reported_periods(frame))["available_from"] == date(2024, 3, 16)  # 31 January + 45 days


@pytest.mark.parametrize("nobody", ["W00", "_X"])
def test_a_total_without_partners_says_nothing_of_partners(nobody: str) -> None:
    # exports asked for with partner "World" alone: each import of the other side would look like an orphan
    total = flow("CHN", nobody, "export", "2024-01", 5.0)
    assert reported_periods(flows(total)).collect().is_empty()
    assert one(reported_periods(flows(total, flow("CHN", "USA", "export", "2024-01", 5.0))))["side"] == "X"


def test_revision_ends_the_span_of_the_first_figure() -> None:
    first = flow("CHN", "USA", "export", "2024-01", 100.0, published_on=date(2024, 2, 20))
    again = flow("CHN", "USA", "export", "2024-01", 130.0, published_on=date(2024, 6, 18))
    rows = reported_totals(flows(again, first)).sort("known_from").collect()
    assert rows["value_usd"].to_list() == [100.0, 130.0]
    assert rows["known_to"].to_list() == [date(2024, 6, 18), None]


def test_estimated_mass_is_a_mass_but_not_a_measured_one() -> None:
    row = one(
        reported_totals(flows(flow("CHN", "USA", "export", "2024-01", 9.0, net_kg=3.0, is_net_kg_estimated=True)))
    )
    assert (row["net_kg"], row["measured_kg"]) == (3.0, None)


def test_unknown_mass_of_a_part_makes_the_mass_unknown() -> None:
    sea = flow("CHN", "USA", "export", "2024-01", 60.0, net_kg=6.0, transport_mode="sea")
    air = flow("CHN", "USA", "export", "2024-01", 40.0, transport_mode="air")
    row = one(reported_totals(flows(sea, air)))
    assert (row["value_usd"], row["net_kg"]) == (100.0, None)


def test_fob_import_is_read_before_cif() -> None:
    cif = flow("AUS", "CHN", "import", "2024-01", 106.0, valuation="CIF")
    fob = flow("AUS", "CHN", "import", "2024-01", 100.0, valuation="FOB")
    row = one(reported_totals(flows(cif, fob)))
    assert (row["value_usd"], row["valuation"]) == (100.0, "FOB")


def test_re_exports_are_inside_exports() -> None:
    assert reported_totals(flows(flow("HKG", "USA", "re_export", "2024-01", 5.0))).collect().is_empty()

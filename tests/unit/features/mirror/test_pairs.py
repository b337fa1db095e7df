from datetime import date

import polars as pl

from features.mirror import known_at, pair_mirrors
from tests.unit.features.mirror.flow_rows import flow, flows


def pairs_at(frame: pl.LazyFrame, day: date) -> list[dict[str, object]]:
    return known_at(pair_mirrors(frame), pl.lit(day)).sort("exporter_iso3", "importer_iso3").collect().to_dicts()


def test_both_sides_meet() -> None:
    rows = pairs_at(
        flows(
            flow("CHN", "USA", "export", "2024-01", 100.0, net_kg=10.0),
            flow("USA", "CHN", "import", "2024-01", 110.0, net_kg=10.0),
        ),
        date(2024, 6, 1),
    )
    assert len(rows) == 1
    assert (rows[0]["x_usd"], rows[0]["m_usd"], rows[0]["m_valuation"]) == (100.0, 110.0, "CIF")
    assert rows[0]["is_x_reported"]
    assert rows[0]["is_m_reported"]


def test_silence_and_zero_differ() -> None:
    # China reports 811292 to Japan that month, so nothing to the USA is a zero; Brazil reports nothing: silence
    rows = pairs_at(
        flows(
            flow("CHN", "JPN", "export", "2024-01", 5.0),
            flow("USA", "CHN", "import", "2024-01", 110.0),
            flow("USA", "BRA", "import", "2024-01", 7.0),
        ),
        date(2024, 6, 1),
    )
    seen = {(r["exporter_iso3"], r["importer_iso3"]): (r["x_usd"], r["is_x_reported"]) for r in rows}
    assert seen[("CHN", "USA")] == (None, True)
    assert seen[("BRA", "USA")] == (None, False)
    assert seen[("CHN", "JPN")] == (5.0, True)


def test_monthly_and_annual_never_meet() -> None:
    rows = pairs_at(
        flows(
            flow("CHN", "USA", "export", "2024-01", 100.0),
            flow("USA", "CHN", "import", "2024-01", 900.0, freq="A"),
        ),
        date(2026, 1, 1),
    )
    assert len(rows) == 2
    assert all(row["x_usd"] is None or row["m_usd"] is None for row in rows)


def test_what_was_known_on_a_day_never_changes() -> None:
    early = flow("CHN", "USA", "export", "2024-01", 100.0, published_on=date(2024, 2, 20))
    late = flow("USA", "CHN", "import", "2024-01", 300.0, published_on=date(2024, 4, 10))
    revised = flow("CHN", "USA", "export", "2024-01", 290.0, published_on=date(2024, 9, 1))
    everything = flows(early, late, revised)
    at_april, at_may, at_october = (pairs_at(everything, date(2024, m, 1))[0] for m in (4, 5, 10))
    assert (at_april["x_usd"], at_april["m_usd"], at_april["is_m_reported"]) == (100.0, None, False)
    assert (at_may["x_usd"], at_may["m_usd"], at_may["is_m_reported"]) == (100.0, 300.0, True)
    assert (at_october["x_usd"], at_october["m_usd"]) == (290.0, 300.0)
    assert pairs_at(everything, date(2024, 9, 1))[0]["x_usd"] == 100.0  # published that day: not yet known before it


def test_unlike_bases_are_marked() -> None:
    rows = pairs_at(
        flows(
            flow("CHN", "USA", "export", "2024-01", 100.0, partner_basis="destination"),
            flow("USA", "CHN", "import", "2024-01", 110.0, partner_basis="consignment"),
        ),
        date(2024, 6, 1),
    )
    assert rows[0]["is_like_basis"] is False


def test_a_figure_yet_to_come_is_no_zero_before_it_is_public() -> None:
    # Both sides report 811292 for January in February and March; their lane to each other only in August.
    reported = [
        flow("CHN", "JPN", "export", "2024-01", 5.0, published_on=date(2024, 2, 20)),
        flow("USA", "BRA", "import", "2024-01", 7.0, published_on=date(2024, 3, 5)),
    ]
    late = flow("USA", "CHN", "import", "2024-01", 300.0, published_on=date(2024, 8, 1))
    assert pairs_at(flows(*reported, late), date(2024, 6, 1)) == pairs_at(flows(*reported), date(2024, 6, 1))
    assert len(pairs_at(flows(*reported, late), date(2024, 9, 1))) == 3

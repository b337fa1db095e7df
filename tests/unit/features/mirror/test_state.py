from datetime import date

import polars as pl
import pytest

from features.mirror import build_mirror, lane_state
from features.mirror.registry import REGISTRY
from tests.unit.features.mirror.flow_rows import flow, flows

MONTHS = [f"2023-{m:02d}" for m in range(1, 13)]


def world(x_usd: float | None, m_usd: float | None, **more: object) -> pl.LazyFrame:
    """A year of one lane, and of another that shows that both sides report the code."""
    rows = []
    for month in MONTHS:
        rows += [flow("CHN", "JPN", "export", month, 9_000.0), flow("USA", "KOR", "import", month, 9_000.0)]
        if x_usd is not None:
            rows.append(flow("CHN", "USA", "export", month, x_usd, **more))
        if m_usd is not None:
            rows.append(flow("USA", "CHN", "import", month, m_usd, **more))
    return flows(*rows)


def state_of(frame: pl.LazyFrame, day: date) -> dict[str, object]:
    rows = lane_state(frame, months=[day]).filter(pl.col("exporter_iso3") == "CHN", pl.col("importer_iso3") == "USA")
    found = rows.collect().to_dicts()
    assert len(found) <= 1
    return found[0] if found else {}


def test_year_by_hand() -> None:
    # as of 1 June 2023, with 45 days: January to March are public (31 March + 45 = 15 May; 30 April + 45 = 14 June).
    # X 3·100,000, M 3·106,000/1.06 = 300,000: no gap
    row = state_of(world(100_000.0, 106_000.0), date(2023, 6, 1))
    assert row["lane_n_months"] == 3
    assert row["lane_last_month"] == date(2023, 3, 1)
    assert row["lane_x_usd"] == pytest.approx(300_000.0)
    assert row["lane_m_usd"] == pytest.approx(300_000.0)
    assert (row["lane_gap"], row["lane_lost"]) == (0.0, 0.0)


def test_window_is_twelve_months_before() -> None:
    row = state_of(world(100_000.0, 106_000.0), date(2024, 9, 1))  # September to December 2023 are in the window
    assert row["lane_n_months"] == 4
    assert state_of(world(100_000.0, 106_000.0), date(2025, 1, 1)) == {}


def test_imports_without_exports_are_loud_and_orphaned() -> None:
    row = state_of(world(None, 500_000.0), date(2024, 3, 1))
    assert row["lane_gap"] == pytest.approx(1.0)
    assert row["lane_orphan_share"] == pytest.approx(1.0)
    assert row["lane_lost"] == 0.0


def test_exports_without_imports_are_lost() -> None:
    row = state_of(world(500_000.0, None), date(2024, 3, 1))
    assert row["lane_lost"] == pytest.approx(1.0)
    assert row["lane_lost_share"] == pytest.approx(1.0)
    assert row["lane_gap"] == 0.0


def test_silent_exporter_is_no_gap() -> None:
    only_imports = world(None, 500_000.0).filter(pl.col("direction") == "import")
    assert state_of(only_imports, date(2024, 3, 1)) == {}


def test_value_and_mass_must_agree() -> None:
    # value says 100 times more arrived, mass says the same arrived: not a gap, a price
    rows = [flow("CHN", "USA", "export", m, 10_000.0, net_kg=5_000.0) for m in MONTHS]
    rows += [flow("USA", "CHN", "import", m, 1_000_000.0, net_kg=5_000.0) for m in MONTHS]
    row = state_of(flows(*rows), date(2024, 3, 1))
    assert row["lane_gap"] == 0.0
    assert row["lane_gap_value"] > 3.0  # type: ignore[operator]


def test_later_figures_and_revisions_change_nothing_before() -> None:
    base = world(100_000.0, 106_000.0)
    late = flows(
        flow("USA", "CHN", "import", "2023-02", 9e9, published_on=date(2023, 9, 1)),
        flow("CHN", "USA", "export", "2023-03", 5.0, published_on=date(2023, 6, 1)),
        flow("USA", "CHN", "import", "2024-05", 9e9),
    )
    day = date(2023, 6, 1)
    assert state_of(pl.concat([base, late]), day) == state_of(base, day)


def test_row_order_changes_nothing() -> None:
    base = world(40_000.0, 106_000.0).collect()
    turned = base.sample(fraction=1.0, shuffle=True, seed=3)
    one, other = (lane_state(f.lazy(), months=[date(2023, 9, 1)]).collect() for f in (base, turned))
    keys = ["hs6", "exporter_iso3", "importer_iso3"]
    assert one.sort(keys).equals(other.sort(keys))


def declarations(**more: object) -> pl.LazyFrame:
    row = {"declaration_id": "a", "declared_on": date(2024, 3, 17), "hs_code": "8112929010", "origin_iso3": "CHN"}
    row |= {"dispatch_iso3": "CHN", "destination_iso3": "USA"} | more
    return pl.LazyFrame([row], schema_overrides={"dispatch_iso3": pl.String})


def test_declaration_finds_its_lane() -> None:
    states = lane_state(world(None, 500_000.0), months=[date(2024, 3, 1)])
    row = build_mirror(declarations(), states).collect().to_dicts()[0]
    assert row["lane_gap"] == pytest.approx(1.0)
    assert row["lane_gap_suspected"] is None
    assert row["lane_m_usd"] == pytest.approx(12 * 500_000.0 / 1.06, rel=0.2)


@pytest.mark.parametrize("more", [{"dispatch_iso3": None}, {"dispatch_iso3": "HKG"}])
def test_origin_is_looked_at_as_well(more: dict[str, object]) -> None:
    states = lane_state(world(None, 500_000.0), months=[date(2024, 3, 1)])
    assert build_mirror(declarations(**more), states).collect()["lane_gap"].to_list() == pytest.approx([1.0])


def test_unknown_lane_is_unknown_and_no_row_is_lost() -> None:
    states = lane_state(world(None, 500_000.0), months=[date(2024, 3, 1)])
    frame = build_mirror(declarations(destination_iso3="BRA").drop("dispatch_iso3"), states).collect()
    assert frame.height == 1
    for one in REGISTRY:
        assert frame[one.code].to_list() == [None]
        assert frame.schema[one.code] == pl.Float32


def test_suspected_code_is_looked_up() -> None:
    states = lane_state(world(None, 500_000.0), months=[date(2024, 3, 1)])
    suspects = pl.LazyFrame({"declaration_id": ["a", "a"], "hs6": ["811292", "250410"]})
    row = build_mirror(declarations(hs_code="690721"), states, suspects).collect().to_dicts()[0]
    assert row["lane_gap"] is None
    assert row["lane_gap_suspected"] == pytest.approx(1.0)
    assert row["suspected_gap_hs6"] == "811292"

"""Laws of mirrored flows that hold for any table: swap, order, and what was public when."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.mirror import known_at, lane_state, pair_gaps, pair_mirrors
from tests.unit.features.mirror.flow_rows import SCHEMA

PLACES = ("CHN", "USA", "THA")
KEY = ["exporter_iso3", "importer_iso3", "hs6", "period", "freq"]


@st.composite
def figure(draw: st.DrawFn) -> dict[str, object]:
    reporter, partner = draw(st.permutations(PLACES))[:2]
    month = draw(st.integers(1, 6))
    period = date(2024, month, 1)
    row: dict[str, object] = dict.fromkeys(SCHEMA)
    return row | {
        "reporter_iso3": reporter,
        "partner_iso3": partner,
        "direction": draw(st.sampled_from(["export", "import"])),
        "hs_code": draw(st.sampled_from(["811292", "81129290"])),
        "period": period,
        "freq": "M",
        "value_usd": float(draw(st.integers(0, 10**6))),
        "valuation": "FOB",
        "net_kg": draw(st.one_of(st.none(), st.integers(0, 10**5).map(float))),
        "transport_mode": draw(st.sampled_from([None, "sea", "air"])),
        "source": draw(st.sampled_from(["a", "b"])),
        "published_on": period + timedelta(days=draw(st.integers(0, 200))),
    }


TABLES = st.lists(figure(), min_size=1, max_size=25).map(lambda rows: pl.DataFrame(rows, schema=SCHEMA))
LAWS = settings(max_examples=25)


@LAWS
@given(TABLES)
def test_swapping_the_sides_negates_every_gap(table: pl.DataFrame) -> None:
    # who exported now imported: each figure tells of the opposite direction of the same lane
    turned = table.with_columns(direction=pl.col("direction").replace({"export": "import", "import": "export"}))
    day = pl.lit(date(2025, 1, 1))
    one = pair_gaps(known_at(pair_mirrors(table.lazy()), day)).collect()
    other = pair_gaps(known_at(pair_mirrors(turned.lazy()), day)).collect()
    mirrored = other.rename({"exporter_iso3": "importer_iso3", "importer_iso3": "exporter_iso3"})
    both = one.join(mirrored.select(*KEY, "gap_value", "gap_mass", "gap_z"), on=KEY, how="left", suffix="_turned")
    assert one.height == other.height
    for name in ("gap_value", "gap_mass", "gap_z"):
        for mine, theirs in both.select(name, f"{name}_turned").iter_rows():
            assert (mine is None and theirs is None) or mine == pytest.approx(-theirs, abs=1e-9)


@LAWS
@given(TABLES, st.dates(date(2024, 2, 1), date(2024, 12, 1)))
def test_what_is_published_later_changes_nothing(table: pl.DataFrame, day: date) -> None:
    first = day.replace(day=1)
    seen = table.filter(pl.col("published_on") < first)
    order = ["hs6", "exporter_iso3", "importer_iso3"]
    whole, cut = (lane_state(one.lazy(), months=[first]).sort(order).collect() for one in (table, seen))
    assert whole.equals(cut)


@LAWS
@given(TABLES, st.integers(0, 10))
def test_row_order_changes_nothing(table: pl.DataFrame, seed: int) -> None:
    turned = table.sample(fraction=1.0, shuffle=True, seed=seed)
    order = [*KEY, "known_from"]
    one, other = (pair_mirrors(each.lazy()).sort(order).collect() for each in (table, turned))
    assert one.equals(other)


@LAWS
@given(TABLES)
def test_one_row_at_a_time_per_lane_and_period(table: pl.DataFrame) -> None:
    for day in (date(2024, 4, 1), date(2025, 1, 1)):
        rows = known_at(pair_mirrors(table.lazy()), pl.lit(day)).collect()
        assert rows.select(KEY).is_duplicated().sum() == 0
        assert rows.filter(pl.col("x_usd").is_not_null() & ~pl.col("is_x_reported")).is_empty()

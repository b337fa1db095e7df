"""The USA name what came from China by where it was consigned from, Thailand, from January on; and how sides differ."""

import math
from typing import Any

import polars as pl
import pytest

from features.corridors.doubt import TWO_SIDES_LN
from features.corridors.rebased import other_readings, rebased_legs
from features.corridors.rebooked import both_sides, published_months
from features.mirror import pair_mirrors, reported_periods
from tests.unit.features.mirror.flow_rows import flow, flows

JANUARY = 2024 * 12
BEFORE, AFTER = range(JANUARY - 21, JANUARY - 3), range(JANUARY, JANUARY + 6)  # 18 months and 6
CORRIDOR = {
    "mineral": "germanium", "look": JANUARY + 8, "event": JANUARY, "trial": "real",
    "origin_iso3": "CHN", "hub_iso3": "THA", "destination_iso3": "USA",
}  # fmt: skip
MONTHS = {"base_from": JANUARY - 21, "base_to": JANUARY - 4, "post_from": JANUARY, "post_to": JANUARY + 5}

Rows = list[dict[str, Any]]


def told(reporter: str, partner: str, way: str, *, before: float, after: float, **more: Any) -> Rows:
    """Book so many USD a month, imports FOB, on the basis `old` before January and `new` from then on."""
    old, new = more.pop("old", "origin"), more.pop("new", "origin")
    rows = []
    for months, usd, basis in ((BEFORE, before, old), (AFTER, after, new)):
        given = {"hs_code": "811292", "valuation": "FOB", "partner_basis": basis if way == "import" else "destination"}
        rows += [
            flow(reporter, partner, way, f"{month // 12}-{month % 12 + 1:02d}", usd, **given)
            for month in months
            if usd > 0
        ]
    return rows


def american(*, new: str = "consignment", sent: float = 1_000.0, china: float = 200.0) -> Rows:
    """China's 3,000 a month become `china`, Thailand's 1,000 become 3,000; Thailand says that it sent `sent`."""
    rows = told("USA", "CHN", "import", before=3_000.0, after=china, new=new)
    rows += told("USA", "THA", "import", before=1_000.0, after=3_000.0, new=new)
    rows += told("CHN", "USA", "export", before=3_000.0, after=3_000.0)
    return rows + told("THA", "USA", "export", before=1_000.0, after=sent)


def asked(rows: Rows, look: int = JANUARY + 8) -> tuple[pl.LazyFrame, ...]:
    table = flows(*rows)
    sides = both_sides(pair_mirrors(table), published_months(reported_periods(table)), cif_ratio=1.06)
    names = {key: value for key, value in CORRIDOR.items() if not key.endswith("iso3")}
    corridors, trials = pl.LazyFrame([CORRIDOR | {"look": look}]), pl.LazyFrame([names | {"look": look} | MONTHS])
    return corridors, trials, sides, pl.LazyFrame({"mineral": ["germanium"], "hs6": ["811292"]})


def rebased(rows: Rows, *, look: int = JANUARY + 8) -> dict[tuple[str, str], float]:
    return {(start, end): share for *_, start, end, share in rebased_legs(*asked(rows, look)).collect().iter_rows()}


def test_what_the_importer_names_otherwise_and_nobody_sent_moved_in_name_alone() -> None:
    # six months' rise of 12,000 USD, of which Thailand sent nothing; China lost 16,800
    assert rebased(american()) == {("THA", "USA"): pytest.approx(1.0)}
    # Thailand sent half of the rise itself; or China lost but 3,000 of the 12,000
    assert rebased(american(sent=2_000.0)) == {("THA", "USA"): pytest.approx(0.5)}
    assert rebased(american(china=2_500.0)) == {("THA", "USA"): pytest.approx(0.25)}


def test_without_a_change_of_basis_or_a_word_of_the_exporter_nothing_is_explained() -> None:
    assert rebased(american(new="origin")) == {}
    assert rebased(american(new="unknown")) == {}
    assert rebased([row for row in american() if row["reporter_iso3"] != "THA"]) == {}  # a silent hub answers nothing
    assert rebased(american(sent=3_000.0)) == {}  # Thailand sent all of it
    assert rebased(american(), look=JANUARY) == {}  # nothing of it is public yet


def test_the_exporter_tells_so_many_times_what_the_importer_does() -> None:
    def times(sent: float) -> float:
        (row,) = other_readings(*asked(american(sent=sent))).collect().to_dicts()  # the other leg nobody tells of
        assert (row["exporter_iso3"], row["importer_iso3"]) == ("THA", "USA")
        return float(row["exporters_times"])

    assert times(1_500.0) == pytest.approx(0.5)  # 9,000 of 18,000 USD
    assert times(6_000.0) == pytest.approx(2.0)
    assert times(60_000.0) == pytest.approx(math.exp(TWO_SIDES_LN))  # contradicts it: no further than sides lie apart
    assert other_readings(*asked(american(sent=0.0))).collect().is_empty()

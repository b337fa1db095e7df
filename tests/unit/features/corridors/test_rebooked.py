"""Goods of a leg that the two sides book under neighbouring codes: CHN > THA > USA, watched in 811292."""

from typing import Any

import polars as pl
import pytest

from features.corridors.rebooked import both_sides, published_months, rebooked_legs
from features.mirror import pair_mirrors, reported_periods
from tests.unit.features.mirror.flow_rows import flow, flows

JANUARY = 2024 * 12
BEFORE, AFTER = range(JANUARY - 24, JANUARY), range(JANUARY, JANUARY + 6)
CORRIDOR = {
    "mineral": "germanium", "look": JANUARY + 8, "event": JANUARY, "trial": "real",
    "origin_iso3": "CHN", "hub_iso3": "THA", "destination_iso3": "USA",
}  # fmt: skip
MONTHS = {"base_from": JANUARY - 24, "base_to": JANUARY - 4, "post_from": JANUARY, "post_to": JANUARY + 5}

Rows = list[dict[str, Any]]


def told(
    reporter: str, partner: str, months: range, code: str, usd: float, *, price: float | None = 10.0, **more: Any
) -> Rows:
    """Book Thai goods by the month: what Thailand calls exports, any other an import from it (FOB)."""
    way = "export" if reporter == "THA" else "import"
    more |= {"hs_code": code, "net_kg": usd / price if price else None, "valuation": "FOB"}
    return [flow(reporter, partner, way, f"{month // 12}-{month % 12 + 1:02d}", usd, **more) for month in months]


def thai_exports(*, partners: tuple[str, ...] = ("USA", "JPN"), now: str = "811292", usd: float = 1_000.0) -> Rows:
    """Thailand books 811299 for its partners, and from January on `now`; they book 811299 all along."""
    rows = []
    for partner in partners:
        rows += told("THA", partner, BEFORE, "811299", 1_000.0) + told("THA", partner, AFTER, now, usd)
        rows += told(partner, "THA", range(JANUARY - 24, JANUARY + 6), "811299", 1_000.0)
    return rows


def rebooked(rows: Rows, *, look: int = JANUARY + 8) -> dict[tuple[str, str], float]:
    table = flows(*rows)
    sides = both_sides(pair_mirrors(table), published_months(reported_periods(table)), cif_ratio=1.06)
    names = {key: value for key, value in CORRIDOR.items() if not key.endswith("iso3")}
    asked, trials = pl.LazyFrame([CORRIDOR | {"look": look}]), pl.LazyFrame([names | {"look": look} | MONTHS])
    codes, near = (pl.LazyFrame({"mineral": ["germanium"], "hs6": [code]}) for code in ("811292", "811299"))
    found = rebooked_legs(asked, trials, sides, codes, near).collect()
    return {(start, end): share for *_, start, end, share in found.iter_rows()}


def test_a_country_that_changes_its_code_explains_what_begins_there() -> None:
    # 6,000 USD told by Thailand alone in 811292, 6,000 by the USA alone in 811299, 6,000 in six months before
    assert rebooked(thai_exports()) == {("THA", "USA"): pytest.approx(1.0)}


def test_a_code_that_changes_in_the_midst_of_the_months_compared_counts_from_then_on() -> None:
    change = JANUARY + 4
    rows = [row | {"hs_code": "811299"} if row["period"].month < 5 and row["period"].year == 2024 else row
            for row in thai_exports()]  # fmt: skip
    assert {row["period"].month for row in rows if row["hs_code"] == "811292"} == {change % 12 + 1, change % 12 + 2}
    assert rebooked(rows) == {("THA", "USA"): pytest.approx(1.0)}


def test_only_as_much_as_was_told_before_is_explained() -> None:
    rows = thai_exports(usd=2_000.0) + told("USA", "THA", AFTER, "811299", 1_000.0)
    # 12,000 under each code now, by one side each; 6,000 in six months before
    assert rebooked(rows) == {("THA", "USA"): pytest.approx(0.5)}


def test_what_begins_under_both_codes_at_once_is_no_old_trade() -> None:
    rows = [row for row in thai_exports() if row["period"].year >= 2024]
    assert rebooked(rows) == {}


def test_one_lane_alone_may_be_kept_secret_or_misnamed_by_a_trader() -> None:
    assert rebooked(thai_exports(partners=("USA",))) == {}
    # to Japan Thailand books 811299 still: 6,000 of the 12,000 that both partners tell
    assert rebooked(thai_exports(partners=("USA",)) + thai_exports(partners=("JPN",), now="811299")) == {}


def test_goods_that_both_sides_tell_or_tell_of_quite_another_value_are_not_explained() -> None:
    both = told("USA", "THA", AFTER, "811292", 400.0)  # ln (1,000/400) is 0.92 of 1.04: the USA tells the good as well
    assert rebooked(thai_exports() + both) == {}
    assert rebooked(thai_exports(usd=300.0)) == {}  # ln (1,000/300) is 1.20
    assert rebooked(thai_exports(usd=400.0)) != {}


def test_goods_of_another_price_are_others_and_unknown_masses_say_nothing_against_it() -> None:
    dear = [row | {"net_kg": 10.0} if row["hs_code"] == "811292" else row for row in thai_exports()]
    unweighed = [row | {"net_kg": None} for row in thai_exports()]
    assert rebooked(dear) == {}  # 100 USD/kg beside 10
    assert rebooked(unweighed) == {("THA", "USA"): pytest.approx(1.0)}


def test_months_that_one_side_has_yet_to_publish_say_nothing() -> None:
    # figures of a month are taken to be public 45 days after its end: by 1 May those up to February
    assert rebooked(thai_exports(), look=JANUARY + 4) == {("THA", "USA"): pytest.approx(1.0)}
    late = [row | {"published_on": row["period"].replace(year=2025)} if row["reporter_iso3"] == "USA" else row
            for row in thai_exports()]  # fmt: skip
    assert rebooked(late) == {}


def test_a_destination_that_changes_its_code_explains_the_other_leg_too() -> None:
    # the USA books 811292 from January on, of Thai and Korean goods; both book 811299 all along
    rows = told("THA", "USA", range(JANUARY - 24, JANUARY + 6), "811299", 1_000.0)
    rows += told("USA", "THA", BEFORE, "811299", 1_000.0) + told("USA", "THA", AFTER, "811292", 1_000.0)
    korean = [row | {"reporter_iso3": "KOR"} for row in rows if row["reporter_iso3"] == "THA"]
    korean += [row | {"partner_iso3": "KOR"} for row in rows if row["reporter_iso3"] == "USA"]
    assert rebooked(rows + korean) == {("THA", "USA"): pytest.approx(1.0)}

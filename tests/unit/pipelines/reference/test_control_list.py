"""The shipped control list as frames."""

from datetime import date as day

import polars as pl
import pytest

from features.controls import ControlList
from pipelines.reference import load_controls


@pytest.fixture(scope="module")
def controls() -> ControlList:
    return load_controls()


def test_keys_are_unique_and_refer_to_each_other(controls: ControlList) -> None:
    assert controls.items["item_id"].is_unique().all()
    assert controls.measures["measure_id"].is_unique().all()
    assert controls.announcements["announcement_id"].is_unique().all()
    assert set(controls.codes["item_id"]) <= set(controls.items["item_id"])
    notices = set(controls.announcements["announcement_id"])
    for frame in (controls.items, controls.measures, controls.entities):
        assert set(frame["announcement_id"]) <= notices


@pytest.mark.parametrize("axis", ["valid", "known"])
def test_every_row_begins_before_it_ends(controls: ControlList, axis: str) -> None:
    for frame in (controls.measures, controls.codes, controls.entities):
        ended = frame.filter(pl.col(f"{axis}_to").is_not_null())
        assert (ended[f"{axis}_from"] < ended[f"{axis}_to"]).all()
        assert frame[f"{axis}_from"].null_count() == 0


def test_knowledge_never_precedes_the_announcement(controls: ControlList) -> None:
    dated = controls.measures.join(controls.announcements, on="announcement_id", how="left")
    assert (dated["known_from"] >= dated["announced_on"]).all()


def test_no61_by_limb(controls: ControlList) -> None:
    rows = controls.measures.filter(
        pl.col("rule_id").is_in(["61.1", "61.2", "61.3"]) & (pl.col("mineral") == "dysprosium")
    )
    first = dict(rows.filter(pl.col("known_to") == day(2025, 11, 7)).select("rule_id", "valid_from").iter_rows())
    assert first == {"61.1": day(2025, 12, 1), "61.2": day(2025, 12, 1), "61.3": day(2025, 10, 9)}
    held = rows.filter(pl.col("valid_to").is_not_null())
    assert set(held["rule_id"]) == {"61.3"}  # the other limbs never took effect before the suspension


def test_entities_are_named_where_known_and_counted_where_not(controls: ControlList) -> None:
    now = controls.entities.filter(pl.col("known_to").is_null())
    totals = now.group_by("announcement_id").agg(
        total=pl.col("name").drop_nulls().n_unique() + pl.col("n_unnamed").max()
    )
    counted = dict(totals.iter_rows())
    assert (counted["2026-11"], counted["2026-12"], counted["2025-1"], counted["2026-30"]) == (20, 20, 28, 14)
    assert set(controls.entities.filter(pl.col("entity_list") == "watch")["announcement_id"]) == {"2026-12", "2026-28"}
    jaxa = controls.entities.filter(pl.col("name").str.contains("JAXA")).row(0, named=True)
    assert (jaxa["country_iso3"], jaxa["valid_from"], jaxa["name_cn"]) == (
        "JPN",
        day(2026, 2, 24),
        "日本宇宙航空研究开发机构",
    )


def test_sixteen_united_states_entities_were_paused_without_a_gap(controls: ControlList) -> None:
    rows = controls.entities.filter((pl.col("announcement_id") == "2025-21") & (pl.col("entity_id") == "2025-21/1"))

    def listed(on: day) -> bool:
        held = (pl.col("valid_from") <= on) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > on))
        believed = (pl.col("known_from") <= on) & (pl.col("known_to").is_null() | (pl.col("known_to") > on))
        return rows.filter(held & believed).height > 0

    days = [day(2025, 4, 4), day(2025, 5, 14), day(2025, 8, 12), day(2025, 11, 9), day(2025, 11, 10), day(2027, 1, 11)]
    assert [listed(on) for on in days] == [True, False, False, False, False, True]


def test_codes_that_leave_the_catalogue_end_with_the_year(controls: ControlList) -> None:
    old = controls.codes.filter(pl.col("code") == "3818009001").sort("known_from")
    assert old["valid_to"].to_list() == [None, day(2026, 1, 1)]
    assert old["known_to"].to_list() == [day(2025, 12, 31), None]
    new = controls.codes.filter(pl.col("code") == "3818009020")
    assert set(new["valid_from"]) == {day(2026, 1, 1)}

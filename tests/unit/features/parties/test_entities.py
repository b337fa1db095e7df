"""Which names are one firm, and since when."""

from __future__ import annotations

from typing import Any

import polars as pl

from features.parties.entities import (
    ONE_SLIP,
    SAME_IDENTIFIER,
    SAME_IN_SCRIPT,
    cluster_states,
    clusters_before,
    first_sightings,
    name_links,
)

MAY, JUNE, JULY = 24_292, 24_293, 24_294


def sightings(*rows: tuple[int, str, str, str | None, int]) -> pl.LazyFrame:
    """Rows of node, own words, Chinese characters, identifier, month; all in Shanghai."""
    schema: dict[str, Any] = {"node": pl.Int64, "own": pl.String, "signs": pl.String, "identifier": pl.String}
    frame = pl.LazyFrame(list(rows), schema=schema | {"month": pl.Int32}, orient="row")
    return frame.with_columns(form=pl.col("own") + " shanghai", beside=pl.lit("shanghai"))


def links(*rows: tuple[int, str, str, str | None, int]) -> list[tuple[int, int, int, str]]:
    return name_links(*first_sightings(sightings(*rows))).select("a", "b", "month", "why").collect().rows()


def test_names_of_one_identifier_are_linked_from_the_later_of_their_months() -> None:
    assert links((1, "kaida", "", "id:7", MAY), (2, "lifeng", "", "id:7", JUNE)) == [(1, 2, JUNE, SAME_IDENTIFIER[0])]


def test_a_row_of_zeros_is_nobodys_identifier() -> None:
    assert links((1, "kaida", "", "id:0000", MAY), (2, "lifeng", "", "id:0000", JUNE)) == []


def test_an_identifier_of_many_names_links_only_its_first_eight() -> None:
    rows = [(n, f"firm{chr(97 + n)}", "", "id:9", MAY + n) for n in range(12)]
    assert len(links(*rows)) == 7


def test_scripts_are_linked_to_the_first_chinese_name_of_that_sound() -> None:
    rows = [(1, "kaida", "", None, JUNE), (2, "kaida", "凯达", None, MAY), (3, "kaida", "开达", None, JULY)]
    assert links(*rows) == [(1, 2, JUNE, SAME_IN_SCRIPT[0])]


def test_one_slip_links_unless_both_have_identifiers() -> None:
    assert links((1, "zhongdawell", "", None, MAY), (2, "zhongdavell", "", "id:5", JUNE)) == [(1, 2, JUNE, ONE_SLIP[0])]
    assert links((1, "zhongdawell", "", "id:4", MAY), (2, "zhongdavell", "", "id:5", JUNE)) == []
    assert links((1, "kaida", "", None, MAY), (2, "kaifa", "", None, JUNE)) == []  # too short to be a slip


def test_clusters_are_as_they_stood_before_the_month() -> None:
    made = pl.DataFrame({"a": [1, 2], "b": [2, 3], "month": [MAY, JUNE]}, schema_overrides={"month": pl.Int32})
    states = cluster_states(made)
    asked = pl.LazyFrame({"node": [1, 2, 3, 9] * 3, "month": [MAY] * 4 + [JUNE] * 4 + [JULY] * 4})
    found = clusters_before(asked.with_columns(pl.col("month").cast(pl.Int32)), states).collect()
    groups = {
        month: sorted(sorted(part["node"].to_list()) for _, part in rows.group_by("cluster"))
        for (month,), rows in found.group_by("month")
    }
    assert groups[MAY] == [[1], [2], [3], [9]]
    assert groups[JUNE] == [[1, 2], [3], [9]]
    assert groups[JULY] == [[1, 2, 3], [9]]


def test_order_of_sightings_changes_nothing() -> None:
    rows = [
        (1, "kaida", "", "id:7", MAY),
        (2, "lifeng", "", "id:7", MAY),
        (3, "kaida", "凯达", None, MAY),
        (4, "zhongdawell", "", None, MAY),
        (5, "zhongdavell", "", None, MAY),
    ]
    assert links(*rows) == links(*reversed(rows))
    assert cluster_states(name_links(*first_sightings(sightings(*rows))).collect()).equals(
        cluster_states(name_links(*first_sightings(sightings(*reversed(rows)))).collect())
    )

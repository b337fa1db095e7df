"""Reading routes that somebody else wrote."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.routing.places import (
    LETTERS_MOST,
    PLACES_MOST,
    day_numbers,
    path_places,
    place_code,
    place_country,
    route_columns,
)


def read(*routes: str | None) -> pl.DataFrame:
    told = pl.DataFrame({"route": list(routes)}, schema={"route": pl.String}).select(route_columns())
    return told.select(places=path_places(pl.col("told_path")), days=day_numbers(pl.col("told_days")))


def test_places_and_dates_in_order():
    found = read("CNSHA@2024-03-02>SGSIN>USLAX@2024-03-30").row(0)
    days = [(date(2024, 3, d) - date(1970, 1, 1)).days for d in (2, 30)]
    assert found == (["CNSHA", "SGSIN", "USLAX"], [days[0], None, days[1]])


def test_spelling_is_forgiven():
    assert read(" cn sha > us @ 2024-03-30 >KAZ").row(0)[0] == ["CNSHA", "USA", "KAZ"]


def test_what_cannot_be_read_is_marked_and_never_crashes():
    places, days = read(">>@@>junk@2024-99-99>USLAX@yesterday").row(0)
    assert places == ["?", "?", "?", "?", "USLAX"]
    assert days == [None] * 5


def test_no_route_is_null():
    assert read(None, "", "  ").rows() == [(None, None)] * 3


def test_hostile_length_is_cut():
    places, _ = read("CNSHA>" * 100_000).row(0)
    assert len(places) == PLACES_MOST
    assert len(read("x" * 1_000_000).row(0)[0]) == 1
    assert LETTERS_MOST >= PLACES_MOST * 17  # a full route with dates is not cut short


def test_countries_of_codes():
    codes = pl.Series(["HKHKG", "XKPRN", "CHN", "?", "ZZZZZ", None])
    assert pl.select(place_country(pl.lit(codes))).to_series().to_list() == ["HKG", "XKX", "CHN", None, None, None]
    wide = pl.Series(["ＣＮＳＨＡ", "=CMD()", "CN-SHA", "C"])
    assert pl.select(place_code(pl.lit(wide))).to_series().to_list() == [None, None, "CNSHA", None]

"""Which corridors a lawful rival of a generated world can have caused."""

from __future__ import annotations

from datetime import date

import polars as pl

from tests.benchmarks.corridors_found import of_rival, over_looks


def test_a_mine_is_told_by_the_ways_that_mostly_carry_its_ore_since_it_opened() -> None:
    mine = {"hub_iso3": "MEX", "hs_codes": "250410", "period": date(2024, 8, 1)}
    flows = pl.DataFrame(
        [
            ("USA", "250410", date(2024, 9, 1), 60.0),  # sixty of a hundred USD that go to the United States are ore
            ("USA", "380190", date(2024, 9, 1), 40.0),
            ("THA", "250410", date(2024, 9, 1), 40.0),  # to Thailand it is less than half
            ("THA", "380190", date(2024, 9, 1), 60.0),
            ("JPN", "250410", date(2024, 7, 1), 90.0),  # before it opened
            ("DEU", "250410", date(2024, 9, 1), 90.0),  # more than half a year before the months told
        ],
        schema=["partner_iso3", "hs_code", "period", "value_usd"],
        orient="row",
    ).with_columns(
        reporter_iso3=pl.lit("MEX"), direction=pl.lit("export"), freq=pl.lit("M"), net_kg=pl.col("value_usd")
    )
    ranks = pl.DataFrame({"destination_iso3": ["THA", "USA", "JPN", "DEU"]}).with_columns(
        mineral=pl.lit("graphite_natural"),
        origin_iso3=pl.lit("CHN"),
        hub_iso3=pl.lit("MEX"),
        good=pl.lit("250410;380190#2"),
        period=pl.when(pl.col("destination_iso3") == "DEU").then(date(2025, 3, 1)).otherwise(date(2024, 11, 1)),
    )
    assert of_rival(ranks, mine, flows)["destination_iso3"].to_list() == ["USA"]
    alone = ranks.with_columns(good=pl.lit("250410"))
    assert of_rival(alone, mine, flows)["destination_iso3"].to_list() == ["THA", "USA"]


def test_small_p_values_are_told_with_their_hubs_and_apart_where_nothing_is_left_to_name() -> None:
    way = {"mineral": "tungsten", "good": "282590", "origin_iso3": "CHN", "event": 24_301, "trial": "real", "reach": 3}
    rows = [
        way | {"hub_iso3": hub, "destination_iso3": place, "p_value": p, "rival_front_loading": under_way}
        for hub, place, p, under_way in [
            ("AUS", "KOR", 0.0001, 1.0), ("AUS", "DEU", 0.0005, 1.0), ("MYS", "USA", 0.0008, 0.0),
            *(("VNM", place, 0.5, 0.0) for place in ("USA", "DEU", "JPN", "KOR", "GBR", "FRA", "ITA")),
        ]
    ]  # fmt: skip
    tests = pl.DataFrame(rows).with_columns(seed=1, first_look=None, rival_neighbour=0.0)
    early = over_looks(tests).splitlines()[2:4]
    # three of ten corridors lie below 0.001, 300 times as many as one in a thousand; one of them may be named
    assert early[0].endswith("30.0 times 0.01, 300.0 times 0.001 of 10 (3 below 0.001, through 2 hubs)")
    assert early[1].endswith("10.0 times 0.01, 100.0 times 0.001 of 10 (1 below 0.001, through 1 hubs)")

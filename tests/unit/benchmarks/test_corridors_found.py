"""Which corridors a lawful rival of a generated world can have caused."""

from __future__ import annotations

from datetime import date

import polars as pl

from tests.benchmarks.corridors_found import of_rival


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

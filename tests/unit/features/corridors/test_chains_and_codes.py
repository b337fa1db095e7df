"""Chains of hubs, moved codes, changed forms and what a detour pays, on hand-made lanes."""

import polars as pl
import pytest

from features.corridors.chains import strongest_chains
from features.corridors.conversion import conversions
from features.corridors.incentive import arbitrage_incentive
from features.corridors.lanes import excess_over_expected
from features.corridors.migration import code_migrations

TRIAL = {"mineral": "m", "look": 24300, "event": 24290, "trial": "real"}


def lane(start: str, end: str, **more: object) -> dict[str, object]:
    return TRIAL | {
        "exporter_iso3": start, "importer_iso3": end, "post_sum": 200.0, "floor": 10.0, "z": 3.0, "excess": 100.0,
        "is_from_origin": start == "CHN", "is_mass": True, "post_from": 24290, "post_to": 24295, "noise": 30.0,
        "expected": 100.0, "pre_uv": 10.0, "post_uv": 10.0, "hs6": "250410", "is_watched": False,
    } | more  # fmt: skip


def test_the_chain_is_as_strong_as_its_weakest_leg() -> None:
    lanes = [
        lane("CHN", "THA"), lane("THA", "MYS", z=2.0, excess=80.0), lane("MYS", "USA", z=5.0),
        lane("MYS", "THA"), lane("MYS", "SGP"), lane("SGP", "USA", z=1.5, excess=60.0), lane("SGP", "IND", z=0.5),
    ]  # fmt: skip
    found = strongest_chains(pl.LazyFrame(lanes)).collect()
    to_usa = found.filter(pl.col("destination_iso3") == "USA").sort("n_hubs")
    assert to_usa["hubs"].to_list() == ["THA>MYS", "THA>MYS>SGP"]
    assert to_usa["chain_z"].to_list() == [2.0, 1.5]
    assert to_usa["passed"].to_list() == [80.0, 60.0]
    assert "IND" not in found["destination_iso3"].to_list()  # that leg did not rise


def moved(own: list[dict[str, object]], near: list[dict[str, object]]) -> pl.DataFrame:
    barred = pl.LazyFrame({"mineral": ["m"], "destination_iso3": ["USA"]})
    return code_migrations(pl.LazyFrame(own), pl.LazyFrame(near), barred).collect()


def test_mass_that_leaves_the_controlled_code_on_one_lane_is_doubted() -> None:
    own = [lane("CHN", "USA", z=-3.0, excess=-100.0)] + [lane("CHN", p, z=0.0, excess=1.0) for p in ("JPN", "KOR")]
    row = moved(own, [lane("CHN", "USA", hs6="250490", excess=90.0)]).row(0, named=True)
    assert (row["from_hs6"], row["to_hs6"], row["moved"]) == ("250410", "250490", 90.0)
    assert (row["kind"], row["is_barred"]) == ("out of the controlled code", True)
    assert row["doubt"] == pytest.approx(0.9)


def test_a_move_into_the_controlled_code_or_on_every_lane_is_lawful() -> None:
    into = moved([lane("CHN", "ARE")], [lane("CHN", "ARE", hs6="250490", z=-3.0, excess=-90.0)]).row(0, named=True)
    assert (into["kind"], into["from_hs6"], into["doubt"]) == ("into the controlled code", "250490", 0.0)
    places = ("USA", "JPN", "KOR")
    everywhere = moved(
        [lane("CHN", p, z=-3.0, excess=-100.0) for p in places], [lane("CHN", p, hs6="250490") for p in places]
    )
    assert set(everywhere["kind"]) == {"everywhere"}
    assert everywhere["doubt"].sum() == 0.0


def test_a_move_between_two_controlled_codes_leaves_no_control_behind() -> None:
    own = [lane("CHN", "USA", z=-3.0, excess=-100.0)] + [lane("CHN", p, z=0.0, excess=1.0) for p in ("JPN", "KOR")]
    row = moved(own, [lane("CHN", "USA", hs6="380110", is_watched=True)]).row(0, named=True)
    assert (row["to_hs6"], row["kind"], row["doubt"]) == ("380110", "between controlled codes", 0.0)
    fell = lane("CHN", "USA", hs6="380110", is_watched=True, z=-3.0, excess=-90.0)
    back = moved([lane("CHN", "USA")], [fell]).row(0, named=True)
    assert (back["from_hs6"], back["kind"]) == ("380110", "between controlled codes")


def test_other_prices_are_other_goods() -> None:
    own = [lane("CHN", "USA", z=-3.0, excess=-100.0)]
    assert moved(own, [lane("CHN", "USA", hs6="250490", post_uv=50.0)])["doubt"].to_list() == [0.0]
    unknown = moved(own, [lane("CHN", "USA", hs6="250490", post_uv=None)]).row(0, named=True)
    assert (unknown["price_likeness"], unknown["doubt"]) == (None, pytest.approx(0.5))


def test_metal_in_ingots_leaves_as_oxide() -> None:
    legs = pl.LazyFrame(
        {
            "mineral": ["antimony"] * 3, "corridor_id": ["c"] * 3, "side": ["in", "out", "out"],
            "hs6": ["811010", "282580", "811010"], "kg": [1000.0, 1150.0, 5.0],
        }
    )  # fmt: skip
    content = pl.LazyFrame(
        {
            "mineral": ["antimony"] * 2,
            "hs6": ["811010", "282580"],
            "share_low": [1.0, 0.835],
            "share_high": [1.0, 0.835],
        }
    )
    row = conversions(legs, content).collect().row(0, named=True)
    assert (row["in_hs6"], row["out_hs6"], row["fits"]) == ("811010", "282580", True)
    assert row["passed_metal_kg"] == pytest.approx(1150 * 0.835)  # 960 kg of metal of the 1,000 that came
    none = conversions(legs, content.with_columns(pl.lit(None, pl.Float64).alias("share_low"))).collect()
    assert none["fits"].to_list() == [None]


def test_what_a_detour_pays() -> None:
    paid = arbitrage_incentive(pl.col("a"), pl.col("b"), freight_share=0.06, penalty_share=0.05)
    prices = pl.DataFrame({"a": [1000.0, None, 1000.0], "b": [1600.0, 5.0, None]})
    assert prices.select(paid).to_series().to_list() == [pytest.approx(430.0), None, None]


def test_a_lane_whose_months_after_nobody_reported_says_nothing_of_the_market() -> None:
    """0/0 is not a number, which would count as larger than any; the donors' median must not see it."""
    lanes = pl.DataFrame(
        {
            "mineral": ["germanium"] * 8,
            "look": [11] * 8,
            "event": [10] * 8,
            "trial": ["real"] * 8,
            "exporter_iso3": ["CHN", *(["KOR"] * 7)],
            "importer_iso3": ["THA", "USA", "DEU", "FRA", "ITA", "ESP", "POL", "NLD"],
            "n_pre": [12.0] * 8,
            "n_post": [6.0, *([0.0] * 4), 6.0, 6.0, 6.0],
            "pre_mean": [10.0] * 8,
            "pre_sd": [1.0] * 8,
            "post_sum": [90.0, *([0.0] * 4), 60.0, 60.0, 60.0],
            "floor": [1.0] * 8,
        }
    )
    origins = pl.LazyFrame({"mineral": ["germanium"], "exporter_iso3": ["CHN"]})
    told = excess_over_expected(lanes.lazy(), origins).collect()
    assert not told["expected"].is_nan().any()
    assert told.filter(pl.col("n_post") == 0)["expected"].null_count() == 4

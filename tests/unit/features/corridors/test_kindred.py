"""Graphite that was sent as natural and is sent as artificial: codes of other chapters, followed lane by lane."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from features.corridors.kindred import chance_of_fall, kindred_codes, kindred_falls
from features.corridors.watch import Watch

LOOK = 24_300
TRIAL = {"mineral": "380110", "look": LOOK, "event": 24_290, "trial": "real"}
PLACES = ("MYS", "JPN", "THA", "DEU")


def test_codes_of_one_mineral_and_of_its_substitutes_are_kindred_whatever_their_chapter() -> None:
    day = (date(2023, 12, 1),)
    natural = Watch("natural", ("250410",), ("CHN",), (), day)
    made = Watch("artificial", ("380110", "681519"), ("CHN",), (), day)
    placebo = Watch("placebo", ("940360", "940370"), ("CHN",), (), day, is_placebo=True)
    found = kindred_codes([natural, made, placebo], {"natural": ["380110"], "other": ["720529"]})
    assert found.rows() == [("250410", "380110"), ("380110", "681519"), ("681519", "380110")]
    assert kindred_codes([placebo], {}).is_empty()


def falls(carried: dict[str, tuple[float, float]], *, gained: tuple[str, ...] = PLACES) -> list[dict[str, Any]]:
    """Look at what China sent: kg a month of 250410 by place, before and after; ten months before and five after."""
    lanes = [
        TRIAL
        | {"exporter_iso3": "CHN", "importer_iso3": place, "is_from_origin": True, "n_pre": 10.0, "n_post": 5.0}
        | {"excess": 900.0 if place in gained else 90.0, "noise": 100.0}
        for place in carried
    ]
    trials = [TRIAL | {"base_from": 24_280, "base_to": 24_289, "post_from": 24_290, "post_to": 24_294}]
    amounts = [
        {"mineral": "250410", "look": LOOK, "exporter_iso3": "CHN", "importer_iso3": place, "month": month}
        | {"amount": kg, "priced_kg": kg, "priced_usd": 2.0 * kg, "is_mass": True}
        for place, (before, after) in carried.items()
        for month in range(24_280, 24_295)
        if (kg := before if month < 24_290 else after) > 0
    ]
    kin = pl.LazyFrame({"hs6": ["380110"], "kin_hs6": ["250410"]})
    schema = {"look": pl.Int32}
    sent, compared, moved = (pl.LazyFrame(rows, schema_overrides=schema) for rows in (lanes, trials, amounts))
    return kindred_falls(sent, compared, moved, kin).sort("hub_iso3").collect().to_dicts()


def test_what_a_lane_no_longer_carries_under_the_kindred_code() -> None:
    # 100 kg a month would be 500 kg in the five months after; 50 kg came
    (row,) = falls({"MYS": (100.0, 10.0)})
    assert (row["hub_iso3"], row["neighbour_fall"], row["neighbour_uv"]) == ("MYS", 450.0, pytest.approx(2.0))
    assert (row["neighbour_is_mass"], row["alike_share"]) == (True, 0.0)  # one lane says nothing of the others
    assert falls({"MYS": (100.0, 60.0)}) == []  # lost less than half
    assert falls({"MYS": (0.0, 60.0)}) == []  # began there as well


def test_other_lanes_that_moved_alike_are_counted() -> None:
    lost = dict.fromkeys(PLACES, (100.0, 10.0))
    assert [row["alike_share"] for row in falls(lost)] == [1.0] * 4
    # of the other three of Malaysia's, Japan alone gained; of Germany's others, Japan and Malaysia
    by_place = {row["hub_iso3"]: row["alike_share"] for row in falls(lost, gained=("MYS", "JPN"))}
    assert by_place == pytest.approx({"MYS": 1 / 3, "JPN": 1 / 3, "THA": 2 / 3, "DEU": 2 / 3})
    few = falls(dict.fromkeys(PLACES[:3], (100.0, 10.0)))
    assert [row["alike_share"] for row in few] == [0.0] * 3


def test_what_the_code_lost_everywhere_did_not_move() -> None:
    # Malaysia alone gained the good; of the others Japan, Thailand and Germany kept half and France all: half is usual
    kept = {"JPN": (100.0, 50.0), "THA": (100.0, 50.0), "DEU": (100.0, 50.0), "FRA": (100.0, 100.0)}
    (row,) = falls(kept | {"MYS": (100.0, 10.0)}, gained=("MYS",))
    assert row["neighbour_fall"] == pytest.approx(5 * (50.0 - 10.0))
    assert row["chance_share"] == pytest.approx(0.0, abs=0.001)  # none of four fell as far, nor would honest figures
    assert falls(kept | {"MYS": (100.0, 30.0)}, gained=("MYS",)) == []  # of 250 kg 150 came, more than half
    (row,) = falls(dict.fromkeys(("JPN", "THA"), (100.0, 60.0)) | {"MYS": (100.0, 10.0)}, gained=("MYS",))
    assert row["neighbour_fall"] == pytest.approx(450.0)  # two others say nothing of what is usual


def test_a_fall_is_chance_as_far_as_other_lanes_fell_so_too() -> None:
    lanes = pl.LazyFrame(
        {"left_share": [0.2, 0.2, 0.1, 0.9, 0.3, 0.0], "has_gained": [True, None, False, False, False, True]}
    ).with_columns(code=pl.lit("250410"))
    told = chance_of_fall(lanes, ["code"]).sort("left_share", "has_gained", nulls_last=True).collect()
    # four others, of which 0.1 and 0.2 fell as far as 0.2; honest figures seldom do: 0.5 exp(-(1.609/0.52)^2/2) = 0.004
    shares = dict(zip(told["left_share"], told["chance_share"], strict=True))
    assert told.filter(pl.col("has_gained"), pl.col("left_share") == 0.2)["chance_share"].item() == pytest.approx(
        2.004 / 5, abs=0.001
    )
    assert told.filter(pl.col("has_gained").is_null())["chance_share"].item() == pytest.approx(1.004 / 4, abs=0.001)
    assert shares[0.0] == 0.0  # nobody else lost all
    assert shares[0.9] == pytest.approx((3 + 0.49) / 4, abs=0.001)
    assert told["left_by_others"].to_list() == pytest.approx([0.25] * 6)  # the median of 0.1, 0.2, 0.3 and 0.9
    assert chance_of_fall(lanes.head(3), ["code"]).collect()["left_by_others"].to_list() == [None] * 3

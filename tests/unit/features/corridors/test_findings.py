"""How corridors are ranked: by what tries, a new or old way and the strongest rival reading leave of their p-value."""

from datetime import date

import polars as pl
import pytest

from features.corridors.findings import told_codes, weight_left

CORRIDOR = {"mineral": "gallium", "origin_iso3": "CHN", "hub_iso3": "THA", "destination_iso3": "USA", "look": 24300}


def weights(*rows: dict[str, object]) -> list[float | None]:
    common = CORRIDOR | {"rival_strength": 0.0, "surge": 1.0, "reach": 6, "new_odds": 1.0, "excess": 1.0}
    table = pl.DataFrame([common | {"good": str(n)} | row for n, row in enumerate(rows)], infer_schema_length=None)
    return table.select(weight_left()).to_series().to_list()


def test_one_trial_and_no_rival_leave_the_whole_p() -> None:
    assert weights({"p_value": 0.001}) == pytest.approx([3.0])  # −log10 0.001


def test_a_leg_below_what_would_be_expected_leaves_nothing() -> None:
    assert weights({"p_value": 0.001, "excess": -5.0}) == [0.0]


def test_whoever_is_tried_more_often_finds_a_small_p_more_easily() -> None:
    # four goods and measures at one look: −log10 (4 · 0.001) = 2.4, and 0.5 · 4 is no evidence at all
    assert weights({"p_value": 0.001}, *[{"p_value": 0.5}] * 3) == pytest.approx([2.398, 0, 0, 0], abs=0.001)
    # another look and another hub are tries of their own, and what was not tested is none
    apart = weights({"p_value": 0.001}, {"p_value": 0.5, "look": 24301}, {"p_value": None})
    assert apart[0] == pytest.approx(3.0)
    assert apart[2] is None


def test_measures_that_compare_the_same_months_are_one_try() -> None:
    same = {"good": "811292", "surge": 2.0, "p_value": 0.001}
    assert weights(same, same, same) == pytest.approx([3.0] * 3)
    assert weights(same, same | {"surge": 1.9, "p_value": 0.002})[0] == pytest.approx(2.699, abs=0.001)  # −log10 0.002


def test_a_rival_leaves_its_part() -> None:
    assert weights({"p_value": 0.001, "rival_strength": 0.75}) == pytest.approx([0.75])
    assert weights({"p_value": 0.001, "rival_strength": None}) == pytest.approx([3.0])


def test_a_new_way_counts_beside_the_rise_and_as_far_as_no_rival_explains_it() -> None:
    # −log10 0.01 = 2; log10 5 = 0.699 on top, log10 0.5 = 0.301 off
    assert weights({"p_value": 0.01, "new_odds": 5.0}) == pytest.approx([2.699], abs=0.001)
    assert weights({"p_value": 0.01, "new_odds": 0.5}) == pytest.approx([1.699], abs=0.001)
    assert weights({"p_value": 0.01, "new_odds": 5.0, "rival_strength": 0.5}) == pytest.approx([1.349], abs=0.001)
    assert weights({"p_value": 0.9, "new_odds": 0.5}) == [0.0]


def test_only_codes_that_a_leg_has_figures_of_are_told() -> None:
    months = {"hs_codes": "280530;811292;811299", "post_from": 2024 * 12, "post_to": 2024 * 12 + 5}
    corridors = pl.DataFrame([CORRIDOR | months, CORRIDOR | months | {"hub_iso3": "VNM"}])
    pairs = pl.DataFrame(
        [
            ("CHN", "THA", "811292", date(2024, 2, 1)),  # the first leg
            ("THA", "USA", "811299", date(2024, 6, 1)),  # the second, in the last month compared
            ("CHN", "THA", "280530", date(2024, 7, 1)),  # the month after
            ("THA", "JPN", "280530", date(2024, 2, 1)),  # another way
            ("CHN", "THA", "811300", date(2024, 2, 1)),  # a code not looked for
        ],
        schema=["exporter_iso3", "importer_iso3", "hs6", "period"],
        orient="row",
    )
    assert told_codes(corridors, pairs)["told_codes"].to_list() == ["811292;811299", "280530;811292;811299"]
    assert told_codes(corridors, None)["told_codes"].to_list() == ["280530;811292;811299"] * 2

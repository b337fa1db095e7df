"""Maps and names of corridor pages: no script, no foreign letters in file names, no line to nowhere."""

from datetime import date

import polars as pl

from features.corridors.watch import Watch, what_six_digits_hide
from pipelines.reports.corridor_page import page_name
from pipelines.reports.corridors_page import destinations_told, naming, told_once
from pipelines.reports.flow_map import Leg, draw_map


def test_a_map_needs_two_known_countries() -> None:
    assert draw_map([Leg("CHN", "_X", 1.0), Leg("CHN", "CHN", 1.0)]) is None
    drawn = draw_map([Leg("CHN", "JPN", 5.0), Leg("JPN", "USA", 0.0), Leg("CHN", "USA", 1.0, is_direct=True)])
    assert drawn is not None
    assert drawn.count('class="leg"') == 2
    assert "Japan" in drawn
    assert "<script" not in drawn


def test_a_leg_over_the_edge_of_the_map_is_drawn_from_both_sides() -> None:
    drawn = draw_map([Leg("USA", "DEU", 1.0)])
    assert drawn is not None
    assert drawn.count('class="leg"') == 2


def test_file_names_hold_letters_of_ours_only() -> None:
    row = {"mineral": "../<b>镓\u202e", "origin_iso3": "CHN", "hub_iso3": "THA", "destination_iso3": "_X"}
    assert page_name(3, row) == "003-b-CHN-THA-X.html"
    assert len(page_name(3, row | {"mineral": "x" * 10_000})) < 80


WAY = {"mineral": "germanium", "event": 1, "origin_iso3": "CHN", "hub_iso3": "THA", "destination_iso3": "USA"}
# looks and months are counted from year 0: 24_303 is April 2025; the first look rests on November 2024 to February 2025
TESTS = pl.DataFrame(
    [
        WAY | {"look": 24_303, "first_look": 24_303, "post_from": 24_298, "post_to": 24_301, "q_value": 0.04},
        WAY | {"look": 24_303, "first_look": 24_303, "post_from": 24_300, "post_to": 24_301, "q_value": 0.9},
        WAY | {"look": 24_309, "first_look": 24_303, "post_from": 24_302, "post_to": 24_307, "q_value": 0.3},
        WAY | {"look": 24_303, "first_look": None, "post_from": 24_298, "post_to": 24_301, "q_value": 0.3, "event": 2},
    ]
)


def told(look: int, q_value: float | None, on: date | None = date(2025, 4, 1)) -> dict[str, object]:
    return naming(TESTS, WAY | {"look": look, "q_value": q_value, "first_flagged_on": on}, 0.1)


def test_a_corridor_is_named_by_the_months_that_name_it() -> None:
    since = "First named on 2025-04-01, from 2024-11 to 2025-02"
    assert told(24_303, 0.04) == {"is_named": True, "named": "named", "named_when": f"{since}."}
    # August's figures, public in October, did not name what April's look had named
    alone = f"{since}; the months shown do not stand out by themselves."
    assert told(24_309, 0.3) == {"is_named": False, "named": "named earlier, on 2025-04-01", "named_when": alone}
    assert told(24_309, None)["named"] == "named earlier, on 2025-04-01"
    assert told(24_302, 0.3) == {"is_named": False, "named": "named later, on 2025-04-01", "named_when": alone}
    # later months that stand out as well are named, and the date is that of the first
    assert told(24_309, 0.02) == {"is_named": True, "named": "named", "named_when": f"{since}."}


def test_what_never_stood_out_is_not_named() -> None:
    assert told(24_303, 0.3, on=None) == {"is_named": False, "named": "not named", "named_when": ""}


def test_the_note_on_shared_codes_is_taken_out_of_each_row() -> None:
    note = what_six_digits_hide(["280450", "800110"])  # boron beside tellurium; tin is alone in its code
    assert told_once(f"Much went. {note} A bound.") == {"told": "Much went. A bound.", "shared_codes": ["280450"]}
    assert told_once("Much went.") == {"told": "Much went.", "shared_codes": []}


def test_a_watch_says_whom_it_looks_at() -> None:
    day = date(2023, 8, 1)
    bound = Watch("tin", ("800110",), ("CHN",), ("JPN", "USA"), (day,), everywhere_since=(day,))
    assert destinations_told(bound) == "JPN USA; for the measures of 2023-08-01 every country"

"""Maps and names of corridor pages: no script, no foreign letters in file names, no line to nowhere."""

from pipelines.reports.corridor_page import page_name
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

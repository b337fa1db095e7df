"""Where routes go: detours, loops, hubs, ports that do not fit."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

from features.routing import NO_DISTANCES, build_routing
from tests.unit.features.routing.worlds import declaration, distances, frame


def build(*rows: dict[str, Any]) -> pl.DataFrame:
    past = frame(declaration("past")).clear()
    return build_routing(frame(*rows), distances(), past).sort("declaration_id").collect()


def one(column: str, **given: Any) -> Any:
    return build(declaration("a", **given))[column].item()


def test_detour_through_singapore():
    found = build(declaration("a", route="CNSHA>SGSIN>USLAX"), declaration("b", route="CNSHA>USLAX"))
    # (4,000 + 14,000) / 10,000 = 1.8; on the log scale from 1.2 to 2.4: ln(1.5) / ln(2) = 0.585.
    assert found["route_ratio"].to_list() == [1.8, 1.0]
    assert found["detour"].to_list() == pytest.approx([math.log(1.5) / math.log(2), 0.0])


def test_detour_is_unknown_with_a_missing_leg_an_unreadable_place_or_no_route():
    for route in ("CNSHA>JPTYO>USLAX", "CNSHA>???>USLAX", "CNSHA", "CNSHA>SGSIN>CNSHA", None):
        assert one("detour", route=route) is None, route


def test_inland_ends_are_left_out_of_the_sea_length():
    # By sea the way to Switzerland is measured to Hamburg; the lorry behind it is no detour.
    assert one("route_ratio", route="CNSHA>DEHAM>CHE", destination_iso3="CHE") == 1.0
    # By road the great circles count: (8,500 + 700) / 9,000.
    by_road = one("route_ratio", route="CNSHA>DEHAM>CHE", destination_iso3="CHE", transport_mode="road")
    assert by_road == pytest.approx(9_200 / 9_000)


def test_an_unknown_mode_gets_the_kinder_ratio():
    by_air = (3_800 + 14_000) / 10_400
    assert one("route_ratio", route="CNSHA>SGSIN>USLAX", transport_mode=None) == pytest.approx(min(1.8, by_air))


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("CNSHA>VNSGN>CNSHA>USLAX", 1.0),  # the same port again
        ("CNSHA>VNSGN>CNNGB>USLAX", 0.7),  # another port of a country left before
        ("CNSHA>CNNGB>USLAX", 0.0),  # coastal feeder
        ("CNSHA@2024-03-01>SGSIN@2024-03-09>SGSIN@2024-03-20>USLAX", 0.0),  # waiting is not returning
        ("junk>>", None),
        (None, None),
    ],
)
def test_loop(route: str | None, expected: float | None):
    assert one("loop", route=route) == (pytest.approx(expected) if expected is not None else None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"loading_port": "CNSHA", "discharge_port": "USLAX"}, 0.0),
        ({"loading_port": "VNSGN"}, 0.6),  # neither origin nor dispatch, dispatch not given
        ({"loading_port": "VNSGN", "dispatch_iso3": "CHN"}, 0.8),
        ({"loading_port": "VNSGN", "dispatch_iso3": "VNM"}, 0.0),
        ({"loading_port": "HKHKG"}, 0.0),  # gateway
        ({"loading_port": "VNSGN", "route": "CNSHA>VNSGN>USLAX"}, 0.3),  # on the route: half
        ({"loading_port": "VNSGN", "route": "VNSGN>USLAX"}, 0.6),  # where the route begins explains nothing
        ({"loading_port": "CNSHA", "origin_iso3": "THA", "dispatch_iso3": "THA", "route": "CNSHA>USLAX"}, 0.8),
        ({"discharge_port": "MXZLO"}, 0.7),
        ({"loading_port": "VNSGN", "discharge_port": "MXZLO"}, 1 - 0.4 * 0.3),  # both: 0.88
        ({"discharge_port": "DEHAM", "destination_iso3": "CHE"}, 0.0),  # no coast
        ({"loading_port": "nowhere"}, None),
        ({}, None),
    ],
)
def test_place_mismatch(given: dict[str, Any], expected: float | None):
    assert one("place_mismatch", **given) == (pytest.approx(expected) if expected is not None else None)


@pytest.mark.parametrize(
    ("given", "hub", "expected"),
    [
        ({"route": "CNSHA>SGSIN>THBKK>USLAX"}, "THA", 0.5),  # the heaviest counts
        ({"route": "CNSHA>USLAX"}, None, 0.0),
        ({"route": "CNSHA>THBKK", "destination_iso3": "THA"}, None, 0.0),  # the destination is no third country
        ({"dispatch_iso3": "VNM"}, "VNM", 0.5),  # known without a route
        ({}, None, None),
    ],
)
def test_hub_on_route(given: dict[str, Any], hub: str | None, expected: float | None):
    found = build(declaration("a", **given))
    assert found["hub_iso3"].item() == hub
    assert found["hub_on_route"].item() == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"route": "CNSHA>USLAX"}, 0.0),
        ({"route": "CNSHA>USLAX>MXZLO"}, 0.9),
        ({"route": "CNSHA>SGSIN"}, 0.6),
        ({"route": "CNSHA>DEHAM", "destination_iso3": "CHE"}, 0.0),
        ({"route": "CNSHA>junk"}, None),
        ({}, None),
    ],
)
def test_beyond_destination(given: dict[str, Any], expected: float | None):
    assert one("beyond_destination", **given) == (pytest.approx(expected) if expected is not None else None)


def test_a_ship_cannot_reach_bishkek():
    assert one("impossible_leg", route="CNSHA>KGZ", destination_iso3="KGZ") == 1.0
    assert (
        one("impossible_leg", route="CNSHA>KGZ", destination_iso3="KGZ", transport_mode="rail") == 0.0
    )  # there is a railway
    assert one("impossible_leg", route="CNSHA>DEHAM>CHE", destination_iso3="CHE") == 0.0


def test_an_inland_leg_of_unknown_length_is_half_a_doubt():
    past = frame(declaration("past")).clear()
    found = build_routing(frame(declaration("a", route="CNSHA>KGZ")), NO_DISTANCES.lazy(), past).collect()
    assert found["impossible_leg"].item() == 0.5


@pytest.mark.parametrize(
    ("given", "place", "expected"),
    [
        ({"route": "CNSHA>AEJEA>DEHAM", "destination_iso3": "DEU"}, "AEJEA", 0.4),
        ({"route": "CNSHA>OMSLL>AEJEA>DEHAM", "destination_iso3": "DEU"}, "AEJEA", 0.4),  # the heaviest counts
        ({"route": "CNSHA>AE>DEHAM", "destination_iso3": "DEU"}, None, 0.0),  # a country is no zone
        ({"route": "CNSHA>AEJEA", "destination_iso3": "ARE"}, None, 0.0),  # declared as where the goods go
        ({"dispatch_iso3": "ARE", "loading_port": "AEJEA"}, None, 0.0),  # declared as where they come from
        ({"loading_port": "AE JEA"}, "AEJEA", 0.4),
        ({"discharge_port": "PAONX"}, "PAONX", 0.4),
        ({"discharge_port": "USLAX"}, None, 0.0),
        ({"dispatch_iso3": "ARE"}, None, None),  # a country alone does not tell
        ({"route": "somewhere>else"}, None, None),
        ({}, None, None),
    ],
)
def test_free_zone(given: dict[str, Any], place: str | None, expected: float | None):
    found = build(declaration("a", **given))
    assert found["free_zone_place"].item() == place
    assert found["free_zone"].item() == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("route", "mode", "expected"),
    [
        ("CNSHA>USLAX", "road", 1.0),
        ("CNSHA>USLAX", "rail", 1.0),
        ("CNSHA>JPTYO", "road", 0.5),  # distance unknown
        ("CNSHA>DEHAM", "rail", 0.0),  # there is a railway
        ("CNSHA>USLAX", "sea", 0.0),
        ("CNSHA>CNSHA", "road", None),
        ("CNSHA>HKG>USLAX", "road", 0.0),  # the mode of one border, the way on is another's
    ],
)
def test_no_lorry_crosses_an_ocean(route: str, mode: str, expected: float | None):
    found = one("impossible_leg", route=route, transport_mode=mode)
    assert found == (None if expected is None else pytest.approx(expected))

"""The route's table: registry, missing columns, the pairs it asks for."""

from __future__ import annotations

import polars as pl

from features.routing import NO_DISTANCES, REGISTRY, build_routing, wanted_pairs
from tests.unit.features.routing.worlds import declaration, distances, frame


def test_registry_columns_are_float32_and_figures_exist():
    rows = frame(declaration("a", route="CNSHA>SGSIN>USLAX"))
    found = build_routing(rows, distances(), rows).collect()
    for one in REGISTRY:
        assert found.schema[one.code] == pl.Float32
        assert set(one.figures) <= set(found.columns)


def test_only_required_columns_give_nulls():
    required = ["declaration_id", "declared_on", "direction", "hs_code", "origin_iso3", "destination_iso3"]
    rows = frame(declaration("a"), declaration("b", route="CNSHA>USLAX")).select(required)
    found = build_routing(rows, NO_DISTANCES.lazy(), rows.clear()).collect()
    assert found.height == 2
    assert found.select(one.code for one in REGISTRY).null_count().row(0) == (2,) * len(REGISTRY)


def test_rows_of_the_same_way_share_it_and_nulls_match_nulls():
    rows = frame(*(declaration(str(i), route="CNSHA>SGSIN>USLAX") for i in range(5)), declaration("none"))
    found = build_routing(rows, distances(), rows).collect()
    assert found.height == 6
    assert found["route_ratio"].drop_nulls().to_list() == [1.8] * 5


def test_wanted_pairs_are_legs_and_ends_once_each():
    rows = frame(
        declaration("a", route="CNSHA>SGSIN>USLAX"),
        declaration("b", route="SGSIN>CNSHA"),
        declaration("c", route="CNSHA>CNSHA>junk"),
        declaration("d"),
    )
    assert wanted_pairs(rows).collect().rows() == [("CNSHA", "SGSIN"), ("CNSHA", "USLAX"), ("SGSIN", "USLAX")]


def test_wanted_pairs_hold_the_sea_way_around_inland_places():
    rows = frame(declaration("a", route="CNSHA>DEHAM>CHE", destination_iso3="CHE"))
    pairs = wanted_pairs(rows).collect().rows()
    assert ("CNSHA", "DEHAM") in pairs
    assert ("CHE", "CNSHA") in pairs

from datetime import date

import polars as pl
import pytest

from features.corridors import REGISTRY, build_corridor, route_countries, surge_strength

CODES = pl.LazyFrame({"mineral": ["germanium", "antimony"], "hs6": ["811292", "811010"]})


def state(**more: object) -> pl.LazyFrame:
    row = {
        "mineral": "germanium",
        "hub_iso3": "THA",
        "destination_iso3": "USA",
        "as_of": date(2024, 3, 1),
        "origin_iso3": "CHN",
        "corridor_surge": 0.8,
        "hub_exposure": 0.4,
        "corridor_id": "germanium:CHN>THA>USA:2024-01",
        "corridor_event_on": date(2023, 8, 1),
        "corridor_excess": 12_000.0,
        "corridor_unit": "kg",
        "corridor_period": date(2024, 1, 1),
        "corridor_rival": "none stands out",
        "corridor_q": 0.01,
    }
    return pl.LazyFrame([row | more])


def declared(**more: object) -> pl.LazyFrame:
    row = {
        "declaration_id": "a",
        "declared_on": date(2024, 3, 9),
        "hs_code": "8112929010",
        "origin_iso3": "THA",
        "dispatch_iso3": "THA",
        "destination_iso3": "USA",
        "route": None,
    }
    return pl.LazyFrame([row | more], schema_overrides={"route": pl.String, "dispatch_iso3": pl.String})


def surge(frame: pl.LazyFrame, states: pl.LazyFrame | None = None, **more: object) -> float | None:
    got = build_corridor(frame, state() if states is None else states, CODES, **more).collect()  # type: ignore[arg-type]
    assert got.height == 1
    return got["corridor_surge"].item()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "where",
    [
        {},  # dispatched from the hub
        {"origin_iso3": "CHN"},  # of the origin, dispatched from the hub
        {"dispatch_iso3": None},  # the hub as origin
        {"origin_iso3": "CHN", "dispatch_iso3": "CHN", "destination_iso3": "THA"},  # first leg
        {"origin_iso3": "CHN", "dispatch_iso3": "CHN", "route": "CNSHA>THLCH@2024-03-20>USLGB"},  # hub on the way
        {"origin_iso3": "CHN", "dispatch_iso3": "CHN", "route": "chn > tha > usa"},
    ],
)
def test_declaration_on_the_corridor_is_told(where: dict[str, object]) -> None:
    assert surge(declared(**where)) == pytest.approx(0.8)


@pytest.mark.parametrize(
    "where",
    [
        {"hs_code": "250410"},
        {"destination_iso3": "DEU"},
        {"origin_iso3": "CHN", "dispatch_iso3": "CHN"},  # straight, no hub
        {"origin_iso3": "CHN", "dispatch_iso3": "CHN", "route": "CNSHA>USLGB"},
        {"declared_on": date(2024, 2, 29)},  # the state of March is not yet known
        {"declared_on": date(2024, 4, 1)},
    ],
)
def test_other_declarations_are_unknown(where: dict[str, object]) -> None:
    assert surge(declared(**where)) is None


def test_candidate_mineral_is_looked_up() -> None:
    candidates = pl.LazyFrame({"declaration_id": ["a"], "mineral": ["germanium"]})
    assert surge(declared(hs_code="690721"), candidates=candidates) == pytest.approx(0.8)


def test_open_corridor_serves_every_destination() -> None:
    assert surge(declared(destination_iso3="DEU"), state(destination_iso3="_X")) == pytest.approx(0.8)


def test_missing_columns_and_strongest_of_several() -> None:
    states = pl.concat(
        [state(), state(mineral="antimony", corridor_surge=0.9, corridor_id="antimony:CHN>THA>USA:2024-01")]
    )
    candidates = pl.LazyFrame({"declaration_id": ["a"], "mineral": ["antimony"]})
    frame = declared().drop("route", "dispatch_iso3")
    assert surge(frame, states, candidates=candidates) == pytest.approx(0.9)
    for one in REGISTRY:
        assert build_corridor(frame, states, CODES).collect().schema[one.code] == pl.Float32


def test_routes_are_read() -> None:
    frame = pl.DataFrame({"r": ["CNSHA>THLCH@2024-01-02>USA", None, "", ">>?>1", "x" * 100_000]})
    got = frame.select(route_countries(pl.col("r"))).to_series().to_list()
    assert got[0] == ["CHN", "THA", "USA"]
    assert got[1:3] == [[], []]
    assert got[3] == []


def test_strength_by_hand() -> None:
    # −log10 p: 1 gives 0, 2 gives 0.5, 3 gives 1; a rival of 0.6 leaves 0.4 of it
    frame = pl.DataFrame({"p": [0.5, 0.01, 0.0001, 0.0001, None], "r": [0.0, 0.0, None, 0.6, 0.0]})
    got = frame.select(surge_strength(pl.col("p"), pl.col("r"))).to_series().to_list()
    assert got[:4] == pytest.approx([0.0, 0.5, 1.0, 0.4])
    assert got[4] is None


def test_a_worklist_never_gives_a_countrys_amount_which_it_has_no_bounds_for() -> None:
    (surge,) = [one for one in REGISTRY if one.code == "corridor_surge"]
    assert not {"corridor_excess", "corridor_unit"} & set(surge.figures)
    assert "{corridor_excess}" not in surge.sentence

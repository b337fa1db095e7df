"""Content corridors on hand-made lanes, and a planted one in a made world."""

from datetime import date

import numpy as np
import polars as pl

from features.contracts.defaults import complete_flows
from features.corridors import Watch, is_kept_from, watched_places
from features.corridors.content import content_surges
from pipelines.settings.closed import load_section
from pipelines.settings.corridors import CorridorSettings
from pipelines.steps.corridor_content import content_corridors
from pipelines.steps.corridor_search import look_of
from tests.trade_worlds import divert, honest_world

TRIAL = {"mineral": "germanium", "look": 24300, "event": 24290, "trial": "real"}


def lane(start: str, end: str, z: float | None, **more: object) -> dict[str, object]:
    return TRIAL | {
        "exporter_iso3": start, "importer_iso3": end, "post_sum": 200.0, "floor": 10.0, "z": z, "excess": 100.0,
        "is_from_origin": start == "CHN", "is_mass": True, "post_from": 24290, "post_to": 24295, "post_usd": 5.0,
    } | more  # fmt: skip


def surges(material: list[dict[str, object]], made: list[dict[str, object]]) -> list[dict[str, object]]:
    goods = pl.LazyFrame(made).with_columns(pl.lit("lenses").alias("good"))
    return content_surges(pl.LazyFrame(material), goods).sort("hub_iso3", "destination_iso3").collect().to_dicts()


def test_the_lesser_leg_counts_and_both_must_be_material() -> None:
    (found,) = surges(
        [lane("CHN", "THA", 3.0), lane("CHN", "MYS", 9.0, post_sum=1.0), lane("JPN", "THA", 9.0)],
        [lane("THA", "USA", 2.0), lane("MYS", "USA", 9.0), lane("THA", "CHN", 9.0), lane("CHN", "USA", 9.0)],
    )
    assert (found["origin_iso3"], found["hub_iso3"], found["destination_iso3"]) == ("CHN", "THA", "USA")
    assert (found["content_z"], found["good"], found["out_usd"]) == (2.0, "lenses", 5.0)


def test_a_leg_without_a_past_is_not_looked_at() -> None:
    assert surges([lane("CHN", "THA", None)], [lane("THA", "USA", 2.0)]) == []
    assert surges([lane("CHN", "THA", 2.0)], [lane("THA", "USA", None)]) == []


def test_planted_work_abroad_leads_the_table() -> None:
    settings = load_section(CorridorSettings, "corridors")
    since, until = date(2023, 9, 1), date(2024, 2, 1)
    world = honest_world(1, codes=("811292", "900190", "282560", "760110"))
    into = divert(world, code="811292", origin="CHN", hub="THA", destination="KOR", since=since, until=until, kg=3e5)
    both = divert(into, code="900190", origin="JPN", hub="THA", destination="USA", since=since, until=until, kg=3e5)
    watch = Watch("germanium", ("811292", "282560"), ("CHN",), ("USA",), (date(2023, 8, 1),))
    look = look_of(date(2024, 4, 30))
    found = content_corridors(complete_flows(both).lazy(), [watch], look=look, settings=settings)
    first = found.row(0, named=True)
    assert (first["hub_iso3"], first["destination_iso3"]) == ("THA", "USA")
    assert first["good"] == "lenses, prisms and mirrors, unmounted"
    assert first["p_value"] < 0.02
    assert np.isfinite(found["q_value"].to_numpy()).all()
    quiet = content_corridors(complete_flows(world).lazy(), [watch], look=look, settings=settings)
    assert quiet.filter(pl.col("q_value") <= 0.1).is_empty()


def test_a_destination_is_watched_by_name_or_by_a_measure_that_binds_all() -> None:
    since, later = date(2023, 8, 1), date(2024, 12, 1)
    refused = Watch("germanium", ("811292",), ("CHN",), ("USA",), (since, later), everywhere_since=(since,))
    anywhere = Watch("tin", ("800110",), ("CHN",), (), (since,))
    asked = [("germanium", "USA", later), ("germanium", "IND", since), ("germanium", "IND", later)]
    asked.append(("tin", "IND", later))
    rows = pl.LazyFrame(asked, schema=["mineral", "destination_iso3", "day"], orient="row").with_columns(
        (pl.col("day").dt.year() * 12 + pl.col("day").dt.month() - 1).alias("event")
    )
    told = rows.join(watched_places([refused, anywhere]), on="mineral", how="left", maintain_order="left")
    assert told.select(is_kept_from()).collect().to_series().to_list() == [True, True, False, True]


def test_no_downstream_goods_give_an_empty_table() -> None:
    settings = load_section(CorridorSettings, "corridors")
    world = complete_flows(honest_world(1, codes=("811292",))).lazy()
    watch = Watch("my own goods", ("811292",), ("CHN",), ("USA",), (date(2023, 8, 1),))
    assert content_corridors(world, [watch], look=look_of(date(2024, 4, 30)), settings=settings).is_empty()
    germanium = Watch("germanium", ("811292",), ("CHN",), ("USA",), (date(2023, 8, 1),))
    assert content_corridors(world, [germanium], look=look_of(date(2024, 4, 30)), settings=settings).is_empty()

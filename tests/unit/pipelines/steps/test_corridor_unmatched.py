"""A country that suddenly sends out what nobody saw it take in leads the table; honest worlds name nothing."""

from datetime import date

import polars as pl
from polars.testing import assert_frame_equal

from features.contracts.defaults import complete_flows
from features.corridors import Watch
from features.mirror import known_at, pair_mirrors
from pipelines.settings.closed import load_section
from pipelines.settings.corridors import CorridorSettings
from pipelines.steps.corridor_search import first_day, look_of
from pipelines.steps.corridor_unmatched import unmatched_flows
from pipelines.steps.lane_lags import lane_lags
from tests.trade_worlds import honest_world

SETTINGS = load_section(CorridorSettings, "corridors")
WATCH = Watch("germanium", ("811292",), ("CHN",), ("USA",), (date(2023, 8, 1),))
LOOK = look_of(date(2024, 11, 30))


def judged(world: pl.DataFrame) -> pl.DataFrame:
    return unmatched_flows(complete_flows(world).lazy(), [WATCH], look=LOOK, settings=SETTINGS)


def lane(exporter: str, importer: str) -> pl.Expr:
    mine = (pl.col("reporter_iso3") == exporter) & (pl.col("partner_iso3") == importer)
    theirs = (pl.col("reporter_iso3") == importer) & (pl.col("partner_iso3") == exporter)
    return ((mine & (pl.col("direction") == "export")) | (theirs & (pl.col("direction") == "import"))) & (
        pl.col("hs_code") == "811292"
    )


def test_outflow_without_inflow_leads_and_an_honest_world_names_nothing() -> None:
    world = honest_world(3)
    assert judged(world).filter(pl.col("q_value") <= 0.05).is_empty()
    sent = world.filter((pl.col("hs_code") == "811292") & (pl.col("direction") == "export"))
    hub, place = sent.filter(~pl.col("reporter_iso3").is_in(["CHN"])).select("reporter_iso3", "partner_iso3").row(0)
    late = lane(hub, place) & (pl.col("period") >= date(2024, 4, 1))
    more = world.with_columns(
        pl.when(late).then(pl.col(name) * 1_000).otherwise(name).alias(name) for name in ("value_usd", "net_kg")
    )
    first = judged(more).row(0, named=True)
    assert (first["kind"], first["exporter_iso3"], first["importer_iso3"]) == ("outflow", hub, None)
    assert first["q_value"] <= 0.05
    assert first["excess"] > 0


def test_years_alone_and_no_figures_give_an_empty_table() -> None:
    world = honest_world(3, codes=("811292",))
    assert judged(world.with_columns(pl.lit("A").alias("freq"))).is_empty()
    assert judged(world.head(0)).is_empty()


def test_neither_row_order_nor_what_is_published_later_changes_anything() -> None:
    world = complete_flows(honest_world(4, codes=("811292", "282560", "760110", "740311")))
    early = LOOK - 6
    known = world.filter(pl.col("published_on") < first_day(early))
    one = unmatched_flows(known.lazy(), [WATCH], look=early, settings=SETTINGS)
    assert one.height > 0
    other = unmatched_flows(
        world.sample(fraction=1.0, shuffle=True, seed=1).lazy(), [WATCH], look=early, settings=SETTINGS
    )
    key = ["kind", "exporter_iso3", "importer_iso3", "period"]
    sorted_ = [frame.sort(key).drop("unmatched", "moved", "usual", "excess") for frame in (one, other)]
    assert_frame_equal(*sorted_, rel_tol=1e-9, abs_tol=1e-9)


def test_lag_weights_learn_nothing_from_later_figures_or_row_order() -> None:
    world = complete_flows(honest_world(4, codes=("811292", "760110")))
    early = first_day(LOOK - 6)
    tables = []
    for flows in (world.filter(pl.col("published_on") < early), world.sample(fraction=1.0, shuffle=True, seed=2)):
        pairs = known_at(pair_mirrors(flows.lazy()), pl.lit(early)).collect()
        table = lane_lags(flows.lazy().filter(pl.col("published_on") < early), pairs)
        tables.append(table.sort("exporter_iso3", "importer_iso3", "lag"))
    assert_frame_equal(*tables, rel_tol=1e-9, abs_tol=1e-9)

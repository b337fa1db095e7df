"""What stands beside corridors in a run: bounds by trader, gaps whose parts sum, years, chains, counts that add up."""

from datetime import date

import polars as pl
import pytest

from pipelines.reference import load_controls
from pipelines.settings.closed import load_section
from pipelines.settings.corridors import CorridorSettings
from pipelines.steps.corridors import CorridorsResult, run_corridors
from tests.trade_worlds import divert, honest_world, stop

SETTINGS = load_section(CorridorSettings, "corridors")
EVENT = date(2023, 8, 1)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> CorridorsResult:
    """A chain China > Thailand > Malaysia > United States, and one trader in Thailand who passes part of it on."""
    folder = tmp_path_factory.mktemp("views")
    world = stop(honest_world(0), code="811292", origin="CHN", destination="USA", since=EVENT)
    when = {"since": date(2023, 9, 1), "until": date(2024, 2, 1), "kg": 200_000.0}
    for origin, hub, destination in (("CHN", "THA", "USA"), ("THA", "MYS", "USA")):
        world = divert(world, code="811292", origin=origin, hub=hub, destination=destination, **when)
    more = world.head(3).with_columns(
        pl.Series("direction", ["re_export", "export", "export"]), pl.Series("hs_code", ["811292", "8112", "811292"]),
        pl.Series("partner_iso3", ["USA", "USA", "W00"]),
    )  # fmt: skip
    consigned = world.head(2).with_columns(  # what the United States bought of China, a tenth by way of Thailand
        pl.lit("import").alias("direction"), pl.lit("USA").alias("reporter_iso3"), pl.lit("CHN").alias("partner_iso3"),
        pl.lit("811292").alias("hs_code"), pl.lit(date(2023, 11, 1)).alias("period"), pl.lit("CIF").alias("valuation"),
        pl.Series("consigned_iso3", ["CHN", "THA"]), pl.Series("value_usd", [900.0, 100.0]),
    )  # fmt: skip
    pl.concat([world, more, consigned.select(world.columns)]).write_parquet(folder / "flows.parquet")
    item = {"direction": "import", "hs_code": "811292", "origin_iso3": "CHN", "net_kg": 5000.0, "value_usd": 5e6}
    rows = [
        item | {"declaration_id": "1", "declared_on": date(2023, 9, 5), "destination_iso3": "THA", "consignee_id": "T"},
        item | {"declaration_id": "2", "declared_on": date(2023, 10, 5), "destination_iso3": "USA", "exporter_id": "T",
                "dispatch_iso3": "THA", "net_kg": 4900.0, "direction": "export", "value_usd": 5e6},
    ]  # fmt: skip
    pl.DataFrame(rows, infer_schema_length=None).write_parquet(folder / "declarations.parquet")
    (folder / "watch.toml").write_text(
        '[[watch]]\nname = "germanium"\nhs_codes = ["811292"]\norigins = ["CHN"]\ndestinations = ["USA"]\n'
        "event_on = 2023-08-01\n"
    )
    return run_corridors(
        folder / "flows.parquet",
        as_of=date(2024, 4, 30),
        controls=load_controls(),
        out_dir=folder / "out",
        settings=SETTINGS,
        watch_path=folder / "watch.toml",
        declarations_path=folder / "declarations.parquet",
    )


def test_country_figures_come_with_bounds_by_trader(result: CorridorsResult) -> None:
    row = result.corridors.filter(hub_iso3="THA", period=date(2024, 2, 1)).row(0, named=True)
    assert row["rerouted_trader_kg"] == row["rerouted_country_kg"] == 4900.0
    assert "4900 kg by the same trader" in row["evidence"]
    other = result.corridors.filter(pl.col("hub_iso3") == "DEU")
    assert all("no bound by trader or group" in words for words in other["evidence"])


def test_no_country_figure_stands_without_bounds_when_declarations_are_at_hand(result: CorridorsResult) -> None:
    words = ("by the same group", "no bound by trader or group")
    told = result.corridors["evidence"]
    assert all(any(one in said for one in words) for said in told)
    assert {"rerouted_trader_kg", "rerouted_group_kg"} <= set(result.corridors.columns)
    assert {"passed_trader_kg", "passed_group_kg"} <= set(result.views.chains.columns)
    pages = [path.read_text(encoding="utf-8") for path in (result.page.parent / "corridors").glob("*.html")]
    assert len(pages) >= 3
    assert all(any(one in page for one in words) for page in pages if "can have been passed on" in page)


def test_a_code_of_several_goods_never_passes_for_the_mineral(result: CorridorsResult) -> None:
    for row in result.corridors.iter_rows(named=True):
        assert 0.0 <= row["mineral_share_low"] <= row["mineral_share_high"] <= 1.0
        assert "% by mass can be germanium" in row["evidence"]
        assert row["mineral_kg_low"] <= max(row["excess_kg_low"], 0.0) + 1e-6
        assert row["mineral_kg_high"] <= max(row["excess_kg_high"], 0.0) + 1e-6


def test_the_hub_share_is_told_by_figures_and_by_consignments(result: CorridorsResult) -> None:
    row = result.corridors.filter(hub_iso3="THA", period=date(2024, 2, 1)).row(0, named=True)
    assert row["hub_share"] == pytest.approx(0.1)
    assert "10 % of what USA recorded as of CHN was consigned from THA" in row["evidence"]
    assert row["declared_hub_share"] == 1.0  # the one declared consignment for the United States came from Thailand
    assert "Of 1 declared consignments of CHN goods for USA, 100 % came through THA" in row["evidence"]


def test_the_parts_of_every_gap_sum_to_the_whole(result: CorridorsResult) -> None:
    gaps = result.views.mirror.filter(pl.col("gap_whole").is_not_null())
    parts = pl.sum_horizontal(pl.col("gap_cif", "gap_lag", "gap_price", "gap_quantity", "gap_rest").fill_null(0.0))
    assert gaps.height > 0
    assert gaps.filter((pl.col("gap_whole") - parts).abs() > 1e-9).is_empty()
    assert set(gaps["freq"]) == {"M", "A"}


def test_the_chain_of_two_hubs_is_the_first_of_the_list(result: CorridorsResult) -> None:
    first = result.views.chains.row(0, named=True)
    assert (first["origin_iso3"], first["hubs"], first["destination_iso3"]) == ("CHN", "THA>MYS", "USA")
    assert first["p_value"] < 0.01


def test_every_row_is_accounted_for(result: CorridorsResult) -> None:
    counts = result.counts
    told = [counts[name] for name in ("paired", "totals", "re_exports", "short_codes", "after_as_of")]
    assert sum(told) == counts["used"]
    assert counts["read"] == counts["used"] + counts["rejected"]
    assert told[1:4] == [1, 1, 1]

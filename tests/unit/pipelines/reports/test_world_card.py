"""The card of a world shows its truth, works offline, runs no script and is the same for the same seed."""

from __future__ import annotations

import re
from datetime import date

import polars as pl
import pytest

from pipelines.reports.world_card import mirror_ratios, noise_figures, world_page
from pipelines.simulate.world import build_world
from pipelines.simulate.worlds import load_world

Tables = dict[str, pl.LazyFrame]


def small(name: str) -> Tables:
    settings = load_world(name)
    statistics = settings.statistics.model_copy(update={"lane_share": 0.004})
    made = build_world(settings.model_copy(update={"statistics": statistics}), seed=3, declarations=2500, months=18)
    return {name: table.lazy() for name, table in made.items()}


@pytest.fixture(scope="module")
def tables() -> Tables:
    return small("demo")


def test_the_card_names_schemes_noise_senses_and_settings(tables: Tables) -> None:
    page = world_page(tables, about="A world <of> tests.", seed=3)
    assert "A world &lt;of&gt; tests." in page
    for words in ("false_name", "hand_baggage", "nickel ore", "cannot see", "evasion.prevalence_share", "price_boom"):
        assert words in page
    assert page.count("<svg") == 3
    assert world_page(tables, about="A world <of> tests.", seed=3) == page


def test_the_card_needs_no_network_and_no_script(tables: Tables) -> None:
    page = world_page(tables, about="x", seed=3)
    assert "<script" not in page
    assert not re.search(r'(src|href)="https?:', page)


def test_a_world_without_evasion_says_so() -> None:
    page = world_page(small("null"), about="x", seed=3)
    assert "every flag raised on this world is a false one" in page


def test_noise_takes_the_newest_figure_of_full_years_and_large_pairs() -> None:
    # one lane: 12 months of exports of 10,000 and imports of 15,000 USD, of which one was first given as 99,000
    rows = [("CHN", "USA", "export", date(2024, m, 1), 10_000.0, date(2024, 12, 31)) for m in range(1, 13)]
    rows += [("USA", "CHN", "import", date(2024, m, 1), 15_000.0, date(2025, 3, 1)) for m in range(1, 13)]
    rows += [("USA", "CHN", "import", date(2024, 5, 1), 99_000.0, date(2024, 8, 1))]
    names = ["reporter_iso3", "partner_iso3", "direction", "period", "value_usd", "published_on"]
    flows = pl.DataFrame(rows, schema=names, orient="row").with_columns(
        pl.lit("811010").alias("hs_code"), pl.lit("M").alias("freq"), pl.lit("W00").alias("consigned_iso3")
    )
    ratios = mirror_ratios(flows.lazy())
    assert ratios["ratio"].to_list() == [1.5]  # 180,000 over 120,000
    assert noise_figures(ratios)["50 %"] == 1.5
    assert noise_figures(ratios.clear()) == {}

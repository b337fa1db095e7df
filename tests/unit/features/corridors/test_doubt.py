"""Legs of which the exporter and the importer tell quite another mass."""

import polars as pl
import pytest

from features.corridors.doubt import doubted_prices
from features.mirror import pair_mirrors
from tests.unit.features.mirror.flow_rows import flow, flows

JANUARY = 2024 * 12
CORRIDOR = {
    "mineral": "germanium", "look": JANUARY + 5, "event": JANUARY, "trial": "real", "post_from": JANUARY,
    "post_to": JANUARY + 1, "origin_iso3": "CHN", "hub_iso3": "THA", "destination_iso3": "USA",
}  # fmt: skip


def doubted(*rows: dict[str, object], look: int = JANUARY + 5) -> list[dict[str, object]]:
    codes = pl.LazyFrame({"mineral": ["germanium"], "hs6": ["811292"]})
    asked = pl.LazyFrame([CORRIDOR | {"look": look}], schema_overrides=dict.fromkeys(("look",), pl.Int32))
    return doubted_prices(asked, pair_mirrors(flows(*rows)), codes).collect().to_dicts()


def leg(month: str, *, exporter: float, importer: float | None) -> list[dict[str, object]]:
    """One month from Thailand to the USA, of 1,000 USD on either side."""
    told = [flow("THA", "USA", "export", month, 1_000.0, net_kg=exporter)]
    return told + ([flow("USA", "THA", "import", month, 1_000.0, net_kg=importer)] if importer else [])


def test_the_exporters_price_is_told_where_the_masses_contradict_each_other() -> None:
    # 2,000 USD over 500 + 300 kg; the importer weighed 10 + 6
    rows = [*leg("2024-01", exporter=500.0, importer=10.0), *leg("2024-02", exporter=300.0, importer=6.0)]
    (told,) = doubted(*rows)
    assert (told["exporter_iso3"], told["importer_iso3"]) == ("THA", "USA")
    assert told["other_uv"] == pytest.approx(2.5)


def test_sides_that_differ_as_most_do_and_single_sides_say_nothing() -> None:
    assert doubted(*leg("2024-01", exporter=280.0, importer=100.0)) == []  # ln 2.8 = 1.03 of 1.04
    assert doubted(*leg("2024-01", exporter=300.0, importer=100.0)) != []
    assert doubted(*leg("2024-01", exporter=500.0, importer=None)) == []


def test_only_months_compared_and_figures_public_by_the_look_count() -> None:
    assert doubted(*leg("2024-03", exporter=500.0, importer=10.0)) == []
    assert doubted(*leg("2024-02", exporter=500.0, importer=10.0), look=JANUARY + 3) == []

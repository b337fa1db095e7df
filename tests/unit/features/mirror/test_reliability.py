import polars as pl
import pytest

from features.mirror import hub_share, lane_spread, reporter_spread
from features.mirror.reliability import MEAN_ABSOLUTE, ORDINARY_SPREAD_LN
from tests.unit.features.mirror.flow_rows import flow, flows


def test_small_reporter_is_shrunk_to_the_ordinary() -> None:
    # one lane with gap 1.0, weight 20 for the prior 0.5177·0.7979 = 0.4131: (1 + 20·0.4131)/21/0.7979 = 0.5528
    gaps = pl.LazyFrame({"exporter_iso3": ["CHN", "CHN"], "importer_iso3": ["USA", "JPN"], "gap": [1.0, None]})
    got = reporter_spread(gaps).sort("country_iso3").collect()
    assert got["country_iso3"].to_list() == ["CHN", "USA"]
    prior = ORDINARY_SPREAD_LN * MEAN_ABSOLUTE
    assert got["spread_ln"].to_list() == pytest.approx([(1 + 20 * prior) / 21 / MEAN_ABSOLUTE] * 2)


def test_unknown_country_counts_as_ordinary() -> None:
    frame = pl.DataFrame({"a": [0.3, None, None], "b": [0.4, 0.52, None]}, schema_overrides={"a": pl.Float64})
    got = frame.select(lane_spread(pl.col("a"), pl.col("b"), ordinary_spread=0.52)).to_series().to_list()
    assert got == pytest.approx([((0.09 + 0.16) / 2) ** 0.5, 0.52, 0.52])


def test_hub_share_by_hand() -> None:
    # of Chinese origin: 70 straight, 30 by way of Hong Kong; Hong Kong's share is 0.3
    rows = [
        flow("USA", "CHN", "import", "2024-01", 100.0, consigned_iso3="W00"),
        flow("USA", "CHN", "import", "2024-01", 70.0, consigned_iso3="CHN"),
        flow("USA", "CHN", "import", "2024-01", 30.0, consigned_iso3="HKG"),
    ]
    got = hub_share(flows(*rows)).collect().to_dicts()
    assert len(got) == 1
    assert (got[0]["hub_iso3"], got[0]["hub_share"]) == ("HKG", pytest.approx(0.3))

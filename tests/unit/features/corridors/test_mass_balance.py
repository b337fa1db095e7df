import polars as pl
import pytest

from features.corridors.mass_balance import contained_flows, impossible_shares
from features.mirror import pair_mirrors
from tests.unit.features.mirror.flow_rows import flow, flows

CONTENT = pl.LazyFrame({"mineral": ["antimony"], "hs6": ["282580"], "share_low": [0.8], "share_high": [0.8]})


def year_of(exporter: str, importer: str, kg: float | None, n: int = 12) -> list[dict[str, object]]:
    return [
        flow(exporter, importer, "export", f"2024-{m:02d}", 1e6, net_kg=kg, hs_code="282580") for m in range(1, n + 1)
    ]


def made(contained: float, low: float, high: float) -> pl.DataFrame:
    row = {"mineral": "antimony", "country_iso3": "THA", "year": 2024, "source": "made for a test"}
    frame = pl.DataFrame([{**row, "contained_t": contained, "low_t": low, "high_t": high}])
    return frame.with_columns(pl.col("year").cast(pl.Int32))


def balance(rows: list[dict[str, object]], production: pl.DataFrame) -> list[dict[str, object]]:
    found = contained_flows(pair_mirrors(flows(*rows)), CONTENT)
    return impossible_shares(found, production).to_dicts()


def test_more_out_than_can_have_been_had() -> None:
    # out 12 x 100 t x 0.8 = 960 t; in 12 x 25 t x 0.8 = 240 t; made 240 t: (960 - 480)/960 = one half
    (one,) = balance([*year_of("THA", "USA", 100_000.0), *year_of("CHN", "THA", 25_000.0)], made(240.0, 240.0, 240.0))
    assert one["exported_t"] == pytest.approx(960.0)
    assert one["imported_t"] == pytest.approx(240.0)
    assert one["impossible_share"] == pytest.approx(0.5, abs=0.02)
    assert 0.35 < one["impossible_low"] < 0.5 < one["impossible_high"] < 0.65  # type: ignore[operator]
    assert one["p_impossible"] == pytest.approx(1.0)


def test_a_lot_at_sea_counts_when_it_arrives() -> None:
    rows = year_of("CHN", "THA", 25_000.0)
    lot = flow("CHN", "DEU", "export", "2024-05", 1e6, net_kg=50_000.0, hs_code="282580")
    came = flow("DEU", "CHN", "import", "2024-06", 1e6, net_kg=40_000.0, hs_code="282580")
    found = contained_flows(pair_mirrors(flows(*rows, lot, came)), CONTENT)
    (german,) = found.filter(pl.col("country_iso3") == "DEU").to_dicts()
    assert (german["side"], german["low_t"]) == ("in", pytest.approx(32.0))  # 40 t x 0.8, not 72


def test_what_was_made_and_bought_covers_it() -> None:
    (one,) = balance([*year_of("THA", "USA", 100_000.0), *year_of("CHN", "THA", 100_000.0)], made(500.0, 400.0, 600.0))
    assert (one["impossible_share"], one["impossible_high"]) == (0.0, 0.0)


def test_doubt_in_production_widens_the_interval() -> None:
    rows = year_of("THA", "USA", 100_000.0)
    (sure,), (unsure,) = balance(rows, made(480.0, 480.0, 480.0)), balance(rows, made(480.0, 0.0, 960.0))
    assert unsure["impossible_low"] < sure["impossible_low"]  # type: ignore[operator]
    assert unsure["impossible_high"] > sure["impossible_high"]  # type: ignore[operator]


def test_unknown_mass_is_unknown_and_half_a_year_is_no_year() -> None:
    assert balance(year_of("THA", "USA", None), made(1.0, 1.0, 1.0)) == []
    (one,) = balance([*year_of("THA", "USA", 100_000.0), *year_of("CHN", "THA", None)], made(1.0, 1.0, 1.0))
    assert one["impossible_share"] is None
    assert balance(year_of("THA", "USA", 100_000.0, n=6), made(1.0, 1.0, 1.0)) == []
    assert balance(year_of("DEU", "USA", 100_000.0), made(1.0, 1.0, 1.0)) == []  # production says nothing of Germany


def test_other_rows_change_no_answer() -> None:
    rows = [*year_of("THA", "USA", 100_000.0), *year_of("CHN", "THA", 25_000.0)]
    more = pl.concat([made(240.0, 200.0, 300.0), made(10.0, 1.0, 20.0).with_columns(country_iso3=pl.lit("CHN"))])
    alone = balance(rows, made(240.0, 200.0, 300.0))[0]
    assert next(row for row in balance(rows, more) if row["hub_iso3"] == "THA") == alone


def test_a_unit_value_too_low_for_the_mineral_lowers_what_the_code_can_hold() -> None:
    # 1e6 USD a month over 100 t is 10 USD/kg, at most 12.5; the rest from 5, antimony from 20: at most one half
    prices = {"price_low": 20.0, "price_high": 65.0, "others_low": 5.0, "others_high": 10.0}
    bounded = CONTENT.with_columns(share_low=pl.lit(0.0), **{name: pl.lit(value) for name, value in prices.items()})
    rows = pair_mirrors(flows(*year_of("THA", "USA", 100_000.0)))
    (out,) = contained_flows(rows, bounded).filter(side="out").to_dicts()
    assert (out["low_t"], out["high_t"]) == (0.0, pytest.approx(12 * 100 * 0.8 * 0.5))
    unknown = bounded.with_columns(price_low=pl.lit(None, dtype=pl.Float64))
    (open_,) = contained_flows(rows, unknown).filter(side="out").to_dicts()
    assert open_["high_t"] == pytest.approx(960.0)

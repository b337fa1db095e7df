"""Real trade figures: ordinary noise must not be named, and a known reclassification must be told as one."""

from datetime import date
from pathlib import Path

import polars as pl
import pycountry
import pytest

from features.corridors import Watch
from features.mirror import Margin, known_at, pair_gaps, pair_mirrors
from models.cif_margin import fit_cif_margin
from models.gap_tests import judge_gaps
from pipelines.settings.closed import load_section
from pipelines.settings.corridors import CorridorSettings
from pipelines.settings.home_prices import HomePrices
from pipelines.steps.corridor_search import look_of, search_corridors
from pipelines.steps.monitor import watch_exports
from tests.unit.features.mirror.flow_rows import SCHEMA

NAMES = {"UAE": "ARE", "South Korea": "KOR", "Turkey": "TUR", "Vietnam": "VNM", "Taiwan": "TWN", "Iran": "IRN"}
NAMES |= {"USA": "USA", "Russia": "RUS", "Tanzania": "TZA", "Czech Republic": "CZE"}


def as_flows(frame: pl.DataFrame, **fixed: object) -> pl.LazyFrame:
    whole = frame.with_columns(pl.lit(value).alias(name) for name, value in fixed.items())
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in SCHEMA.items() if name not in whole.columns]
    return whole.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in SCHEMA.items()).lazy()


@pytest.fixture(scope="module")
def nickel(shared_data: Path) -> pl.LazyFrame:
    raw = pl.read_parquet(shared_data / "comtrade_nickel_mirror" / "UN_nickel_trade.parquet")
    places = [country.alpha_3 for country in pycountry.countries]
    rows = raw.filter(pl.col("partnerISO").is_in(places), pl.col("reporterISO").is_in(places)).select(
        pl.col("reporterISO").alias("reporter_iso3"),
        pl.col("partnerISO").alias("partner_iso3"),
        pl.col("flowCode").replace({"X": "export", "M": "import"}).alias("direction"),
        pl.col("cmdCode").alias("hs_code"),
        pl.date(pl.col("period").cast(pl.Int32), 1, 1).alias("period"),
        pl.col("primaryValue").cast(pl.Float64).alias("value_usd"),
        pl.when(pl.col("netWgt").cast(pl.Float64, strict=False) > 0)
        .then(pl.col("netWgt").cast(pl.Float64))
        .alias("net_kg"),
    )
    return as_flows(rows.filter(pl.col("reporter_iso3") != pl.col("partner_iso3")), freq="A", source="UN Comtrade")


def test_ordinary_noise_of_nickel_is_not_named(nickel: pl.LazyFrame) -> None:
    pairs = known_at(pair_mirrors(nickel), pl.lit(date(2027, 1, 1)))
    both = pair_gaps(pairs).filter(pl.col("x_usd").is_not_null(), pl.col("m_usd").is_not_null()).collect()
    judged = judge_gaps(both).drop_nulls("q_value")
    flagged = judged.select((pl.col("q_value") <= 0.05).mean()).item()
    small = judged.select((pl.col("p_value") <= 0.05).mean()).item()
    print(f"nickel: {judged.height} pair-years judged, {flagged:.2%} flagged at q <= 0.05, {small:.2%} with p <= 0.05")
    assert judged.height > 1_000
    assert flagged <= 0.01
    assert 0.02 <= small <= 0.08  # p-values are about what they say


def test_orphans_of_nickel_are_ordinary_too(nickel: pl.LazyFrame) -> None:
    judged = judge_gaps(pair_gaps(known_at(pair_mirrors(nickel), pl.lit(date(2027, 1, 1)))).collect()).drop_nulls(
        "q_value"
    )
    flagged = judged.select((pl.col("q_value") <= 0.05).mean()).item()
    print(f"nickel with one-sided pairs: {judged.height} judged, {flagged:.2%} flagged at q <= 0.05")
    assert flagged <= 0.05


def test_margin_of_nickel_is_plausible(nickel: pl.LazyFrame) -> None:
    fit = fit_cif_margin(pair_mirrors(nickel))
    print(f"nickel: CIF margin {fit.intercept:.3f} (ln) on {fit.n_pairs} clean pairs, spread {fit.spread_ln:.3f}")
    assert fit.n_pairs > 100
    assert 0.0 <= fit.intercept <= 0.22
    assert fit.intercept != Margin().intercept


@pytest.fixture(scope="module")
def chinese_exports(shared_data: Path) -> pl.LazyFrame:
    raw = pl.read_csv(
        shared_data / "china_exports_hs6" / "deep_dive_hs6_monthly.csv", schema_overrides={"hs6": pl.String}
    )
    codes = {name: NAMES.get(name) or pycountry.countries.lookup(name).alpha_3 for name in raw["partner_name"].unique()}
    rows = raw.select(
        pl.col("partner_name").replace_strict(codes).alias("partner_iso3"),
        pl.col("hs6").alias("hs_code"),
        pl.col("period_dt").str.to_date().alias("period"),
        pl.col("val").alias("value_usd"),
        pl.when(pl.col("qty") > 0).then("qty").alias("net_kg"),
        (pl.col("period_dt") < "2018-01-01").alias("is_net_kg_estimated"),  # 2017 masses are imputed (PROVENANCE.md)
    )
    return as_flows(rows, reporter_iso3="CHN", direction="export", freq="M", source="UN Comtrade")


def test_graphite_to_iran_and_the_emirates_is_told_as_a_reclassification(chinese_exports: pl.LazyFrame) -> None:
    events = {"380110": date(2023, 12, 1), "250410": date(2023, 12, 1), "811292": date(2023, 8, 1)}
    watches = [Watch(f"code {code}", (code,), ("CHN",), (), (day,)) for code, day in events.items()]
    settings = load_section(CorridorSettings, "corridors")
    search = search_corridors(chinese_exports, watches, last_look=look_of(date(2024, 8, 31)), settings=settings)
    assert any("No importing country's figures" in note for note in search.notes)
    named = search.tests.filter(pl.col("q_value") <= 0.1)
    told = named.select("mineral", "hub_iso3", "destination_iso3", "leading_rival").unique().sort("mineral", "hub_iso3")
    print(told)
    graphite = told.filter(pl.col("mineral") == "code 380110")
    assert set(graphite["hub_iso3"]) == {"IRN", "ARE"}
    assert set(graphite["leading_rival"]) == {"rival_reclassification"}
    assert set(graphite["destination_iso3"]) == {"_X"}  # what the third country did with it is not in these figures
    # 811292 to Kazakhstan rose twenty-nine-fold (PROVENANCE.md), most of it in October 2023, and is told as such.
    rest = told.filter(pl.col("mineral") != "code 380110")
    assert set(rest["leading_rival"]) <= {"rival_single_lot"}
    assert set(rest["hub_iso3"]) <= {"KAZ"}


def test_graphite_controls_break_the_series_without_being_told(chinese_exports: pl.LazyFrame) -> None:
    """December 2023 is found in natural and artificial graphite; 811292 holds too much else to show August 2023."""
    as_of = date(2024, 8, 31)
    watches = [Watch(f"code {code}", (code,), ("CHN",), (), (as_of,)) for code in ("380110", "250410", "811292")]
    pairs = known_at(pair_mirrors(chinese_exports), pl.lit(as_of)).collect()
    settings = load_section(CorridorSettings, "corridors")
    prices = load_section(HomePrices, "home_prices")
    breaks = watch_exports(pairs, watches, as_of=as_of, settings=settings, home_prices=prices).breaks
    print(breaks.drop("kind", "mineral"))
    december = breaks.filter(pl.col("break_on") == date(2023, 12, 1))
    assert december.height == breaks.height  # nothing else is found
    assert (breaks["latest_on"] <= date(2024, 1, 1)).all()
    assert (breaks["earliest_on"] >= date(2023, 11, 1)).all()
    natural, artificial = (december.filter(pl.col("good") == code) for code in ("250410", "380110"))
    assert {"JPN", "KOR"} <= set(natural["destination_iso3"])
    assert (natural["change_ln"] < 0).all()
    assert {"IRN", "ARE"} <= set(artificial["destination_iso3"])
    assert breaks.filter(pl.col("good") == "811292").is_empty()

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from features.contracts import Corridors
from features.corridors import Watch
from features.corridors.findings import corridor_findings
from features.errors import ContractError
from pipelines.reference import load_controls
from pipelines.settings.closed import load_section
from pipelines.settings.corridors import CorridorSettings
from pipelines.steps.corridor_search import look_of, search_corridors
from pipelines.steps.corridors import run_corridors
from tests.trade_worlds import divert, honest_world, months, stop, trade

SETTINGS = load_section(CorridorSettings, "corridors")
EVENT = date(2023, 8, 1)
WATCH = Watch("germanium", ("811292",), ("CHN",), ("USA",), (EVENT,))
AS_OF = date(2024, 4, 30)
HUB = {"code": "811292", "origin": "CHN", "hub": "THA", "destination": "USA"}


@pytest.fixture(scope="module")
def honest() -> pl.DataFrame:
    return stop(honest_world(0), code="811292", origin="CHN", destination="USA", since=EVENT)


@pytest.fixture(scope="module")
def diverted(honest: pl.DataFrame) -> pl.DataFrame:
    """Twice the usual flow of the code's mean lane, about 12,000 kg, on both legs for half a year."""
    usual = honest.filter(pl.col("hs_code") == "811292", pl.col("direction") == "export")["net_kg"].mean()
    assert isinstance(usual, float)
    return divert(honest, **HUB, since=date(2023, 9, 1), until=date(2024, 2, 1), kg=2 * usual)


def found(world: pl.DataFrame, *, as_of: date = AS_OF) -> pl.DataFrame:
    return search_corridors(world.lazy(), [WATCH], last_look=look_of(as_of), settings=SETTINGS).tests


def test_diversion_is_found_and_named_within_three_months_of_publication(diverted: pl.DataFrame) -> None:
    named = found(diverted).filter(pl.col("first_look").is_not_null())
    assert set(named["hub_iso3"]) == {"THA"}
    # the first diverted month, September 2023, is public on 14 November: the look of 1 December is the first to see it
    assert named["first_look"].min() <= 2024 * 12 + 1  # type: ignore[operator]
    assert named["leading_rival"].null_count() == named.height


def test_honest_world_names_nothing(honest: pl.DataFrame) -> None:
    tests = found(honest)
    assert tests.height > 0
    assert tests["first_look"].null_count() == tests.height
    assert tests["q_value"].min() > 0.1  # type: ignore[operator]


def test_how_much_a_pass_holds_changes_nothing(diverted: pl.DataFrame) -> None:
    day = date(2023, 12, 31)
    apart = SETTINGS.model_copy(update={"ways_per_pass": 1, "looks_per_pass": 5})
    whole, parts = (
        search_corridors(diverted.lazy(), [WATCH], last_look=look_of(day), settings=one).tests
        for one in (SETTINGS, apart)
    )
    keys = ["look", "good", "event", "trial", "origin_iso3", "hub_iso3", "destination_iso3"]
    # sums are rounded to a thousandth, after additions in any order
    assert_frame_equal(parts.sort(keys), whole.select(parts.columns).sort(keys), rel_tol=1e-6)


def test_later_figures_never_change_an_earlier_look(diverted: pl.DataFrame) -> None:
    early = date(2024, 1, 31)
    columns = ["look", "hub_iso3", "surge_z", "p_value", "q_value", "rival_strength"]
    whole = found(diverted).filter(pl.col("look") <= look_of(early)).select(columns)
    cut = found(diverted.filter(pl.col("period") <= date(2023, 12, 1)), as_of=early).select(columns)
    order = ["look", "hub_iso3"]
    assert whole.height > 0
    both = whole.sort(order).join(cut.sort(order), on=order, how="left", suffix="_cut")
    assert cut.height == whole.height
    for name in columns[2:]:
        assert both[name].to_list() == pytest.approx(both[f"{name}_cut"].to_list(), rel=1e-9)


def test_row_order_changes_nothing(diverted: pl.DataFrame) -> None:
    early = date(2023, 12, 31)
    one = found(diverted, as_of=early).sort("look", "hub_iso3")
    other = found(diverted.sample(fraction=1.0, shuffle=True, seed=4), as_of=early).sort("look", "hub_iso3")
    assert one["surge_z"].to_list() == pytest.approx(other["surge_z"].to_list(), rel=1e-9)
    assert one["q_value"].to_list() == pytest.approx(other["q_value"].to_list(), rel=1e-9)


@pytest.mark.parametrize(
    ("thin", "note"),
    [
        (lambda w: w.with_columns(net_kg=pl.lit(None, pl.Float64)), "No masses"),
        (lambda w: w.filter(pl.col("direction") == "export"), "No importing country's figures"),
        (lambda w: w.filter(pl.col("direction") == "import"), "No exporting country's figures"),
        (lambda w: w.filter(pl.col("period") == date(2023, 9, 1)), "Only one month"),
        (lambda w: w.filter(pl.col("hs_code") != "811292"), "No figures at all for: germanium"),
        (
            lambda w: w.filter(pl.col("hs_code") == "811292", pl.col("reporter_iso3") == "CHN"),
            "No corridor|Only|No importing",
        ),
        (lambda w: w.with_columns(freq=pl.lit("A"), period=pl.col("period").dt.truncate("1y")), "no monthly figures"),
    ],
)
def test_thin_figures_give_fewer_findings_and_say_so(diverted: pl.DataFrame, thin: object, note: str) -> None:
    world = thin(diverted)  # type: ignore[operator]
    search = search_corridors(world.lazy(), [WATCH], last_look=look_of(date(2023, 12, 31)), settings=SETTINGS)
    assert any(word in " ".join(search.notes) for word in note.split("|"))
    if search.tests.height:
        corridor_findings(search.tests)


@pytest.mark.parametrize(
    "odd",
    [
        Watch("no such code", ("999999",), ("CHN",), ("USA",), (EVENT,)),
        Watch("before all data", ("811292",), ("CHN",), ("USA",), (date(1990, 1, 1),)),
        Watch("after all data", ("811292",), ("CHN",), ("USA",), (date(2090, 1, 1),)),
        Watch("nobody's origin", ("811292",), ("TUV",), ("USA",), (EVENT,)),
    ],
    ids=lambda watch: watch.name,
)
def test_odd_watches_find_nothing_and_say_so(honest: pl.DataFrame, odd: Watch) -> None:
    search = search_corridors(honest.lazy(), [odd], last_look=look_of(date(2023, 12, 31)), settings=SETTINGS)
    assert search.tests.is_empty() or search.tests["first_look"].null_count() == search.tests.height
    assert search.notes or search.tests.height


def machines(*, growth: float, after: float) -> pl.DataFrame:
    """Machining centres from Japan by Turkey to Russia, whatever the rest of the world does (as in `honest_world`).

    Both legs grow evenly by `growth` a month from January 2021 on, and carry `after` times as much since the measure.
    """
    codes = ("845710", "845811", "846021", "846221", "845931", "845090")
    world = honest_world(3, codes=codes, places=("JPN", "TUR", "RUS", "DEU", "KOR", "CHN", "IND", "ITA", "ARE", "KAZ"))
    kg = [20_000.0 * (1.0 + growth) ** n * (after if month >= EVENT else 1.0) for n, month in enumerate(months())]
    for lane in (("JPN", "TUR"), ("TUR", "RUS")):
        world = trade(world, code="845710", lane=lane, kg=kg, usd_per_kg=40.0)
    watch = Watch("machining centres", ("845710",), ("JPN",), ("RUS",), (EVENT,))
    tests = search_corridors(world.lazy(), [watch], last_look=look_of(AS_OF), settings=SETTINGS).tests
    return tests.filter(pl.col("hub_iso3") == "TUR")


def test_growth_that_began_long_before_the_measure_is_told_as_what_it_is() -> None:
    # 7 % a month: half a year's window is ln 1.07 * 18.5 = 1.25 above its two years' mean, and no month stands out
    tests = machines(growth=0.07, after=1.0)
    assert set(tests["leading_rival"]) == {"rival_growth"}
    assert tests["rival_growth"].min() > 0.9  # type: ignore[operator]
    assert corridor_findings(tests)["weight_left"].max() < 0.3  # type: ignore[operator]


def test_a_jump_on_top_of_mild_growth_is_named_all_the_same() -> None:
    tests = machines(growth=0.01, after=6.0)
    named = tests.filter(pl.col("first_look").is_not_null())
    # August 2023 is public on 15 October; two months are needed: the look of 1 December
    assert named["first_look"].min() <= 2023 * 12 + 11  # type: ignore[operator]
    assert tests["rival_growth"].max() < 0.2  # type: ignore[operator]
    assert named["leading_rival"].null_count() == named.height


def test_a_watch_that_nothing_could_be_compared_for_is_named_beside_others(honest: pl.DataFrame) -> None:
    silent = Watch("nobody's origin", ("811292",), ("TUV",), ("USA",), (EVENT,))
    search = search_corridors(honest.lazy(), [WATCH, silent], last_look=look_of(date(2023, 12, 31)), settings=SETTINGS)
    assert set(search.tests["mineral"]) == {"germanium"}
    assert [note for note in search.notes if note.startswith("Nothing could be compared for: nobody's origin.")]


def test_run_writes_tables_and_a_page_that_escapes(diverted: pl.DataFrame, tmp_path: Path) -> None:
    flows, watch = tmp_path / "flows.parquet", tmp_path / "watch.toml"
    broken = diverted.head(1).with_columns(value_usd=pl.lit(-1.0))
    pl.concat([diverted, broken]).write_parquet(flows)
    watch.write_text(
        '[[watch]]\nname = "<script>alert(1)</script>"\nhs_codes = ["811292"]\norigins = ["CHN"]\n'
        'destinations = ["USA"]\nevent_on = 2023-08-01\ncontrols = ["own measure"]\n',
        encoding="utf-8",
    )
    made = tmp_path / "made.csv"
    made.write_text(
        "country_iso3,mineral,year,contained_t,low_t,high_t,source\nTHA,germanium,2023,0.1,0.05,0.2,<b>own</b>\n",
        encoding="utf-8",
    )
    result = run_corridors(
        flows,
        as_of=AS_OF,
        controls=load_controls(),
        out_dir=tmp_path / "out",
        settings=SETTINGS,
        watch_path=watch,
        production_path=made,
    )
    counts = result.counts
    assert counts["read"] == counts["used"] + counts["rejected"] == diverted.height + 1
    assert counts["rejected"] == 1
    refused = f"1 rejected (value_usd|min 1); see {tmp_path / 'out' / 'rejects' / 'flows.parquet'}"
    assert result.lines[0] == f"flows: {counts['read']:,} rows read = {counts['used']:,} used + {refused}"
    assert counts["after_as_of"] == diverted.filter(pl.col("period") >= date(2024, 3, 1)).height
    assert counts["named"] == 1
    written = Corridors.validate(pl.read_parquet(tmp_path / "out" / "corridors.parquet"))
    top = written.row(0, named=True)
    assert top["hub_iso3"] == "THA"
    assert top["q_value"] <= 0.1
    assert top["first_flagged_on"] <= AS_OF
    assert top["controls_in_force"] == ["own measure"]
    assert "indium, niobium and vanadium" in top["evidence"]
    page = result.page.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "<svg" in page
    assert "Before and after each measure" in page
    assert f"First named on {top['first_flagged_on']}, from 2023-" in page
    assert "Figures were enough" not in page
    assert page.count("Six digits cannot tell the goods apart") == 1
    assert "since, in all" not in page
    balance = pl.read_parquet(tmp_path / "out" / "mass_balance.parquet").row(0, named=True)
    assert (balance["hub_iso3"], balance["year"]) == ("THA", 2023)
    assert balance["impossible_low"] <= balance["impossible_share"] <= balance["impossible_high"]
    assert "&lt;b&gt;own" in page
    own = [path.read_text(encoding="utf-8") for path in (tmp_path / "out" / "corridors").iterdir()]
    assert len(own) == written.height
    for text in own:
        assert "<script" not in text
        assert "http://" not in text.replace("http://www.w3.org", "")
    assert all("Where the two sides differ" in text and "&lt;script&gt;" in text for text in own)
    months = pl.read_parquet(tmp_path / "out" / "monitor.parquet")
    assert months["period"].max() <= date(2024, 2, 1)  # type: ignore[operator]  # public by 30 April, 45 days late
    assert pl.read_csv(tmp_path / "out" / "monitor.csv").height == months.height
    assert len(page) < 3_000_000
    for word in ("smuggl", "fraud", "guilty"):
        assert word not in page.lower()
    assert pl.read_csv(tmp_path / "out" / "corridors.csv").height == written.height


def test_nothing_to_find_still_writes_everything_and_leaves_nothing_of_an_earlier_run(tmp_path: Path) -> None:
    earlier = [tmp_path / "out" / name for name in ("corridors/001-germanium-CHN-THA-USA.html", "chains.csv")]
    for path in earlier:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    flows = tmp_path / "flows.csv"
    flows.write_text(
        "reporter_iso3,partner_iso3,direction,hs_code,period,freq,value_usd,source\n"
        "CHN,USA,export,811292,2024-01-01,M,10,made\n",
        encoding="utf-8",
    )
    result = run_corridors(flows, as_of=AS_OF, controls=load_controls(), out_dir=tmp_path / "out", settings=SETTINGS)
    assert result.corridors.is_empty()
    assert all(path.exists() for path in result.paths)
    assert not any(path.exists() for path in earlier)
    assert result.notes


def test_broken_flows_are_refused(tmp_path: Path) -> None:
    flows = tmp_path / "flows.csv"
    flows.write_text("reporter_iso3,partner_iso3\nCHN,USA\n", encoding="utf-8")
    with pytest.raises(ContractError):
        run_corridors(flows, as_of=AS_OF, controls=load_controls(), out_dir=tmp_path / "out", settings=SETTINGS)

"""Published statistics: as noisy as real ones, late as real ones, and telling the same story as the movements."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.background import EXTRA
from pipelines.simulate.calendar_of_controls import price_by_month
from pipelines.simulate.campaign import campaign
from pipelines.simulate.draws import day_number, month_starts
from pipelines.simulate.evaders import recruit
from pipelines.simulate.honest import licensed_trade, ordinary_trade
from pipelines.simulate.inspection import Capacity
from pipelines.simulate.legs import WAYS, cross_borders
from pipelines.simulate.lookalikes import LOOKALIKES, lookalike_trade
from pipelines.simulate.movements import Setting
from pipelines.simulate.papers import office_names
from pipelines.simulate.reclassification import rebook
from pipelines.simulate.trade_figures import added, packed, publish, sum_sightings, summed, unpacked
from pipelines.simulate.world import found_world, shifted
from pipelines.simulate.worlds import draw_settings

Tables = dict[str, pl.DataFrame]


KEYS = ["period", "reporter_iso3", "partner_iso3", "direction", "hs_code", "freq", "consigned_iso3"]


def latest(world: Tables) -> pl.DataFrame:
    """The flows as finally corrected."""
    return world["flows"].sort(*KEYS, "published_on").unique(KEYS, keep="last", maintain_order=True)


@pytest.fixture(scope="module")
def pair_years(world: Tables) -> pl.DataFrame:
    """Both sides of a pair, heading and full year, at or above 100,000 USD each, as the nickel figures were taken."""
    monthly = latest(world).filter(
        (pl.col("freq") == "M") & (pl.col("consigned_iso3") == "W00") & pl.col("period").dt.year().is_in([2023, 2024])
    )
    keys = ["seller", "buyer", "hs_code", "year"]
    seller, buyer = pl.col("reporter_iso3"), pl.col("partner_iso3")
    sides = {}
    for direction, letter in (("export", "x"), ("import", "m")):
        one, other = (seller, buyer) if direction == "export" else (buyer, seller)
        sides[letter] = (
            monthly.filter(pl.col("direction") == direction)
            .group_by(one.alias("seller"), other.alias("buyer"), "hs_code", pl.col("period").dt.year().alias("year"))
            .agg(
                pl.col("value_usd").sum().alias(letter),
                pl.col("net_kg").sum().alias(f"q{letter}"),
                pl.col("is_net_kg_estimated").any().alias(f"e{letter}"),
            )
        )
    both = sides["x"].join(sides["m"], on=keys, how="inner")
    return both.filter((pl.col("x") >= 100_000) & (pl.col("m") >= 100_000))


def test_value_noise_is_that_of_nickel(pair_years: pl.DataFrame) -> None:
    # UN Comtrade, HS 260400, 2000-2024: median M/X 1.24, quartiles 0.94 and 1.89. Tolerance 10 %: lags across the
    # turn of the year, re-exports booked by origin and months without trade come on top of the drawn noise.
    ratio = pair_years["m"] / pair_years["x"]
    assert pair_years.height > 3000
    assert ratio.quantile(0.25) == pytest.approx(0.94, rel=0.10)
    assert ratio.median() == pytest.approx(1.24, rel=0.10)
    assert ratio.quantile(0.75) == pytest.approx(1.89, rel=0.10)
    # 32 % of the nickel pairs agree within 25 %
    assert ((ratio - 1).abs() <= 0.25).mean() == pytest.approx(0.32, abs=0.05)


def test_value_noise_has_heavy_tails(pair_years: pl.DataFrame) -> None:
    ratio = pair_years["m"] / pair_years["x"]
    assert 0.15 < ratio.quantile(0.05) < 0.35  # nickel 0.23
    assert 3.5 < ratio.quantile(0.95) < 7.5  # nickel 5.4


def test_mass_noise_is_that_of_nickel(pair_years: pl.DataFrame) -> None:
    measured = pair_years.filter(~pl.col("ex") & ~pl.col("em"))
    ratio = measured["qm"] / measured["qx"]
    assert ratio.median() == pytest.approx(1.0, abs=0.08)  # nickel 1.00, quartiles 0.75 and 1.23
    assert 0.58 < ratio.quantile(0.25) < 0.85
    assert 1.12 < ratio.quantile(0.75) < 1.60


def test_reporters_differ_in_habit(world: Tables) -> None:
    flows = world["flows"]
    assert set(flows.filter(pl.col("freq") == "A")["reporter_iso3"]) == {"ARE", "BGD", "EGY", "SAU", "TJK"}
    assert not {"RUS", "LAO"} & set(flows["reporter_iso3"])
    assert {"RUS", "LAO"} <= set(flows["partner_iso3"])
    wait = (
        flows.filter(pl.col("freq") == "M")
        .group_by("reporter_iso3")
        .agg((pl.col("published_on") - pl.col("period").dt.offset_by("1mo")).dt.total_days().median().alias("days"))
    )
    days = dict(wait.iter_rows())
    assert days["CHN"] < 35
    assert days["VNM"] > 120


def test_some_masses_are_estimated_and_flagged(world: Tables) -> None:
    monthly = world["flows"].filter(pl.col("freq") == "M")
    assert 0.08 < monthly["is_net_kg_estimated"].mean() < 0.16
    assert 0.01 < monthly["net_kg"].is_null().mean() < 0.05


def test_open_exports_fall_after_their_control(world: Tables) -> None:
    # antimony metal (8110.10) from China, controlled from 2024-09-15; hubs left out, where evaders ship openly
    hubs = world["truth/corridors"].filter(pl.col("mineral") == "antimony")["hub_iso3"].unique()
    exports = world["flows"].filter(
        (pl.col("reporter_iso3") == "CHN")
        & (pl.col("direction") == "export")
        & (pl.col("hs_code") == "811010")
        & ~pl.col("partner_iso3").is_in(hubs.implode())
    )
    before = exports.filter(pl.col("period").is_between(date(2023, 7, 1), date(2024, 6, 1)))["net_kg"].sum() / 12
    after = exports.filter(pl.col("period").is_between(date(2024, 10, 1), date(2024, 11, 1)))["net_kg"].sum() / 2
    assert after < 0.5 * before


def test_planted_corridors_show_on_the_hub_side(world: Tables) -> None:
    planted = world["truth/corridors"].filter(pl.col("kind") == "evasion")
    assert planted.height > 20
    assert (planted["diverted_kg"] > 0).all()
    assert (planted["origin_iso3"] == "CHN").all()
    lanes = (
        planted.filter(~pl.col("hub_iso3").is_in(["ARE", "KAZ"]))
        .group_by("hub_iso3", "hs_codes")
        .agg(pl.col("diverted_kg").sum(), pl.col("period").min().alias("since"))
    )
    sent = latest(world).filter((pl.col("freq") == "M") & pl.col("direction").is_in(["export", "re_export"]))
    month = sent.join(lanes.with_columns(hs_code=pl.col("hs_codes").str.split(";")).explode("hs_code"),
                      left_on=["reporter_iso3", "hs_code"], right_on=["hub_iso3", "hs_code"], how="inner")  # fmt: skip
    since = pl.col("period") >= pl.col("since")
    rates = month.group_by("reporter_iso3", "hs_codes").agg(
        before=pl.col("net_kg").filter(~since).sum() / pl.col("period").filter(~since).n_unique().clip(1),
        after=pl.col("net_kg").filter(since).sum() / pl.col("period").filter(since).n_unique(),
        diverted=pl.col("diverted_kg").first() / pl.col("period").filter(since).n_unique(),
    )
    large = rates.filter(pl.col("diverted") > pl.col("before"))
    assert large.height >= 3
    assert (large["after"] / large["before"]).median() > 1.5


def test_honest_rivals_are_listed(world: Tables) -> None:
    assert {"new_smelter", "growing_hub"} <= set(world["truth/corridors"]["kind"])


def known_by(flows: pl.DataFrame, day: date) -> pl.DataFrame:
    return flows.filter(pl.col("published_on") <= day).sort(*KEYS, "published_on", "value_usd")


CUT = date(2025, 6, 1)


@pytest.fixture(scope="module")
def everybody(sparse: SimulateSettings) -> tuple[Setting, date, pl.DataFrame]:
    """Movements of every kind of trader, evaders and their undeclared lots included."""
    settings = draw_settings(sparse.model_copy(update={"flows_history_months": 3}), 9)
    world, first_month = found_world(settings, 9, 8000, 18)
    world, agents = recruit(world, 8000)
    honest = [ordinary_trade(world, 4000), licensed_trade(world, 400), lookalike_trade(world, 8000)]
    unlimited = Capacity(np.ones((len(office_names(world)), 18)))
    evasion = campaign(world, agents, unlimited)
    return world, first_month, pl.concat([*honest, evasion.rows, evasion.undeclared])


RIVALS = [list(LOOKALIKES).index(name) for name in ("new_smelter", "mine_restart", "stock_draw")]
WHO_MOVES = {
    "ordinary": (pl.col("scheme") < 0) & (pl.col("lookalike") < 0) & (pl.col("licence_plan") == 0),
    "under licence": (pl.col("scheme") < 0) & (pl.col("licence_plan") > 0),
    "evaders": pl.col("scheme") >= 0,
    "rivals": pl.col("lookalike").is_in(RIVALS),
    "other look-alikes": (pl.col("lookalike") >= 0) & ~pl.col("lookalike").is_in(RIVALS),
}


@pytest.mark.parametrize("who", WHO_MOVES)
def test_a_figure_published_on_a_day_never_depends_on_a_later_movement(
    everybody: tuple[Setting, date, pl.DataFrame], who: str
) -> None:
    # what one kind of trader moves after a day is taken away, or grows fivefold: what was public by then stays the same
    world, first_month, rows = everybody
    history = month_starts(shifted(first_month, -3 - EXTRA), 18 + 3 + EXTRA)
    prices = price_by_month(world.config.prices_usd_per_kg, world.goods, history[:-1])
    seen = {
        is_theirs: cross_borders(world, one, pl.Series([1000.0] * one.height)).sightings
        for is_theirs, one in ((True, rows.filter(WHO_MOVES[who])), (False, rows.filter(~WHO_MOVES[who])))
    }
    late = pl.col("day") >= day_number(CUT)
    theirs = seen[True]
    assert theirs.filter(late).height > 10
    assert theirs.filter(~late).height > 10
    grown = theirs.with_columns(pl.when(late).then(pl.col("kg", "usd") * 5).otherwise(pl.col("kg", "usd")))
    flows = [
        publish(world, sum_sightings(world, pl.concat([seen[False], one]), history), history, prices)
        for one in (theirs, theirs.filter(~late), grown)
    ]
    assert known_by(flows[0], CUT).height > 1000
    for other in flows[1:]:
        assert known_by(other, CUT).equals(known_by(flows[0], CUT))
        after = [one.filter(pl.col("published_on") > CUT) for one in (other, flows[0])]
        assert not after[0].equals(after[1])


def test_some_figures_are_corrected_later_and_the_first_stays(world: Tables) -> None:
    monthly = world["flows"].filter(pl.col("freq") == "M")
    twice = monthly.filter(pl.struct(KEYS).is_duplicated()).sort(*KEYS, "published_on")
    assert 0.02 < twice.height / 2 / monthly.height < 0.04
    wait = twice.group_by(KEYS).agg(
        (pl.col("published_on").last() - pl.col("published_on").first()).dt.total_days().alias("days"),
        (pl.col("value_usd").last() / pl.col("value_usd").first()).alias("ratio"),
    )
    assert wait["days"].min() >= 60  # type: ignore[operator]
    assert wait["ratio"].median() == pytest.approx(1.0, abs=0.05)


def test_a_reclassified_heading_moves_to_its_neighbour_from_its_month_on() -> None:
    figures = pl.DataFrame({"reporter": [3, 3, 4], "hs6": ["380110", "380110", "380110"], "month": [4, 5, 5]})
    changes = pl.DataFrame({"reporter": [3], "hs6": ["380110"], "to": ["380190"], "from_month": [5]})
    assert rebook(figures, changes)["hs6"].to_list() == ["380110", "380190", "380110"]


def test_packed_sums_add_up_to_the_same_bits() -> None:
    rng = np.random.default_rng(3)
    numbers = {name: rng.integers(0, 3, 500) for name in ("reporter", "partner", "way", "month")}
    ways = pl.Series(WAYS, dtype=pl.Enum(WAYS)).gather(numbers["way"])
    whole = pl.DataFrame(
        {
            "reporter": numbers["reporter"],
            "partner": numbers["partner"],
            "direction": ways,
            "hs6": rng.choice([280450, 811292], 500),
            "month": numbers["month"],
            "consigned": rng.integers(-1, 2, 500),
            "kg": rng.random(500),
            "usd": rng.random(500),
        }
    )
    assert unpacked(packed(whole)).equals(whole)
    keys = whole.columns[:-2]
    assert unpacked(added(packed(whole))).equals(summed(whole, keys))

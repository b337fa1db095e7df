"""Each rival reading is planted alone on one corridor, CHN > THA > USA, and must come out as the strongest."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from features.corridors import (
    RIVALS,
    Watch,
    Windows,
    corridor_surges,
    excess_over_expected,
    known_spans,
    lane_amounts,
    lane_windows,
    lay_trials,
    neighbour_codes,
    reported_marks,
    score_rivals,
    watched_codes,
)
from features.corridors.afloat import shipped_before
from features.corridors.doubt import doubted_prices
from features.corridors.kindred import neighbour_falls
from features.corridors.rebased import other_readings, rebased_legs
from features.corridors.rebooked import both_sides, published_months, rebooked_legs
from features.mirror import pair_mirrors, reported_periods
from tests.unit.features.mirror.flow_rows import flow, flows

EVENT = 24  # months since January 2022: January 2024
WATCH = Watch("germanium", ("811292",), ("CHN",), ("USA",), (date(2024, 1, 1),))
LOOK = 2024 * 12 + 8  # 1 September 2024: figures to June 2024 are public

Lanes = dict[tuple[str, str, str], list[float]]


def ordinary() -> Lanes:
    """Thirty months of 1,000 kg at 10 USD on each lane; nothing happens."""
    lanes = {
        ("CHN", "THA", "811292"): [1_000.0] * 30,
        ("CHN", "USA", "811292"): [2_000.0] * 24 + [0.0] * 6,
        ("THA", "USA", "811292"): [1_000.0] * 30,
        ("THA", "JPN", "811292"): [1_000.0] * 30,
        ("KOR", "THA", "811292"): [1_500.0] * 30,
        ("CHN", "THA", "811299"): [20_000.0] * 30,
    }
    return {key: list(values) for key, values in lanes.items()}


def scored(
    lanes: Lanes, *, everywhere: bool = False, hub: str = "THA", destination: str = "USA", **how: Any
) -> dict[str, Any]:
    got = looked_at(lanes, everywhere=everywhere, **how)
    assert {row["destination_iso3"] for row in got} == ({"USA", "JPN"} if everywhere else {"USA"})
    (found,) = (row for row in got if (row["hub_iso3"], row["destination_iso3"]) == (hub, destination))
    assert all(0.0 <= found[code] <= 1.0 for code in RIVALS)
    return found


def looked_at(
    lanes: Lanes,
    *,
    sides: str = "both",
    prices: dict[tuple[str, str, str, int], float] | None = None,
    everywhere: bool = False,
    importer_weighs: dict[tuple[str, str, str], float] | None = None,
    importer_tells: dict[tuple[str, str, str], float] | None = None,
    exporter_books: dict[str, str] | None = None,
    importer_books: dict[str, str] | None = None,
    material_share: float = 0.005,
) -> list[dict[str, Any]]:
    rows = []
    for (start, end, code), amounts in lanes.items():
        for month, kg in enumerate(amounts):
            if kg <= 0:
                continue
            period, price = f"{2022 + month // 12}-{month % 12 + 1:02d}", 10.0
            price = (prices or {}).get((start, end, code, int(month >= EVENT)), price)
            more: dict[str, Any] = {"hs_code": (exporter_books or {}).get(code, code), "net_kg": kg}
            rows.append(flow(start, end, "export", period, kg * price, **more))
            if sides == "both" or (sides == "change" and month >= EVENT):
                times = (importer_tells or {}).get((start, end, code), 1.0)
                weighed = kg * times * (importer_weighs or {}).get((start, end, code), 1.0)
                own = more | {"net_kg": weighed, "hs_code": (importer_books or {}).get(code, code)}
                rows.append(flow(end, start, "import", period, kg * times * price * 1.06, **own))
    table = flows(*rows)
    pairs, periods, named = pair_mirrors(table).collect().lazy(), reported_periods(table), watched_codes([WATCH])
    trials = (
        lay_trials([WATCH], known_spans(pairs, named, looks=[LOOK]), Windows()).filter(pl.col("trial") == "real").lazy()
    )
    origins = pl.LazyFrame({"mineral": ["germanium"], "exporter_iso3": ["CHN"]})

    def measured(codes: pl.LazyFrame, **how: bool) -> pl.LazyFrame:
        amounts = lane_amounts(pairs, codes, looks=[LOOK], cif_ratio=1.06)
        marks = reported_marks(periods, codes, looks=[LOOK])
        return lane_windows(amounts, trials, marks, material_usd=1_000.0, material_share=material_share, **how)

    lanes_now = excess_over_expected(measured(named), origins)
    scope = pl.LazyFrame(
        {"mineral": ["germanium"], "legs": ["both"], "origins": [["CHN"]], "destinations": [["USA"]]}
        | {"hubs": [[]], "everywhere": [[2024 * 12] if everywhere else []]},
        schema_overrides={"hubs": pl.List(pl.String), "everywhere": pl.List(pl.Int32)},
    )
    near_codes = neighbour_codes([WATCH], ["811292", "811299"])
    near = measured(near_codes, at_like_prices=False)
    surges = corridor_surges(lanes_now, scope)
    doubted = doubted_prices(surges, pairs, named)
    both = both_sides(pairs, published_months(periods), cif_ratio=1.06)
    told = [
        doubted,
        rebooked_legs(surges, trials, both, named, near_codes),
        rebased_legs(surges, trials, both, named),
        other_readings(surges, trials, both, named),
        shipped_before(surges, trials, both, named),
    ]
    return score_rivals(surges, lanes_now, neighbour_falls(near, lanes_now), told).collect().to_dicts()


def test_one_month_told_of_a_leg_is_not_looked_at_though_the_other_leg_is_told_for_longer() -> None:
    lanes = ordinary()
    lanes["CHN", "THA", "811292"][EVENT:] = [3_000.0] * 6
    for place in ("USA", "JPN"):  # exporters alone report here: Thailand for January, then for January and February
        lanes["THA", place, "811292"][EVENT:] = [9_000.0, *[0.0] * 5]
    assert looked_at(lanes, sides="exports") == []
    lanes["THA", "JPN", "811292"][EVENT + 1] = 1_000.0
    (row,) = looked_at(lanes, sides="exports")
    assert (row["in_n_post"], row["out_n_post"]) == (6.0, 2.0)


def test_where_every_destination_needs_a_licence_the_others_are_looked_at_too() -> None:
    lanes = ordinary()
    for key in (("CHN", "THA", "811292"), ("THA", "JPN", "811292")):
        lanes[key][EVENT:] = [3_000.0] * 6
    assert scored(lanes, everywhere=True, destination="JPN")["surge"] > 0.5 > scored(lanes)["surge"]


def test_the_same_inflow_counts_once() -> None:
    alone, shared = ordinary(), ordinary()
    for lanes in (alone, shared):
        for key in (("CHN", "THA", "811292"), ("THA", "USA", "811292")):
            lanes[key][EVENT:] = [3_000.0] * 6
    shared["THA", "JPN", "811292"][EVENT:] = [9_000.0] * 6
    assert scored(shared)["surge"] < scored(alone)["surge"]
    # a hub that makes the good sends out far more than came in: its own leg counts up to the inflow only
    makes = ordinary()
    makes["CHN", "THA", "811292"][EVENT:] = [1_500.0] * 6
    makes["THA", "USA", "811292"][EVENT:] = [90_000.0] * 6
    assert scored(makes)["surge"] < scored(alone)["surge"]


def test_another_side_explains_no_more_than_two_sides_differ() -> None:
    lanes = ordinary()
    for key in (("CHN", "THA", "811292"), ("THA", "USA", "811292")):
        lanes[key][EVENT:] = [2_000.0] * 6
    doubled = scored(lanes, sides="change")["rival_reporter"]
    for key in (("CHN", "THA", "811292"), ("THA", "USA", "811292")):
        lanes[key][EVENT:] = [60_000.0] * 6
    assert doubled == pytest.approx(1.0)
    assert scored(lanes, sides="change")["rival_reporter"] < 0.4


def test_diversion_has_no_strong_rival() -> None:
    lanes = ordinary()
    for key in (("CHN", "THA", "811292"), ("THA", "USA", "811292")):
        lanes[key][EVENT:] = [3_000.0] * 6
    row = scored(lanes)
    # 2,000 kg a month more on both legs for 6 months; 12,000 kg of direct trade are gone: the excess makes up for all
    assert row["excess"] == pytest.approx(12_000.0)
    assert row["deficit"] == pytest.approx(12_000.0)
    assert row["rerouted"] == pytest.approx(18_000.0)
    assert row["surge_z"] > 2.0
    assert row["leading_rival"] is None


def test_lawful_re_export() -> None:
    lanes = ordinary()
    del lanes["KOR", "THA", "811292"]
    for key in (("CHN", "THA", "811292"), ("THA", "USA", "811292"), ("THA", "JPN", "811292")):
        lanes[key][EVENT:] = [3_000.0] * 6
    row = scored(lanes)
    assert row["rival_re_export"] > 0.9


def test_own_production() -> None:
    lanes = ordinary()
    lanes["CHN", "THA", "811292"][EVENT:] = [1_050.0] * 6
    lanes["THA", "USA", "811292"][EVENT:] = [9_000.0] * 6
    row = scored(lanes)
    assert row["leading_rival"] == "rival_production"


def test_what_came_worth_as_much_as_what_left_is_no_production_though_it_weighs_less() -> None:
    lanes = ordinary()
    lanes["CHN", "THA", "811292"][EVENT:] = [3_000.0] * 6  # 2,000 kg a month more than before
    lanes["THA", "USA", "811292"][EVENT:] = [9_000.0] * 6  # 8,000 kg more: three quarters are uncovered by mass
    alike = scored(lanes)["rival_production"]

    def told(usd_per_kg: float) -> float:
        found: float = scored(lanes, prices={("CHN", "THA", "811292", 1): usd_per_kg})["rival_production"]
        return found

    # of 10,000 kg sent to all, 4,500 came from all: 0.55 of it is the hub's own, times three quarters
    assert alike == pytest.approx(0.55 * 0.75, abs=0.001)
    assert told(20.0) == pytest.approx(0.55 * 0.5, abs=0.001)  # 40,000 of 80,000 USD
    assert told(40.0) == 0.0
    assert told(5.0) == pytest.approx(alike)  # worth a quarter of what left, at twice the price: mass covers more


def test_what_either_side_tells_of_the_legs_is_no_production() -> None:
    lanes = ordinary()
    lanes["CHN", "THA", "811292"][EVENT:] = [3_000.0] * 6
    lanes["THA", "USA", "811292"][EVENT:] = [9_000.0] * 6
    alike = scored(lanes)["rival_production"]  # 0.55 times 0.75, as above

    def told(start: str, end: str, times: float) -> float:
        found: float = scored(lanes, importer_tells={(start, end, "811292"): times})["rival_production"]
        return found

    # Thailand tells half of what China sent, or the USA twice what Thailand did: the other side's figure may be right
    assert told("CHN", "THA", 0.5) == pytest.approx(alike, abs=0.001)
    assert told("THA", "USA", 2.0) == pytest.approx(alike, abs=0.001)


def test_what_a_country_makes_it_did_not_pass_on() -> None:
    lanes = ordinary()
    del lanes["KOR", "THA", "811292"]
    lanes["THA", "JPN", "811292"] = [9_000.0] * EVENT + [27_000.0] * 6
    for key in (("CHN", "THA", "811292"), ("THA", "USA", "811292")):
        lanes[key][EVENT:] = [3_000.0] * 6
    # 1,000 kg came and 10,000 left: at most exp(1.04) = 2.83 times what came is one flow told by two sides
    assert scored(lanes)["rival_re_export"] == pytest.approx(0.283, abs=0.001)


def test_past_months_of_a_tenth_of_the_price_carried_another_good() -> None:
    lanes = ordinary()
    lanes["CHN", "THA", "811292"] = [30_000.0] * EVENT + [3_000.0] * 6
    lanes["THA", "USA", "811292"][EVENT:] = [3_000.0] * 6

    def told(usd_per_kg: float) -> dict[str, Any]:
        return scored(lanes, prices={("CHN", "THA", "811292", 0): usd_per_kg})

    cheap, like = told(0.9), told(1.1)  # 10 USD/kg after
    assert (cheap["in_pre_mean"], cheap["in_n_pre"]) == (0.0, 21.0)  # 24 months less three of anticipation
    assert cheap["surge"] > 1.0 > like["surge"]
    assert like["in_pre_mean"] == pytest.approx(30_000.0)
    assert told(110.0)["in_pre_mean"] == 0.0  # or a dearer one


def test_sales_to_many_at_once_count_though_the_hub_sells_no_more_in_all() -> None:
    lanes = ordinary()
    lanes["KOR", "THA", "811292"] = [50_000.0] * 30  # takes in more than it sends out
    lanes["THA", "IND", "811292"] = [20_000.0] * EVENT + [5_000.0] * 6
    lanes["CHN", "THA", "811292"][EVENT:] = [3_000.0] * 6
    for place in ("USA", "JPN", "DEU", "FRA"):
        lanes["THA", place, "811292"] = [1_000.0] * EVENT + [3_000.0] * 6
    # four places are many; times the three quarters of the rise that the other three had
    assert scored(lanes)["rival_production"] == pytest.approx(0.75, abs=0.001)
    del lanes["THA", "DEU", "811292"], lanes["THA", "FRA", "811292"]
    # two of four, (2 - 1)/3, times the half of the rise that the other had
    assert scored(lanes)["rival_production"] == pytest.approx(0.5 / 3, abs=0.001)


def test_what_cannot_have_come_and_sales_to_others_speak_together_for_own_production() -> None:
    lanes = ordinary()
    lanes["CHN", "THA", "811292"][EVENT:] = [3_000.0] * 6  # 2,000 kg a month more
    lanes["THA", "USA", "811292"][EVENT:] = [9_000.0] * 6  # 8,000 kg more
    lanes["THA", "JPN", "811292"][EVENT:] = [5_000.0] * 6  # 4,000 kg more
    # 10 of 12 t of the rise are uncovered, 9.5 of 14 t sent cannot have come: 0.565 was made there. Two of four buyers,
    # (2 - 1)/3, times the others' growth beside this one's, ln(5,017/1,017) over ln(9,017/1,017): 0.244 of the rest
    assert scored(lanes)["rival_production"] == pytest.approx(1.0 - (1.0 - 0.565) * (1.0 - 0.244), abs=0.002)


def test_own_use() -> None:
    lanes = ordinary()
    lanes["CHN", "THA", "811292"][EVENT:] = [9_000.0] * 6  # 8,000 kg a month more
    lanes["THA", "USA", "811292"][EVENT:] = [1_500.0] * 6  # 500 kg more, or 2.829 times as much by the other side
    row = scored(lanes)
    assert row["rival_own_use"] == pytest.approx(1.0 - 2.829 * 500.0 / 8_000.0, abs=0.001)
    assert row["leading_rival"] == "rival_own_use"


def test_stock_draw() -> None:
    lanes = ordinary()
    lanes["KOR", "THA", "811292"] = [20_000.0] * 30  # the hub takes in far more than it sends out
    lanes["THA", "USA", "811292"][EVENT:] = [20_000.0, 8_000.0, 3_000.0, 1_500.0, 1_000.0, 1_000.0]
    row = scored(lanes)
    assert row["rival_stock_draw"] > 0.8
    assert row["leading_rival"] in ("rival_stock_draw", "rival_single_lot")


def test_single_lot() -> None:
    lanes = ordinary()
    lanes["CHN", "THA", "811292"][EVENT:] = [100.0, 100.0, 60_000.0, 100.0, 100.0, 100.0]
    lanes["THA", "USA", "811292"][EVENT:] = [4_000.0] * 6
    kept = scored(lanes)
    lanes["THA", "USA", "811292"][EVENT:] = [100.0, 100.0, 100.0, 12_000.0, 100.0, 100.0]
    assert scored(lanes)["rival_single_lot"] == pytest.approx(1.0)  # a fifth of it: another lot
    assert kept["rival_single_lot"] == 0.0  # the lesser leg is even


def test_a_lot_that_is_sent_on_whole_is_no_rival() -> None:
    lanes = ordinary()
    lanes["CHN", "THA", "811292"][EVENT:] = [100.0, 60_000.0, 100.0, 100.0, 100.0, 100.0]
    lanes["THA", "USA", "811292"][EVENT:] = [100.0, 100.0, 60_000.0, 100.0, 100.0, 100.0]
    assert scored(lanes)["rival_single_lot"] == pytest.approx(0.0)
    # half as much, ln 2 of 1.04, leaves two thirds; gone before it came, in the month before, leaves all
    lanes["THA", "USA", "811292"][EVENT:] = [100.0, 100.0, 30_000.0, 100.0, 100.0, 100.0]
    assert scored(lanes)["rival_single_lot"] == pytest.approx(0.667, abs=0.01)
    lanes["THA", "USA", "811292"][EVENT:] = [60_000.0, 100.0, 100.0, 100.0, 100.0, 100.0]
    assert scored(lanes)["rival_single_lot"] > 0.9


def test_what_is_priced_otherwise_is_another_good() -> None:
    lanes = ordinary()
    for key in (("CHN", "THA", "811292"), ("THA", "USA", "811292")):
        lanes[key][EVENT:] = [3_000.0] * 6

    def told(usd_per_kg: float) -> float:
        found: float = scored(lanes, prices={("THA", "USA", "811292", 1): usd_per_kg})["rival_other_goods"]
        return found

    # 10 USD/kg came in; the importer's figure is 6 % of freight above either
    assert told(10.0) == told(19.0) == told(5.5) == 0.0
    assert told(40.0) == pytest.approx(1.0)
    assert told(10.0 * 2**1.5) == pytest.approx(0.5)  # half way from twofold to fourfold, in ln


def test_what_only_one_side_prices_otherwise_is_not_explained_by_another_good() -> None:
    lanes = ordinary()
    for key in (("CHN", "THA", "811292"), ("THA", "USA", "811292")):
        lanes[key][EVENT:] = [3_000.0] * 6

    def told(share: float) -> float:
        found: float = scored(lanes, importer_weighs={("THA", "USA", "811292"): share})["rival_other_goods"]
        return found

    # the importer weighs a fifth: 50 USD/kg, where the exporter says 10, as came in; the sides contradict each other
    assert told(0.2) == 0.0
    # 0.36: ln 2.8 = 1.02 is within what nineteen in twenty lanes differ by, and the price read is 2.8 times the other
    assert told(0.36) == pytest.approx((1.022 - 0.693) / 0.693, abs=0.01)


def test_mass_from_a_neighbouring_code() -> None:
    lanes = ordinary()
    lanes["CHN", "THA", "811299"][EVENT:] = [1_000.0] * 6
    lanes["CHN", "THA", "811292"][EVENT:] = [20_000.0] * 6
    lanes["THA", "USA", "811292"][EVENT:] = [20_000.0] * 6
    assert scored(lanes)["leading_rival"] == "rival_reclassification"


def test_open_start_in_the_very_month_at_another_price() -> None:
    lanes = ordinary()
    lanes["CHN", "THA", "811292"] = [1.0] * 24 + [20_000.0] * 6
    lanes["THA", "USA", "811292"][EVENT:] = [20_000.0] * 6
    row = scored(lanes, sides="origin", prices={("CHN", "THA", "811292", 1): 3.0})
    assert row["rival_reclassification"] == pytest.approx(1.0)


def test_other_side_begins_to_be_read() -> None:
    lanes = ordinary()
    for key in (("CHN", "THA", "811292"), ("THA", "USA", "811292")):
        lanes[key][EVENT:] = [3_000.0] * 6
    assert scored(lanes, sides="origin")["rival_reporter"] < 0.1


def growing(factor_after: float) -> dict[str, Any]:
    """Both legs grow by 4 % a month from January 2022 on; from the measure on by `factor_after` beside that."""
    lanes = ordinary()
    for key in (("CHN", "THA", "811292"), ("THA", "USA", "811292")):
        lanes[key] = [1_000.0 * 1.04**month * (factor_after if month >= EVENT else 1.0) for month in range(30)]
    return scored(lanes)


def test_growth_that_merely_goes_on_explains_itself() -> None:
    # base: months 0 to 20 (three months of anticipation), mean 1,000 (1.04^21 - 1)/(0.04 * 21) = 1,522 kg; middle of
    # the window: 26.5, where growth leads to 1,000 * 1.04^26.5 = 2,827 kg; its mean is 2,834 kg: nothing is left
    row = growing(1.0)
    assert row["in_grown_mean"] == pytest.approx(2_827, abs=1)
    assert row["in_post_sum"] / 6 == pytest.approx(2_834, abs=1)
    assert row["rival_growth"] > 0.99
    assert row["leading_rival"] == "rival_growth"


def test_a_jump_on_top_of_growth_is_left_what_growth_does_not_explain() -> None:
    # ln(5 * 2,834/1,522) = 2.23, of which growth explains ln(2,827/1,522) = 0.62: 0.28 of the rise
    row = growing(5.0)
    assert row["rival_growth"] == pytest.approx(0.28, abs=0.01)
    assert row["leading_rival"] is None


def test_growth_of_one_leg_explains_no_rise_that_both_share() -> None:
    lanes = ordinary()
    lanes["CHN", "THA", "811292"] = [1_000.0 * 1.04**month for month in range(24)] + [30_000.0] * 6
    lanes["THA", "USA", "811292"][EVENT:] = [6_000.0] * 6
    # the lesser rise is the outflow's, ln 6, and nothing grew there before
    assert scored(lanes)["rival_growth"] == pytest.approx(0.0)
    # a hub whose outflow merely goes on growing has passed on nothing more, however much came in
    lanes["THA", "USA", "811292"] = [1_000.0 * 1.04**month for month in range(30)]
    assert scored(lanes)["rival_growth"] > 0.99


def test_demand_that_all_the_origin_s_lanes_meet_explains_the_way_round() -> None:
    lanes = ordinary()
    for key in (("CHN", "THA", "811292"), ("THA", "USA", "811292")):
        lanes[key][EVENT:] = [3_000.0] * 6
    lanes["CHN", "JPN", "811292"] = [1_000.0] * EVENT + [3_000.0] * 6
    lanes["CHN", "USA", "811292"] = [2_000.0] * EVENT + [6_000.0] * 6
    assert scored(lanes)["rival_demand"] == pytest.approx(1.0, abs=0.01)  # threefold everywhere
    lanes["CHN", "JPN", "811292"] = [1_000.0] * EVENT + [1_732.0] * 6  # others the square root of that: half, in ln
    assert scored(lanes)["rival_demand"] == pytest.approx(0.5, abs=0.01)
    lanes["CHN", "JPN", "811292"] = [1_000.0] * 30  # nobody else got more
    assert scored(lanes)["rival_demand"] == pytest.approx(0.0, abs=0.001)
    lanes["CHN", "JPN", "811292"][EVENT:] = [3_000.0] * 6
    lanes["CHN", "USA", "811292"][EVENT:] = [0.0] * 6  # what is kept from the USA alone
    assert scored(lanes)["rival_demand"] == 0.0


def test_what_is_material_is_a_share_of_what_the_lesser_end_trades() -> None:
    lanes = ordinary()
    for key in (("CHN", "THA", "811292"), ("THA", "USA", "811292")):
        lanes[key][EVENT:] = [3_000.0] * 6
    # Thailand took in 2,500 kg a month: 25,000 USD, of which half a percent over six months is 750, below 1,000 USD
    assert scored(lanes)["floor"] == pytest.approx(100.0)
    assert scored(lanes, material_share=0.02)["floor"] == pytest.approx(300.0)


def test_a_dear_good_in_a_code_of_cheap_ones_is_material_at_its_own_price() -> None:
    # at the code's usual price, near 10 USD/kg, the least (1,000 USD) is about 100 kg; what is sent by Mexico, 2 kg a
    # month at 2,000 USD/kg, would be nothing beside it, but at half its own price the least is a kilogram
    lanes = ordinary()
    for key in (("CHN", "MEX", "811292"), ("MEX", "USA", "811292")):
        lanes[key] = [0.0] * EVENT + [2.0] * 6
    prices = {(*lane, "811292", 1): 2_000.0 for lane in (("CHN", "MEX"), ("MEX", "USA"))}
    row = scored(lanes, prices=prices, hub="MEX")
    assert row["in_post_sum"] == pytest.approx(12.0)
    assert row["floor"] == pytest.approx(1.0)
    assert row["surge"] == pytest.approx(1.25 * 2.565, abs=0.001)  # ln((12 + 1)/1) on both legs
    assert scored(lanes, prices=prices)["floor"] > 50.0  # other lanes keep the usual price


def test_what_the_other_side_books_under_a_neighbour_as_before_is_no_rise() -> None:
    # Thailand books its 811299 for the USA and Japan as 811292 from January on; these book 811299 all along
    lanes = ordinary()
    lanes["CHN", "THA", "811292"][EVENT:] = [3_000.0] * 6
    del lanes["CHN", "THA", "811299"]  # what Thailand buys it would book anew as well
    for place in ("USA", "JPN"):
        del lanes["THA", place, "811292"]
        lanes["THA", place, "811299"] = [2_000.0] * EVENT + [0.0] * 6
        lanes["THA", place, "000000"] = [0.0] * EVENT + [2_000.0] * 6
    rows = scored(lanes, exporter_books={"000000": "811292"}, importer_books={"000000": "811299"})
    assert rows["out_excess"] == pytest.approx(12_000.0)
    assert (rows["rival_neighbour"], rows["leading_rival"]) == (pytest.approx(1.0), "rival_neighbour")
    rows = scored(lanes, exporter_books={"000000": "811292"}, importer_books={"000000": "811292"})
    assert rows["rival_neighbour"] == 0.0  # both sides book what left under the code


def test_a_lot_that_left_as_it_came_is_no_own_production_though_such_lots_came_before() -> None:
    # 3,000 kg came twice a year: no more than usual came after January, but this time it went on to the USA whole
    lanes = ordinary()
    lanes["CHN", "THA", "811292"] = [3_000.0 if month % 6 == 1 else 0.0 for month in range(30)]
    lanes["THA", "USA", "811292"] = [0.0] * 26 + [3_000.0] + [0.0] * 3
    lanes["KOR", "THA", "811292"] = [100.0] * 30
    through = scored(lanes)
    assert through["rival_production"] == through["rival_stock_draw"] == pytest.approx(0.0)
    # as much in five parts: no more came than usual, and 1,500 kg a month leave where 600 came in
    lanes["THA", "USA", "811292"] = [0.0] * 25 + [600.0] * 5
    assert scored(lanes)["rival_production"] == pytest.approx(0.6)

import numpy as np
import polars as pl
import pytest

from models.corridor_tests import Rule, excess_errors, judge_corridors, new_way_odds


def surges(real: list[tuple[int, str, float]], placebos: list[tuple[int, float]]) -> pl.DataFrame:
    cell = {
        "mineral": "germanium",
        "event": 10,
        "origin_iso3": "CHN",
        "destination_iso3": "USA",
        "legs": "both",
        "reach": 6,
        "post_to": 6,
        "new_share": 0.5,
    }
    rows = [
        cell
        | {
            "look": look,
            "post_to": look,
            "hub_iso3": hub,
            "trial": "real",
            "surge": z,
            "direct_fall": 0.0,
            "rival_neighbour": 0.0,
            "rival_front_loading": 0.0,
            "excess": 100.0 * z,
            "in_z": z,
            "out_z": z,
            "in_noise": 100.0,
            "out_noise": 100.0,
        }
        for look, hub, z in real
    ]
    rows += [
        cell | {"look": look, "hub_iso3": "P", "trial": f"placebo-{n}", "surge": z, "in_z": z, "out_z": z}
        for n, (look, z) in enumerate(placebos)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def judged(table: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    is_real = pl.col("trial").str.starts_with("real")
    return judge_corridors(table.filter(is_real), table.filter(~is_real), rule)


POOL = [(11, float(z)) for z in np.random.default_rng(0).normal(0, 1, 999)]


def test_p_is_the_rank_among_placebos_and_the_interval_their_errors() -> None:
    got = judged(surges([(11, "THA", 0.0)], POOL), Rule()).to_dicts()[0]
    above = sum(z >= 0.0 for _, z in POOL)
    assert got["p_value"] == pytest.approx((1 + above) / 1000)
    assert got["n_placebos"] == 999
    assert got["n_placebos_as_far"] == above
    # 5 % and 95 % of a standard normal are ∓1.64, so the interval of an excess of 0 is about ∓164
    assert got["excess_low"] == pytest.approx(-164, abs=20)
    assert got["excess_high"] == pytest.approx(164, abs=20)
    assert got["first_look"] is None


def test_intervals_hold_what_was_planted_about_as_often_as_they_say() -> None:
    # 500 corridors carry 1,000 each; a quiet leg (noise 20) beside a loud one (300), each read by one side, whose
    # figures scatter by 0.52/√2 in ln around the truth, as two sides that lie 0.52 apart do
    rng = np.random.default_rng(5)
    noises = np.array([20.0, 300.0])
    legs = 1_000.0 * np.exp(rng.normal(0, 0.52 / 2**0.5, (500, 2))) + noises * rng.normal(0, 1, (500, 2))
    cells = pl.DataFrame({"excess": legs.min(axis=1), "in_noise": noises[0], "out_noise": noises[1]})
    placebos = pl.DataFrame(rng.normal(0, 1, (900, 2)), schema=["in_z", "out_z"])
    low, high = excess_errors(cells, placebos, 0.05)
    excess = cells["excess"].to_numpy()
    holds = (excess - high <= 1_000.0) & (excess - low >= 1_000.0)
    assert 0.85 < holds.mean() < 0.99


def test_an_interval_knows_the_noise_of_either_leg() -> None:
    # placebos err by −1, 0 or 1 noise on both legs alike; the lesser of −20 and −300 is −300, of 20 and 300 is 20
    placebos = pl.DataFrame({"in_z": [-1.0, 0.0, 1.0] * 100, "out_z": [-1.0, 0.0, 1.0] * 100})
    cells = pl.DataFrame({"excess": [0.0, 0.0], "in_noise": [20.0, 20.0], "out_noise": [300.0, None]})
    low, high = excess_errors(cells, placebos, 0.05)
    assert (low.tolist(), high.tolist()) == ([-300.0, -20.0], [20.0, 20.0])  # with one leg alone its own noise counts


def test_placebos_that_rose_as_far_are_counted() -> None:
    pool = [(11, 1.0), (11, 2.0), (11, 2.0), (11, 3.0)]
    got = judged(surges([(11, "THA", 2.0), (11, "MEX", 3.5)], pool), Rule()).sort("hub_iso3")
    assert got["n_placebos_as_far"].to_list() == [0, 3]  # 2, 2 and 3 are at least 2; none is 3.5


def test_only_placebos_known_by_then_count() -> None:
    later = [*POOL, *[(12, 50.0)] * 500]
    one = judged(surges([(11, "THA", 3.0)], POOL), Rule())["p_value"].item()
    other = judged(surges([(11, "THA", 3.0)], later), Rule())["p_value"].item()
    assert one == other


def test_later_looks_change_no_earlier_answer_and_first_look_is_kept() -> None:
    early = [(11, "THA", 9.0), (11, "MEX", 0.1)]
    late = [*early, (12, "THA", 0.0), (12, "MEX", 0.3), (12, "VNM", 0.2)]
    one = judged(surges(early, POOL), Rule())
    whole = judged(surges(late, POOL), Rule())
    assert whole.filter(pl.col("look") == 11)["q_value"].to_list() == one["q_value"].to_list()
    assert set(whole.filter(pl.col("hub_iso3") == "THA")["first_look"]) == {11}
    assert whole.filter(pl.col("hub_iso3") == "MEX")["first_look"].null_count() == 2


def test_without_placebos_nothing_is_named() -> None:
    got = judged(surges([(11, "THA", 9.0)], []), Rule()).to_dicts()[0]
    assert got["p_value"] is None
    assert got["q_value"] is None
    assert got["first_look"] is None


def test_unknown_score_is_not_tested() -> None:
    got = judged(surges([(11, "THA", 9.0), (11, "MEX", float("nan"))], POOL), Rule()).sort("hub_iso3")
    assert got["p_value"].to_list()[0] is None
    assert got["q_value"].to_list()[1] is not None


def test_no_corridors_give_an_empty_table_with_all_columns() -> None:
    got = judged(surges([], POOL[:3]).with_columns(excess=pl.lit(None, pl.Float64)), Rule())
    assert got.is_empty()
    assert {"p_value", "q_value", "first_look", "n_placebos"} <= set(got.columns)


def test_placebos_are_as_far_from_their_past_as_what_they_are_compared_with() -> None:
    near = surges([(11, "THA", 3.0)], POOL)
    far = surges([], [(11, 4.0)] * 300).with_columns(reach=pl.lit(18), trial=pl.lit("placebo-far"))
    rows = pl.concat([near, far], how="diagonal_relaxed")
    assert judged(rows, Rule())["p_value"].to_list() == judged(near, Rule())["p_value"].to_list()


def test_looking_again_costs_no_more_than_was_set_aside_beforehand() -> None:
    def q_at(looks: list[int]) -> list[float]:
        rows = surges([(look, "THA", 3.0) for look in looks], POOL)
        return judged(rows, Rule())["q_value"].to_list()

    assert q_at([11, 12, 13]) == pytest.approx(q_at([11]) * 3)


def test_measures_that_compare_the_same_months_are_one_test() -> None:
    one = surges([(11, "THA", 3.0)], POOL)
    same = one.filter(pl.col("trial") == "real").with_columns(event=pl.lit(4, pl.Int64))
    other = same.with_columns(surge=pl.lit(2.9))

    def least_q(*more: pl.DataFrame) -> float:
        found = judged(pl.concat([one, *more], how="diagonal_relaxed"), Rule())["q_value"].min()
        assert isinstance(found, float)
        return found

    assert least_q(same) == least_q()
    assert least_q(other) == pytest.approx(2.0 * least_q())


def test_a_placebo_repeated_without_newer_months_counts_once() -> None:
    rows = surges([(13, "THA", 3.0)], POOL)
    again = rows.filter(pl.col("trial") != "real").with_columns(look=pl.lit(12))
    got = judged(pl.concat([rows, again], how="diagonal_relaxed"), Rule())
    assert got["n_placebos"].item() == 999


def test_everybodys_placebos_count_beside_a_goods_own() -> None:
    rows = surges([(11, "THA", 2.0)], POOL).with_columns(
        pl.when(pl.col("trial") == "real").then(pl.lit("gallium")).otherwise("mineral").alias("mineral")
    )
    alone = judged(rows, Rule())["p_value"].item()
    own = surges([], [(11, 1.0)] * 100 + [(11, 3.0)] * 500).with_columns(mineral=pl.lit("gallium"))
    found = judged(pl.concat([rows, own], how="diagonal_relaxed"), Rule()).to_dicts()[0]
    # own: 501/601 look at least so; everybody's, own among them: about 500 and 23 of 1,599; 600 weigh twice 300
    everybody = (1 + 500 + sum(z >= 2.0 for _, z in POOL)) / 1_600
    assert found["p_value"] == pytest.approx(2 / 3 * 501 / 601 + 1 / 3 * everybody)
    few = judged(pl.concat([rows, own.head(40)], how="diagonal_relaxed"), Rule())["p_value"].item()
    assert few == pytest.approx(alone, rel=0.05)  # forty of its own are too few to be asked


def test_other_senders_placebos_fill_in_where_the_origins_own_are_few() -> None:
    rows = surges([(11, "THA", 2.0)], [(11, 3.0)] * 60 + [(11, 1.0)] * 540)
    donors = surges([], [(11, 1.0)] * 399).with_columns(("placebo-donor-" + pl.col("trial")).alias("trial"))
    rule = Rule(own_pool_from=200)
    world = pl.concat([rows, donors], how="diagonal_relaxed").with_columns(
        pl.when(pl.col("trial") == "real").then(pl.lit("gallium")).otherwise("mineral").alias("mineral")
    )
    (found,) = judged(world, rule).to_dicts()
    # the origin's own: 61 of 601 look at least so; with other senders' 61 of 1,000; 600 weigh three times 200
    assert found["p_value"] == pytest.approx(0.75 * 61 / 601 + 0.25 * 61 / 1_000)
    (few,) = judged(world, Rule(own_pool_from=601)).to_dicts()
    assert few["p_value"] == pytest.approx(61 / 1_000)


def test_a_new_way_is_worth_what_chance_rises_say() -> None:
    # of chance rises a tenth go a new way: 0.5/0.1 where it is new, 0.5/0.9 where it is not or nothing much rose
    rows = pl.DataFrame({"new_share": [0.95, 0.4, 0.95, None, 1.0], "p_value": [0.01, 0.01, 0.2, 0.01, None]})
    odds = rows.select(new_way_odds(pl.lit(0.1))).to_series().to_list()
    assert odds == pytest.approx([5.0, 0.5556, 0.5556, 0.5556, None], abs=0.0001)


def test_how_many_chance_rises_go_a_new_way_is_counted_among_the_placebos_that_rose_most() -> None:
    # 1,000 placebos from 0.000 to 0.999; of the 100 from 0.9 on, 24 went a new way, and all of the others below
    pool = [(11, n / 1000) for n in range(1000)]
    world = surges([(11, "THA", 0.95)], pool).with_columns(
        pl.when(pl.col("trial") == "real").then(1.0)
        .when((pl.col("surge") < 0.9) | (pl.col("surge") >= 0.976)).then(0.9)
        .otherwise(0.89)
        .alias("new_share")
    )  # fmt: skip
    (row,) = judged(world, Rule(own_pool_from=10_000)).to_dicts()
    assert row["new_odds"] == pytest.approx(0.5 / (25 / 102))
    (later,) = judged(
        pl.concat(
            [
                world,
                world.filter(pl.col("trial") != "real").with_columns(
                    look=pl.lit(12, dtype=pl.Int64), new_share=pl.lit(1.0)
                ),
            ]
        ),
        Rule(own_pool_from=10_000),
    ).to_dicts()
    assert later["new_odds"] == row["new_odds"]


def test_goods_booked_under_a_neighbour_or_under_way_before_are_not_named_however_small_their_p() -> None:
    rows = surges(
        [(11, "THA", 9.0), (11, "VNM", 9.0)], [(11, float(z)) for z in np.random.default_rng(0).normal(0, 1, 9999)]
    )
    stopped = rows.with_columns(
        pl.when(pl.col("hub_iso3") == "THA").then(0.6).otherwise("rival_neighbour").alias("rival_neighbour")
    )
    for table, named in ((rows, [True, True]), (stopped, [False, True])):
        got = judged(table, Rule()).sort("hub_iso3")
        assert got["first_look"].is_not_null().to_list() == named
        assert got["p_value"].max() < 1e-3  # what chance would do stays told
    assert judged(stopped, Rule()).sort("hub_iso3")["q_value"][0] == 1.0
    before = stopped.rename({"rival_neighbour": "rival_front_loading", "rival_front_loading": "rival_neighbour"})
    assert judged(before, Rule()).sort("hub_iso3")["first_look"].is_not_null().to_list() == [False, True]

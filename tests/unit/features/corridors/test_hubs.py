"""What a hub sends to many at once, told in the codes of a good that rose."""

import polars as pl
import pytest

from features.corridors.hubs import covered, to_many_by_code, with_hub_totals

TRIAL = {"look": 24300, "event": 24295, "trial": "real"}
LANE = {"is_mass": True, "is_from_origin": False, "floor": 60.0, "n_post": 6.0, "noise": 100.0, "pre_mean": 0.0}


def lane(code: str, start: str, end: str, post: float, before: float = 0.0) -> dict[str, object]:
    """A lane that carried `post` kg in six months, where `before` kg a month would be expected."""
    own = {"mineral": code, "exporter_iso3": start, "importer_iso3": end, "post_sum": post, "pre_mean": before}
    return TRIAL | LANE | own | {"excess": post - 6.0 * before}


METAL = [lane("811010", "KAZ", place, 6_000.0) for place in ("USA", "JPN", "DEU", "KOR")]
OXIDE = lane("282580", "KAZ", "NLD", 600_000.0, before=100_000.0)
WAY = {"origin_iso3": "CHN", "hub_iso3": "KAZ", "destination_iso3": "USA", "is_mass": True}


def by_code(good: str, lanes: list[dict[str, object]], **way: object) -> float | None:
    corridor = pl.LazyFrame([TRIAL | WAY | {"mineral": good} | way])
    found: float | None = to_many_by_code(corridor, pl.LazyFrame(lanes)).collect()["to_many_by_code"].item()
    return found


def test_bulk_in_another_code_hides_no_metal_that_many_begin_to_buy() -> None:
    # four buyers of a metal of which nothing was sold before: three others grew as far, ln(3,000+10)/10 over ln 101
    assert by_code("282580;811010", [*METAL, OXIDE]) == pytest.approx(1.0)
    assert by_code("282580;811010", [METAL[0], OXIDE]) == 0.0  # one buyer
    two = by_code("282580;811010", [METAL[0], METAL[1], OXIDE])
    assert two == pytest.approx(1.0 / 3.0)  # one buyer beside, of three that make many


def test_each_code_counts_by_its_part_of_what_rose() -> None:
    # 18 t of oxide rose to the same buyer, alone: a quarter of the rise is of the metal
    assert by_code("282580;811010", [*METAL, lane("282580", "KAZ", "USA", 18_000.0)]) == pytest.approx(0.25)


def test_goods_of_one_code_or_without_a_rise_are_not_told() -> None:
    assert by_code("811010", METAL) is None
    assert by_code("282580;811010", METAL, destination_iso3="NLD") == 0.0
    assert by_code("282580;811010", METAL, hub_iso3="TUR") == 0.0


def test_a_leg_weighed_anew_counts_as_that_in_what_the_hub_sent_altogether() -> None:
    # 6 t were estimated for the USA, whose value weighs 0.6 t; JPN got 6 t
    lanes = [METAL[0], METAL[1], lane("811010", "CHN", "KAZ", 600.0)]
    corridor = TRIAL | WAY | {"mineral": "811010", "in_scale": 1.0, "out_scale": 0.1}
    corridor |= {f"{leg}_{name}": kg for leg in ("in", "out") for name, kg in (("post_sum", 600.0), ("n_post", 6.0))}
    corridor |= {"in_pre_mean": 0.0, "out_pre_mean": 0.0}
    (row,) = with_hub_totals(pl.LazyFrame([corridor]), pl.LazyFrame(lanes)).collect().to_dicts()
    assert row["all_out_post"] == pytest.approx(1_100.0)  # (600 + 6,000)/6
    assert row["all_in_post"] == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("came", "usd_per_kg", "expected"),
    [
        (200.0, 10.0, 0.25),
        (200.0, 20.0, 0.5),
        (200.0, 5.0, 0.25),
        (900.0, 10.0, 1.0),
        (200.0, None, 0.25),
        (None, 10.0, 0.0),
        (0.0, 10.0, 0.0),
    ],
)
def test_what_came_covers_what_left_by_mass_or_by_value(
    came: float | None, usd_per_kg: float | None, expected: float
) -> None:
    # 800 kg left, at 10 USD/kg
    usd = None if usd_per_kg is None else 500.0 * usd_per_kg
    row = {"came": came, "left": 800.0, "in_post_sum": 500.0, "in_post_usd": usd}
    row |= {"out_post_sum": 800.0, "out_post_usd": 8_000.0}
    told = pl.DataFrame([row], schema=dict.fromkeys(row, pl.Float64))
    part = covered(pl.col("left"), by=pl.col("came"), leg="out", other="in")
    assert told.select(part).item() == pytest.approx(expected)
    assert told.select(covered(pl.col("left") * 0.0, by=pl.col("came"), leg="out", other="in")).item() == 0.0
    unknown = pl.lit(None, dtype=pl.Float64)
    assert told.select(covered(unknown, by=pl.col("came"), leg="out", other="in")).item() == 0.0

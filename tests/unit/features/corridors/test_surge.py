"""A leg that nobody weighed is taken at the price of the leg that was."""

from typing import Any

import polars as pl
import pytest

from features.corridors.surge import at_the_other_legs_price

AMOUNTS: dict[str, float | None] = {
    "pre_mean": 0.0,
    "post_sum": 600.0,
    "post_max": 200.0,
    "post_moment": 900.0,
    "year_sum": 60.0,
}
AMOUNTS |= {"expected": 0.0, "excess": 600.0, "noise": 40.0, "grown_mean": None, "floor": 20.0}
LEG = AMOUNTS | {"post_usd": 60_000.0, "pre_uv": None, "post_uv": 100.0}


def told(*, into: dict[str, Any], out: dict[str, Any], good: str = "280530", is_mass: bool = True) -> dict[str, Any]:
    legs = {f"{leg}_{name}": value for leg, own in (("in", into), ("out", out)) for name, value in (LEG | own).items()}
    rows = pl.LazyFrame([{"mineral": good, "is_mass": is_mass} | legs], infer_schema_length=None)
    numbers = pl.col(f"{leg}_{name}" for leg in ("in", "out") for name in LEG)
    (row,) = at_the_other_legs_price(rows.with_columns(numbers.cast(pl.Float64))).collect().to_dicts()
    return row


def test_an_estimated_leg_weighs_what_its_value_is_at_the_price_of_the_other() -> None:
    # 600 kg came at 100 USD/kg; what left was worth 60,000 USD and was put at 6,000 kg, 10 USD/kg
    left = {name: value and 10 * value for name, value in AMOUNTS.items()} | {"post_uv": None}
    row = told(into={}, out=left)
    assert (row["in_scale"], row["out_scale"]) == (1.0, pytest.approx(0.1))
    assert row["out_post_sum"] == pytest.approx(600.0)
    assert row["out_floor"] == pytest.approx(20.0)
    assert row["out_grown_mean"] is None
    assert row["in_post_sum"] == 600.0
    assert told(into=left, out={})["in_post_sum"] == pytest.approx(600.0)


@pytest.mark.parametrize(
    "how",
    [
        {"out": {"post_uv": None, "pre_uv": 9.0}},  # weighed before
        {"out": {"post_uv": None}, "into": {"post_uv": None}},  # neither leg was weighed
        {"out": {"post_uv": None}, "good": "280530;284690"},  # another form may have left
        {"out": {"post_uv": None}, "is_mass": False},
        {"out": {"post_uv": None, "post_usd": None}},
    ],
)
def test_otherwise_amounts_stay(how: dict[str, Any]) -> None:
    row = told(**({"into": {}} | how))
    assert (row["in_scale"], row["out_scale"]) == (1.0, 1.0)
    assert row["out_post_sum"] == 600.0

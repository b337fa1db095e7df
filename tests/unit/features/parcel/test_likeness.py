"""Which mineral would explain a price or a density."""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from features.lookback import month_number
from features.parcel.densities import density_bands
from features.parcel.likeness import closest_mineral, own_minerals, price_bands
from features.parcel.rules import ParcelRules
from tests.unit.features.parcel.worlds import minerals

RULES = ParcelRules()


def month(year: int, of_year: int) -> int:
    return int(pl.select(month_number(pl.date(year, of_year, 1))).item())


def asked(**columns: list[Any]) -> pl.LazyFrame:
    n = len(next(iter(columns.values())))
    base: dict[str, list[Any]] = {"declaration_id": [str(i) for i in range(n)], "hs6": ["382450"] * n}
    schema = {"declaration_id": pl.String, "hs6": pl.String, "month": pl.Int32, "log_x": pl.Float64}
    return pl.LazyFrame(base | columns, schema=schema)


def by_price(rows: pl.LazyFrame) -> dict[str, tuple[str, bool, bool]]:
    known = minerals()
    listed = known.prices.filter(pl.col("mineral") != "silver")
    found = closest_mineral(
        rows, price_bands(listed, RULES), own_minerals(known.forms), log_figure="log_x", prefer=None, name="like"
    )
    return {row[0]: row[1:4] for row in found.collect().rows()}  # type: ignore[misc]


def test_the_band_known_before_the_month_counts():
    # 38 USD/kg: inside the quotation of 30 November 2024 from December on; before, only that of July (21.8 to 23, with
    # 40 % slack up to 32.2) is known.
    rows = asked(month=[month(2024, 12), month(2024, 11)], log_x=[math.log(38.0)] * 2)
    assert by_price(rows) == {"0": ("antimony", False, False)}


def test_before_any_quotation_the_first_one_stands_in_and_says_so():
    rows = asked(month=[month(2023, 5)], log_x=[math.log(22.0)])
    assert by_price(rows) == {"0": ("antimony", True, False)}


def test_the_wide_band_is_marked():
    rows = asked(month=[month(2023, 5)], log_x=[math.log(500.0)])
    assert by_price(rows) == {"0": ("gallium", False, True)}


def test_the_declared_codes_own_mineral_is_left_out():
    rows = asked(month=[month(2024, 9)], log_x=[math.log(22.0)]).with_columns(hs6=pl.lit("811010"))
    assert by_price(rows) == {}


def test_no_code_at_six_digits_leaves_nothing_out():
    rows = asked(month=[month(2024, 9)], log_x=[math.log(22.0)]).with_columns(hs6=pl.lit(None, pl.String))
    assert by_price(rows) == {"0": ("antimony", False, False)}


def test_density_prefers_the_mineral_that_the_price_names():
    known = minerals()
    listed = known.forms.filter("is_listed")
    rows = asked(month=[1, 1, 1], log_x=[math.log(5_000.0)] * 2 + [math.log(25_000.0)]).with_columns(
        price=pl.Series(["gallium", None, None], dtype=pl.String)
    )
    found = closest_mineral(
        rows, density_bands(listed, RULES), own_minerals(known.forms), log_figure="log_x", prefer="price", name="like"
    )
    # 5,000 kg/m3 is closest to four fifths of gallium (4,726) and near that of antimony (5,358); tungsten packs from
    # 5,775 up. Taken is what the price says, else what is traded most. Nothing packs to 25,000.
    told = found.select("declaration_id", "like", "like_n").collect().rows()
    assert sorted(told) == [("0", "gallium", 2), ("1", "antimony", 2)]


def test_of_bands_alike_the_mineral_that_other_figures_name_is_taken_but_a_narrow_band_goes_first():
    band = {"low": 2.0, "centre": 2.5, "high": 3.0, "from_month": None, "to_month": None, "is_later": False}
    bands = pl.LazyFrame(
        [
            band | {"mineral": "europium", "is_wide": False},
            band | {"mineral": "tungsten", "is_wide": False, "centre": 2.9},
            band | {"mineral": "bismuth", "is_wide": True},
        ],
        schema_overrides={"from_month": pl.Int32, "to_month": pl.Int32},
    )
    rows = pl.LazyFrame(
        {
            "declaration_id": ["a", "b", "c"],
            "hs6": ["790111"] * 3,
            "month": pl.Series([24_300] * 3, dtype=pl.Int32),
            "log_x": [2.5] * 3,
            "said": ["tungsten", "bismuth", None],
        }
    )
    own = pl.LazyFrame(schema={"hs6": pl.String, "mineral": pl.String})
    found = closest_mineral(rows, bands, own, log_figure="log_x", prefer="said", name="like").collect()
    assert dict(found.select("declaration_id", "like").iter_rows()) == {
        "a": "tungsten",
        "b": "tungsten",  # 85,000 t a year against 500: no figure tells the two apart
        "c": "tungsten",
    }
    assert found["like_n"].to_list() == [3, 3, 3]

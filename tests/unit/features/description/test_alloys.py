"""Shares that shorthand names of alloys state: by hand."""

from __future__ import annotations

import polars as pl
import pytest

from features.description.alloys import alloy_shares, alloys_of_any_share

ELEMENTS = pl.DataFrame(
    [
        ("tungsten", "W"),
        ("gallium", "Ga"),
        ("indium", "In"),
        ("molybdenum", "Mo"),
        ("antimony", "Sb"),
        ("bismuth", "Bi"),
        ("tellurium", "Te"),
        ("scandium", "Sc"),
        ("gadolinium", "Gd"),
        ("dysprosium", "Dy"),
    ],
    schema=["mineral", "symbol"],
    orient="row",
)


def read(text: str) -> pl.LazyFrame:
    return pl.LazyFrame({"text_no": [0], "reading": ["plain"], "clean": [text]})


@pytest.mark.parametrize(
    ("text", "mineral", "share"),
    [
        ("W-7Ni-3Fe rod", "tungsten", 0.90),
        ("93W-4.9Ni-2.1Fe", "tungsten", 0.93),
        ("WNi7Fe3", "tungsten", 0.90),
        ("Mo-0.5Ti-0.1Zr", "molybdenum", 0.994),
        ("Ga-21In-10Sn", "gallium", 0.69),
        ("Ga-In-Sn alloy 62.5/21.5/16", "gallium", 0.625),
        ("WC-12Co", "tungsten", 0.88),
        ("WC 88 Co 12", "tungsten", 0.88),
        ("WC-10Co4Cr powder", "tungsten", 0.86),
        ("86WC-10Co-4Cr", "tungsten", 0.86),
        ("SnSb8Cu4", "antimony", 0.08),
        ("Sn-57Bi-1Ag", "bismuth", 0.57),
    ],
)
def test_shares_by_hand(text: str, mineral: str, share: float) -> None:
    found = alloy_shares(read(text), ELEMENTS).collect().filter(pl.col("mineral") == mineral)
    assert found["share"].max() == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize("text", ["Cd0.9Zn0.1Te", "In0.5Ga0.5Sb", "WC-6 toilet", "WN RF 300", "M42 W-12 bolt"])
def test_counts_of_a_formula_and_numbers_of_parts_are_no_shares(text: str) -> None:
    assert alloy_shares(read(text), ELEMENTS).collect().is_empty()


@pytest.mark.parametrize(
    ("text", "minerals"),
    [
        *(("Gd-Fe alloy", ["gadolinium"]), ("ScAl target", ["scandium"]), ("Al-Mg-Sc alloy ingot", ["scandium"])),
        *(("DyFe合金", ["dysprosium"]), ("Cr-Mo alloy", []), ("Sc alloy", []), ("Gd-Fe", [])),
    ],
)
def test_alloys_and_targets_of_rare_earths_need_no_share(text: str, minerals: list[str]) -> None:
    found = alloys_of_any_share(read(text), ELEMENTS).collect()
    assert found["mineral"].unique().sort().to_list() == minerals

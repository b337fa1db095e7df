"""Formulae of controlled elements by their charges, and the words that only look like them."""

from __future__ import annotations

import polars as pl
import pytest

from features.description.formulae import find_formulae

ELEMENTS = pl.DataFrame(
    {"mineral": ["antimony", "tungsten", "molybdenum", "bismuth"], "symbol": ["Sb", "W", "Mo", "Bi"]}
)


def found(text: str) -> list[tuple[str, float]]:
    readings = pl.LazyFrame({"text_no": [0], "reading": ["plain"], "clean": [text], "words": [f" {text.lower()} "]})
    told = find_formulae(readings, ELEMENTS).select("mineral", "weight").sort("mineral").collect()
    return [(mineral, weight) for mineral, weight in told.iter_rows()]


@pytest.mark.parametrize(
    ("text", "mineral"),
    [
        ("SbCl3 flakes", "antimony"),  # +3 and three times -1
        ("Na2WO4.2H2O", "tungsten"),  # 2 * +1, +6, 4 * -2
        ("(NH4)6Mo7O24", "molybdenum"),  # 6 * +1, 7 * +6, 24 * -2
        ("NaSb(OH)6", "antimony"),  # +1, +5, 6 * -1
        ("Bi(NO3)3 99%", "bismuth"),
        ("MoSi2 heating", "molybdenum"),
    ],
)
def test_charges_add_up_to_nought(text: str, mineral: str) -> None:
    assert found(text) == [(mineral, 0.8)]


@pytest.mark.parametrize(
    "text", ["W6Mo5Cr4V2 steel", "SnSb7Cu3 babbitt", "valve PN16", "Sb2", "SbCl9", "WS2812 strip", "Mo12", "H2O", ""]
)
def test_alloys_parts_and_impossible_counts_are_none(text: str) -> None:
    assert found(text) == []


def test_a_short_one_needs_a_word_of_form() -> None:
    assert found("WS2 sensor") == [("tungsten", 0.45)]
    assert found("WS2 powder") == [("tungsten", 0.7)]

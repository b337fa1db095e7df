"""Shares in a text go to the name that they are of."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from features.description.assessment import assess_texts
from features.minerals import Minerals

ASSAYS = (  # what else is in an honest metal, behind the purity of the metal itself
    "Tin ingots 99.9% Sb 0.02%",
    "Tin ingots 99.9%, Sb 0.02%",
    "Zinc ingots 99.995% Sb<0.001%",
    "锌锭 99.995% 锑<0.001%",
    "铅锭 99.994% 铋 0.003%",
    "Copper cathode 99.99% Bi<1ppm Te<1ppm",
    "Aluminium ingots 99.7% Ga 0.02%",
    "Lead concentrate Pb 60% Sb 0.4%",
    "Alumina 99.6% Ga2O3 0.01%",
    "Pb 98% Sb 2%",
    "98% Pb 2% Sb",
)
MAIN_PARTS = {
    "60% Sb 30% Pb alloy": "antimony",
    "Sb 60% Pb 40%": "antimony",
    "95% W 3% Ni 2% Fe": "tungsten",
    "W 95% Ni 3% Fe 2%": "tungsten",
    "masterbatch 80% Sb2O3 20% EVA": "antimony",
    "Sb≥99.65% min": "antimony",
    "99.99% Ga Fe<1ppm": "gallium",
    "Ga 99.99% Fe<1ppm": "gallium",
    "42% Sn 58% Bi solder": "bismuth",
    "Sn 42% Bi 58% solder": "bismuth",
}
LESS = "antimony less flame retardant"
LESS_THAN = {  # a limit of something else denies nothing
    "Gallium metal less than 1 ppm iron": "gallium",
    "Antimony ingots less than 0.1% arsenic": "antimony",
    "Tungsten powder less than 5% moisture": "tungsten",
    "Dysprosium oxide less than 0.5% La2O3": "dysprosium",
}


MAGNETS = {  # whether they are listed, by what is in them
    "NdFeB magnets N42 Ni coated": False,
    "Sintered NdFeB magnets N35, no Dy, no Tb": False,
    "钕铁硼磁铁 不含镝铽": False,
    "NdFeB N38EH magnets": True,
    "N38AH sintered segments": True,
    "NdFeB magnets 3% Dy": True,
    "NdFeB magnets N42H": None,  # may do without
    "NdFeB magnets": None,
    "SmCo magnets": True,
}
_TOLD = ("text_mineral", "term_weight", "negated_term", "meets_listed_form")


@pytest.fixture(scope="module")
def read(minerals: Minerals) -> dict[str, dict[str, Any]]:
    texts = [*ASSAYS, *MAIN_PARTS, *LESS_THAN, *MAGNETS, LESS]
    rows = assess_texts(pl.LazyFrame({"text": texts}), minerals).select("text", *_TOLD).collect()
    return {row["text"]: row for row in rows.to_dicts()}


@pytest.mark.parametrize("text", ASSAYS)
def test_a_trace_is_not_what_the_good_is(read: dict[str, dict[str, Any]], text: str) -> None:
    assert read[text]["term_weight"] < 0.1


@pytest.mark.parametrize(("text", "mineral"), [*MAIN_PARTS.items(), *LESS_THAN.items()])
def test_the_main_part_is_named(read: dict[str, dict[str, Any]], text: str, mineral: str) -> None:
    row = read[text]
    assert (row["text_mineral"], row["term_weight"] >= 0.5, row["negated_term"]) == (mineral, True, 0.0)


def test_what_is_less_is_still_denied(read: dict[str, dict[str, Any]]) -> None:
    assert (read[LESS]["term_weight"], read[LESS]["negated_term"]) == (0.0, 1.0)


@pytest.mark.parametrize(("text", "meets"), MAGNETS.items())
def test_magnets_are_listed_for_what_is_in_them(read: dict[str, dict[str, Any]], text: str, meets: bool | None) -> None:
    assert (read[text]["text_mineral"], read[text]["meets_listed_form"]) == ("rare_earth_magnets", meets)

"""Rare earths that a text denies one behind another, and honest words that look like disguises."""

from __future__ import annotations

import polars as pl
import pytest

from features.description.assessment import assess_texts
from features.description.magnets import states_heavy
from features.minerals import Minerals

DENIED = [
    "氧化锆 不含镝铽",
    "氧化锆 不含铽",
    "Zirconia, contains no terbium or dysprosium",
    "imanes sin disprosio ni terbio",
]
AFFIRMED = [("氧化铽 不含镝", "terbium"), ("terbium oxide without dysprosium", "terbium")]
HONEST = ["НАСОС, АРТ. CN-45", "насос, арт. CN-45", "Hartmetall-Wendeschneidplatten, Art.-Nr. FF-657"]


def told(minerals: Minerals, text: str) -> dict[str, object]:
    return assess_texts(pl.LazyFrame({"text": [text]}), minerals).collect().row(0, named=True)


@pytest.mark.parametrize("text", DENIED)
def test_all_that_is_denied_in_a_row_is_denied(minerals: Minerals, text: str) -> None:
    assert told(minerals, text)["text_mineral"] is None


@pytest.mark.parametrize(("text", "mineral"), AFFIRMED)
def test_what_stands_before_a_denial_is_not(minerals: Minerals, text: str, mineral: str) -> None:
    assert told(minerals, text)["text_mineral"] == mineral


def test_magnets_said_to_hold_neither_in_other_languages() -> None:
    texts = pl.Series([" imanes ndfeb sin dy tb ", " magnete ohne dy und tb ", " aimants sans terbium ", " n38uh "])
    assert pl.select(states_heavy(pl.lit(texts))).to_series().to_list() == [False, False, False, True]


@pytest.mark.parametrize("text", HONEST)
def test_article_numbers_in_russian_and_hard_metal_in_german_are_no_disguise(minerals: Minerals, text: str) -> None:
    assert told(minerals, text)["disguised_text"] == 0.0

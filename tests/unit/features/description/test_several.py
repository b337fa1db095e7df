"""Several minerals in one text, and the lawful headings of compounds."""

from __future__ import annotations

import polars as pl
import pytest

from features.description.assessment import assess_texts
from features.description.compounds import lawful_headings
from features.description.forms import form_classes
from features.minerals import Minerals


@pytest.mark.parametrize(
    ("text", "minerals_named", "forms"),
    [
        (
            "antimony ingot and gallium metal",
            "antimony;gallium",
            "antimony/antimony-metal-ingot;gallium/gallium-metal",
        ),
        (
            "氧化镝 氧化铽",
            "dysprosium;terbium",
            "dysprosium/dysprosium-oxide;terbium/terbium-oxide",
        ),
        ("porcelain floor tiles", None, None),
        ("germanium dioxide, and tin ingot without antimony", "germanium", "germanium/germanium-dioxide"),
    ],
)
def test_every_mineral_named_surely_is_told(minerals: Minerals, text: str, minerals_named: str, forms: str) -> None:
    read = assess_texts(pl.LazyFrame({"text": [text]}), minerals).collect().row(0, named=True)
    assert (read["text_minerals"], read["text_forms"]) == (minerals_named, forms)


@pytest.mark.parametrize(
    ("text", "meets"),
    [
        ("niobium rods", False),
        ("high purity hafnium scrap", False),
        ("铌棒", False),
        ("gallium niobium alloy", None),  # a controlled mineral is named
        ("steel with 0.1 pct of niobium", None),  # not what the goods are
        ("metal rods", None),
    ],
)
def test_a_metal_that_shares_a_code_with_listed_ones_is_not_listed(
    minerals: Minerals, text: str, meets: bool | None
) -> None:
    read = assess_texts(pl.LazyFrame({"text": [text]}), minerals).collect()
    assert read["meets_listed_form"].item() is meets


@pytest.mark.parametrize(
    ("words", "headings"),
    [
        (" bismuth nitrate ", "2834"),
        (" 硝酸铋 ", "2834"),
        (" bismuth vanadate pigment ", "2841;3206;3207;3212"),
        (" tungsten hexachloride ", "2827"),
        (" antimony ingot bismuth nitrate ", None),  # a raw form beside it
        (" porcelain tiles ", None),
        (None, None),
    ],
)
def test_headings_of_compounds_by_hand(words: str | None, headings: str | None) -> None:
    text = pl.lit(words, pl.String)
    assert pl.select(lawful_headings(text, form_classes(text))).item() == headings


def test_an_unlisted_compound_is_under_no_item(minerals: Minerals) -> None:
    texts = ["bismuth nitrate", "dysprosium chloride", "bismuth ingot"]
    read = assess_texts(pl.LazyFrame({"text": texts}), minerals).collect()
    meets = dict(read.select("text", "meets_listed_form").iter_rows())
    assert meets["bismuth nitrate"] is False
    assert meets["dysprosium chloride"] is not False  # every compound of a listed rare earth is listed
    assert meets["bismuth ingot"] is True

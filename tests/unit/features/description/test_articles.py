"""Finished articles of a substance, told apart from the substance and from what it is used for."""

from __future__ import annotations

import polars as pl
import pytest

from features.description.articles import article_of


@pytest.mark.parametrize(
    ("words", "purity", "expected"),
    [
        (" tungsten carbide dies ", None, "any"),
        (" used carbide drill bits ", None, "any"),
        (" 碳化钨密封环 ", None, "any"),
        (" 钨钢模具 ", None, "any"),
        (" фильеры из карбида вольфрама ", None, "any"),
        (" tungsten carbide rods ", None, "carbide"),
        (" tungsten carbide ", None, None),
        (" tungsten carbide powder dies ", None, None),
        (" tungsten carbide for the production of cutting tools ", None, None),
        (" 用于制造模具的碳化钨 ", None, None),
        (" 模具用碳化钨 ", None, None),
        (" tungsten carbide tool material ", None, None),
        (" tungsten carbide bits ", 0.999, None),
        (" wolframcarbid die ware ", None, None),  # the German article
        (None, None, None),
    ],
)
def test_an_article_is_named_where_nothing_raw_is(
    words: str | None, purity: float | None, expected: str | None
) -> None:
    told = article_of(pl.lit(words, pl.String), pl.lit(purity, pl.Float64))
    assert pl.select(told).item() == expected

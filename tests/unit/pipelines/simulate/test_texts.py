"""Descriptions are varied, in two languages, with slips; disguise is rare and honest clerks slip too."""

from __future__ import annotations

import polars as pl


def test_descriptions_are_varied_and_in_two_languages(labelled: pl.DataFrame) -> None:
    text = labelled["description"].drop_nulls()
    assert text.n_unique() > 0.4 * text.len()
    chinese = text.str.contains(r"\p{Han}")
    latin = text.str.contains(r"[A-Za-z]")
    assert 0.1 < (chinese & ~latin).mean() < 0.5
    assert 0.2 < (latin & ~chinese).mean() < 0.8
    assert (chinese & latin).mean() > 0.05


def test_letters_that_look_alike_occur_on_both_sides(labelled: pl.DataFrame) -> None:
    cyrillic = labelled.filter(pl.col("description").str.contains(r"\p{Cyrillic}"))
    assert cyrillic["is_violation"].any()
    assert (~cyrillic["is_violation"]).any()


def test_disguise_is_rare_among_violations(labelled: pl.DataFrame) -> None:
    bad = labelled.filter("is_violation")["description"].drop_nulls()
    hidden = bad.str.contains("\u200b") | bad.str.contains(r"\p{Cyrillic}") | bad.str.contains(r"^(\w ){4,}")
    assert 0.0 < hidden.mean() < 0.25


def test_lookalike_names_occur_in_honest_trade(labelled: pl.DataFrame) -> None:
    honest = labelled.filter(~pl.col("is_violation"))["description"].drop_nulls().str.to_lowercase()
    assert honest.str.contains("antimony-free|无锑", literal=False).any()
    assert honest.str.contains("tungsten hill|钨山", literal=False).any()
    assert honest.str.contains("bismuth", literal=True).any()

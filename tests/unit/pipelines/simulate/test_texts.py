"""Descriptions are varied, in two languages, with slips; disguise is rare and honest clerks slip too."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.errors import ConfigError
from pipelines.settings.closed import config_folder
from pipelines.simulate.catalogue import Goods, load_goods
from pipelines.simulate.disguises import STYLES_OF_DISGUISE, disguises
from pipelines.simulate.wordings import VARIANTS, load_words, pinyin, written_forms


@pytest.fixture(scope="module")
def goods() -> Goods:
    return load_goods(config_folder() / "simulate_goods.csv")


def test_descriptions_are_varied_and_in_two_languages(labelled: pl.DataFrame) -> None:
    text = labelled["description"].drop_nulls()
    assert text.n_unique() > 0.5 * text.len()
    chinese = text.str.contains(r"\p{Han}")
    latin = text.str.contains(r"[A-Za-z]")
    assert 0.08 < (chinese & ~latin).mean() < 0.5
    assert 0.3 < (latin & ~chinese).mean() < 0.8
    assert (chinese & latin).mean() > 0.05


def test_each_good_is_written_in_many_ways(goods: Goods) -> None:
    forms = written_forms(goods, 3)
    assert len(forms) == VARIANTS * goods.frame.height
    distinct = [len(set(forms[at * VARIANTS : (at + 1) * VARIANTS])) for at in range(goods.frame.height)]
    assert min(distinct) >= 15
    assert sum(distinct) / len(distinct) > 25
    assert all(form and "{" not in form for form in forms)
    assert written_forms(goods, 4) != forms


def test_texts_hold_formulae_numbers_grades_brands_pinyin_and_jargon(labelled: pl.DataFrame) -> None:
    text = labelled["description"].drop_nulls()
    for pattern in (
        r"CAS ?号?\d+-\d\d-\d",
        r"\b[45]N\b",
        "(?i)voltera|lumara|solvane",
        "Sb2O3|Ga2O3|ZnO",
        "(?i)yang hua",
    ):
        assert text.str.contains(pattern).any(), pattern
    for pattern in ("用途:", "无品牌", "STC ", "AS PER INVOICE", "NO COMMERCIAL VALUE"):
        assert text.str.contains(pattern, literal=True).any(), pattern


def test_vague_words_are_used_by_honest_clerks(labelled: pl.DataFrame) -> None:
    honest = labelled.filter(~pl.col("is_violation"))["description"].drop_nulls()
    vague = honest.str.contains("(?i)general merchandise|metal products|chemical raw material|杂货|metal articles")
    assert 0.001 < vague.mean() < 0.05


def test_letters_that_look_alike_occur_on_both_sides(labelled: pl.DataFrame) -> None:
    cyrillic = labelled.filter(pl.col("description").str.contains(r"\p{Cyrillic}"))
    assert (~cyrillic["is_violation"]).any()
    marked = labelled.filter(pl.col("description").str.contains("[\u200b\u0370-\u03ff\uff21-\uff5a]"))
    assert marked["is_violation"].any()
    assert (~marked["is_violation"]).any()


def test_every_style_of_disguise_changes_the_text() -> None:
    frame = pl.DataFrame({"text": "antimony ingot", "short": "antmny ngt", "cipher": "51# ingot"})
    styles = disguises(pl.col("text"), pl.col("short"), pl.col("cipher"))
    written = ["antimony ingot", *(frame.select(style).item() for style in styles)]
    assert written[0] == "antimony ingot"
    assert len(set(written)) == STYLES_OF_DISGUISE + 1
    assert written[1] == "аntіmоnу іngоt"  # Cyrillic a, i, o, y
    assert written[10] == "51# ingot"


def test_disguise_is_rare_among_violations(labelled: pl.DataFrame) -> None:
    bad = labelled.filter("is_violation")["description"].drop_nulls()
    hidden = bad.str.contains("[\u200b\u0370-\u04ff]") | bad.str.contains(r"^(\w ){4,}")
    assert 0.0 < hidden.mean() < 0.25


def test_a_careless_false_paper_rarely_names_the_mineral(labelled: pl.DataFrame) -> None:
    false = labelled.filter(pl.col("scheme").is_in(["false_name", "border_route", "false_identity", "split_lots"]))
    names = false["description"].str.to_lowercase().str.contains("gallium|germanium|antimony|tungsten|dysprosium")
    assert names.fill_null(value=False).mean() < 0.12


def test_lookalike_names_occur_in_honest_trade(labelled: pl.DataFrame) -> None:
    honest = labelled.filter(~pl.col("is_violation"))["description"].drop_nulls().str.to_lowercase()
    assert honest.str.contains("antimony-free|无锑", literal=False).any()
    assert honest.str.contains("tungsten hill|钨山", literal=False).any()
    assert honest.str.contains("bismuth", literal=True).any()


def test_pinyin_is_left_out_where_a_sound_is_unknown() -> None:
    assert pinyin("锑锭", {"锑": "ti", "锭": "ding"}) == "ti ding"
    assert pinyin("锑锭", {"锑": "ti"}) == ""


def test_words_with_a_missing_column_are_refused(goods: Goods, tmp_path: Path) -> None:
    broken = tmp_path / "words.csv"
    broken.write_text("good,formula\ngallium_metal,Ga\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="columns must be"):
        load_words(goods, broken)


def test_every_good_that_has_words_is_in_the_list(goods: Goods) -> None:
    listed = pl.read_csv(config_folder() / "simulate_words.csv", comment_prefix="#", infer_schema=False)["good"]
    assert set(listed) <= set(goods.names)

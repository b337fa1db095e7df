"""Text that wants to break the reader: it is read, in proportion to its length, and never acted upon."""

from __future__ import annotations

import polars as pl
import pytest

from features.description.assessment import assess_texts
from features.description.normalise import LONGEST_READ, changed_chars, normalised_text, plain_text
from features.minerals import Minerals

MEGABYTE = 1_000_000
HOSTILE = {
    "long_words": "antimony ingot " + "very fine goods " * (MEGABYTE // 16),
    "long_token": "x" * 200_000,
    "long_digits": "4" * 200_000,
    "nul": "antimony\x00 ingot\x00",
    "emoji": "🔥" * 10_000,
    "rtl": "\u202e" * 10_000 + "عربي",
    "open_tags": "<a" * 100_000,
    "html": "<script>alert('antimony')</script><img src=x onerror=alert(1)>",
    "entities": "&amp;" * 50_000,
    "formula": '=HYPERLINK("http://x","antimony ingot")',
    "command": "@SUM(1+1)*cmd|' /C calc'!A0",
    "overlapping": "sb2o3 " * 100_000,
    "letters_apart": "a " * 200_000,
    "zalgo": "a" + "\u0336" * 100_000,
    "han": "锑" * 100_000,
    "invisible": "\u200b" * 100_000,
    "empty": "",
    "only_spaces": " \t\r\n\u3000",
    "lone_replacement": "\ufffd\ufffd",
    "thai_digits": "Sb๒Bi๕๘ Sn42Bi๕๘ ๙๙.๙๙% N๔ 4N٥ ９９．９９％ W" * 40,
    "every_script": "".join(chr(code) for code in range(0x21, 0x3000, 7)),
    "bars": "a|" * 100_000,
    "turned": "\u202e" + "ynomitna " * 50_000,
    "symbols": "a!$@" * 50_000,
    "denials": "free of lead " * 50_000 + "不含铅" * 50_000,
    "backslashes": "\\" * 5000 + "[(" * 2000,
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_text_is_read(minerals: Minerals, name: str) -> None:
    read = assess_texts(pl.LazyFrame({"text": [HOSTILE[name]]}), minerals).collect()
    assert read.height == 1
    for strength in ("term_weight", "disguised_text", "vague_text", "negated_term", "innocent_context"):
        assert 0.0 <= read[strength].item() <= 1.0
    assert read["text_term"].str.len_chars().fill_null(0).item() <= 80


@pytest.mark.parametrize("name", ["long_words", "nul", "html", "formula", "overlapping", "han"])
def test_the_mineral_is_still_found(minerals: Minerals, name: str) -> None:
    read = assess_texts(pl.LazyFrame({"text": [HOSTILE[name]]}), minerals).collect()
    assert read["text_mineral"].item() == "antimony"


def test_only_a_bounded_part_of_a_text_is_read() -> None:
    """The work after the cut does not depend on how long the text was: hence linear in its length."""
    text = pl.lit("ab " * (MEGABYTE // 3))
    assert pl.select(plain_text(text).str.len_chars()).item() <= LONGEST_READ
    assert pl.select(normalised_text(text).str.len_chars()).item() <= LONGEST_READ + 2


TILES = "porcelain tiles for floors "
DEEP = {
    "plain": ("antimony ingot", "antimony"),
    "across passages": ("x" * 120 + " gallium metal 99.99% purity", "gallium"),
    "cas": ("CAS 7440-56-4 lumps", "germanium"),
    "chinese": ("三氧化二锑", "antimony"),
    "look-alike letters": ("аntimоny ingоt", "antimony"),
    "letters apart": ("g a l l i u m  m e t a l", "gallium"),
    "digits": ("ant1m0ny ingots", "antimony"),
}


@pytest.mark.parametrize("name", sorted(DEEP))
@pytest.mark.parametrize("depth", [400, 20_000])
def test_a_term_is_found_however_deep_it_lies(minerals: Minerals, name: str, depth: int) -> None:
    named, mineral = DEEP[name]
    text = TILES * depth + named + " " + TILES * depth
    read = assess_texts(pl.LazyFrame({"text": [text, TILES * depth]}).unique(), minerals).collect()
    found = dict(zip(read["text"], read["text_mineral"], strict=True))
    assert found == {text: mineral, TILES * depth: None}
    assert read["disguised_text"].min() >= 0.5  # that long is itself worth a mention


def test_what_is_said_about_a_deep_term_is_read_with_it(minerals: Minerals) -> None:
    text = TILES * 1000 + "free of antimony. " + TILES * 1000
    read = assess_texts(pl.LazyFrame({"text": [text]}), minerals).collect()
    assert read["term_weight"].item() == 0.0
    assert read["negated_term"].item() > 0.5


def test_many_denials_do_not_crowd_out_the_term(minerals: Minerals) -> None:
    text = "antimony free. " * 10_000 + "antimony ingots 99.65%. " + "antimony free. " * 10_000
    read = assess_texts(pl.LazyFrame({"text": [text]}), minerals).collect()
    assert read["text_mineral"].item() == "antimony"
    assert read["term_weight"].item() > 0.5


def test_markup_and_control_characters_leave_the_text() -> None:
    text = pl.lit("<img src=x onerror=alert(1)>Sb<sub>2</sub>O<sub>3</sub>\x00\r\n\tpowder")
    assert pl.select(plain_text(text)).item() == "Sb2O3 powder"


def test_normalising_twice_changes_nothing() -> None:
    texts = pl.Series(["Аntimоny", "銻 錠", "𝐠𝐚llium", "a\u200bb", "plain words", ""])
    once = pl.select(normalised_text(pl.lit(texts))).to_series()
    assert pl.select(normalised_text(pl.lit(once))).to_series().to_list() == once.to_list()


def test_changed_characters_by_hand() -> None:
    # two Cyrillic letters in a Latin word; one zero-width mark; three bold letters; a word wholly Cyrillic counts none
    texts = pl.Series(["аntimоny", "anti\u200bmony", "𝐚𝐛𝐜", "сурьма", "soft\u00adhyphen", None])
    assert pl.select(changed_chars(pl.lit(texts))).to_series().to_list() == [2, 1, 3, 0, 0, None]

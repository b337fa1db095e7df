"""Sixteen kinds of disguise over ten terms: how many are still recognised, and honest writing is not hit."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from features.description.assessment import assess_texts
from features.minerals import Minerals

TERMS = {
    "antimony ingot": "antimony",
    "gallium metal": "gallium",
    "germanium dioxide": "germanium",
    "tungsten powder": "tungsten",
    "tellurium lump": "tellurium",
    "bismuth needle": "bismuth",
    "dysprosium oxide": "dysprosium",
    "terbium metal": "terbium",
    "molybdenum powder": "molybdenum",
    "samarium oxide": "samarium",
}
CYRILLIC = str.maketrans("aeocpx", "аеосрх")
GREEK = str.maketrans("aionu", "αιοηυ")
DIGITS = str.maketrans("aieos", "41305")
SMALL_CAPITALS = str.maketrans("aegimnorstu", "ᴀᴇɢɪᴍɴᴏʀꜱᴛᴜ")


def _bold(text: str) -> str:
    return "".join(chr(0x1D41A + ord(c) - ord("a")) if c.isalpha() else c for c in text)


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in text)


def _circled(text: str) -> str:
    return "".join(chr(0x24D0 + ord(c) - ord("a")) if c.isalpha() else c for c in text)


def _split(text: str) -> str:
    return " ".join(f"{word[: len(word) // 2]} {word[len(word) // 2 :]}" for word in text.split())


def _swapped(text: str) -> str:
    word, rest = text.split()
    return f"{word[:3]}{word[4]}{word[3]}{word[5:]} {rest}"


DISGUISES: dict[str, Callable[[str], str]] = {
    "cyrillic": lambda t: t.translate(CYRILLIC),
    "greek": lambda t: t.translate(GREEK),
    "full_width": _wide,
    "mathematical": _bold,
    "circled": _circled,
    "small_capitals": lambda t: t.translate(SMALL_CAPITALS),
    "zero_width": "\u200b".join,
    "bidi_reversed": lambda t: "\u202e" + t[::-1] + "\u202c",
    "overlay": lambda t: "".join(c + "\u0336" for c in t),
    "spaced": lambda t: " ".join(t.replace(" ", "")),
    "dotted": lambda t: ".".join(t.split()[0]) + " " + t.split()[1],
    "digits": lambda t: t.translate(DIGITS),
    "split": _split,
    "markup": lambda t: f"{t[:2]}<b>{t[2]}</b>&#{ord(t[3])};{t[4:]}",
    "swapped_letters": _swapped,
    "alternating_case": lambda t: "".join(c.upper() if i % 2 else c for i, c in enumerate(t)),
}


@pytest.fixture(scope="module")
def read(minerals: Minerals) -> pl.DataFrame:
    rows = [
        (kind, term, mineral, disguise(term)) for kind, disguise in DISGUISES.items() for term, mineral in TERMS.items()
    ]
    asked = pl.DataFrame(rows, schema=["kind", "term", "mineral", "text"], orient="row")
    return asked.join(assess_texts(asked.lazy().select("text").unique(), minerals).collect(), on="text", how="left")


def test_at_most_one_in_twenty_is_lost(read: pl.DataFrame) -> None:
    found = read.with_columns(hit=(pl.col("text_mineral") == pl.col("mineral")).fill_null(value=False))
    recall = found.group_by("kind").agg(pl.col("hit").mean()).sort("kind")
    print(recall.rows(), "all:", found["hit"].mean())
    assert len(DISGUISES) >= 14
    assert found["hit"].mean() >= 0.95
    assert recall["hit"].min() >= 0.8


def test_disguise_is_told_apart_from_honest_writing(read: pl.DataFrame) -> None:
    honest = read.filter(pl.col("kind").is_in(["full_width", "alternating_case", "markup", "swapped_letters"]))
    hidden = read.join(honest, on=["kind", "term"], how="anti").filter(pl.col("text_mineral") == pl.col("mineral"))
    assert honest["disguised_text"].max() <= 0.2
    assert hidden["disguised_text"].min() >= 0.5


def test_chinese_disguises(minerals: Minerals) -> None:
    texts = ["钅弟锭", "釒弟锭", "锑*锭", "三.氧.化.二.锑", "锑\u200b锭", "銻錠", "锑\u3000锭", "&#38161;锭"]
    read = assess_texts(pl.LazyFrame({"text": texts}), minerals).collect()
    assert read["text_mineral"].to_list() == ["antimony"] * len(texts)


@pytest.mark.parametrize(
    "text",
    [
        "труба стальная бесшовная 20мм",
        "5μm filter Ø50 mm, α-Al2O3",
        "🇨🇳 porcelain 🔥 mugs",
        "ＬＥＤ灯具（１２Ｖ）",
        "Fußbodenbelag, Türgriff",
        "S M L XL cotton tee",
        "Σ 20 pcs, Δ-connection motor",
        "عربي \u200f porcelain",
    ],
)
def test_honest_writing_is_no_disguise(minerals: Minerals, text: str) -> None:
    read = assess_texts(pl.LazyFrame({"text": [text]}), minerals).collect()
    assert read["disguised_text"].item() < 0.3
    assert read["term_weight"].item() == 0.0


MISREAD = [
    ("三氧化二锑 阻燃剂", "antimony"),
    ("金属镓99.99%", "gallium"),
    ("仲钨酸铵", "tungsten"),
    ("碲锭", "tellurium"),
]


@pytest.mark.parametrize(("written", "shown"), [("utf-8", "latin-1"), ("gb2312", "latin-1"), ("gb2312", "cp1252")])
def test_chinese_opened_in_the_wrong_encoding(minerals: Minerals, written: str, shown: str) -> None:
    broken = [text.encode(written).decode(shown, errors="replace") for text, _ in MISREAD]
    asked = pl.LazyFrame({"text": broken, "at": range(len(broken))})
    read = asked.join(assess_texts(asked.select("text"), minerals), on="text").sort("at").collect()
    assert read["text_mineral"].to_list() == [mineral for _, mineral in MISREAD]


def test_symbols_beside_digits_and_at_the_start_of_a_word(minerals: Minerals) -> None:
    read = assess_texts(pl.LazyFrame({"text": ["@n7!m0ny ingot", "An7!m0ny", "B!$mu7h ingots"]}), minerals).collect()
    assert sorted(read["text_mineral"].to_list()) == ["antimony", "antimony", "bismuth"]


@pytest.mark.parametrize(
    "text", ["crème brûlée “maison” — 50 °C", "Größe ½ ±5…——", "naïve façade, œuvre", "5 € @ 20 $"]
)
def test_signs_of_honest_print_are_no_wrong_encoding(minerals: Minerals, text: str) -> None:
    assert assess_texts(pl.LazyFrame({"text": [text]}), minerals).collect()["term_weight"].item() == 0.0


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("a\u202egnp.exe antimony", True),
        ("a\u202egnp.exe\u202c steel hinges for doors and windows", True),
        ("\u202aantimony ingot\u202c", False),  # as Windows copies a path: it reads the same
        ("\u2067سبائك\u2069 antimony ingot", False),
        ("\u202eسبائك\u202c antimony ingot", False),
    ],
)
def test_latin_letters_under_a_bidirectional_override_are_told(minerals: Minerals, text: str, is_told: bool) -> None:
    (found,) = assess_texts(pl.LazyFrame({"text": [text]}), minerals).collect()["disguised_text"]
    assert found >= 0.5 if is_told else found < 0.2

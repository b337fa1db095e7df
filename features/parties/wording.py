"""What a firm's name says, whatever its script and spelling: its own words, its place, its trade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from features.beside import beside
from features.confusables import DIGIT_LETTERS, LOOKALIKES
from features.lookback import settle, settled
from features.parties.names import APART, in_two_alphabets, seen_of
from features.parties.words import (
    CHINESE_WORDS,
    CYRILLIC,
    EMPTY_WORDS,
    JOINED_PLACES,
    LEGAL_PHRASES,
    LEGAL_WORDS,
    PLACE_WORDS,
    TRADE_WORDS,
)

_LIKE_LATIN = "".join(sorted(one for one in LOOKALIKES if one.isalpha() and one == one.lower() and len(one) == 1))
_SPELLED_OUT = r"^\P{L}*(?:\p{L}\P{L}+){4,}\p{L}?\P{L}*$"  # nothing but single letters: F i r e s t o r m
SHORTEST_WORD = 3  # letters; shorter words are syllables and initials, shared by many


@dataclass(frozen=True, slots=True)
class NameSigns:
    """Chinese characters as sounds and in simplified form. Empty: names in two scripts are not compared."""

    sounds: Mapping[str, str] = field(default_factory=dict)
    """Character to pinyin without tones."""
    simplified: Mapping[str, str] = field(default_factory=dict)
    """Traditional or variant character to simplified."""


def read_names(names: pl.LazyFrame, signs: NameSigns) -> pl.LazyFrame:
    """Read each distinct name once.

    Parameters
    ----------
    names
        `name`: distinct, not null. Further columns stay as they are.
    signs
        How Chinese characters sound.

    Returns
    -------
    pl.LazyFrame
        `name`; `form`: the name's own words in Latin letters, its places and trades, alike for every spelling and
        script of one name; `own`: the own words joined; `signs`: own words in Chinese characters (empty text in
        another script); `words` (list): each word that could tell this firm from others; `beside` (list): places and
        trades. `own` is empty and `words` too where the name says nothing of its own.
    """
    said = pl.col("said")
    plain = in_two_alphabets(
        names, lambda is_ascii: _plain_words(pl.col("name"), signs, is_ascii=is_ascii).alias("said")
    )
    known = settled(plain.with_row_index("no"))
    words = ["word", "beside_latin"]
    split = settled(
        known.lazy()
        .select("no", word=said.str.split(" "), beside_latin=said.str.contains("[a-z]"))
        .explode("word", empty_as_null=True, keep_nulls=True)
        .filter(pl.col("word") != "")
    )
    parts = beside(split, _vocabulary(split.lazy().select(words), signs), words).lazy()
    own = settle(parts.filter(pl.col("kind") == "own").with_columns(pl.col("no").set_sorted()))
    in_order = own.group_by("no", maintain_order=True).agg("sound", "sign")
    joined = settle(
        in_order.select(
            "no",
            n=pl.col("sound").list.len(),
            own=pl.col("sound").list.join(""),
            signs=pl.col("sign").list.join(""),
        )
    )
    telling = pl.concat(
        [
            own.select("no", word="sound"),
            own.select("no", word="head"),
            joined.filter(pl.col("n") > 1).select("no", word="own"),
        ]
    )
    lists = {
        "words": telling.filter(pl.col("word").str.len_chars() >= SHORTEST_WORD),
        "beside": parts.filter(pl.col("kind").is_in(["place", "trade"])).select("no", word="plain"),
    }
    read = beside(known.drop("said"), joined.drop("n"), "no")
    for column, frame in lists.items():
        read = beside(read, _listed(frame).rename({"word": column}), "no")
    none = pl.lit([], pl.List(pl.String))
    return (
        read.lazy()
        .drop("no")
        .with_columns(pl.col("own", "signs").fill_null(""), pl.col("words", "beside").fill_null(none))
        .with_columns(form=pl.concat_str("own", pl.lit(" "), pl.col("beside").list.join(" ")).str.strip_chars())
    )


def _listed(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Put the distinct words of each `no` in one list, in order."""
    in_order = frame.sort("no", "word")
    is_first = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in ("no", "word"))
    return in_order.filter(is_first).group_by("no", maintain_order=True).agg("word")


def _vocabulary(words: pl.LazyFrame, signs: NameSigns) -> pl.LazyFrame:
    """Judge each distinct word (`word`, `beside_latin`) once, read as the Latin word it passes for.

    Adds `kind`, `plain` (one spelling of a trade), `sound`, `sign` (in Chinese characters, else empty) and `head`.
    """
    word = pl.col("latin")
    chinese = word.str.contains(r"\p{Han}")
    # A group's name comes before what its daughter firm does: the first two characters of a long Chinese run.
    head = pl.when(chinese & (word.str.len_chars() >= 4)).then(_sounds(word.str.slice(0, 2), signs))
    trade = word.replace_strict(dict(TRADE_WORDS), default=word, return_dtype=pl.String)
    sign = pl.when(chinese).then(word).otherwise(pl.lit(""))
    read = settle(words.unique().with_columns(latin=_latin_again(pl.col("word"), pl.col("beside_latin"))))
    said = read.with_columns(kind=_kind(word), plain=trade, sound=_sounds(word, signs), sign=sign, head=head)
    return settle(said.drop("latin"))


def _plain_words(name: pl.Expr, signs: NameSigns, *, is_ascii: bool) -> pl.Expr:
    """Lower case, one width, no accents, simplified; Chinese places and trades in Latin letters, runs set apart."""
    seen = seen_of(name, "NFKD", is_ascii=is_ascii)
    text = _closed_up(seen if is_ascii else seen.str.replace_all(r"\p{M}", ""))
    parted = text.str.replace_all(r"(\p{L}{3,})\.", "${1} ")  # Stick.Rudder, but S.A.
    said = parted.str.to_lowercase().str.replace_all(r"[.'’`]", "")
    if not is_ascii:
        if signs.simplified:
            said = said.str.replace_many(list(signs.simplified), list(signs.simplified.values()))
        said = said.str.replace_many(list(CHINESE_WORDS), list(CHINESE_WORDS.values()), leftmost=True)
        said = said.str.replace_all(r"(\p{Han}+)", " $1 ")
        spelled = said.str.replace_many(list(CYRILLIC), list(CYRILLIC.values()))
        said = pl.when(said.str.contains("[a-z]")).then(said).otherwise(spelled)
    apart = said.str.replace_all(APART, " ")
    padded = pl.concat_str(pl.lit(" "), apart, pl.lit(" "))
    phrases = {f" {several} ": f" {one} " for several, one in JOINED_PLACES.items()} | LEGAL_PHRASES
    return padded.str.replace_many(list(phrases), list(phrases.values()), leftmost=True)


def _closed_up(text: pl.Expr) -> pl.Expr:
    """Letters set apart put together again, words by the wider gaps between them."""
    words = text.str.replace_all(r"\s{2,}", "\t").str.replace_all(" ", "", literal=True).str.replace_all("\t", " ")
    return pl.when(text.str.contains(_SPELLED_OUT)).then(words).otherwise(text)


def _latin_again(word: pl.Expr, beside_latin: pl.Expr) -> pl.Expr:
    """Letters of other scripts in words that mix them or stand beside Latin ones, and digits, as what they pass for."""
    mixes = word.str.contains("[a-z]") & word.str.contains(f"[{_LIKE_LATIN}]")
    passes = beside_latin & word.str.contains(rf"^[{_LIKE_LATIN}0-9]+$")
    latin = pl.when(mixes | passes).then(word.str.replace_many(LOOKALIKES).str.to_lowercase()).otherwise(word)
    dug = latin.str.contains(r"^[a-z0-9]{4,}$") & latin.str.contains(r"[a-z][0-9]+[a-z]")
    return pl.when(dug).then(latin.str.replace_many(DIGIT_LETTERS)).otherwise(latin)


def _kind(word: pl.Expr) -> pl.Expr:
    """Say what a word does in a name: `own`, `place`, `trade`, `legal`, or `number`."""
    empty = word.is_in(sorted(LEGAL_WORDS | EMPTY_WORDS))
    single = (word.str.len_chars() == 1) & ~word.str.contains(r"\p{Han}")
    return (
        pl.when(empty | single)
        .then(pl.lit("legal"))
        .when(word.is_in(sorted(PLACE_WORDS)))
        .then(pl.lit("place"))
        .when(word.is_in(sorted(TRADE_WORDS)) | word.str.contains(r"^\p{N}+$"))
        .then(pl.lit("trade"))
        .otherwise(pl.lit("own"))
    )


def _sounds(word: pl.Expr, signs: NameSigns) -> pl.Expr:
    if not signs.sounds:
        return word
    return word.str.replace_many(list(signs.sounds), list(signs.sounds.values()))

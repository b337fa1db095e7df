"""Each unique text read at three depths: plain, undone, pieced together. One row per text and reading."""

from __future__ import annotations

import polars as pl

from features.confusables import DIGIT_LETTERS, LOOKALIKES
from features.description import lookalikes as look
from features.description.denials import with_ends
from features.description.escapes import decoded_texts
from features.description.near_words import NEAR_WORDS
from features.description.normalise import lower_simplified, plain_text, read_portion, undone_text, word_text
from features.description.ornaments import ORNAMENTS, TURNED
from features.description.reading_kinds import READING
from features.description.recovered import (
    by_sound,
    cas_numbers,
    cut_short,
    formulas_apart,
    found_in_pieces,
    indium_by_symbol,
    respelt,
    scanned,
    tones_off,
)
from features.description.vocabulary import SHORTEST_MISSPELT, SHORTEST_PIECED, Vocabulary, without_letter
from features.lookback import settle


def read_texts(texts: pl.LazyFrame, vocabulary: Vocabulary) -> pl.LazyFrame:
    """Return readings of `texts` (columns `text_no`, `text`): `text_no`, `reading`, `clean`, `cased`, `words`.

    A deeper reading is there only where it differs. `words` is lower case and simplified, `cased` keeps its case; both
    have single spaces between words and at the ends. `clean` keeps punctuation as well; it is empty where only the
    terms that were found are a reading.
    """
    read = texts.select("text_no", text=read_portion(pl.col("text")))
    both = settle(
        decoded_texts(read)
        .with_columns(decoded=with_ends(pl.col("decoded")), text=with_ends(pl.col("text")))
        .select(
            "text_no",
            text="decoded",
            clean=plain_text(pl.col("text")),
            clear=undone_text(pl.col("decoded")),
        )
        .with_columns(plain=word_text(pl.col("clean")), undone=word_text(pl.col("clear")))
    )
    plain = both.select("text_no", reading=pl.lit("plain", READING), clean="clean", cased="plain")
    undone = both.filter(pl.col("undone") != pl.col("plain")).select(
        "text_no", reading=pl.lit("undone", READING), clean="clear", cased="undone"
    )
    read = pl.concat([plain, undone]).with_columns(words=lower_simplified(pl.col("cased")))
    deepest = both.select("text_no", "text", words=pl.col("undone").str.to_lowercase())
    again = found_in_pieces(deepest, vocabulary)
    pieced = pl.concat(
        [
            _spaced(deepest, vocabulary),
            _reversed(deepest, vocabulary),
            *_from_tokens(deepest, vocabulary),
            *(_as_reading(found, vocabulary, reading) for reading, found in again.items()),
        ]
    )
    pieced = pl.concat(
        [
            pieced,
            _drawn(both),
            cas_numbers(deepest, vocabulary),
            formulas_apart(deepest, vocabulary),
            tones_off(deepest),
            by_sound(deepest),
            indium_by_symbol(deepest),
            _as_reading(cut_short(deepest, vocabulary), vocabulary, "misspelt"),
        ]
    )
    return pl.concat([read, pieced.select("text_no", "reading", clean=pl.lit(""), cased=pl.lit(""), words="words")])


def _spaced(deepest: pl.LazyFrame, vocabulary: Vocabulary) -> pl.LazyFrame:
    """Terms spelled out: a n t i m o n y, an-ti-mo-ny. Runs of three or more words of up to three letters."""
    runs = pl.col("words").str.extract_all(r"(?: [a-z0-9]{1,3}){3,} ").list.join("|").str.replace_all(" ", "")
    found = deepest.select("text_no", run=runs).filter(pl.col("run").str.len_chars() >= SHORTEST_PIECED)
    whole = found.with_columns(
        pattern=pl.col("run").str.extract_many(
            pl.lit(vocabulary.solid["pattern"].to_list(), dtype=pl.List(pl.String)), leftmost=True
        )
    )
    return _as_reading(whole.explode("pattern", empty_as_null=False), vocabulary, "spaced")


def _reversed(deepest: pl.LazyFrame, vocabulary: Vocabulary) -> pl.LazyFrame:
    """Words written backwards behind a right-to-left override."""
    turned = deepest.filter(pl.col("text").str.contains(r"[\x{202E}\x{2067}]")).select(
        "text_no", pattern=pl.col("words").str.reverse().str.split(" ")
    )
    return _as_reading(turned.explode("pattern"), vocabulary, "reversed")


def _drawn(texts: pl.LazyFrame) -> pl.LazyFrame:
    """Texts in signs that only look like Latin letters, read as those: `text_no`, `reading`, `words`."""
    plain = pl.col("text").str.normalize("NFKD").str.replace_all(look.ACCENTS, "").str.replace_all(look.INVISIBLE, "")
    ways = ((ORNAMENTS, set(ORNAMENTS)), (TURNED, {sign for sign in TURNED if not sign.isascii()}))
    read = [
        texts.filter(pl.col("text").str.contains(f"(?:[{''.join(sorted(signs))}].?){{2}}")).select(
            "text_no",
            reading=pl.lit("undone", READING),
            words=lower_simplified(word_text(plain.str.replace_many(letters).str.replace_many(LOOKALIKES))),
        )
        for letters, signs in ways
    ]
    return pl.concat(read)


def _from_tokens(deepest: pl.LazyFrame, vocabulary: Vocabulary) -> list[pl.LazyFrame]:
    """Terms in two or three pieces, with digits for letters, or with one wrong letter."""
    tokens = deepest.select("text_no", token=pl.col("words").str.strip_chars().str.split(" ")).explode("token")
    latin = settle(tokens.with_row_index("at").filter(pl.col("token").str.contains(r"^[a-z0-9]+$")))
    has_digit = pl.col("token").str.contains(r"\d") & pl.col("token").str.contains(r"[a-z]{2}")
    one = latin.with_columns(token=pl.when(has_digit).then(_letters(pl.col("token"))).otherwise("token"), dug=has_digit)
    glued = pl.concat([one.select("text_no", pattern=_glued(n), dug=_any_of("dug", n)) for n in (2, 3)]).drop_nulls()
    as_l = latin.filter(has_digit & pl.col("token").str.contains("1")).select(
        "text_no", pattern=_letters(pl.col("token").str.replace_all("1", "l"))
    )
    in_pieces = glued.filter("dug").select("text_no", "pattern")
    dug = pl.concat([one.filter("dug").select("text_no", pattern="token"), as_l, in_pieces])
    split = glued.filter(~pl.col("dug")).select("text_no", "pattern")
    return [
        _as_reading(dug, vocabulary, "digits"),
        _as_reading(split, vocabulary, "split"),
        _as_reading(_misspelt(latin, vocabulary), vocabulary, "misspelt"),
        _as_reading(scanned(latin.select("text_no", "token"), vocabulary), vocabulary, "misspelt"),
        _as_reading(respelt(latin.select("text_no", "token"), vocabulary), vocabulary, "respelt"),
    ]


def _letters(token: pl.Expr) -> pl.Expr:
    return token.str.replace_many(DIGIT_LETTERS)


def _glued(n: int) -> pl.Expr:
    """Glue a token to the `n - 1` that follow it in the same text, next to each other."""
    follows = [
        (pl.col("text_no").shift(-k) == pl.col("text_no")) & (pl.col("at").shift(-k) == pl.col("at") + k)
        for k in range(1, n)
    ]
    return pl.when(pl.all_horizontal(follows)).then(
        pl.concat_str([pl.col("token"), *[pl.col("token").shift(-k) for k in range(1, n)]])
    )


def _any_of(flag: str, n: int) -> pl.Expr:
    return pl.any_horizontal([pl.col(flag).shift(-k) for k in range(n)])


def _misspelt(latin: pl.LazyFrame, vocabulary: Vocabulary) -> pl.LazyFrame:
    """Words one letter away from a term: wrong, missing, doubled or swapped."""
    known = vocabulary.misspelt.lazy()
    starts = vocabulary.solid["pattern"].str.head(1).unique().sort().to_list()
    shortest = SHORTEST_MISSPELT - 1
    candidates = (
        latin.filter(
            pl.col("token").str.contains(r"^[a-z]+$")
            & pl.col("token").str.len_chars().is_between(shortest, 24)
            & pl.col("token").str.head(1).is_in(starts)
            & ~pl.col("token").is_in([*NEAR_WORDS])
            & ~pl.col("token").is_in(vocabulary.terms_of_one_word)
        )
        .select("text_no", "token")
        .unique()
    )
    words = candidates.select("token").unique()
    spread = words.with_columns(cut=pl.int_ranges(-1, pl.col("token").str.len_chars().cast(pl.Int64))).explode("cut")
    variants = spread.with_columns(variant=without_letter(pl.col("token"), pl.col("cut")))
    near = variants.join(known, on="variant", how="left").filter(
        pl.col("pattern").is_not_null()
        & ((pl.col("cut") < 0) | (pl.col("at") < 0) | ((pl.col("cut") - pl.col("at")).abs() <= 1))
    )
    one_term = near.group_by("token").agg(pl.col("pattern").min(), n=pl.col("mineral").n_unique())
    settled = one_term.filter(pl.col("n") == 1).select("token", "pattern")
    return candidates.join(settled, on="token", how="left").drop_nulls("pattern").select("text_no", "pattern")


def _as_reading(found: pl.LazyFrame, vocabulary: Vocabulary, reading: str) -> pl.LazyFrame:
    """Turn recovered solid terms into readings whose words are just those terms."""
    solid = vocabulary.solid.lazy()
    named = found.select("text_no", "pattern").join(solid, on="pattern", how="semi").unique()
    told = named.join(solid, on="pattern", how="left").group_by("text_no").agg(pl.col("spaced").sort().str.join(""))
    return told.select("text_no", reading=pl.lit(reading, READING), words=pl.col("spaced").str.replace_all("  ", " "))

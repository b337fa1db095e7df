"""The terms that mean a controlled mineral, turned into patterns for one pass of Aho-Corasick over a text."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.description.normalise import lower_simplified, plain_text, word_text

SHORTEST_FORMULA = 3  # letters and digits: Ge, W, BN, WC alone mean too many other things
SHORTEST_ACRONYM_IN_LOWER_CASE = 5  # shorter ones (APT, ITO, MCT) are read only in capitals: apt, mct are words
SHORTEST_PIECED = 6  # letters of a term that may be looked for in pieces, digits or with a wrong letter
SHORTEST_MISSPELT = 7

PATTERN = pl.Schema({"pattern": pl.String, "mineral": pl.String, "form_id": pl.String, "weight": pl.Float64})
NEAR_WORDS = ("geranium", "antinomy", "iridium", "graphene", "graphics", "graphic", "thallium", "germanic")
"""Words one letter away from a term that mean something else: a geranium is not germanium."""


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Patterns by the reading they are looked for in.

    `lower` is searched in lower-case simplified words, `cased` (formulae without digits, short acronyms) in words as
    written, both with columns `pattern`, `mineral`, `form_id`, `weight`; Latin patterns carry a space at either end, so
    that tin is not found in setting. `solid` holds single long Latin terms without spaces (column `pattern`),
    `misspelt` every solid term with one letter left out (`variant`, `at`, `pattern`; `at` -1 is the term itself).
    """

    lower: pl.DataFrame
    cased: pl.DataFrame
    solid: pl.DataFrame
    misspelt: pl.DataFrame


def build_vocabulary(terms: pl.DataFrame, forms: pl.DataFrame) -> Vocabulary:
    """Compile `Minerals.terms` and `Minerals.forms` (whose formulae keep their case) into patterns."""
    formulae = _formulae(terms, forms)
    named = terms.filter(pl.col("lang") != "formula").with_columns(
        words=lower_simplified(word_text(plain_text(pl.col("term"))))
    )
    letters = pl.col("words").str.replace_all(" ", "")
    is_latin = letters.str.contains(r"^[\p{Latin}]+$")
    is_acronym = (
        is_latin
        & (letters.str.len_chars() < SHORTEST_ACRONYM_IN_LOWER_CASE)
        & pl.col("lang").is_in(["en", "trade"])
        & ~pl.col("words").str.strip_chars().str.contains(" ")
    )
    acronyms = named.filter(is_acronym).with_columns(words=pl.col("words").str.to_uppercase())
    written = named.filter(~is_acronym & (letters.str.len_chars() >= 1))
    plural_of = written.filter(pl.col("lang").is_in(["en", "trade"]) & pl.col("words").str.contains(r"[a-rt-xz] $"))
    plurals = plural_of.with_columns(words=pl.col("words").str.replace(" $", "s "))
    lower = pl.concat([_patterns(written), _patterns(plurals), _patterns(formulae.filter(pl.col("has_digit")))])
    cased = pl.concat([_patterns(acronyms), _patterns(formulae.filter(~pl.col("has_digit")))])
    solid = _solid(written)
    return Vocabulary(lower=_settled(lower), cased=_settled(cased), solid=solid, misspelt=_with_a_letter_out(solid))


def _formulae(terms: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Formulae with the case of the forms table; digits make a formula safe to compare in lower case."""
    spelled = forms.select(spelling=pl.col("formula").str.split(" / ")).explode("spelling").drop_nulls().unique()
    spelled = spelled.with_columns(
        term=pl.col("spelling").str.normalize("NFKC").str.to_lowercase(), written=word_text(plain_text("spelling"))
    )
    known = terms.filter(pl.col("lang") == "formula").join(
        spelled.unique("term", keep="first", maintain_order=True), on="term", how="left"
    )
    letters = pl.col("written").str.replace_all(" ", "")
    has_digit = letters.str.contains(r"\d")
    cased = known.with_columns(written=pl.coalesce("written", word_text(plain_text("term"))), has_digit=has_digit)
    cased = cased.with_columns(has_digit=pl.col("written").str.contains(r"\d")).filter(
        letters.str.len_chars() >= SHORTEST_FORMULA
    )
    as_written = cased.with_columns(words=pl.when("has_digit").then(pl.col("written").str.to_lowercase()).otherwise("written"))
    capitals = cased.filter(~pl.col("has_digit") & (letters.str.len_chars() > SHORTEST_FORMULA)).with_columns(
        words=pl.col("written").str.to_uppercase()
    )
    return pl.concat([as_written, capitals])


def _patterns(terms: pl.DataFrame) -> pl.DataFrame:
    """Chinese starts and ends need no space beside them; Latin ones do."""
    open_left = pl.col("words").str.replace(r"^ (\p{Han})", "${1}").str.replace(r"(\p{Han}) $", "${1}")
    return terms.select(open_left.alias("pattern"), "mineral", "form_id", "weight").cast(PATTERN)  # type: ignore[arg-type]


def _settled(patterns: pl.DataFrame) -> pl.DataFrame:
    """Keep one row for a pattern and mineral: the surest; two forms that share it leave the form open."""
    best = pl.col("weight") == pl.col("weight").max().over("pattern", "mineral")
    one_form = pl.when(pl.col("form_id").n_unique() == 1).then(pl.col("form_id").first())
    settled = patterns.filter(best).group_by("pattern", "mineral").agg(one_form.alias("form_id"), pl.col("weight").max())
    return settled.sort("pattern", "mineral").select(list(PATTERN))


def _solid(written: pl.DataFrame) -> pl.DataFrame:
    """Long Latin terms with their spaces taken out: what pieces, digits and wrong letters are put back into."""
    letters = pl.col("words").str.replace_all(" ", "")
    long = written.filter(
        letters.str.contains(r"^[a-z]+$") & (letters.str.len_chars() >= SHORTEST_PIECED) & (pl.col("weight") >= 0.5)
    )
    return long.select(pattern=letters, spaced="words").unique("pattern").sort("pattern")


def _with_a_letter_out(solid: pl.DataFrame) -> pl.DataFrame:
    long = solid.filter(pl.col("pattern").str.len_chars() >= SHORTEST_MISSPELT)
    positions = long.with_columns(at=pl.int_ranges(-1, pl.col("pattern").str.len_chars().cast(pl.Int64))).explode("at")
    return positions.select(without_letter(pl.col("pattern"), pl.col("at")).alias("variant"), "at", "pattern")


def without_letter(word: pl.Expr, at: pl.Expr) -> pl.Expr:
    """Leave out the letter at position `at`; -1 leaves the word whole."""
    cut = pl.concat_str([word.str.slice(0, at.clip(0)), word.str.slice(at + 1)])
    return pl.when(at < 0).then(word).otherwise(cut)

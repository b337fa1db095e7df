"""Read declared text twice: as an honest reader would, and with every disguise undone.

No more than 8,192 characters are read; a longer text is itself evidence, and `long_texts` finds the passages of it that
are worth reading. So a megabyte costs no more than eight kilobytes here, and every step below is one linear pass.
"""

from __future__ import annotations

import polars as pl

from features.confusables import LOOKALIKES
from features.description import lookalikes as look

LONGEST_READ = 8192
READ_FROM_END = 1024

_LETTER = r"[\p{Latin}\p{Han}\p{N}]"
_CONFUSABLE = "".join(sorted(one for one in set(LOOKALIKES) - set(look.HONEST_SYMBOLS) if one.isalpha()))
_MIXED_WORD = rf"\p{{L}}*(?:[A-Za-z]\p{{L}}*[{_CONFUSABLE}]|[{_CONFUSABLE}]\p{{L}}*[A-Za-z])\p{{L}}*"
_HAN_BROKEN = r"(\p{Han})[\s\p{S}_\-*·.•/'\"]+"
_BARRED = r"(?:\p{Latin}\|){3}"  # letters parted by bars, beside which no bar stands for an l
_MARKED = r"([\p{Latin}\p{Han}\p{Nd}])\p{M}+"  # any mark on a Latin letter, of whatever script
_BRACKETED = r"[(\[{<«‹「【]\s?(\p{Latin})\s?[)\]}>»›」】]"
_VALENCE = r"\((?:I{1,3}|IV|VI{0,2})\)"  # antimony(III) oxide
_OVERRIDDEN = r"\x{202E}[^\x{202C}]*"  # other marks of direction leave Latin words as they are (UAX #9)
_TURNED = r"[\x{202E}\x{2067}]"
_ARTICLE = r"\b[Аа][Рр][Тт]\."  # Russian for article number, and no ammonium paratungstate (APT)
_SYMBOLS = "".join(look.SYMBOL_LETTERS)


def read_portion(text: pl.Expr) -> pl.Expr:
    """Keep the part of a text that is read: all of it up to 8,192 characters, else its start and its end."""
    start = text.str.head(LONGEST_READ - READ_FROM_END - 1)
    both_ends = pl.concat_str([start, pl.lit(" "), text.str.tail(READ_FROM_END)])
    return pl.when(text.str.len_chars() > LONGEST_READ).then(both_ends).otherwise(text)


def without_markup(text: pl.Expr) -> pl.Expr:
    """Decode entities once and take tags out: markup in a declaration is data, and never reaches a page."""
    decoded = text.str.replace_many(look.ENTITIES, leftmost=True)
    return decoded.str.replace_all(look.INLINE_TAGS, "").str.replace_all(look.OTHER_TAGS, " ")


def _accents_off(text: pl.Expr) -> pl.Expr:
    return text.str.normalize("NFKD").str.replace_all(look.ACCENTS, "").str.normalize("NFC")


def _one_line(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(_VALENCE, " ").str.replace_all(r"[\p{Cc}\p{Z}]+", " ").str.strip_chars()


def plain_text(text: pl.Expr) -> pl.Expr:
    """Read as an honest reader would: Unicode compatibility forms, accents off, one line, case kept.

    Ornamental letters, invisible marks inside words and strokes through letters stay in the way here, so that a term
    which appears only in `undone_text` was hidden on purpose.
    """
    kept = without_markup(read_portion(text)).str.replace_all(look.HONEST_INVISIBLE, "")
    return _one_line(_accents_off(kept.str.replace_all(look.FANCY, "\N{REPLACEMENT CHARACTER}")))


def undone_text(text: pl.Expr) -> pl.Expr:
    """Read with disguises undone: look-alike letters, invisible marks, overlays, halved and broken characters.

    Case is kept. Honest Cyrillic or Greek text becomes nonsense here, which is harmless: it is only searched.
    """
    read = read_portion(text)
    turned = pl.when(read.str.contains(_TURNED)).then(read.str.reverse()).otherwise(read)
    shown = without_markup(turned.str.replace_all(look.INVISIBLE, ""))
    kept = shown.str.replace_all(look.HONEST_INVISIBLE, "").str.replace_all(_ARTICLE, "art.")
    bare = kept.str.replace_many({**look.REGIONAL_LETTERS})
    latin = _accents_off(bare).str.replace_all(look.OVERLAYS, "").str.replace_many(LOOKALIKES)
    latin = latin.str.replace_all(_MARKED, "${1}").str.replace_all(_BRACKETED, "${1}")
    latin = pl.when(latin.str.contains(_BARRED)).then(latin.str.replace_all("|", " ", literal=True)).otherwise(latin)
    for symbol, letter in [*look.SYMBOL_LETTERS.items()] * 2:  # twice: two symbols may stand side by side
        beside = rf"(\p{{Latin}}[0-9]?|^|\s)[{symbol}]([0-9]?\p{{Latin}}|[{_SYMBOLS}])"
        latin = latin.str.replace_all(beside, f"${{1}}{letter}${{2}}")
    whole = latin.str.replace_many(look.HALVES, leftmost=True).str.replace_all(_HAN_BROKEN, "${1}")
    return _one_line(whole)


def word_text(text: pl.Expr) -> pl.Expr:
    """Set words apart with single spaces, one at either end; Chinese characters parted by spaces are rejoined.

    Case is kept; give it lower case for the search by words. Null stays null.
    """
    han_joined = text.str.replace_all(r"(\p{Han})\s+", "${1}")
    words = han_joined.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.replace_all(r"(\p{Han}+)", " ${1} ")
    return pl.concat_str([pl.lit(" "), words, pl.lit(" ")]).str.replace_all(r"\s+", " ")


def lower_simplified(text: pl.Expr) -> pl.Expr:
    """Lower case and simplified characters, the form in which terms are compared."""
    return text.str.to_lowercase().str.replace_many(look.SIMPLIFIED)


def normalised_text(text: pl.Expr) -> pl.Expr:
    """Return the text in the one form in which all of it can be compared: every disguise undone, lower, simplified.

    >>> frame = pl.DataFrame({"text": ["  Аntimоny\\u200b  INGOT ", "銻 錠", "<b>Sb</b>&#50;O3", None]})
    >>> frame.select(normalised_text(pl.col("text"))).to_series().to_list()
    [' antimony ingot ', ' 锑锭 ', ' sb2o3 ', None]
    """
    return lower_simplified(word_text(undone_text(text)))


def changed_chars(text: pl.Expr) -> pl.Expr:
    """Count the characters that had to be undone beyond what honest text holds.

    Counted: invisible marks after a letter or digit, Latin letters that an override has read from right to left,
    ornamental letters, strokes through letters, and look-alike letters in words that mix scripts. Not counted: case,
    accents, full width, Chinese punctuation, soft hyphens, unit symbols (μ, Ω, Ø), and words wholly in another script.
    Whole number from 0; null text gives null.
    """
    read = read_portion(text)
    mixed = read.str.extract_all(_MIXED_WORD).list.join("").str.count_matches(f"[{_CONFUSABLE}]")
    invisible = read.str.count_matches(rf"{_LETTER}{look.INVISIBLE}")
    flags = read.str.count_matches(r"[\x{1F1E6}-\x{1F1FF}]{2}") * 2  # national flags are pairs, and honest
    fancy = read.str.count_matches(look.FANCY) - flags
    overlays = read.str.count_matches(look.OVERLAYS)
    overridden = read.str.extract_all(_OVERRIDDEN).list.join("").str.count_matches(r"\p{Latin}")
    counted = mixed + invisible + fancy + overlays + overridden
    return counted.cast(pl.Int32)


def disguise_share(text: pl.Expr) -> pl.Expr:
    """Had to be cleaned of letters that only look right before it could be read.

    Share of the letters and digits read that `changed_chars` had to undo, in [0, 1]; 0 for empty text, null for null.
    """
    letters = read_portion(text).str.count_matches(r"[\p{L}\p{N}]")
    share = changed_chars(text) / pl.max_horizontal(letters, pl.lit(1))
    return pl.when(text.is_not_null()).then(share.clip(0.0, 1.0)).cast(pl.Float32)

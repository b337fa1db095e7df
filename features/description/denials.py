"""How other languages than English and Chinese say that something is not in the goods: sin antimonio, без сурьмы."""

from __future__ import annotations

import polars as pl

from features.confusables import LOOKALIKES

# As a word text shows them: lower case, accents off, apostrophes gone. Dictionary phrases of labels and data sheets.
_BEFORE = (
    *("sin", "no contiene", "libres? de", "exent[oa]s? de"),  # Spanish
    *("sem", "nao contem", "livres? de", "isent[oa]s? de"),  # Portuguese
    *("exempte?s? de", "exempte?s? d", "ne contient pas de", "ne contient pas d", "depourvue?s? de", "depourvue?s? d"),
    *("frei von", "enthalt kein", "kein", "keine"),  # German
    *("privo di", "prive? di", "privi di", "non contiene", "esent[ei] da"),  # Italian
    *("zonder", "vrij van", "bevat geen"),  # Dutch
    *("bez", "nie zawiera", "wolny od", "wolne od"),  # Polish and its neighbours
    *("khong chua", "khong co"),  # Vietnamese
    *("tanpa", "bebas", "tidak mengandung"),  # Indonesian, Malay
    *("без", "не содержит", "не содержащ[а-я]{2}", "свободн[а-я]{2} от"),  # Russian
)
_AND = "ni|nem|y|o|e|ou|et|oder|und|noch|lub|dan|atau|hoac|и|или|ни"


def _as_undone(phrase: str) -> str:
    """A Cyrillic phrase as it looks once every letter like a Latin one has been taken for it."""
    return "".join(LOOKALIKES.get(sign, sign) for sign in phrase).lower()


_CYRILLIC = tuple(_as_undone(one.replace("[а-я]", r"\p{L}")) for one in _BEFORE if "\u0400" <= one[0] <= "\u04ff")
ABROAD_BEFORE = (
    rf"(?:^| )(?:{'|'.join((*_BEFORE, *_CYRILLIC))})(?: \p{{L}}+ (?:{_AND}|{_as_undone('и|или|ни')}))*$|"
    r"ปราศจาก ?$|(?:^| )[무비] ?$"
)
"""Words of other languages right before a term that deny it, with other denied substances between (sin galio ni)."""

ABROAD_AFTER = (
    r"^(?:(?:フリー|レス)(?:[^\p{Katakana}]|$)|不使用|不含有|非含有|无添加|なし)|"
    r"^[をは] ?(?:含 ?ま(?:ない|ず)|含 ?みません|含有 ?しない)|"
    r"^(?:[을를이가] )?(?:무첨가|프리(?: |$)|불포함|미포함|미함유|무함유|포함하지|함유하지|없는|없음)|"
    r"^(?:icermez|icermeyen|icermiyor)(?: |$)"
)
"""Words of other languages right behind a term that deny it (アンチモンフリー)."""

# What ends a denial: free of gallium; gallium metal 4N. Word texts have no punctuation, so a word of two letters that
# denies nothing is set there; words that a denial goes on behind (free of: lead, antimony) take it away again.
_DENYING = (
    r"(?i:\b(?:without|free of|free from|no|not|non|zero|contains no|ohne|frei von|sans|senza|sin|sem|bez|zonder|без)"
    r"\s+|\p{L}[- ]free\b|不含有?|未含|不添加|无)"
)
_ENDS = rf"({_DENYING}[^;:；：。|\n\r]{{0,60}}?)(?:[;:；：。|\n\r]|\.\s)"
_GOES_ON = r"(?i:(\b(?:of|from|von|de|di|any|contain\w*|includ\w*|no|not)|含有?|无)\s*; ie )"


def with_ends(text: pl.Expr) -> pl.Expr:
    """Set a word where punctuation or the end of a line ends what a text denies.

    >>> texts = pl.Series(["free of gallium; gallium metal", "free of: lead, gallium", "antimony-free: tin"])
    >>> pl.select(with_ends(pl.lit(texts))).to_series().to_list()
    ['free of gallium; ie gallium metal', 'free of: lead, gallium', 'antimony-free; ie tin']
    """
    return text.str.replace_all(rf"{_ENDS}\s*", "${1}; ie ").str.replace_all(_GOES_ON, "${1} ")

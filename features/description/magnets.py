"""What a text says of dysprosium and terbium in magnets, on which hangs whether they are controlled."""

from __future__ import annotations

import polars as pl

_GRADE_NUMBER = r"(?:2[5-9]|3\d|4\d|5[0-6])"
HEAVY_GRADE = rf" n? ?{_GRADE_NUMBER} ?(?:sh|uh|eh|ah|vh)[stz]? "
"""Grades that stand heat from 150 °C up, which takes dysprosium or terbium (makers' data sheets, general knowledge)."""
_MIDDLE_GRADE = rf" n ?{_GRADE_NUMBER} ?[mh][stz]? | {_GRADE_NUMBER}[mh] "  # may do without
_PLAIN_GRADE = rf" n ?{_GRADE_NUMBER} "
_HEAVY = r"(?:dy|tb|dysprosium|terbium|heavy rare earths?|heavy res?)"
_HEAVY_HAN = r"(?:重稀土|[镝铽])"
_DENIAL = (
    "without|no|non|zero|free of|free from|not containing|does not contain|contains no|w o|excluding|ohne|sans|senza|"
    "sin|sem|zonder"
)
_OR = "and|or|nor|no|und|oder|et|ni|y|o|e"
_NONE = (
    rf" (?:{_DENIAL})(?: any)? {_HEAVY}(?: (?:{_OR})? ?{_HEAVY})? | {_HEAVY}(?: (?:and|or)? ?{_HEAVY})? free |"
    rf"(?:不含有?|无|未添加|不添加|零)(?:任何)?{_HEAVY_HAN}[ 和及与或无、]{{0,2}}{_HEAVY_HAN}?"
)


def states_heavy(words: pl.Expr) -> pl.Expr:
    """Tell whether a word text says that magnets hold dysprosium or terbium: true, false, or null where it is silent.

    True for either named and not denied, and for grades SH, UH, EH and AH; false for either denied, and for grades
    without a letter (N42); null for grades M and H, which may do without, for SH and the like said to be without
    them, and where nothing is said.

    >>> texts = pl.Series([" ndfeb magnets n42 ", " n38eh ", " ndfeb no dy no tb ", " ndfeb 3 dy ", " ndfeb n42h "])
    >>> pl.select(states_heavy(pl.lit(texts))).to_series().to_list()
    [False, True, False, True, None]
    """
    denied = words.str.contains(_NONE)
    named = words.str.replace_all(_NONE, " ").str.contains(rf" {_HEAVY} |{_HEAVY_HAN}")
    is_middle, is_plain = words.str.contains(_MIDDLE_GRADE), words.str.contains(_PLAIN_GRADE)
    is_heavy = words.str.contains(HEAVY_GRADE)
    return (
        pl.when(is_heavy & denied & ~named)  # one of the two is not so
        .then(None)
        .when(is_heavy | named)
        .then(pl.lit(value=True))
        .when(denied | (is_plain & ~is_middle))
        .then(pl.lit(value=False))
    )


_MIXED = (
    r" (?:alloys?|al(?: \d{1,2})? ?sc\d*|dy ?fe\d*|tb ?fe\d*|waffles?|mischmetal|mixed oxides?|(?:lanthanum|cerium|"
    r"neodymium|praseodymium|yttrium|rare earths?) (?:oxides?|carbonates?|chlorides?|metals?|fluorides?)) |"
    r"合金|氧化[镧铈镨钕钇]|混合稀土"
)
_NO_MIXTURE = (
    r" (?:ndfeb|magnets?|steels?|zirconi\w*|phosphors?|glass|garnets?|lasers?|ceramics?) |磁|锆|钢|荧光|玻璃|陶瓷|激光"
)


def is_rare_earth_mixture(words: pl.Expr) -> pl.Expr:
    """Tell whether a word text speaks of an alloy or a mixture of rare earths, and not of what is made with them."""
    return words.str.contains(_MIXED) & ~words.str.contains(_NO_MIXTURE)

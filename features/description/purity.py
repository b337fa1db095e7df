"""How pure a text says its goods are: 5N, ≥99.99 %, purity 99.995, Sb 99.65, four nines."""

from __future__ import annotations

import polars as pl

LOWEST_PURITY = (
    0.9  # below this a percentage is a content, not a purity (trade usage: 2N5 metal is the least called pure)
)
_NINES = r"(?:^|[^A-Za-z0-9.])([2-9])N([1-9]?)5?(?:$|[^A-Za-z0-9])"
_NINES_ALL = r"(?:^|[^A-Za-z0-9.])[2-9]N[1-9]?(?:$|[^A-Za-z0-9])"
_BY_MASS = r"(?:(?:wt|mass|mol|at|atomic)\.?\s?)?"
_PERCENT = rf"[0-9]{{2,3}}(?:[.,·][0-9]{{1,7}})?\+?\s?{_BY_MASS}(?:%|pct|percent)"
# A grade without its sign: Sb 99.65. Not W or In, which are a width and a word; not before a unit: Ga 99.95 kg.
GRADE_SYMBOLS = "Ga|Ge|Sb|Te|Bi|Mo|Sc|Sm|Eu|Gd|Tb|Dy|Ho|Er|Tm|Yb|Lu"
_GRADE = (
    rf"(?:^|[^A-Za-z0-9])(?:(?:{GRADE_SYMBOLS})[ :-]?(?:[≥>]=? ?)?9[5-9]\.[0-9]{{1,6}}(?:$|[^0-9%][A-Za-z]{{0,4}})"
    # as Chinese standards name grades: Te9999, In99.995; and W-1 99.95
    r"|(?:Sb|Te|Bi|In)99\.?[0-9]{2,3}(?:$|[^A-Za-z0-9])|F?(?:W|Mo)-?[0-3][ ,(]{1,2}9[5-9]\.[0-9]{1,4}\s?%?)"
)
# A word that says purity makes a number one without its sign, in the languages of trade (accents off).
_SAID = (
    r"(?i:\b(?:purity|assay|purete|pureza|reinheit|purezza|чистота|[dđ]o tinh khiet|t?reo|min\.?)|纯度|純度|순도)"
    r"\s?[:≥>=]{0,2}\s?9[0-9][.,][0-9]{1,6}(?:$|[^0-9%][A-Za-z]{0,4})"
)
_AT_LEAST = r"(?:^|[^0-9.,])9[5-9][.,][0-9]{1,6}\s?(?i:min)\b"
_OF_UNIT = r"(?i:[0-9][ -]?(?:kgs?|kilo|g|mt|t|tonn?|tons|lbs?|pcs|[cm]?m|l|usd|eur|rmb|cny)[^a-z]?$)"
_SPOKEN = r"(?i)\b(two|three|four|five|six|seven|[2-7])[ -]nines?\b"
_SPOKEN_NUMBERS = {"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7"}
# What is no purity: shares of light, of a sieve, of full density, of a price; newtons.
_MEASURES = (
    r"humidity|efficiency|discount|recovery|yield|transmi\w+|reflect\w+|density|moisture|accuracy|confidence|passing|"
    r"through|coverage|d[159]0"
)
_OF_MEASURE = (
    rf"(?i:\b(?:{_MEASURES})\b[^%;,]{{0,20}}?{_PERCENT}|(?:湿度|效率|回收率|透过率|密度|折扣)\D{{0,4}}{_PERCENT}|"
    rf"{_PERCENT}\s?(?:of\b|off\b|(?:relative |theoretical )?dens\w+|t\.?d\b|{_MEASURES}))"
)
_NEWTONS = (
    r"(?i:\b(?:force|spring|load|torque|tension)s?\s[2-9]N\b|\b[2-9]N\s(?:force|torque|load|spring|tension|pull))"
)


def stated_purity(text: pl.Expr) -> pl.Expr:
    """States a purity. Share by mass in [0.9, 1); the highest stated; null where none is or the text is null.

    Read are nines (4N, 4N5: 99.995 %), percentages with point or comma from 90 % up (100 % is no purity), numbers
    behind a word that says purity, and grades without a sign behind the symbol of a metal that is sold by them.

    >>> texts = pl.Series(["Sb 4N5", "纯度≥99.99%", "purity 99,9", "Sb 99.65 pigs", "Ga 99.65 kg", "100% PE", None])
    >>> pl.select(stated_purity(pl.lit(texts))).to_series().to_list()
    [0.99995, 0.9999, 0.999, 0.9965, None, None, None]
    >>> others = pl.Series(["humidity 95%", "99.5% dense", "force 5N"])
    >>> pl.select(stated_purity(pl.lit(others))).to_series().to_list()
    [None, None, None]
    """
    # what is no purity is found with what is, and left out: where both begin alike, the first is taken
    nines = _without(text.str.extract_all(f"{_NEWTONS}|{_NINES_ALL}"), _NEWTONS).list.eval(_nines(pl.element()))
    marks = _without(text.str.extract_all(f"{_OF_MEASURE}|{_PERCENT}"), _OF_MEASURE)
    shares = marks.list.eval(percent_share(pl.element())).list
    percent = shares.eval(pl.element().filter((pl.element() >= LOWEST_PURITY) & (pl.element() < 1.0))).list.max()
    numbers = pl.concat_list([text.str.extract_all(one) for one in (_GRADE, _SAID, _AT_LEAST)])
    said = _without(numbers, _OF_UNIT).list.eval(grade_share(pl.element())).list.max()
    spoken = text.str.extract(_SPOKEN, 1).str.to_lowercase().replace(_SPOKEN_NUMBERS).cast(pl.Float64)
    by_word = 1.0 - pl.lit(10.0).pow(-spoken)
    return pl.max_horizontal(nines.list.max(), percent, said, by_word).round(9)


def _without(marks: pl.Expr, pattern: str) -> pl.Expr:
    return marks.list.eval(pl.element().filter(~pl.element().str.contains(pattern)))


def grades(text: pl.Expr) -> pl.Expr:
    """Grades without a percent sign, with the symbol before them."""
    return _without(text.str.extract_all(_GRADE), _OF_UNIT)


def grade_share(grade: pl.Expr) -> pl.Expr:
    """The share that a grade states: 99.65, or 9999 for 99.99."""
    number = grade.str.extract(r"(9[0-9][.,]?[0-9]{1,6})", 1).str.replace(r"^(\d\d)[.,]?", "0.${1}")
    return number.cast(pl.Float64, strict=False)


def _nines(mark: pl.Expr) -> pl.Expr:
    count = mark.str.extract(_NINES, 1).cast(pl.Float64)
    more = mark.str.extract(r"N([1-9])", 1).cast(pl.Float64).fill_null(0.0)
    return 1.0 - pl.lit(10.0).pow(-count) * (1.0 - more / 10.0)


def percent_share(mark: pl.Expr) -> pl.Expr:
    """The share that a percentage states, as a number of hundredths."""
    number = mark.str.extract(r"([0-9]{1,5}(?:[.,·][0-9]{1,7})?)", 1)
    return number.str.replace("[,·]", ".").cast(pl.Float64, strict=False) * 0.01

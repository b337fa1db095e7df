"""What a text says of purity and composition: 5N, ≥99.99 %, Sn42Bi58, 96%W-Ni-Fe."""

from __future__ import annotations

import polars as pl

from features.atomic_masses import ATOMIC_MASS

LOWEST_PURITY = (
    0.9  # below this a percentage is a content, not a purity (trade usage: 2N5 metal is the least called pure)
)
MAIN_SHARE = 0.5  # a mineral stated at half of the mass or more is what the good is

_NINES = r"(?:^|[^A-Za-z0-9.])([2-9])N([1-9]?)5?(?:$|[^A-Za-z0-9])"
_NINES_ALL = r"(?:^|[^A-Za-z0-9.])[2-9]N[1-9]?(?:$|[^A-Za-z0-9])"
_PERCENT = r"[0-9]{2,3}(?:[.,][0-9]{1,7})?\s?(?:wt\.?\s?)?(?:%|pct|percent)"
_ALLOY = (
    r"(?:[A-Z][a-z]?[0-9]{1,2}(?:\.[0-9]{1,3})?%?[/\- ]?){2,6}|(?:[0-9]{1,2}(?:\.[0-9]{1,3})?%?[A-Z][a-z]?[/\- ]?){2,6}"
)
_PART = r"[A-Z][a-z]?[0-9]{1,2}(?:\.[0-9]{1,3})?|[0-9]{1,2}(?:\.[0-9]{1,3})?%?[A-Z][a-z]?"
# One share and then only names: W90NiFe, 90WNiFe, Bi58Sn. Metals alone, so that part numbers are not read as alloys.
_METALS = "Ni|Fe|Cu|Co|Sn|Pb|Bi|Ag|Sb|In|Zn|Al|Cd|Mo|Re|Ta|W"
_FIRST = rf"(?:[0-9]{{2}}(?:\.[0-9]{{1,2}})?%?(?:{_METALS})|(?:{_METALS})[0-9]{{2}}(?:\.[0-9]{{1,2}})?)"
_LED = rf"(?:^|[^A-Za-z0-9]){_FIRST}(?:[-/ ]?(?:{_METALS})){{1,3}}(?:$|[^A-Za-z0-9])"
# Two metals and the share of the last, the first being the rest (CuW75, WRe26, Al-Sc2, Sn-58Bi); or names, then shares.
_LIGHT = "Ga|Ge|Te|Ti|Mg|La|Sc|Nd|Dy|Tb|Gd|Ho|Y"
_ANY_METAL = rf"(?:{_METALS}|{_LIGHT})"
_TWO = (
    rf"(?:^|[^A-Za-z0-9])(?:{_ANY_METAL}[- ]?{_ANY_METAL}-?[0-9]{{1,2}}(?:\.[0-9]{{1,2}})?%?|"
    rf"{_ANY_METAL}-[0-9]{{1,2}}(?:\.[0-9]{{1,2}})?%?{_ANY_METAL})(?:$|[^A-Za-z0-9])"
)
_REST = rf"(?:^|[^A-Za-z0-9]){_ANY_METAL}(?:-?[0-9]{{1,2}}(?:\.[0-9]{{1,2}})?{_ANY_METAL}){{2,3}}(?:$|[^A-Za-z0-9])"
_LISTED_NAMES = rf"(?:WC|{_ANY_METAL})(?:[-/:]?(?:WC|{_ANY_METAL})){{1,3}}"
_POINTS = r"[0-9]{1,2}(?:\.[0-9]{1,2})?"
_LISTED = rf"(?:^|[^A-Za-z0-9]){_LISTED_NAMES} ?{_POINTS}(?:[-/:]{_POINTS}){{1,3}}%?"
_NUMBER = r"[0-9]{1,3}(?:[.,][0-9]{1,7})?"
_SHARE = rf"(?:{_NUMBER}\s?(?:wt\.?)?%|[0-9]{{1,5}}(?:\.[0-9]{{1,3}})?\s?ppm)"
_PURITY = r"(?:[2-9]N[1-9]?)"
# A grade without its sign: Sb 99.65. Not W or In, which are a width and a word; not before a unit: Ga 99.95 kg.
_GRADE_SYMBOLS = "Ga|Ge|Sb|Te|Bi|Mo"
_GRADE = rf"(?:^|[^A-Za-z0-9])(?:{_GRADE_SYMBOLS})[ -]?9[5-9]\.[0-9]{{1,6}}(?:$|[^0-9%][A-Za-z]{{0,4}})"
_OF_UNIT = r"(?i:[0-9][ -]?(?:kgs?|kilo|g|mt|t|tonn?|tons|lbs?|pcs|[cm]?m|l|usd|eur|rmb|cny)[^a-z]?$)"
_EDGE = r"(?:$|[^A-Za-z0-9])"
# Rows of shares and names: what may stand between a name and its share, between a share and the next name, and a word
# behind the last share.
_BETWEEN = r"\s?(?:content|含量)?\s?[:≥>=~<≤]{0,2}\s?"
_GAP = r"[\s,;/+-]{0,2}"
_OTHER_NAMES = (
    r"[A-Z][a-z]?[0-9]?|(?i:lead|tin|zinc|copper|nickel|iron|silver|alumini?um|cobalt|cadmium|arsenic)|"
    r"[铅锡锌铜镍铁银铝钴镉砷]"
)
_TAIL = r"(?:\s?(?:[A-Za-z]{2,}|\p{Han}+))?"
LEAST_PART = 0.01  # of less a good is not made up
MILLIONTH = 1e-6


def stated_purity(text: pl.Expr) -> pl.Expr:
    """States a purity. Share by mass in [0.9, 1); the highest stated; null where none is or the text is null.

    Read are nines (4N, 4N5: 99.995 %), percentages with point or comma from 90 % up (100 % is no purity), and grades
    without a sign behind the symbol of a metal that is sold by them.

    >>> texts = pl.Series(["Sb 4N5", "纯度≥99.99%", "purity 99,9 %", "Sb 99.65 pigs", "Ga 99.65 kg", "100% PE", None])
    >>> pl.select(stated_purity(pl.lit(texts))).to_series().to_list()
    [0.99995, 0.9999, 0.999, 0.9965, None, None, None]
    """
    nines = text.str.extract_all(_NINES_ALL).list.eval(_nines(pl.element())).list.max()
    shares = text.str.extract_all(_PERCENT).list.eval(_share(pl.element())).list
    percent = shares.eval(pl.element().filter((pl.element() >= LOWEST_PURITY) & (pl.element() < 1.0))).list.max()
    grade = _grades(text).list.eval(_share(pl.element())).list.max()
    return pl.max_horizontal(nines, percent, grade).round(9)


def _grades(text: pl.Expr) -> pl.Expr:
    """Grades without a percent sign, with the symbol before them."""
    return text.str.extract_all(_GRADE).list.eval(pl.element().filter(~pl.element().str.contains(_OF_UNIT)))


def _nines(mark: pl.Expr) -> pl.Expr:
    count = mark.str.extract(_NINES, 1).cast(pl.Float64)
    more = mark.str.extract(r"N([1-9])", 1).cast(pl.Float64).fill_null(0.0)
    return 1.0 - pl.lit(10.0).pow(-count) * (1.0 - more / 10.0)


def _share(mark: pl.Expr) -> pl.Expr:
    number = mark.str.extract(r"([0-9]{1,5}(?:[.,][0-9]{1,7})?)", 1)
    return number.str.replace(",", ".").cast(pl.Float64, strict=False) * 0.01


def find_compositions(texts: pl.LazyFrame, elements: pl.DataFrame, forms: pl.DataFrame) -> pl.LazyFrame:
    """Return `text_no`, `reading`, `mineral`, `share`, `term` for each controlled element whose share is stated.

    `texts` has `text_no`, `reading` and `clean` (text with its punctuation and case), `elements` has `mineral`,
    `symbol`, `name_en` and `name_cn`. Alloy names count when their parts add up to 95 to 105; an element's symbol or
    name, or the formula of a form of it, beside a percentage, parts per million or nines counts by itself.
    """
    plain = texts.filter(pl.col("clean").str.contains(r"\d"))
    told = [_alloys(plain, elements), _led(plain, elements), _two(plain, elements), _listed(plain, elements)]
    told.append(_rest(plain, elements))
    told.append(_graded(plain, elements))
    told.append(_beside_percent(plain, elements, forms))
    return pl.concat(told).filter(pl.col("share") <= 1.0)


def _alloys(plain: pl.LazyFrame, elements: pl.DataFrame) -> pl.LazyFrame:
    names = plain.select("text_no", "reading", term=pl.col("clean").str.extract_all(_ALLOY).list.unique()).explode(
        "term", empty_as_null=False
    )
    numbered = names.sort("text_no", "reading", "term").with_row_index("alloy_no")
    parts = numbered.with_columns(part=pl.col("term").str.extract_all(_PART)).explode("part")
    read = parts.with_columns(
        symbol=pl.col("part").str.extract(r"([A-Z][a-z]?)", 1),
        share=pl.col("part").str.extract(r"([0-9]{1,2}(?:\.[0-9]{1,3})?)", 1).cast(pl.Float64) * 0.01,
    )
    real = pl.col("symbol").is_in([*ATOMIC_MASS]).all().over("alloy_no")
    whole = read.filter(real & pl.col("share").sum().over("alloy_no").is_between(0.95, 1.05))
    known = whole.join(elements.lazy().select("symbol", "mineral"), on="symbol", how="left").drop_nulls("mineral")
    return known.select("text_no", "reading", "mineral", "share", pl.col("term").str.strip_chars(" /-"))


def _led(plain: pl.LazyFrame, elements: pl.DataFrame) -> pl.LazyFrame:
    names = plain.select("text_no", "reading", term=pl.col("clean").str.extract_all(_LED)).explode(
        "term", empty_as_null=False
    )
    read = names.with_columns(
        share=pl.col("term").str.extract(r"([0-9]{2}(?:\.[0-9]{1,2})?)", 1).cast(pl.Float64) * 0.01,
        symbol=pl.col("term").str.extract(rf"({_METALS})", 1),
    )
    return _of_elements(read, elements)


def _two(plain: pl.LazyFrame, elements: pl.DataFrame) -> pl.LazyFrame:
    """Two metals with the share of the last: CuW75 is a quarter copper, WRe26 three quarters tungsten."""
    names = plain.select("text_no", "reading", term=pl.col("clean").str.extract_all(_TWO)).explode(
        "term", empty_as_null=False
    )
    last = pl.col("term").str.extract(r"([0-9]{1,2}(?:\.[0-9]{1,2})?)", 1).cast(pl.Float64) * 0.01
    signs = pl.col("term").str.extract_all(_ANY_METAL)
    read = names.with_columns(symbol=signs, share=pl.concat_list(1.0 - last, last)).filter(
        pl.col("symbol").list.len() == 2
    )
    return _of_elements(read.explode("symbol", "share"), elements)


def _rest(plain: pl.LazyFrame, elements: pl.DataFrame) -> pl.LazyFrame:
    """Shares before their metals, the first metal being the rest, as solders are named: Sn-57Bi-1Ag, Sn57.6Bi1Ag."""
    names = plain.select("text_no", "reading", term=pl.col("clean").str.extract_all(_REST)).explode(
        "term", empty_as_null=False
    )
    shares = pl.col("term").str.extract_all(r"[0-9]{1,2}(?:\.[0-9]{1,2})?").cast(pl.List(pl.Float64))
    symbols = pl.col("term").str.extract_all(_ANY_METAL).list.slice(1)
    read = names.with_columns(symbol=symbols, share=shares).filter(
        (pl.col("symbol").list.len() == pl.col("share").list.len()) & (pl.col("share").list.sum() < 100)
    )
    spread = read.explode("symbol", "share")
    return _of_elements(spread.with_columns(share=pl.col("share") * 0.01), elements)


def _listed(plain: pl.LazyFrame, elements: pl.DataFrame) -> pl.LazyFrame:
    """Names of metals, then as many shares: W-Cu 80/20, WC-Co 88/12, Sn/Bi/Ag 42/57.6/0.4."""
    names = plain.select("text_no", "reading", term=pl.col("clean").str.extract_all(_LISTED)).explode(
        "term", empty_as_null=False
    )
    shares = pl.col("term").str.extract_all(r"[0-9]{1,2}(?:\.[0-9]{1,2})?").cast(pl.List(pl.Float64))
    read = names.with_columns(symbol=pl.col("term").str.extract_all(f"WC|{_ANY_METAL}"), share=shares).filter(
        (pl.col("symbol").list.len() == pl.col("share").list.len()) & pl.col("share").list.sum().is_between(95, 105)
    )
    spread = read.explode("symbol", "share").with_columns(
        pl.col("symbol").replace({"WC": "W"}), share=pl.col("share") * 0.01
    )
    return _of_elements(spread, elements)


def _graded(plain: pl.LazyFrame, elements: pl.DataFrame) -> pl.LazyFrame:
    """A symbol and the grade it is sold by, without a percent sign: Sb 99.65."""
    names = plain.select("text_no", "reading", term=_grades(pl.col("clean"))).explode("term", empty_as_null=False)
    symbol = pl.col("term").str.extract(rf"({_GRADE_SYMBOLS})", 1)
    shown = pl.col("term").str.extract(r"([A-Z].*[0-9])", 1)
    return _of_elements(names.with_columns(symbol=symbol, share=_share(pl.col("term")), term=shown), elements)


def _of_elements(read: pl.LazyFrame, elements: pl.DataFrame) -> pl.LazyFrame:
    known = read.join(elements.lazy().select("symbol", "mineral"), on="symbol", how="inner")
    term = pl.col("term").str.strip_chars(" /-.,;:()（）")
    return known.select("text_no", "reading", "mineral", "share", term)


def _beside_percent(plain: pl.LazyFrame, elements: pl.DataFrame, forms: pl.DataFrame) -> pl.LazyFrame:
    formulae = forms.filter(
        pl.col("formula").str.contains(r"^[A-Z][A-Za-z]*\d[A-Za-z0-9]*$"),
        pl.col("mineral").is_in(elements["mineral"].implode()),
    )
    by_name = pl.concat(
        [
            elements.select("mineral", name=pl.col("symbol")),
            elements.select("mineral", name=pl.col("name_en").str.to_lowercase()),
            elements.select("mineral", name=pl.col("name_cn")),
            formulae.select("mineral", name=pl.col("formula")),
        ]
    ).drop_nulls()
    by_name = by_name.unique("name", keep="first", maintain_order=True)
    words = [f"(?i:{name})" if name.islower() else name for name in by_name["name"].to_list()]
    if not words:
        unknown = plain.select("text_no", "reading", mineral=pl.lit(""), share=pl.lit(0.0), term=pl.lit(""))
        return unknown.limit(0)
    names = "|".join(sorted((one for one in words if one != "In"), key=len, reverse=True))  # In 50 % of cases: English
    found = _shares_told(plain, names)
    name = pl.col("term").str.extract(rf"(?:^|[^A-Za-z])({names}|In)(?:[^A-Za-z]|$)", 1)
    word = pl.when(name.str.contains("^[A-Za-z]{3,}$")).then(name.str.to_lowercase()).otherwise(name)
    is_nines = pl.col("term").str.contains(rf"{_PURITY}{_EDGE}") & ~pl.col("term").str.contains("%|ppm")
    share = _share(pl.col("term").str.extract(f"({_SHARE})", 1)) * _unit(pl.col("term"))
    share = pl.when(is_nines).then(0.99).otherwise(share)
    told = found.with_columns(name=word, share=share).join(by_name.lazy(), on="name", how="inner")
    return told.select("text_no", "reading", "mineral", "share", pl.col("term").str.strip_chars(" /-.,;:()（）"))


def _shares_told(plain: pl.LazyFrame, names: str) -> pl.LazyFrame:
    """Cut out each of `names` with the share or nines that are its own: `text_no`, `reading`, `term`.

    In a row of shares and names (99.9% Sb 0.02%, 60% Sb 40% Pb) each name goes with the share behind it or each with
    the one before it (see `_is_share_first`).
    """
    before = rf"{_SHARE}\s?(?:{names}){_EDGE}"
    after = rf"(?:^|[^A-Za-z0-9])(?:{names}){_BETWEEN}{_SHARE}"
    nines = rf"(?:^|[^A-Za-z0-9])(?:(?:{names}|In) ?[(-]?{_PURITY}|{_PURITY} (?:{names})){_EDGE}"
    named = rf"(?:{names}|{_OTHER_NAMES})"
    pairs = rf"(?:{_SHARE}\s?)?{named}(?:{_BETWEEN}{_SHARE}{_GAP}{named})*"
    row = rf"(?:^|[^A-Za-z0-9.]){pairs}(?:{_BETWEEN}{_SHARE}{_TAIL}|{_EDGE})"
    keys, clean = ["text_no", "reading"], pl.col("clean")
    rows = plain.select(*keys, row=clean.str.extract_all(row)).explode("row", empty_as_null=False)
    at_hand = rows.filter(pl.col("row").str.contains(_SHARE))
    one = pl.col("row").str
    own = pl.when(_is_share_first(pl.col("row"))).then(one.extract_all(before)).otherwise(one.extract_all(after))
    told = [at_hand.select(*keys, term=own), plain.select(*keys, term=clean.str.extract_all(nines))]
    return pl.concat(one.explode("term", empty_as_null=False) for one in told)


def _is_share_first(row: pl.Expr) -> pl.Expr:
    """Tell whether names in a row of shares and names go with the share before them.

    Where the row begins with a share and ends with a name; where it begins with one, ends with another and goes on in
    words while the shares make up the whole (20% Sb2O3 80% EVA; but tin 99.9% Sb 0.02%); and where it begins and ends
    with a name, if the first share is no main part (lead 5% antimony; but tin 99.9% Sb).
    """
    begins = row.str.contains(rf"^[^A-Za-z0-9]?{_SHARE}")
    ends = row.str.contains(rf"{_SHARE}{_TAIL}$")
    shares = row.str.extract_all(_SHARE).list.eval(_share(pl.element()) * _unit(pl.element()))
    goes_on = row.str.contains(rf"{_SHARE}\s?(?:[A-Za-z]{{2,}}|\p{{Han}})[^0-9]*$")
    is_whole = shares.list.sum().is_between(0.99, 1.01) & (shares.list.last() >= LEAST_PART)
    return pl.when(ends).then(begins & goes_on & is_whole).otherwise(begins | (shares.list.first() < MAIN_SHARE))


def _unit(share: pl.Expr) -> pl.Expr:
    """Tell what a hundredth of a share's number is worth: parts per million are not per cent."""
    return pl.when(share.str.contains("ppm", literal=True)).then(100 * MILLIONTH).otherwise(1.0)

"""What a text says of composition: Sn42Bi58, 96%W-Ni-Fe, Sb 60 % Pb 40 %."""

from __future__ import annotations

import polars as pl

from features.description.alloys import alloy_shares, alloys_of_any_share, of_elements
from features.description.purity import GRADE_SYMBOLS, grade_share, grades, percent_share

MAIN_SHARE = 0.5  # a mineral stated at half of the mass or more is what the good is

_NUMBER = r"[0-9]{1,3}(?:[.,][0-9]{1,7})?"
_SHARE = rf"(?:{_NUMBER}\s?(?:wt\.?)?%|[0-9]{{1,5}}(?:\.[0-9]{{1,3}})?\s?ppm)"
_PURITY = r"(?:[2-9]N[1-9]?)"
_EDGE = r"(?:$|[^A-Za-z0-9])"
# Rows of shares and names: what may stand between a name and its share, between a share and the next name, and a word
# behind the last share.
_BETWEEN = (
    r"(?:\s(?:tri|di|pent)?oxides?)?(?:\s(?:flame[ -]retardants?|synergists?))?"
    r"\s?(?:content|含量)?\s?[:≥>=~<≤]{0,2}\s?"
)
_GAP = r"[\s,;/+-]{0,2}"
_OTHER_NAMES = (
    r"[A-Z][a-z]?[0-9]?|(?i:lead|tin|zinc|copper|nickel|iron|silver|alumini?um|cobalt|cadmium|arsenic)|"
    r"[铅锡锌铜镍铁银铝钴镉砷]"
)
_TAIL = r"(?:\s?(?:[A-Za-z]{2,}|\p{Han}+))?"
LEAST_PART = 0.01  # of less a good is not made up
MILLIONTH = 1e-6


def find_compositions(texts: pl.LazyFrame, elements: pl.DataFrame, forms: pl.DataFrame) -> pl.LazyFrame:
    """Return `text_no`, `reading`, `mineral`, `share`, `term` for each controlled element whose share is stated.

    `texts` has `text_no`, `reading` and `clean` (text with its punctuation and case), `elements` has `mineral`,
    `symbol`, `name_en` and `name_cn`. Alloy names count when their parts add up to 95 to 105; an element's symbol or
    name, or the formula of a form of it, beside a percentage, parts per million or nines counts by itself.
    """
    plain = texts.filter(pl.col("clean").str.contains(r"\d"))
    told = [alloy_shares(plain, elements), alloys_of_any_share(texts, elements)]
    told.append(_graded(plain, elements))
    told.append(_beside_percent(plain, elements, forms))
    return pl.concat(told).filter(pl.col("share") <= 1.0)


def _graded(plain: pl.LazyFrame, elements: pl.DataFrame) -> pl.LazyFrame:
    """A symbol and the grade it is sold by, without a percent sign: Sb 99.65."""
    names = plain.select("text_no", "reading", term=grades(pl.col("clean"))).explode("term", empty_as_null=False)
    symbol = pl.col("term").str.extract(rf"({GRADE_SYMBOLS}|In|W)", 1)
    shown = pl.col("term").str.extract(r"([A-Z].*[0-9])", 1)
    return of_elements(names.with_columns(symbol=symbol, share=grade_share(pl.col("term")), term=shown), elements)


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
    share = percent_share(pl.col("term").str.extract(f"({_SHARE})", 1)) * _unit(pl.col("term"))
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
    nines = (
        rf"(?:^|[^A-Za-z0-9])(?:(?:{names}|In) ?[(-]?{_PURITY}|{_PURITY} (?:{names})|"
        rf"{_PURITY} ?[(](?:{names}|In)[)]){_EDGE}"
    )
    bracketed = r"[(]In[ :≥>]{0,2}9[0-9](?:\.[0-9]{1,7})?\s?%(?: ?min\.?)?[)]"
    named = rf"(?:{names}|{_OTHER_NAMES})"
    pairs = rf"(?:{_SHARE}\s?)?{named}(?:{_BETWEEN}{_SHARE}{_GAP}{named})*"
    row = rf"(?:^|[^A-Za-z0-9.]){pairs}(?:{_BETWEEN}{_SHARE}{_TAIL}|{_EDGE})"
    keys, clean = ["text_no", "reading"], pl.col("clean")
    rows = plain.select(*keys, row=clean.str.extract_all(row)).explode("row", empty_as_null=False)
    at_hand = rows.filter(pl.col("row").str.contains(_SHARE))
    one = pl.col("row").str
    own = pl.when(_is_share_first(pl.col("row"))).then(one.extract_all(before)).otherwise(one.extract_all(after))
    told = [at_hand.select(*keys, term=own)]
    told += [plain.select(*keys, term=clean.str.extract_all(one)) for one in (nines, bracketed)]
    return pl.concat(one.explode("term", empty_as_null=False) for one in told)


def _is_share_first(row: pl.Expr) -> pl.Expr:
    """Tell whether names in a row of shares and names go with the share before them.

    Where the row begins with a share and ends with a name; where it begins with one, ends with another and goes on in
    words while the shares make up the whole (20% Sb2O3 80% EVA; but tin 99.9% Sb 0.02%); and where it begins and ends
    with a name, if the first share is no main part (lead 5% antimony; but tin 99.9% Sb).
    """
    begins = row.str.contains(rf"^[^A-Za-z0-9]?{_SHARE}")
    ends = row.str.contains(rf"{_SHARE}{_TAIL}$")
    shares = row.str.extract_all(_SHARE).list.eval(percent_share(pl.element()) * _unit(pl.element()))
    goes_on = row.str.contains(rf"{_SHARE}\s?(?:[A-Za-z]{{2,}}|\p{{Han}})[^0-9]*$")
    is_whole = shares.list.sum().is_between(0.99, 1.01) & (shares.list.last() >= LEAST_PART)
    return pl.when(ends).then(begins & goes_on & is_whole).otherwise(begins | (shares.list.first() < MAIN_SHARE))


def _unit(share: pl.Expr) -> pl.Expr:
    """Tell what a hundredth of a share's number is worth: parts per million are not per cent."""
    return pl.when(share.str.contains("ppm", literal=True)).then(100 * MILLIONTH).otherwise(1.0)

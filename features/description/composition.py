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
_NUMBER = r"[0-9]{1,3}(?:[.,][0-9]{1,7})?"


def stated_purity(text: pl.Expr) -> pl.Expr:
    """States a purity. Share by mass in [0.9, 1); the highest stated; null where none is or the text is null.

    Read are nines (4N, 4N5: 99.995 %) and percentages with point or comma from 90 % up; 100 % is no purity.

    >>> texts = pl.Series(["Sb 4N5", "纯度≥99.99%", "purity 99,9 %", "100% cotton", "40% W", None])
    >>> pl.select(stated_purity(pl.lit(texts))).to_series().to_list()
    [0.99995, 0.9999, 0.999, None, None, None]
    """
    nines = text.str.extract_all(_NINES_ALL).list.eval(_nines(pl.element())).list.max()
    shares = text.str.extract_all(_PERCENT).list.eval(_share(pl.element())).list
    percent = shares.eval(pl.element().filter((pl.element() >= LOWEST_PURITY) & (pl.element() < 1.0))).list.max()
    return pl.max_horizontal(nines, percent).round(9)


def _nines(mark: pl.Expr) -> pl.Expr:
    count = mark.str.extract(_NINES, 1).cast(pl.Float64)
    more = mark.str.extract(r"N([1-9])", 1).cast(pl.Float64).fill_null(0.0)
    return 1.0 - pl.lit(10.0).pow(-count) * (1.0 - more / 10.0)


def _share(mark: pl.Expr) -> pl.Expr:
    return mark.str.extract(f"({_NUMBER})", 1).str.replace(",", ".").cast(pl.Float64, strict=False) * 0.01


def find_compositions(plain: pl.LazyFrame, minerals: pl.DataFrame) -> pl.LazyFrame:
    """Return `text_no`, `mineral`, `share`, `term` for each controlled element whose share of the mass is stated.

    `plain` has `text_no` and `clean` (plain text with its punctuation and case). Alloy names count when their parts add
    up to 95 to 105; an element's symbol or name beside a percentage counts by itself.
    """
    elements = minerals.filter(pl.col("symbol").str.contains(r"^[A-Z][a-z]?$") & (pl.col("symbol") != "C"))
    alloys = _alloys(plain, elements)
    return pl.concat([alloys, _led(plain, elements), _beside_percent(plain, elements)]).filter(pl.col("share") <= 1.0)


def _alloys(plain: pl.LazyFrame, elements: pl.DataFrame) -> pl.LazyFrame:
    names = plain.select("text_no", term=pl.col("clean").str.extract_all(_ALLOY).list.unique()).explode(
        "term", empty_as_null=False
    )
    numbered = names.sort("text_no", "term").with_row_index("alloy_no")
    parts = numbered.with_columns(part=pl.col("term").str.extract_all(_PART)).explode("part")
    read = parts.with_columns(
        symbol=pl.col("part").str.extract(r"([A-Z][a-z]?)", 1),
        share=pl.col("part").str.extract(r"([0-9]{1,2}(?:\.[0-9]{1,3})?)", 1).cast(pl.Float64) * 0.01,
    )
    real = pl.col("symbol").is_in([*ATOMIC_MASS]).all().over("alloy_no")
    whole = read.filter(real & pl.col("share").sum().over("alloy_no").is_between(0.95, 1.05))
    known = whole.join(elements.lazy().select("symbol", "mineral"), on="symbol", how="left").drop_nulls("mineral")
    return known.select("text_no", "mineral", "share", pl.col("term").str.strip_chars(" /-"))


def _led(plain: pl.LazyFrame, elements: pl.DataFrame) -> pl.LazyFrame:
    names = plain.select("text_no", term=pl.col("clean").str.extract_all(_LED)).explode("term", empty_as_null=False)
    read = names.select(
        "text_no",
        share=pl.col("term").str.extract(r"([0-9]{2}(?:\.[0-9]{1,2})?)", 1).cast(pl.Float64) * 0.01,
        term=pl.col("term").str.strip_chars(" /-.,;:()（）"),
        symbol=pl.col("term").str.extract(rf"({_METALS})", 1),
    )
    known = read.join(elements.lazy().select("symbol", "mineral"), on="symbol", how="left").drop_nulls("mineral")
    return known.select("text_no", "mineral", "share", "term")


def _beside_percent(plain: pl.LazyFrame, elements: pl.DataFrame) -> pl.LazyFrame:
    symbols = [symbol for symbol in elements["symbol"].to_list() if symbol != "In"]  # In 50 % of cases is English
    english = elements["name_en"].drop_nulls().str.to_lowercase().to_list()
    names = "|".join([*symbols, *(f"(?i:{name})" for name in english), *elements["name_cn"].drop_nulls().to_list()])
    if not names:
        return plain.select("text_no", mineral=pl.lit(""), share=pl.lit(0.0), term=pl.lit("")).limit(0)
    edge = r"(?:$|[^A-Za-z])"
    before = rf"{_NUMBER}\s?(?:wt\.?)?%\s?(?:{names}){edge}"
    after = rf"(?:^|[^A-Za-z])(?:{names})\s?(?:content|含量)?\s?[:≥>=~<≤]{{0,2}}\s?{_NUMBER}\s?%"
    pattern = f"{before}|{after}"
    found = plain.select("text_no", term=pl.col("clean").str.extract_all(pattern)).explode("term", empty_as_null=False)
    by_name = pl.concat(
        [
            elements.select("mineral", name=pl.col("symbol")),
            elements.select("mineral", name=pl.col("name_en").str.to_lowercase()),
            elements.select("mineral", name=pl.col("name_cn")),
        ]
    ).drop_nulls()
    name = pl.col("term").str.extract(rf"(?:^|[^A-Za-z])({names}){edge}", 1)
    word = pl.when(name.str.len_chars() > 2).then(name.str.to_lowercase()).otherwise(name)
    told = found.with_columns(name=word, share=_share(pl.col("term"))).join(by_name.lazy(), on="name", how="left")
    return told.drop_nulls("mineral").select(
        "text_no", "mineral", "share", pl.col("term").str.strip_chars(" /-.,;:()（）")
    )

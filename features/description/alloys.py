"""Alloys by the shorthand that names their shares: Sn42Bi58, 96W-Ni-Fe, WC-12Co, CuW75, Sn-57Bi-1Ag, W-Cu 80/20."""

from __future__ import annotations

import polars as pl

from features.atomic_masses import ATOMIC_MASS

UNSTATED_SHARE = 0.5  # as if a rare earth named in an alloy, of whatever share, were the main part
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
    rf"{_ANY_METAL}-[0-9]{{1,2}}(?:\.[0-9]{{1,2}})?%?{_ANY_METAL})(?:$|[^A-Za-z0-9-]|-(?:$|[^0-9]))"  # not Ga-21In-10Sn
)
_HARDENERS = "Cr|V|Zr|Nb|Hf"  # beside tungsten and molybdenum alone: Mo-0.5Ti-0.1Zr, WC-10Co-4Cr
_REST = (
    rf"(?:^|[^A-Za-z0-9]){_ANY_METAL}"
    rf"(?:-?[0-9]{{1,2}}(?:\.[0-9]{{1,2}})?%?(?:{_ANY_METAL}|{_HARDENERS})){{2,4}}(?:$|[^A-Za-z0-9])"
)
_NAMED_REST = (  # WNi7Fe3, SnBi57Ag1
    rf"(?:^|[^A-Za-z0-9]){_ANY_METAL}"
    rf"(?:(?:{_ANY_METAL}|{_HARDENERS})[0-9]{{1,2}}(?:\.[0-9]{{1,2}})?){{2,3}}(?:$|[^A-Za-z0-9])"
)
# Alloys and targets of rare earths, which are listed whatever their share: Gd-Fe alloy, ScAl target.
_RARE_EARTHS = "Sc|Sm|Eu|Gd|Tb|Dy|Ho|Er|Tm|Yb|Lu|Y"
_PARTNERS = "Al|Mg|Fe|Co|Ni|Cu|Zr|Ti|Zn|Mn"
_OF_RARE_EARTHS = (
    rf"(?:^|[^A-Za-z0-9])(?:(?:{_PARTNERS})[-/]?){{0,2}}(?:{_RARE_EARTHS})(?:[-/]?(?:{_PARTNERS}|{_RARE_EARTHS})){{0,3}}"
    r"\s?(?:(?:master |intermediate )?alloys?|(?:sputter\w* )?targets?|合金|中间合金|靶)"
)
# Hard metal: the carbide's own share is tungsten's, nearly (6 % of it is carbon): WC88Co12, WC-12Co.
_CARBIDE_SHARE = r"(^|[^A-Za-z])WC[- ]?([0-9]{2}(?:\.[0-9])?)[-/ ]?(Co|Ni)[- ]?([0-9])", "${1}W${2}${3}${4}"
_CARBIDE_REST = r"(^|[^A-Za-z])WC[-/: ]?([0-9]{1,2}(?:\.[0-9]{1,2})?%? ?(?:Co|Ni|Cr|Fe))", "${1}W-${2}"
_LISTED_NAMES = rf"(?:WC|{_ANY_METAL})(?:[-/:]?(?:WC|{_ANY_METAL})){{1,3}}"
_POINTS = r"[0-9]{1,2}(?:\.[0-9]{1,2})?"
_KIND = "(?:alloys?|eutectic|solder|targets?|powder)"
_LISTED = rf"(?:^|[^A-Za-z0-9]){_LISTED_NAMES}(?: {_KIND})?[ (]{{0,2}}{_POINTS}(?:[-/:]{_POINTS}){{1,3}}%?"


def alloy_shares(plain: pl.LazyFrame, elements: pl.DataFrame) -> pl.LazyFrame:
    """Return the shares of controlled elements in alloys named by shorthand, as `find_compositions` does."""
    told = [find(plain, elements) for find in (_alloys, _led, _two, _rest, _listed)]
    return pl.concat([*told, _hard_metal(plain, elements)])


def _hard_metal(plain: pl.LazyFrame, elements: pl.DataFrame) -> pl.LazyFrame:
    """Hard metal and its binder, read as tungsten and its binder: WC-12Co, WC88Co12, WC-10Co-4Cr."""
    held = plain.filter(pl.col("clean").str.contains("WC", literal=True))
    as_metal = held.with_columns(pl.col("clean").str.replace_all(*_CARBIDE_SHARE).str.replace_all(*_CARBIDE_REST))
    read = pl.concat(find(as_metal, elements) for find in (_alloys, _two, _rest))
    return read.filter(pl.col("mineral") == "tungsten").with_columns(pl.col("term").str.replace("W-?", "WC-"))


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
    return of_elements(read, elements)


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
    return of_elements(read.explode("symbol", "share"), elements)


def _rest(plain: pl.LazyFrame, elements: pl.DataFrame) -> pl.LazyFrame:
    """Shares before their metals, the first metal being the rest, as solders are named: Sn-57Bi-1Ag, Sn57.6Bi1Ag."""
    both = pl.concat_list(pl.col("clean").str.extract_all(_REST), pl.col("clean").str.extract_all(_NAMED_REST))
    names = plain.select("text_no", "reading", term=both).explode("term", empty_as_null=False)
    shares = pl.col("term").str.extract_all(r"[0-9]{1,2}(?:\.[0-9]{1,2})?").cast(pl.List(pl.Float64))
    symbols = pl.col("term").str.extract_all(rf"{_ANY_METAL}|{_HARDENERS}")
    is_ratio = (pl.col("share").list.max() < 1.0) & ~pl.col("term").str.contains("[A-Za-z]-")  # Cd0.9Zn0.1Te
    read = names.with_columns(symbol=symbols, share=shares).filter(
        (pl.col("symbol").list.len() == pl.col("share").list.len() + 1) & (pl.col("share").list.sum() < 100) & ~is_ratio
    )
    read = read.with_columns(share=pl.concat_list(100.0 - pl.col("share").list.sum(), "share"))
    spread = read.explode("symbol", "share")
    return of_elements(spread.with_columns(share=pl.col("share") * 0.01), elements)


def alloys_of_any_share(texts: pl.LazyFrame, elements: pl.DataFrame) -> pl.LazyFrame:
    """Alloys and targets that name a rare earth beside another metal, and no share: as if it were the main part."""
    said = texts.filter(pl.col("clean").str.contains(r"(?i)alloy|target|合金|靶"))
    names = said.select("text_no", "reading", term=pl.col("clean").str.extract_all(_OF_RARE_EARTHS)).explode(
        "term", empty_as_null=False
    )
    signs = pl.col("term").str.extract_all(rf"{_PARTNERS}|{_RARE_EARTHS}")
    read = names.with_columns(symbol=signs, share=pl.lit(UNSTATED_SHARE)).filter(pl.col("symbol").list.len() >= 2)
    return of_elements(read.explode("symbol").filter(pl.col("symbol").str.contains(f"^(?:{_RARE_EARTHS})$")), elements)


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
    return of_elements(spread, elements)


def of_elements(read: pl.LazyFrame, elements: pl.DataFrame) -> pl.LazyFrame:
    """Keep the shares of controlled elements, of symbols read: `text_no`, `reading`, `mineral`, `share`, `term`."""
    known = read.join(elements.lazy().select("symbol", "mineral"), on="symbol", how="inner")
    term = pl.col("term").str.strip_chars(" /-.,;:()（）")
    return known.select("text_no", "reading", "mineral", "share", term)

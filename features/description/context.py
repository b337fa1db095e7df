"""The company a term keeps: denied (antimony-free), or the name of something else (Tungsten Hill furniture)."""

from __future__ import annotations

import polars as pl

from features.description.company import (
    BULK,
    COMPANY,
    OTHER_METALS,
    RAW_FORM,
    RAW_FORM_KEEPS_SHARE,
    SHAPES,
    SUBSTANCE,
    Company,
)
from features.description.denials import ABROAD_AFTER, ABROAD_BEFORE
from features.description.isotopes import is_isotope
from features.description.vagueness import specific_words

_NO = (
    r"without|w o|w out|free of|free from|not containing|does not contain|contains no|non|no|not|zero|excluding|except|"
    r"ohne|sans|senza|sin|sem|zonder"
)
_WITH = (
    r"pb|cd|hg|as|cr|ni|sn|cu|sb|bi|te|se|ga|ge|in|w|mo|zn|any|lead|cadmium|mercury|arsenic|chromium|halogen|halogens|bromine|nickel|cobalt|tin|copper|beryllium|thallium|"
    r"antimony|bismuth|tellurium|selenium|gallium|germanium|indium|tungsten|molybdenum|and|or|nor|added|free|"
    r"dy|tb|sm|gd|lu|sc|y|dysprosium|terbium|samarium|gadolinium|lutetium|scandium|yttrium"
)
_HAN_WITH = "铅镉汞砷铬镍钴锡铜铍铊锑铋碲硒镓锗铟钨钼锌铝铁银溴氯氟硫磷镝铽钐钆镥钪钇|卤素|稀土|有害物质"
_HAN_LIST = rf"(?:[{_HAN_WITH.split('|', maxsplit=1)[0]}]|{_HAN_WITH.split('|', maxsplit=1)[1]})"
DENIED_BEFORE = (
    rf"(?:^| )(?:{_NO})(?: (?:{_WITH}))*$|(?:不含有?|未含|[不未]添加|未使用|非|无|零)(?:任何)?$|"
    r"(?:不含有?|未含)\p{Han}{1,2}[和及与或]$|"
    rf"(?:不含有?|未含|[不未]添加)(?:任何)?(?:{_HAN_LIST}[ 和及与或]{{0,2}})+$|"
    rf"无(?:{_HAN_LIST}[ 和及与或]{{1,2}})+无?$|{ABROAD_BEFORE}"
)
"""Words before a term that deny it, with other denied substances between."""

NUMBER_SIGN = r"(?:^| )(?:item|lot|cas|part|order|art|article|model|ref|un|heat|batch|invoice|serial|grade|code) no$"
"""No as in number."""

DENIED_AFTER = (
    r"^(?:free|frei)(?: |$)|^less(?:$| [^t]| t[^h])|"
    rf"^(?:(?:and|or|nor) (?:{_WITH}) )+free(?: |$)|^(?:content )?(?:not|non) detected|"
    r"^contents? (?:is )?(?:none|nil|zero|0)(?: \D|$)|^(?:is )?(?:excluded|not (?:included|added))(?: |$)|"
    rf"^(?:[ 和及与或]{{0,2}}{_HAN_LIST})*(?:含量)?(?:为零|为 0|均不含|都不含|均未检出|未检出)|"
    rf"^含量 0(?: \D|$)|^不含有?$|{ABROAD_AFTER}"
)
ASSAYED = r"^(?:含量|纯度|purity|assay|min)? ?(?:min )?9\d(?: |$)"
"""A purity right behind a term: what is not in the goods has none (no, antimony trioxide 99.8 %)."""
EXCEPTED = rf"(?:^| )(?:{_NO})(?: [\p{{L}}\d]+){{1,4}} (?:except|excepting|excluding|other than|but)$"
"""An exception to a denial, which affirms: no metals except gallium."""
RAW_WORDS = r"ingots?|lumps?|powders?|granules?|concentrates?|shots?|scrap|trioxide|dioxide"
SUBSTANCE_TERM = rf" (?:{SHAPES}|{RAW_WORDS})$|[锭矿粉砂块粒]|金属|氧化"
"""A term that tells more than the bare name."""
ISOTOPE_KEEPS = 0.15  # of a term that names an isotope: medicines and sources of radiation
HEAD_GOES_ON = r"^(?:for|used|use|in|from|with|of|and|or|as|to|min|max|grade|by|is|\d)"
"""Words after which a name at the start of a text is what the text is about."""

FREE_OTHERWISE = (
    r"^free (?:of|from|on|samples?|flow|flowing|cutting|machining|standing|trade|alongside|carrier|issue)(?: |$)"
)
"""Free as in free sample, free on board, free of impurities, which denies nothing."""


def affirmed(words: pl.Expr) -> pl.Expr:
    """A lower-case word text without what it denies: the words of antimony-free chips speak for chips alone.

    >>> pl.select(affirmed(pl.lit(" resin free of lead cadmium and antimony white "))).item()
    ' resin white '
    """
    listed = rf" (?:{_NO})(?: (?:{_WITH}))+ "
    han = (
        rf"(?:不含有?|未含|不添加)(?:任何)?(?:{_HAN_LIST}[ 和及与或]{{0,2}})+|(?:无(?:{_HAN_LIST})[ 和及与或]{{0,2}})+"
    )
    return (
        words.str.replace_all(listed, " ").str.replace_all(rf" (?:{_WITH})(?: (?:and|or) (?:{_WITH}))? free ", " ")
    ).str.replace_all(han, " ")


def is_denied(term: pl.Expr, before: pl.Expr, after: pl.Expr) -> pl.Expr:
    """Tell whether the words to either side of a term say that the mineral is not in the goods.

    They do not where the text begins with the denial of one other substance and goes on with a term that tells a form
    (no lead antimony ingots: goods have to be something), nor behind an exception to a denial (no metals except), nor
    where what is free of it is denied (not antimony-free).
    """
    is_head = (
        before.str.contains(rf"^(?:(?:{_NO}) (?:{_WITH})|(?:不含有?|无|未含){_HAN_LIST})$")
        & (term.str.contains(SUBSTANCE_TERM) | after.str.contains(rf"^(?:{SHAPES}|{RAW_WORDS})(?: |$)"))
        & ~after.str.contains(rf"^(?:{_WITH})(?: |$)")
    )
    excepted = before.str.contains(EXCEPTED)
    is_free = after.str.contains(r"^free(?: |$)")
    said_before = before.str.contains(DENIED_BEFORE) & ~before.str.contains(NUMBER_SIGN) & ~is_head & ~excepted
    said_after = after.str.contains(DENIED_AFTER) & ~after.str.contains(FREE_OTHERWISE)
    not_free = is_free & before.str.contains(r"(?:^| )(?:not|never)$")
    return ((said_before & ~after.str.contains(ASSAYED)) | said_after) & ~not_free


def names_goods(words: pl.Expr) -> pl.Expr:
    """Tell whether a text names other goods beside a mineral, none of which is a substance.

    At least two words more name something, and none speaks of a metal, a form, a shape or a compound.
    """
    return (specific_words(words) >= 3) & ~words.str.contains(SUBSTANCE)


def may_be_a_part(words: pl.Expr, term: pl.Expr) -> pl.Expr:
    """Tell whether a text names other goods beside the term and says nothing of raw form, purity grade or bulk."""
    others = specific_words(words) - specific_words(pl.format(" {} ", term))
    return (others >= 1) & ~words.str.replace_all(f" (?:{OTHER_METALS}) oxides? ", " ").str.contains(BULK)


def in_passing(before: pl.Expr, after: pl.Expr) -> pl.Expr:
    """Tell whether a bare name stands in passing in a text that names goods: granite slabs from Antimony, Utah.

    Not where the text begins with it and says more of it (antimony for flame retardants), nor in a list of metals.
    """
    is_head = (before == "") & ((after == "") | after.str.contains(HEAD_GOES_ON))
    is_listed = before.str.contains(rf"(?:^| )(?:{OTHER_METALS})(?: and)?$") | after.str.contains(
        rf"^(?:and )?(?:{OTHER_METALS})(?: |$)"
    )
    return ~is_head & ~is_listed


def speaks_of_form(words: pl.Expr) -> pl.Expr:
    """Tell whether a text speaks of raw form as well."""
    return words.str.contains(RAW_FORM)


def text_keeps(mineral: pl.Expr, words: pl.Expr, is_raw: pl.Expr) -> pl.Expr:
    """Tell what share of a term's weight the words anywhere in its text leave: 1 where none of them is innocent.

    Innocent words that are easily written leave at least 0.6 in a text that also speaks of raw form; names of places,
    equipment and medicines are not softened so.
    """
    return _all_kept(mineral, pl.lit(None, pl.String), {"anywhere": words}, is_raw)


def beside_keeps(mineral: pl.Expr, form_id: pl.Expr, before: pl.Expr, after: pl.Expr, is_raw: pl.Expr) -> pl.Expr:
    """Tell what share of a term's weight the words right before and after it leave.

    Goods whose purity is told right behind their name are no purpose of others, and no brand (flame retardant for
    plastics, antimony trioxide 99.8 %).
    """
    before = pl.when(after.str.contains(ASSAYED)).then(pl.lit("")).otherwise(before)
    kept = _all_kept(mineral, form_id, {"before": before, "after": after}, is_raw)
    return pl.when(is_isotope(mineral, after)).then(ISOTOPE_KEEPS).otherwise(kept)


def _all_kept(mineral: pl.Expr, form_id: pl.Expr, sides: dict[str, pl.Expr], is_raw: pl.Expr) -> pl.Expr:
    at_hand = [one for one in COMPANY if one.side in sides]
    sure = [_kept(one, mineral, form_id, sides[one.side]) for one in at_hand if not one.is_softened]
    easy = [_kept(one, mineral, form_id, sides[one.side]) for one in at_hand if one.is_softened]
    least = pl.min_horizontal(easy)
    softened = pl.when(is_raw).then(least.clip(RAW_FORM_KEEPS_SHARE)).otherwise(least)
    return pl.min_horizontal(*sure, softened)


def _kept(company: Company, mineral: pl.Expr, form_id: pl.Expr, where: pl.Expr) -> pl.Expr:
    said = where.str.contains(company.pattern)
    if company.is_of_names:
        said &= form_id.is_null()
    if company.unless:
        said &= ~where.str.contains(company.unless)
    applies = said & mineral.is_in(company.minerals) if company.minerals else said
    return pl.when(applies).then(company.keeps_share).otherwise(1.0)

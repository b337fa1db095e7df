"""Who a party is: its identifier, or else its name as a key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import polars as pl

from features.beside import beside, told_once
from features.lookback import settled

_NAMED, _NO = "name without identifier", "number of the row"
_ROW = pl.int_range(pl.len(), dtype=pl.UInt32).alias(_NO)
_NAME = "name:"
HIDDEN = r"[\p{Cf}\x{034F}\x{115F}\x{1160}\x{3164}\x{FFA0}\x{FE00}-\x{FE0F}]"
"""Regex class of joiners, fillers and marks of direction: nobody sees them, and no name needs them."""
APART = r"[^\p{L}\p{N}]{2,}|[^\p{L}\p{N} ]"
"""Regex of all that stands between words but for one space: what would become one space need not be written anew."""
NAME_LETTERS_MOST = 200  # no firm's name is longer; longer text is cut so that hostile input stays small

# Legal forms at the end of a name (general knowledge; longest first). They tell nothing about who the firm is.
_LEGAL_FORMS = (
    r"(?:股份有限公司|有限责任公司|有限責任公司|有限公司|集团|集團"
    r"|\b(?:private limited|pvt ltd|pte ltd|sdn bhd|pty ltd|co ltd|co limited|company limited|limited|ltd|llc|llp|inc|"
    r"incorporated|corporation|corp|company|co|gmbh|ag|kg|bv|nv|sa|srl|spa|sarl|oy|ab|as|plc|jsc|ooo|kk|de cv|tbk))$"
)


def in_two_alphabets(names: pl.LazyFrame, *told: Callable[[bool], pl.Expr]) -> pl.LazyFrame:
    """Add what is told of `name`: by a shorter way, given true, for names of nothing but ASCII. The order changes."""
    is_ascii = pl.col("name").str.len_bytes() == pl.col("name").str.len_chars()
    parts = {True: names.filter(is_ascii), False: names.filter(~is_ascii)}
    return pl.concat([part.with_columns(one(ascii_only) for one in told) for ascii_only, part in parts.items()])


def seen_of(name: pl.Expr, form: Literal["NFKC", "NFKD"], *, is_ascii: bool) -> pl.Expr:
    """Leave out what nobody sees, cut to a length that a name may have, and write the rest in one form of Unicode."""
    if is_ascii:
        return name.str.slice(0, NAME_LETTERS_MOST)
    return name.str.replace_all(HIDDEN, "").str.slice(0, NAME_LETTERS_MOST).str.normalize(form)


def party_name(name: pl.Expr, *, is_ascii: bool = False) -> pl.Expr:
    """Plain form of a name: one width, lower case, no punctuation, no legal form; null where nothing is left.

    >>> given = pl.Series(["ACME Trading Co., Ltd.", "ａｃｍｅ trading", "深圳市某某贸易有限公司", " - ", None])
    >>> pl.select(party_name(pl.lit(given))).to_series().to_list()
    ['acme trading', 'acme trading', '深圳市某某贸易', None, None]
    """
    plain = seen_of(name, "NFKC", is_ascii=is_ascii).str.to_lowercase()
    words = plain.str.replace_all(r"[.'’]", "").str.replace_all(APART, " ").str.strip_chars()
    bare = words
    for _ in range(2):  # "co ltd", "集团有限公司": two forms in a row at most
        bare = bare.str.replace(_LEGAL_FORMS, "").str.strip_chars()
    return pl.coalesce(one.replace("", None) for one in (bare, words))  # each is worked out once


def name_key(plain: pl.Expr) -> pl.Expr:
    """Key of a party of which no more is known than its plain name (see `party_name`)."""
    return _NAME + plain


def is_name_key(key: pl.Expr) -> pl.Expr:
    """Tell a key that is a name from an identifier; false where null."""
    return key.str.starts_with(_NAME).fill_null(value=False)


def party_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `exporter_key`, `consignee_key` and `declarant_key`: the identifier, else the plain name; null where neither.

    An identifier and a name never make the same key; `features.parties.owners` tells whose name it is.
    """
    sides = ("exporter", "consignee")
    found = rows.with_columns(_identifier(f"{side}_id").alias(f"{side}_key") for side in (*sides, "declarant"))
    for side in sides:
        key, name = f"{side}_key", f"{side}_name"
        numbered = found.lazy().select(_ROW, key, name)
        unidentified = settled(numbered.filter(pl.col(key).is_null() & pl.col(name).is_not_null()).select(_NO, name))
        named = told_once(unidentified, name, name_key(party_name(pl.col(name))).alias(_NAMED)).drop(name)
        keys = beside(found.select(_ROW, key), named, _NO).select(pl.coalesce(key, _NAMED).alias(key))
        found = found.with_columns(keys)
    return found


def _identifier(column: str) -> pl.Expr:
    text = pl.col(column).str.slice(0, NAME_LETTERS_MOST).str.strip_chars()
    return pl.when(text != "").then("id:" + text)

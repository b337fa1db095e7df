"""Characters written as numbers (HTML entities, percent signs, backslashes, U+), coded words, and mojibake undone."""

from __future__ import annotations

import base64
import binascii
import html
import re
from urllib.parse import unquote

import polars as pl

ESCAPE = (
    r"&#[xX][0-9A-Fa-f]{1,6};?|&#[0-9]{1,7};?|&[A-Za-z]{2,8}[0-9]?;|(?:%[0-9A-Fa-f]{2})+|(?:=[0-9A-F]{2}){2,}|"
    r"\\[uU]\{?[0-9A-Fa-f]{4,8}\}?|\\x[0-9A-Fa-f]{2}|\\[0-7]{3}|[Uu]\+[0-9A-Fa-f]{4,5}"
    # bytes in hexadecimal, and words long enough to be base 64 or 32 of some
    r"|(?:0x)?(?:[0-9A-Fa-f]{2}[ :]?){5,}[0-9A-Fa-f]{2}\b|[A-Za-z0-9+/_-]{12,}={0,6}"
    # bytes of UTF-8 or GB 2312 shown as Windows-1252
    "|[\u0080-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{3,}"
)
_LETTER = r"[\x20-\x7e\u0391-\u03c9\u0400-\u045f\u0531-\u0587\u4e00-\u9fff]"
_TWICE = 2  # an escape of an escape: &amp;#97;
_CODED = re.compile(r"[A-Za-z0-9+/=_: -]{12,}")
_SPOKEN = re.compile(r"[\w\s.,%/()<>+-]{2,}")
LEAST_LETTERS = 0.4  # share of letters in what bytes chance to spell: a number's rarely are


def decoded_texts(texts: pl.LazyFrame) -> pl.LazyFrame:
    """Add `decoded` to distinct `text`: every escaped character as itself; equal to `text` where none is escaped.

    Each distinct escape is decoded once, so the cost grows with the text and not with what hides in it. What does not
    decode stays as written; control characters become spaces.
    """
    frame = texts.with_columns(decoded=pl.col("text")).collect()
    for _ in range(_TWICE):
        coded = frame["decoded"].str.contains(ESCAPE)
        found = frame.filter(coded).select(pl.col("decoded").str.extract_all(ESCAPE).explode()).to_series().unique()
        spelled = {escape: sign for escape in found.drop_nulls() if (sign := _decode(escape)) != escape}
        if not spelled:
            break
        by_length = sorted(spelled, key=lambda one: (-len(one), one))  # &#1101 before &#110
        undone = pl.col("decoded").str.replace_many(by_length, [spelled[one] for one in by_length], leftmost=True)
        frame = frame.with_columns(decoded=pl.when(coded).then(undone).otherwise("decoded"))
    return frame.lazy()


def _decode(escape: str) -> str:
    if not escape[0].isascii():
        return _mojibake(escape)
    if _CODED.fullmatch(escape):
        return _coded(escape)
    if escape.startswith("&"):
        sign = html.unescape(escape if escape.endswith(";") else f"{escape};")
        if not escape.endswith(";") and not re.match(_LETTER, sign):
            sign = _ascii_first(escape)
    elif escape[0] in "%=":
        sign = unquote(escape.replace("=", "%"), errors="replace")
    else:
        digits = re.sub(r"[^0-9A-Fa-f]", "", escape[2:] if escape[1] in "uUx+" else escape[1:])
        number = int(digits, 8 if escape[1].isdigit() else 16)
        sign = chr(number) if number <= 0x10FFFF and not 0xD800 <= number < 0xE000 else escape
    return re.sub(r"[\x00-\x1f\x7f]", " ", sign)


def _ascii_first(escape: str) -> str:
    """Read &#982 as b and 2: without a semicolon the number may end before its digits do."""
    found = re.match(r"&#(1[01][0-9]|12[0-6]|[3-9][0-9])([0-9]*)$", escape)
    return chr(int(found[1])) + found[2] if found else escape


def _coded(word: str) -> str:
    """Read bytes written in hexadecimal, base 64 or base 32 as the words they spell; else as it is written.

    An ordinary word is one of these by its letters alone, but what it would code is no text.

    >>> _coded("YW50aW1vbnkgaW5nb3Q="), _coded("616e74696d6f6e79"), _coded("Polypropylene")
    (' antimony ingot ', ' antimony ', 'Polypropylene')
    """
    bare = word.rstrip("=")
    for way in (_of_hexadecimal, base64.urlsafe_b64decode, base64.b64decode, base64.b32decode):
        padded = bare if way is _of_hexadecimal else bare + "=" * (-len(bare) % (8 if way is base64.b32decode else 4))
        try:
            raw = way(padded)
            read = (raw[::2] if not any(raw[1::2]) else raw).decode()  # UTF-16 of Latin letters: every second is nought
        except (binascii.Error, ValueError):
            continue
        if _SPOKEN.fullmatch(read) and sum(map(str.isalpha, read)) >= LEAST_LETTERS * len(read):
            return f" {read} "
    return word


def _of_hexadecimal(word: str) -> bytes:
    return bytes.fromhex(word.removeprefix("0x").replace(":", " "))


def _mojibake(shown: str) -> str:
    """Read ä¸‰æ°§ and ÈýÑõ as the Chinese that was written, where every sign of it is a letter; else as it is shown."""
    raw = bytes(_byte_of(sign) for sign in shown)
    for encoding in ("utf-8", "gb2312"):
        try:
            read = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(sign.isalpha() or sign.isnumeric() for sign in read):
            return read
    return shown


def _byte_of(sign: str) -> int:
    return ord(sign) if ord(sign) < 0x100 else sign.encode("cp1252")[0]

"""Ways to hide a word from a reader's machine but not from a reader, each of which a rule is meant to undo."""

from __future__ import annotations

import re
from collections.abc import Callable

Disguise = Callable[[str], str]
CYRILLIC = str.maketrans("aeocpxiysABEKMHOPCTXI", "аеосрхіуѕАВЕКМНОРСТХІ")
GREEK = str.maketrans("aionuvABEZHIKMNOPTYX", "αιοηυνΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
DIGITS = str.maketrans("aieosAIEOS", "4130541305")
SYMBOLS = str.maketrans("aisAIS", "@!$@!$")
SMALL = str.maketrans("abcdeghijklmnoprtuvwyz", "ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ")
TRADITIONAL = str.maketrans("锑镓锗钨铋钐钆铽镝镥钪钇铟锭属铵矿单纯", "銻鎵鍺鎢鉍釤釓鋱鏑鑥鈧釔銦錠屬銨礦單純")
ACCENTED = str.maketrans("aeiounAEIOUN", "áèîöǔñÁÈÎÖǓÑ")
ARMENIAN = str.maketrans("nouhs", "ոօսհտ")
BRAILLE = str.maketrans("abcdefghijklmnopqrstuvwxyz", "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵")
FRAKTUR_LIKE = str.maketrans("abcdeghijkmnorstuwxyz", "ค๒ς๔єﻮђเןкɱภ๏гรtยฬאץz")
TURNED = str.maketrans("aceghimnrtvwy", "ɐɔǝɓɥᴉɯuɹʇʌʍʎ")


def _shift(first_upper: int, first_lower: int) -> Disguise:
    def disguise(text: str) -> str:
        return re.sub(
            "[A-Za-z]",
            lambda m: chr(ord(m[0]) - 65 + first_upper) if m[0].isupper() else chr(ord(m[0]) - 97 + first_lower),
            text,
        )

    return disguise


def _between(mark: str) -> Disguise:
    """Put a mark between the letters of each word of four letters and more, and between Chinese characters."""

    def disguise(text: str) -> str:
        words = re.sub(r"[A-Za-z]{4,}", lambda m: mark.join(m[0]), text)
        return re.sub(r"[\u4e00-\u9fff]{2,}", lambda m: mark.join(m[0]), words)

    return disguise


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _entities(text: str) -> str:
    return "".join(f"&#{ord(c)};" if n % 2 else f"&#x{ord(c):x};" for n, c in enumerate(text))


def _turned_around(text: str) -> str:
    """Order of words reversed: the two halves of a bilingual text change places."""
    return " ".join(reversed(text.split()))


def _mixed_scripts(text: str) -> str:
    return "".join(c.translate(TRADITIONAL) if n % 2 == 0 else c for n, c in enumerate(text))


RULED: dict[str, Disguise] = {
    "cyrillic": lambda t: t.translate(CYRILLIC),
    "greek": lambda t: t.translate(GREEK),
    "zero width": _between("\u200b"),
    "soft hyphen": _between("\u00ad"),
    "spaced": _between(" "),
    "dots": _between("."),
    "vertical bars": _between("|"),
    "emoji between": _between("🔥"),
    "combining stroke": lambda t: "".join(c + "\u0336" if c.isalpha() else c for c in t),
    "accents": lambda t: t.translate(ACCENTED),
    "digits": lambda t: re.sub(r"[A-Za-z]{5,}", lambda m: m[0].translate(DIGITS), t),
    "symbols": lambda t: re.sub(r"[A-Za-z]{5,}", lambda m: m[0][0] + m[0][1:-1].translate(SYMBOLS) + m[0][-1], t),
    "full width": _wide,
    "circled": _shift(0x24B6, 0x24D0),
    "mathematical": _shift(0x1D400, 0x1D41A),
    "small capitals": lambda t: t.translate(SMALL),
    "traditional": lambda t: t.translate(TRADITIONAL),
    "scripts mixed": _mixed_scripts,
    "entities": _entities,
    "words reversed": _turned_around,
    "letters reversed": lambda t: "\u202e" + t[::-1] + "\u202c",
    "shouting": str.upper,
    "armenian": lambda t: t.translate(ARMENIAN),
    "slashes and tildes": _between("~/"),
    "brackets": lambda t: re.sub(r"[A-Za-z]{4,}", lambda m: "".join(f"[{c}]" for c in m[0]), t),
    "letters doubled": lambda t: re.sub(r"[A-Za-z]{5,}", lambda m: m[0][:2] + m[0][2] * 2 + m[0][3:], t),
    "a letter dropped": lambda t: re.sub(r"[A-Za-z]{6,}", lambda m: m[0][:3] + m[0][4:], t),
    "two letters dropped": lambda t: re.sub(r"[A-Za-z]{7,}", lambda m: m[0][:2] + m[0][3:5] + m[0][6:], t),
    "vowels dropped": lambda t: re.sub(r"[A-Za-z]{6,}", lambda m: m[0][0] + re.sub("[aeiou]", "", m[0][1:]), t),
    "turned letters": lambda t: t.translate(TURNED),
    "thai letters": lambda t: t.translate(FRAKTUR_LIKE),
    "braille": lambda t: t.translate(BRAILLE),
    "line breaks inside": _between("\n"),
    "comments inside": _between("<!-- -->"),
    "entities without semicolon": lambda t: "".join(f"&#{ord(c)}" if c.isalpha() else c for c in t),
    "percent escapes": lambda t: "".join(f"%{b:02X}" for b in t.encode()),
    "syllables apart": lambda t: re.sub(r"[A-Za-z]{6,}", lambda m: f"{m[0][:2]}-{m[0][2:4]}-{m[0][4:]}", t),
    "plus signs": _between("+"),
    "words glued": lambda t: t.replace(" ", ""),
}
"""Kinds that features.description has rules for. The last seventeen were held out once: 57 % of the minerals were
recognised under them before rules were written for what they do. What is held out now: tests/unseen_disguises.py."""

HARD = (
    "vowels dropped",
    "two letters dropped",
    "a letter dropped",
    "armenian",
    "turned letters",
    "thai letters",
    "words glued",
)
"""Kinds whose rule reaches long words only: short ones (Bimuh, indum) and formulae under them stay lost."""

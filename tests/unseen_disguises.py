"""A second writer's disguises, drawn by lot: written before the rules they are tried on, and never looked at since.

Each kind draws anew for every text, so that no fixed list of letters can pass it. The rules of features.description
were not changed after their figures were seen; what a kind loses here is what an attacker may get away with.
"""

from __future__ import annotations

import base64
import random
import re
import unicodedata
from collections.abc import Callable

from tests.disguises import RULED

Drawn = Callable[[str, random.Random], str]

NEIGHBOURS = dict(
    zip(
        "qwertyuiopasdfghjklzxcvbnm",
        [
            "wa",
            "qe",
            "wr",
            "et",
            "ry",
            "tu",
            "yi",
            "uo",
            "ip",
            "o",
            "qs",
            "ad",
            "sf",
            "dg",
            "fh",
            "gj",
            "hk",
            "jl",
            "k",
            "zs",
            "xc",
            "cv",
            "vb",
            "bn",
            "nm",
            "n",
        ],
        strict=True,
    )
)
SCANNED = (("rn", "m"), ("m", "rn"), ("cl", "d"), ("d", "cl"), ("l", "1"), ("i", "l"), ("o", "0"), ("u", "ii"))
RUSSIAN_KEYS = str.maketrans("qwertyuiop[]asdfghjkl;'zxcvbnm,.", "йцукенгшщзхъфывапролджэячсмитьбю")
NATO = [
    "alpha",
    "bravo",
    "charlie",
    "delta",
    "echo",
    "foxtrot",
    "golf",
    "hotel",
    "india",
    "juliett",
    "kilo",
    "lima",
    "mike",
    "november",
    "oscar",
    "papa",
    "quebec",
    "romeo",
    "sierra",
    "tango",
    "uniform",
    "victor",
    "whiskey",
    "xray",
    "yankee",
    "zulu",
]
SAME_PART = str.maketrans("锑镓锗钨铋碲铟钼镝铽钇钐钆", "梯嫁赭坞泌蒂茵苜滴忒亿衫轧")
SOUNDS = (("ph", "f"), ("ger", "jer"), ("ga", "gha"), ("ny", "nee"), ("um", "oom"), ("th", "t"), ("y", "i"), ("c", "k"))
STYLES = ("BOLD", "ITALIC", "SCRIPT", "FRAKTUR", "DOUBLE-STRUCK", "SANS-SERIF", "MONOSPACE")
MARKS = [chr(code) for code in range(0x300, 0x370)] + [chr(code) for code in range(0x1DC0, 0x1DD0)]
UNSEEN = [chr(code) for code in (0x200B, 0x200D, 0x2060, 0x2063, 0x180E, 0xFE0F, 0xE0101, 0x061C, 0x115F, 0x1D173)]
MIXED_MARKS = [*list(".,-_+*/\\|~^'`:;=•·…—"), "  ", "<>", "()", "{}"]


def _each_word(least: int, change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: re.sub(rf"[A-Za-z]{{{least},}}", lambda found: change(found[0]), text)


def _slips(text: str, lot: random.Random) -> str:
    def change(word: str) -> str:
        at = lot.randrange(1, len(word))
        return word[:at] + lot.choice(NEIGHBOURS[word[at].lower()].strip()) + word[at + 1 :]

    return _each_word(6, change)(text)


def _two_slips(text: str, lot: random.Random) -> str:
    return _each_word(8, lambda word: _slips(_slips(word, lot), lot))(text)


def _scanned(text: str, lot: random.Random) -> str:
    seen, shown = lot.choice([pair for pair in SCANNED if pair[0] in text.lower()] or [("", "")])
    return text.lower().replace(seen, shown) if seen else text


def _styled(text: str, lot: random.Random) -> str:
    def change(letter: str) -> str:
        case = "CAPITAL" if letter.isupper() else "SMALL"
        names = [f"MATHEMATICAL {style} {case} {letter.upper()}" for style in STYLES]
        names += [f"CIRCLED LATIN {case} LETTER {letter.upper()}", f"FULLWIDTH LATIN {case} LETTER {letter.upper()}"]
        names += [
            f"LATIN LETTER SMALL CAPITAL {letter.upper()}",
            f"NEGATIVE SQUARED LATIN CAPITAL LETTER {letter.upper()}",
        ]
        names += [f"MODIFIER LETTER {case} {letter.upper()}", f"PARENTHESIZED LATIN SMALL LETTER {letter.upper()}"]
        found = [sign for name in names if (sign := _by_name(name))]
        return lot.choice(found or [letter])

    return re.sub("[A-Za-z]", lambda found: change(found[0]), text)


def _by_name(name: str) -> str | None:
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return None


def _strewn(marks: list[str], least: int, most: int) -> Drawn:
    """Strew `least` to `most` marks behind every letter of longer words and every Chinese character."""

    def disguise(text: str, lot: random.Random) -> str:
        def change(found: re.Match[str]) -> str:
            return "".join(sign + "".join(lot.choices(marks, k=lot.randint(least, most))) for sign in found[0])

        return re.sub(r"[A-Za-z]{5,}|[\u4e00-\u9fff]{2,}", change, text)

    return disguise


def _two_kinds(text: str, lot: random.Random) -> str:
    first, second = lot.sample(sorted(RULED), 2)
    return RULED[second](RULED[first](text))


def _scrambled(text: str, lot: random.Random) -> str:
    def change(word: str) -> str:
        inner = list(word[1:-1])
        lot.shuffle(inner)
        return word[0] + "".join(inner) + word[-1]

    return _each_word(6, change)(text)


def _cut_short(text: str, lot: random.Random) -> str:
    return _each_word(7, lambda word: word[: max(5, int(len(word) * lot.uniform(0.6, 0.8)))] + ".")(text)


def _padded(text: str, lot: random.Random) -> str:
    return _each_word(6, lambda word: lot.choice(["x", "zz", "qx"]) + word + lot.choice(["x", "qq", "zx"]))(text)


def _filled(text: str, lot: random.Random) -> str:
    return _each_word(5, lambda word: lot.choice("xqzk").join(word))(text)


def _spelled(text: str, _: random.Random) -> str:
    return _each_word(5, lambda word: " ".join(NATO[ord(sign.lower()) - 97] for sign in word))(text)


def _sounded(text: str, lot: random.Random) -> str:
    pairs = [pair for pair in SOUNDS if pair[0] in text.lower()]
    for seen, shown in lot.sample(pairs, min(2, len(pairs))):
        text = text.lower().replace(seen, shown)
    return text


def _shifted(text: str, lot: random.Random) -> str:
    by = lot.randrange(1, 26)
    return re.sub("[a-z]", lambda found: chr((ord(found[0]) - 97 + by) % 26 + 97), text.lower())


UNSEEN_KINDS: dict[str, Drawn] = {
    "one key beside": _slips,
    "two keys beside": _two_slips,
    "scanner's errors": _scanned,
    "alphabets by lot": _styled,
    "heaps of accents": _strewn(MARKS, 0, 5),
    "unseen marks by lot": _strewn(UNSEEN, 0, 2),
    "marks by lot": _strewn(MIXED_MARKS, 1, 3),
    "two kinds at once": _two_kinds,
    "letters scrambled": _scrambled,
    "cut short": _cut_short,
    "padded": _padded,
    "a filler letter": _filled,
    "spelled by name": _spelled,
    "spelled by ear": _sounded,
    "letters shifted": _shifted,
    "Russian keyboard": lambda text, _: text.lower().translate(RUSSIAN_KEYS),
    "base64": lambda text, _: base64.b64encode(text.encode()).decode(),
    "same part, other character": lambda text, _: text.translate(SAME_PART),
}

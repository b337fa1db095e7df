"""Words that name a mineral: written in the file, or following from its names, Chinese ones in both scripts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from pipelines.reference.mineral_file import Mineral

_SYNONYM_WEIGHT = 0.8  # a synonym without a weight of its own: trade jargon may mean other goods too
_ABROAD_WEIGHT = 0.8  # a name in another language may be another word in a third
_PINYIN_WEIGHT = 0.7  # without tones, different words are spelled alike
_MOST_GROUPED = 4  # syllables
_SHORTEST_PINYIN = 5  # letters; "ga" or "xi" would be found in any text


@dataclass(frozen=True, slots=True)
class Hanzi:
    """Characters of the mineral terms with their traditional form and their sound."""

    traditional: dict[str, str]
    pinyin: dict[str, str]


@dataclass(frozen=True, slots=True)
class NamedTerm:
    """One term of one mineral, before duplicates are settled."""

    term: str
    lang: str
    form: str | None
    weight: float


def normal(term: str) -> str:
    """Write a term the way it is looked up: NFKC, lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", term).lower().split())


def terms_of(
    mineral: Mineral,
    name: str,
    hanzi: Hanzi,
    abroad: Mapping[str, Sequence[str]],
    glued: Mapping[str, Sequence[str]],
) -> list[NamedTerm]:
    """List a mineral's terms once each: the first reading given, its form only where no other form claims it.

    `abroad` holds its names in other languages, by language; `glued` the words that a language writes on to them
    (German: Antimonbarren), which go with every single word of that language and with the English name.
    """
    readings: dict[str, list[NamedTerm]] = {}
    named_abroad = [NamedTerm(said, lang, None, _ABROAD_WEIGHT) for lang, said in _abroad(mineral, name, abroad, glued)]
    for found in (*_all_terms(mineral, name, hanzi), *named_abroad):
        readings.setdefault(found.term, []).append(found)
    return [_settled(term, given) for term, given in readings.items()]


def _abroad(
    mineral: Mineral, name: str, abroad: Mapping[str, Sequence[str]], glued: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    for lang, all_ in abroad.items():
        yield from ((lang, normal(said)) for said in all_)
    english = normal(mineral.name_en or name.replace("_", " "))
    for lang, words in glued.items():
        stems = [normal(said) for said in abroad.get(lang, ())] + ([english] if len(mineral.cn) == 1 else [])
        yield from ((lang, stem + word) for stem in stems if " " not in stem for word in words)


def _settled(term: str, given: list[NamedTerm]) -> NamedTerm:
    forms = {one.form for one in given if one.form is not None}
    return NamedTerm(term, given[0].lang, next(iter(forms)) if len(forms) == 1 else None, given[0].weight)


def _all_terms(mineral: Mineral, name: str, hanzi: Hanzi) -> Iterator[NamedTerm]:
    plain = list(_written(mineral)) + list(_named(mineral, name))
    yield from plain
    for one in plain:
        if one.lang != "zh":
            continue
        yield NamedTerm(
            "".join(hanzi.traditional.get(sign, sign) for sign in one.term), "zh-hant", one.form, one.weight
        )
        sounds = [hanzi.pinyin.get(sign) for sign in one.term]
        if all(sounds):
            said = [*map(str, sounds)]
            if sum(map(len, said)) >= _SHORTEST_PINYIN and len(said) > 1:
                for grouped in _groupings(said):
                    yield NamedTerm(grouped, "pinyin", one.form, round(one.weight * _PINYIN_WEIGHT, 3))


def _groupings(sounds: list[str]) -> Iterator[str]:
    """Syllables as one word, one by one, and in every grouping of up to four: jinshu jia, jin shujia."""
    gaps = len(sounds) - 1
    every = product(("", " "), repeat=gaps) if len(sounds) <= _MOST_GROUPED else (("",) * gaps, (" ",) * gaps)
    for between in every:
        yield "".join(sound + gap for sound, gap in zip(sounds, (*between, ""), strict=True))


def _written(mineral: Mineral) -> Iterator[NamedTerm]:
    for one in mineral.terms:
        term = unicodedata.normalize("NFKC", one.term) if one.lang == "written" else normal(one.term)
        yield NamedTerm(term, one.lang, one.form, one.weight)


def _named(mineral: Mineral, name: str) -> Iterator[NamedTerm]:
    yield NamedTerm(normal(mineral.name_en or name.replace("_", " ")), "en", None, 1.0)
    for form in mineral.forms:
        if not set(form.name) & set("/(,<>="):
            yield NamedTerm(normal(form.name), "en", form.name, 1.0)
        for chinese in form.name_cn.split("/"):
            if not set(chinese) & set("(),、;") and len(chinese) > 1:
                yield NamedTerm(normal(chinese), _script(chinese), form.name, 1.0)
        if form.cas is not None:
            yield NamedTerm(form.cas, "cas", form.name, 1.0)
        if form.formula is not None and _is_telling(form.formula):
            yield NamedTerm(normal(form.formula), "formula", form.name, 0.9)
    for said in mineral.synonyms_en:
        if not set(said) & set("/("):
            yield NamedTerm(normal(said), "en", None, _SYNONYM_WEIGHT)
    for said in (mineral.cn, *mineral.synonyms_cn):
        if len(said) > 1:
            yield NamedTerm(normal(said), "zh", None, _SYNONYM_WEIGHT)
        elif _script(said) == "zh":
            yield from (NamedTerm(metal, "zh", None, _SYNONYM_WEIGHT) for metal in (f"{said}金属", f"金属{said}"))


def _script(text: str) -> str:
    return "zh" if any("\u4e00" <= sign <= "\u9fff" for sign in text) else "en"


def _is_telling(formula: str) -> bool:
    """A symbol alone or two letters ("W", "WC", "BN") are words of ordinary texts too."""
    return len(formula) > 2 and any(sign.isdigit() or sign.islower() for sign in formula) and " " not in formula

"""Written forms of goods: names, templates, grades, brands and pinyin, put together as clerks do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from features.errors import ConfigError
from pipelines.reference.yaml_file import read_yaml
from pipelines.settings.closed import config_folder
from pipelines.simulate.catalogue import Goods
from pipelines.simulate.draws import pick, stream
from pipelines.simulate.phrases import TEMPLATES, VAGUE

VARIANTS = 96
"""Written forms prepared for each good; tails, slips and numbers are added row by row."""


@dataclass(frozen=True)
class Words:
    """What clerks know of each good, by its position."""

    formula: list[str]
    cas: list[str]
    grades: list[list[str]]
    brands: list[list[str]]
    jargon: list[list[str]]


def load_words(goods: Goods, path: Path | None = None) -> Words:
    """Read the words that go with goods; raises ConfigError for a column that is missing."""
    found = _words_by_good(path or config_folder() / "simulate_words.csv")
    rows = [found.get(name, ["", "", "", "", ""]) for name in goods.names]
    lists = [[[word for word in row[at].split(";") if word] for row in rows] for at in (2, 3, 4)]
    return Words([row[0] for row in rows], [row[1] for row in rows], *lists)


@cache
def _words_by_good(path: Path) -> dict[str, list[str]]:
    listed = pl.read_csv(path, comment_prefix="#", infer_schema=False)
    wanted = {"good", "formula", "cas", "grades", "brands", "jargon"}
    if set(listed.columns) != wanted or listed["good"].n_unique() != listed.height:
        raise ConfigError(f"{path.name}: columns must be {', '.join(sorted(wanted))}, and each good named once")
    return {str(row[0]): [str(cell or "") for cell in row[1:]] for row in listed.iter_rows()}


def written_forms(goods: Goods, seed: int) -> list[str]:
    """Prepare VARIANTS written forms of every good, one good after another; unknown parts are left out."""
    rng = stream(seed, "texts")
    words, signs = load_words(goods), read_yaml(config_folder() / "hanzi.yaml")
    sounds, old = (dict(signs[name]) for name in ("pinyin", "traditional"))
    names = {name: goods.texts(name) for name in ("name_en", "name_cn", "also", "use_en", "use_cn", "state", "hs_code")}
    templates, weights = zip(*TEMPLATES, strict=True)
    forms: list[str] = []
    for row, chinese in enumerate(names["name_cn"]):
        english = [names["name_en"][row], *names["also"][row].split(";")]
        sound = pinyin(chinese, sounds)
        kinds = pick(rng, weights, VARIANTS).tolist()
        depth = rng.random((VARIANTS, 2)).tolist()
        for number, kind in enumerate(kinds):
            name = english[0] if depth[number][0] < 0.5 else english[number % len(english)]
            template = _usable(templates[kind], words, row, sound)
            forms.append(
                _filled(
                    template,
                    name=name,
                    chinese=chinese,
                    use=names["use_en"][row],
                    use_cn=names["use_cn"][row],
                    grade=_one(words.grades[row], depth[number][1]),
                    brand=_one(words.brands[row], depth[number][0]),
                    jargon=_one(words.jargon[row], depth[number][1]),
                    formula=words.formula[row],
                    cas=words.cas[row],
                    sound=sound,
                    trad="".join(old.get(sign, sign) for sign in chinese),
                    head=names["hs_code"][row][:6],
                    vague=_one(VAGUE[names["state"][row]], depth[number][1]),
                )
            )
    return forms


def pinyin(chinese: str, sounds: dict[str, str]) -> str:
    """Spell a name in pinyin without tones; empty where a sound is unknown."""
    found = [
        sound if sign > "\u007f" else sign for sign in chinese if (sound := sounds.get(sign, "")) or sign < "\u0080"
    ]
    return " ".join(found) if len(found) == len(chinese) else ""


@cache
def abbreviated(name: str) -> str:
    """Leave inner vowels out, as clerks short of space do.

    >>> abbreviated("antimony ingot")
    'antmny ngt'
    """
    return "".join(letter for at, letter in enumerate(name) if at < 2 or letter not in "aeiou")


def _one(words: Sequence[str], depth: float) -> str:
    return words[int(depth * len(words))] if words else ""


def _usable(template: str, words: Words, row: int, sound: str) -> str:
    """Fall back to the plain name where the template asks for something that the good has not."""
    lacks = {
        "{formula": not words.formula[row],
        "{cas": not words.cas[row],
        "{grade} ": not words.grades[row],
        "{jargon": not words.jargon[row],
        "{brand} ": not words.brands[row],
        "{BRAND": not words.brands[row],
        "{pinyin": not sound,
        "{Pinyin": not sound,
    }
    return "{en}" if any(part in template and missing for part, missing in lacks.items()) else template


def _filled(
    template: str,
    *,
    name: str,
    chinese: str,
    use: str,
    use_cn: str,
    grade: str,
    brand: str,
    jargon: str,
    formula: str,
    cas: str,
    sound: str,
    trad: str,
    head: str,
    vague: str,
) -> str:
    short = abbreviated(name)
    text = template.format(
        en=name,
        EN=name.upper(),
        En=name.title(),
        use=use,
        USE=use.upper(),
        cn=chinese,
        use_cn=use_cn,
        grade=grade,
        GRADE=grade.upper(),
        brand=brand,
        BRAND=brand.upper(),
        brand_cn=brand or "无品牌",
        jargon=jargon,
        formula=formula,
        cas=cas,
        pinyin=sound,
        Pinyin=sound.title(),
        short=short,
        SHORT=short.upper(),
        trad=trad,
        head=head,
        vague=vague.format(use=use),
    )
    return text.strip(" ,;") or name

"""What declarants write: templates in English, Chinese or both, with abbreviations, slips and, rarely, disguise."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate.catalogue import Goods
from pipelines.simulate.draws import Bools, pick, stream
from pipelines.simulate.movements import Setting

VARIANTS = 48
"""Written forms prepared for each good; tails, slips and numbers are added row by row."""
_TEMPLATES = (
    ("{en}", 5.0),
    ("{EN}", 4.0),
    ("{En}", 3.0),
    ("{en} for {use}", 2.0),
    ("{EN} FOR {USE}", 1.5),
    ("{cn}", 5.0),
    ("{cn}/{en}", 2.5),
    ("{cn} {EN}", 2.5),
    ("{cn}|{use_cn}|无品牌|无型号", 2.5),
    ("4|3|{cn}|{use_cn}|无牌|", 1.5),
    ("{en} ({use})", 1.5),
    ("{short}", 1.5),
    ("{SHORT}", 1.0),
    ("{vague}", 0.9),
    ("{cn},用途:{use_cn}", 1.5),
)
_VAGUE = {
    "solid": ("goods for {use}", "general merchandise", "{use} products", "parts and accessories", "杂货"),
    "powder": ("chemical raw material", "powder material", "inorganic powder", "mineral product", "化工原料"),
    "ingot": ("metal products", "metal ingots", "alloy ingot", "nonferrous metal", "金属制品"),
    "liquid": ("liquid product", "chemical liquid", "paste", "液体"),
    "wafer": ("electronic material", "components", "optical material", "电子材料"),
    "magnet": ("magnetic material", "magnets", "motor parts", "磁性材料"),
}
_LOOKALIKE_LETTERS = {
    "a": "а",
    "e": "е",
    "o": "о",
    "i": "і",
    "c": "с",
    "p": "р",
    "A": "А",
    "E": "Е",
    "O": "О",
    "C": "С",
}
_DIGITS_FOR_LETTERS = {"o": "0", "i": "1", "O": "0", "I": "1", "e": "3"}
_FULL_WIDTH = dict(zip("0123456789%", "0123456789%", strict=True))


def written_forms(goods: Goods, seed: int) -> list[str]:
    """Prepare VARIANTS written forms of every good, one good after another."""
    rng = stream(seed, "texts")
    columns = {name: goods.texts(name) for name in ("name_en", "name_cn", "also", "use_en", "use_cn", "state")}
    templates, weights = zip(*_TEMPLATES, strict=True)
    forms: list[str] = []
    for row in range(goods.frame.height):
        english = [columns["name_en"][row], *columns["also"][row].split(";")]
        vague = _VAGUE[columns["state"][row]]
        kinds = pick(rng, weights, VARIANTS)
        for number, kind in enumerate(kinds.tolist()):
            name = english[0] if rng.random() < 0.5 else english[number % len(english)]
            use = columns["use_en"][row]
            short = "".join(letter for at, letter in enumerate(name) if at < 2 or letter not in "aeiou")
            forms.append(
                templates[kind].format(
                    en=name,
                    EN=name.upper(),
                    En=name.title(),
                    use=use,
                    USE=use.upper(),
                    cn=columns["name_cn"][row],
                    use_cn=columns["use_cn"][row],
                    short=short,
                    SHORT=short.upper(),
                    vague=vague[number % len(vague)].format(use=use),
                )
            )
    return forms


def describe(world: Setting, rows: pl.DataFrame) -> pl.Series:
    """Write a description for each movement, as its declarant would."""
    rng = stream(world.seed, "descriptions")
    count = rows.height
    forms = np.array(written_forms(world.goods, world.seed), dtype=object)
    paper, good = rows["paper"].to_numpy(), rows["good"].to_numpy()
    false_paper = (paper != good) & (rows["host_kg"].to_numpy() == 0)
    disguise = rows["disguise"].to_numpy()
    care = rows["care_text"].to_numpy()
    tells = false_paper & (disguise > 0)  # written for the buyer's eyes, disguised for everybody else's
    named = np.where(tells, good, paper)
    at = named * VARIANTS + rng.integers(0, VARIANTS, count)
    text = forms[at]
    hints = np.array([_hint(names) for names in world.goods.texts("also")], dtype=object)
    slips = false_paper & ~tells & (rng.random(count) < 0.25 * (1 - care))
    frame = pl.DataFrame(
        {
            "text": text.astype(str),
            "hint": np.where(slips, hints[good], "").astype(str),
            "tail": _tails(world, rng, rows, np.array(["%" in str(form) for form in forms])[at]),
            "kind": np.where(disguise > 0, disguise, 0),
            "slip": pick(rng, [0.93, 0.025, 0.015, 0.012, 0.008, 0.01], count),
            "where": rng.random(count),
        }
    )
    return frame.select(_slipped(_disguised(_joined())).alias("description"))["description"]


def _hint(names: str) -> str:
    return names.split(";", maxsplit=1)[0] if names else ""


def _joined() -> pl.Expr:
    hint = pl.when(pl.col("hint") != "").then(pl.format(" ({})", "hint")).otherwise(pl.lit(""))
    return pl.concat_str("text", hint, "tail")


def _tails(world: Setting, rng: np.random.Generator, rows: pl.DataFrame, says_purity: Bools) -> pl.Series:
    """Add what clerks add: a model, packing, purity, an order number, a mass."""
    paper = rows["paper"].to_numpy()
    purity = world.goods.frame["purity"].to_numpy()[paper]
    has_purity = np.isfinite(purity)
    count = rows.height
    frame = pl.DataFrame(
        {
            "kind": np.where(
                has_purity & ~says_purity & (rng.random(count) < 0.4),
                5,
                pick(rng, [0.52, 0.18, 0.12, 0.1, 0.08], count),
            ),
            "number": rng.integers(100, 99_999, count),
            "letters": np.array(["XK", "HD", "A", "TS", "QF", "ZL", "B2", "MT"])[rng.integers(0, 8, count)],
            "pack": np.round(world.goods.floats("pack_kg")[paper]).astype(np.int64),
            "kg": np.round(rows["kg"].to_numpy() + rows["host_kg"].to_numpy()).astype(np.int64),
            "purity": np.where(has_purity, purity, 0.0),
        }
    )
    kind = pl.col("kind")
    return frame.select(
        pl.when(kind == 1)
        .then(pl.format(" MODEL {}-{}", "letters", "number"))
        .when(kind == 2)
        .then(pl.format(" {}KG/PKG", "pack"))
        .when(kind == 3)
        .then(pl.format(" P/O {}{}", "letters", "number"))
        .when(kind == 4)
        .then(pl.format(" N.W.:{}KGS", "kg"))
        .when(kind == 5)
        .then(pl.format(" {}% MIN", "purity"))
        .otherwise(pl.lit(""))
        .alias("tail")
    )["tail"]


def _disguised(text: pl.Expr) -> pl.Expr:
    """Write so that people still read it and filters do not: look-alike or hidden letters, spaces, digits."""
    kind = pl.col("kind")
    return (
        pl.when(kind == 1)
        .then(text.str.replace_many(_LOOKALIKE_LETTERS))
        .when(kind == 2)
        .then(text.str.replace_all(r"(\w\w)", "${1}\u200b"))
        .when(kind == 3)
        .then(text.str.replace_all(r"(\w)", "${1} ").str.strip_chars())
        .when(kind == 4)
        .then(text.str.replace_many(_DIGITS_FOR_LETTERS))
        .otherwise(text)
    )


def _slipped(text: pl.Expr) -> pl.Expr:
    """Make the slips of honest clerks: a letter lost or doubled, full-width digits, double spaces, stray letters."""
    at = (pl.col("where") * text.str.len_chars()).cast(pl.Int64)
    head = text.str.slice(0, at)
    slip = pl.col("slip")
    return (
        pl.when(slip == 1)
        .then(head + text.str.slice(at + 1))
        .when(slip == 2)
        .then(head + text.str.slice(at, 1) + text.str.slice(at))
        .when(slip == 3)
        .then(text.str.replace_many(_FULL_WIDTH))
        .when(slip == 4)
        .then(text.str.replace_all(" ", "  ", literal=True))
        .when(slip == 5)
        .then(text.str.replace("o", "о", literal=True))
        .otherwise(text)
    )

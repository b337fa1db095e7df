"""What declarants write: a prepared form of the good that the paper names, with tails, slips and, rarely, disguise."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate.disguises import ELEMENT_NUMBERS, SLIPS, disguises, in_styles, rewritten, slips
from pipelines.simulate.draws import Bools, Ints, pick, stream
from pipelines.simulate.movements import COURIER, Setting
from pipelines.simulate.wordings import VARIANTS, abbreviated, load_words, written_forms

CARELESS_SHARE = 0.25  # of careless false papers keep a word of what the goods are
DISGUISED_SHARE = 0.7  # of a disguising trader's lots are


def describe(world: Setting, rows: pl.DataFrame) -> pl.Series:
    """Write a description for each movement, as its declarant would."""
    rng = stream(world.seed, "descriptions")
    count = rows.height
    forms = _forms(world)
    paper, good = rows["paper"].to_numpy(), rows["good"].to_numpy()
    false_paper = (paper != good) & (rows["host_kg"].to_numpy() == 0)
    disguise = rows["disguise"].to_numpy()
    care = rows["care_text"].to_numpy()
    tells = false_paper & (disguise > 0)  # written for the buyer's eyes, disguised for everybody else's
    named = np.where(tells, good, paper)
    at = named * VARIANTS + rng.integers(0, VARIANTS, count)
    short = pl.Series([abbreviated(name) for name in world.goods.texts("name_en")])
    keeps_word = false_paper & ~tells & (rng.random(count) < CARELESS_SHARE * (1 - care))
    left = pl.Series(leftovers(world))
    left_at = good * LEFTOVERS + rng.integers(0, LEFTOVERS, count)
    frame = pl.DataFrame(
        {
            "text": forms.gather(at),
            "left": left.gather(left_at).zip_with(pl.Series(keeps_word), pl.repeat("", count, eager=True)),
            "tail": _tails(world, rng, rows, forms.str.contains("%", literal=True).to_numpy()[at]),
            "disguise": np.where(disguise > 0, disguise, 0),
            "short": short.gather(named),
            "cipher": pl.Series(_ciphers(world)).gather(named),
            "slip": pick(rng, SLIPS, count),
            "where": rng.random(count),
        }
    )
    plain = frame.select(
        pl.concat_str("text", "left", "tail").alias("whole"), "disguise", "short", "cipher", "slip", "where"
    )
    whole = pl.col("whole")
    turned = plain.with_row_index("at").filter((pl.col("disguise") > 0) | (pl.col("slip") > 0))
    turned = in_styles(turned, "whole", "disguise", disguises(whole, pl.col("short"), pl.col("cipher")))
    turned = in_styles(turned, "whole", "slip", slips(whole, pl.col("where")))
    return rewritten(plain["whole"], [(turned["at"].to_numpy(), turned["whole"])]).alias("description")


_prepared: dict[tuple[int, tuple[str, ...]], pl.Series] = {}


def _forms(world: Setting) -> pl.Series:
    """Prepare the written forms of a world once for all its parts."""
    key = (world.root, tuple(world.goods.names))
    if key not in _prepared:
        _prepared.clear()
        _prepared[key] = pl.Series(written_forms(world.goods, world.root))
    return _prepared[key]


LEFTOVERS = 7


def leftovers(world: Setting) -> list[str]:
    """List what a careless false paper may keep of the true goods: grade, state, number, short or full name."""
    goods, words = world.goods, load_words(world.goods)
    kept: list[str] = []
    for row, name in enumerate(goods.texts("name_en")):
        grade = words.grades[row][0] if words.grades[row] else ""
        second = words.grades[row][-1] if words.grades[row] else ""
        jargon = words.jargon[row][0] if words.jargon[row] else ""
        initials = "".join(word[0] for word in name.split()).upper()
        rest = [grade, second, goods.texts("state")[row], words.cas[row], jargon, f"{initials}-1", name]
        kept += [f" {one}" if one else "" for one in rest]
    return kept


def _ciphers(world: Setting) -> list[str]:
    states = world.goods.texts("state")
    return [
        f"{ELEMENT_NUMBERS.get(mineral, 0) or 'X'}# {state}"
        for mineral, state in zip(world.goods.texts("mineral"), states, strict=True)
    ]


def _tails(world: Setting, rng: np.random.Generator, rows: pl.DataFrame, says_purity: Bools) -> pl.Series:
    """Add what clerks add: a model, packing, purity, an order number, a mass, marks, or that it is a sample."""
    paper = rows["paper"].to_numpy()
    purity = world.goods.frame["purity"].to_numpy()[paper]
    has_purity = np.isfinite(purity)
    count = rows.height
    kind = np.where(has_purity & ~says_purity & (rng.random(count) < 0.4), PURITY, _kinds(rng, rows["mode"].to_numpy()))
    frame = pl.DataFrame(
        {
            "number": rng.integers(100, 99_999, count),
            "letters": pl.Series(["XK", "HD", "A", "TS", "QF", "ZL", "B2", "MT"]).gather(rng.integers(0, 8, count)),
            "pack": np.round(world.goods.floats("pack_kg")[paper]).astype(np.int64),
            "kg": np.round(rows["kg"].to_numpy() + rows["host_kg"].to_numpy()).astype(np.int64),
            "purity": np.where(has_purity, purity, 0.0),
        }
    )
    changes = []
    for number, text in enumerate(TAILS, start=1):
        at = np.flatnonzero(kind == number)
        changes.append((at, frame[at].with_columns(text.alias("tail"))["tail"]))
    return rewritten(pl.repeat("", count, eager=True), changes)


TAILS = (
    pl.format(" MODEL {}-{}", "letters", "number"),
    pl.format(" {}KG/PKG", "pack"),
    pl.format(" P/O {}{}", "letters", "number"),
    pl.format(" N.W.:{}KGS", "kg"),
    pl.lit(" N/M"),
    pl.format(" 型号{}-{}", "letters", "number"),
    pl.format(" LOT NO.{}", "number"),
    pl.lit(" SAMPLE NO COMMERCIAL VALUE"),
    pl.lit(" 样品"),
    pl.format(" {}% MIN", "purity"),
)
"""Tails by number, from 1 on; most texts have none."""
PURITY = len(TAILS)
"""Number of the tail that states a purity."""


def _kinds(rng: np.random.Generator, mode: Ints) -> Ints:
    usual = pick(rng, [0.50, 0.15, 0.10, 0.09, 0.06, 0.04, 0.03, 0.03], len(mode))
    parcel = pick(rng, [0.35, 0.1, 0.05, 0.1, 0.05, 0.03, 0.02, 0.03, 0.20, 0.07], len(mode))
    return np.where(mode == COURIER, parcel, usual)

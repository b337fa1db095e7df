"""Lawful changes of code: from one month on a country books a heading's trade under the neighbouring heading."""

from __future__ import annotations

import polars as pl

from pipelines.simulate.background import Headings
from pipelines.simulate.draws import stream
from pipelines.simulate.movements import Setting

MOVES = 6
_REPORTERS = ("CHN", "KOR", "IND", "DEU", "USA", "JPN", "NLD", "MYS", "MEX")
COLUMNS = {"reporter": pl.Int64, "hs6": pl.String, "to": pl.String, "from_month": pl.Int64}


def reclassifications(world: Setting, heads: Headings, months: int) -> pl.DataFrame:
    """Draw the changes of code of this world: reporter, old and new six digits, first month (position)."""
    rng = stream(world.seed, "reclassification")
    near = [
        (old, new, bool(heads.touches_mineral[at]))
        for at, (old, new) in enumerate(zip(heads.codes, heads.codes[1:], strict=False))
        if old[:2] == new[:2]
    ]
    of_interest = [(old, new) for old, new, touches in near if touches]
    rows = []
    for number in range(MOVES):
        pool = of_interest if number % 2 == 0 else [(old, new) for old, new, _ in near]
        old, new = pool[int(rng.integers(0, len(pool)))]
        reporter = world.places.position(_REPORTERS[int(rng.integers(0, len(_REPORTERS)))])
        rows.append((reporter, old, new, int(rng.integers(months // 3, max(months - 3, months // 3 + 1)))))
    return (
        pl.DataFrame(rows, schema=COLUMNS, orient="row")
        .unique(["reporter", "hs6"], keep="first")
        .sort("reporter", "hs6")
    )


def rebook(figures: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    """Book figures under their new code from the change on; earlier months keep the old one."""
    joined = figures.join(changes, on=["reporter", "hs6"], how="left", maintain_order="left")
    moved = pl.col("month") >= pl.col("from_month")
    return joined.with_columns(pl.when(moved).then("to").otherwise("hs6").alias("hs6")).drop("to", "from_month")

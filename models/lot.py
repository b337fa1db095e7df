"""Drawing by lot with known chances: unequal, never zero, a limit for each office, the same draw in any row order."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl

from models.matrix import Floats

HALVINGS = 80
"""Steps of the bisections; each halves the error, so that 80 reach the last bit of a double."""


def draw_chances(weight: Floats, stratum: list[int] | np.ndarray, room: Floats, *, wanted: float) -> Floats:
    """Chance of each row, in proportion to its weight, that adds up to `wanted`; 1 at most, and `room` for a stratum.

    Parameters
    ----------
    weight: above 0 for each row; a row with half the weight has half the chance, unless one of the limits is met.
    stratum: position of each row's stratum (an office) in `room`.
    room: rows that each stratum can take; infinite where nothing limits it.
    wanted: number of rows to draw; where the limits leave less, the chances add up to less.
    """
    if not len(weight) or wanted <= 0:
        return np.zeros(len(weight))
    at = np.asarray(stratum)
    most = 1.0 / weight.min()

    def of_strata(level: Floats) -> Floats:
        return np.bincount(at, np.minimum(1.0, level[at] * weight), len(room)).astype(float)

    low, high = np.zeros(len(room)), np.full(len(room), most)
    fits = of_strata(high) <= room
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        too_many = of_strata(middle) > room
        low, high = np.where(too_many, low, middle), np.where(too_many, middle, high)
    limit = np.where(fits, most, low)
    under, over = 0.0, most
    for _ in range(HALVINGS):
        level = (under + over) / 2
        if of_strata(np.minimum(level, limit)).sum() > wanted:
            over = level
        else:
            under = level
    whole = most if of_strata(limit).sum() <= wanted else under
    return np.asarray(np.minimum(1.0, np.minimum(whole, limit)[at] * weight))


def draw(rows: pl.DataFrame, salt: str) -> pl.Series:
    """Draw each row with exactly its `chance`, and of each `stratum` its chances' sum, rounded down or up.

    Systematic sampling with unequal probabilities (Madow 1949) within strata, in an order mixed by the salt: rows lie
    on a line, each as long as its chance, and every whole step from a random start picks the row it falls on.

    Parameters
    ----------
    rows: declaration_id (unique), stratum, chance in [0, 1].

    Returns
    -------
    The drawn declaration ids.
    """
    order = rows.select("declaration_id", "stratum", "chance").sort("stratum", "declaration_id")
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(salt.encode()).digest()[:8], "big"))
    mixed = order.with_columns(key=pl.Series(rng.permutation(order.height))).sort("stratum", "key")
    ends = np.cumsum(mixed["chance"].to_numpy())
    if len(ends) and abs(ends[-1] - round(ends[-1])) < 1e-6:
        ends[-1] = round(ends[-1])  # a sum of 4.9999999 is five rows
    steps = np.floor(np.concatenate([[0.0], ends]) + rng.random())
    return mixed.filter(pl.Series(np.diff(steps) > 0))["declaration_id"]

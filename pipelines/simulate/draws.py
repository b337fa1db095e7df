"""Random draws: one named stream a purpose, so that adding a purpose never shifts another's numbers."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
EPOCH = date(1970, 1, 1)


def stream(seed: int, *names: str) -> np.random.Generator:
    """Open the random stream of a purpose; the same seed and names give the same numbers on every machine."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


def pick(rng: np.random.Generator, weights: Floats | Sequence[float], size: int) -> Ints:
    """Draw `size` positions in proportion to `weights`."""
    cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
    found: Ints = np.searchsorted(cumulative / cumulative[-1], rng.random(size), side="right").astype(np.int64)
    return found


def pick_rows(uniform: Floats, weights: Floats) -> Ints:
    """Draw one position a row: `weights` holds one row of weights for each number of `uniform`."""
    cumulative = np.cumsum(weights, axis=1)
    passed = uniform[:, None] >= (cumulative / cumulative[:, -1:])[:, :-1]
    return np.asarray(passed.sum(axis=1), dtype=np.int64)


def pick_among(uniform: Floats, table: Floats, which: Ints) -> Ints:
    """Draw one position a row with the weights in row `which` of `table`: pick_rows without a table a row."""
    found = np.zeros(len(uniform), dtype=np.int64)
    for row in range(len(table)):
        cumulative = np.cumsum(table[row])
        here = which == row
        found[here] = np.searchsorted((cumulative / cumulative[-1])[:-1], uniform[here], side="right")
    return found


def heavy_tail(uniform: Floats, shares: Sequence[float], values: Sequence[float]) -> Floats:
    """Turn uniform numbers into values with the given quantiles, log-linear in between and beyond.

    Returns natural logarithms.
    """
    depth = np.log(np.asarray(shares) / (1 - np.asarray(shares)))
    where = np.log(uniform / (1 - uniform))
    level = np.log(np.asarray(values))
    middle = np.interp(where, depth, level)
    low = (level[1] - level[0]) / (depth[1] - depth[0])
    high = (level[-1] - level[-2]) / (depth[-1] - depth[-2])
    below = level[0] + (where - depth[0]) * low
    above = level[-1] + (where - depth[-1]) * high
    return np.asarray(np.where(where < depth[0], below, np.where(where > depth[-1], above, middle)), dtype=np.float64)


def day_number(day: date) -> int:
    """Days since 1970-01-01, as polars stores dates."""
    return (day - EPOCH).days


def month_starts(first: date, months: int) -> Ints:
    """Day numbers of the first day of `months` + 1 months from `first` on."""
    index = first.year * 12 + first.month - 1 + np.arange(months + 1)
    return np.array([day_number(date(int(i) // 12, int(i) % 12 + 1, 1)) for i in index], dtype=np.int64)


def shares_from_normal(normal: Floats) -> Floats:
    """Probability below a standard normal number (a logistic approximation, within 0.01)."""
    return 1 / (1 + np.exp(-1.5976 * normal - 0.07056 * normal**3))  # Bowling et al. 2009


def own_numbers(rng: np.random.Generator, room: int, count: int, *, part: int, parts: int) -> Ints:
    """Draw `count` different numbers below `room`; no two parts of a world ever draw the same."""
    drawn = rng.choice(room // parts, size=count, replace=False)
    return np.asarray(drawn * parts + part, dtype=np.int64)


def order_by(*keys: Floats | Ints) -> Ints:
    """Order rows by keys, the first counting most; equal rows keep their order.

    What np.lexsort does with its keys turned round, but one sort of whole numbers, which is faster. Keys hold no nan.
    """
    count = len(keys[0])
    packed, bits = np.zeros(count, dtype=np.int64), 0
    for key in (*(_ranks(key) for key in keys), np.arange(count)):
        width = int(key.max(initial=0)).bit_length()
        packed, bits = (packed << width) | key, bits + width
    if bits > MAX_BITS:
        return np.lexsort(keys[::-1])
    packed.sort()
    return np.asarray(packed & ((1 << width) - 1))


MAX_BITS = 63


def _ranks(key: Floats | Ints) -> Ints:
    """Number the values of a key in their order, equal ones alike."""
    if key.dtype == np.int64 and len(key) and key.max() - key.min() < 1 << 20:
        return np.asarray(key - key.min())
    order = np.argsort(key)
    inner, ranks = key[order], np.empty(len(key), dtype=np.int64)
    ranks[order] = np.cumsum(np.concatenate([[False], inner[1:] != inner[:-1]])) if len(key) else 0
    return ranks


def scramble(*keys: Ints) -> Ints:
    """Mix whole numbers into one that looks random, always the same for the same keys (splitmix64)."""
    with np.errstate(over="ignore"):
        mixed = np.zeros(np.broadcast_shapes(*(key.shape for key in keys)), dtype=np.uint64)
        for key in keys:
            mixed = (mixed ^ key.astype(np.uint64)) + np.uint64(0x9E3779B97F4A7C15)
            mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            mixed = mixed ^ (mixed >> np.uint64(31))
    return (mixed >> np.uint64(1)).astype(np.int64)

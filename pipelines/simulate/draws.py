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
    return _depths(cumulative / cumulative[-1], rng.random(size))


def pick_one(rng: np.random.Generator, weights: Floats | Sequence[float]) -> int:
    """Draw one position in proportion to `weights`, the same that `pick` would."""
    cumulative = np.asarray(weights, dtype=np.float64).cumsum()
    return int((cumulative / cumulative[-1]).searchsorted(rng.random(), side="right"))


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
        here = np.flatnonzero(which == row)
        found[here] = _depths(cumulative / cumulative[-1], uniform[here])
    return found


FEW_SHARES, FEW_NUMBERS, CELLS = 16, 1 << 12, 1 << 16


def _depths(shares: Floats, uniform: Floats) -> Ints:
    """Find where uniform numbers fall among rising shares that end with 1: np.searchsorted, faster for many numbers."""
    few = len(shares) <= FEW_SHARES
    if len(uniform) < (FEW_NUMBERS if few else CELLS):
        return np.searchsorted(shares, uniform, side="right").astype(np.int64)
    if few:
        passed = np.zeros(len(uniform), dtype=np.int8)
        for share in shares[:-1].tolist():
            passed += uniform >= share
        return passed.astype(np.int64)
    # most cells of [0, 1) lie between two shares: only what falls into another is searched for
    first = np.searchsorted(shares, np.arange(CELLS + 1) / CELLS, side="right").astype(np.int64)
    cell = (uniform * CELLS).astype(np.int64)
    found = first[cell]
    unsure = np.flatnonzero((first[1:] != first[:-1])[cell])
    found[unsure] = np.searchsorted(shares, uniform[unsure], side="right")
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

    As np.lexsort with its keys turned round, but by sorts of whole numbers, which are faster. Keys hold no nan.
    """
    packed, bits, width = np.zeros(len(keys[0]), dtype=np.int64), 0, 0
    fit = sum(map(_width, keys)) + len(packed).bit_length() <= WHOLE_BITS  # side by side in one number
    for key in (*(_above_least(key) if fit else _ranks(key) for key in keys), np.arange(len(packed))):
        width = int(key.max(initial=0)).bit_length()
        if bits + width > WHOLE_BITS:
            packed = _ranks(packed)
            bits = int(packed.max(initial=0)).bit_length()
        packed, bits = (packed << width) | key, bits + width
    packed.sort()
    return np.asarray(packed & ((1 << width) - 1))


WHOLE_BITS, TABLE_BITS = 63, 20


def alphabetical(names: Sequence[str]) -> Ints:
    """Number names in the order of the alphabet."""
    return np.argsort(np.argsort(np.array(names)))


def _width(key: Floats | Ints) -> int:
    """Count the bits of a key of whole numbers, taken from its least; WHOLE_BITS for any other."""
    if key.dtype.kind not in "iu":
        return WHOLE_BITS
    return (int(key.max()) - int(key.min())).bit_length() if len(key) else 0


def _above_least(key: Floats | Ints) -> Ints:
    return np.asarray(key.astype(np.int64) - key.min() if len(key) else key, dtype=np.int64)


def _ranks(key: Floats | Ints) -> Ints:
    """Number the values of a key in their order, equal ones alike."""
    if _width(key) <= TABLE_BITS:
        number = _above_least(key)
        known = np.zeros(int(number.max(initial=0)) + 1, dtype=np.bool_)
        known[number] = True
        return (np.cumsum(known) - 1)[number]
    order = np.argsort(key)
    inner, ranks = key[order], np.empty(len(key), dtype=np.int64)
    ranks[order] = np.cumsum(np.concatenate([[False], inner[1:] != inner[:-1]])) if len(key) else 0
    return ranks


def scramble(*keys: Ints) -> Ints:
    """Mix whole numbers into one that looks random, always the same for the same keys (splitmix64)."""
    mixed = np.zeros(1, dtype=np.uint64)
    for key in keys:
        mixed = mixed ^ key.view(np.uint64)
        mixed += np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(30)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(27)
        mixed *= np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(1)).view(np.int64)

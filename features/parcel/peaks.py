"""Heavy-tailed densities of a figure's log, and how the figures of goods in general are spread."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Reals = npt.NDArray[np.float64]
_TAIL_AREA = math.pi * math.sqrt(3) / 2  # of (1 + z^2/3)^-2 over the whole line: Student's t with three degrees


@dataclass(frozen=True, slots=True)
class Ordinary:
    """How a figure of goods in general is spread: middle and spread of its natural log."""

    figure: str
    middle: float
    spread: float
    tail: float
    """How far outside a mineral's band its figure still may lie, of the log."""


# Middle and spread over goods of all chapters: order of magnitude (own estimate). A price of 0.7 to 40 USD/kg, a packed
# density of 150 to 1,100 kg/m3 and packages of 5 to 90 kg hold two thirds of them.
ORDINARY = (
    Ordinary("unit_value", math.log(5.0), 2.0, 0.2),
    Ordinary("density", math.log(400.0), 1.0, 0.05),
    Ordinary("package", math.log(20.0), 1.5, 0.05),
)


def log_peak(value: pl.Expr, middle: pl.Expr, spread: pl.Expr) -> pl.Expr:
    """Log density of a heavy-tailed figure around its usual value: Student's t with three degrees of freedom."""
    return -2.0 * (1.0 + ((value - middle) / spread).pow(2) * (1.0 / 3.0)).log() - (spread * _TAIL_AREA).log()


def log_band(value: pl.Expr, low: pl.Expr, high: pl.Expr, tail: float) -> pl.Expr:
    """Log density of a figure that lies anywhere in a band, with heavy tails outside; it integrates to one."""
    outside = pl.max_horizontal(low - value, value - high, pl.lit(0.0)) * (1.0 / tail)
    bare = -2.0 * (1.0 + outside * outside * (1.0 / 3.0)).log() - (high - low + tail * _TAIL_AREA).log()
    return pl.when(value.is_not_null()).then(bare)


def log_bands(value: Reals, low: Reals, high: Reals, tail: float) -> Reals:
    """Log density of figures (across) in each of several bands (down) as `log_band` has it; unknown is not a number."""
    outside = np.maximum(np.maximum(low[:, None] - value, value - high[:, None]), 0.0) * (1.0 / tail)
    width = _log(high - low + tail * _TAIL_AREA)
    return -2.0 * _log(1.0 + outside * outside * (1.0 / 3.0)) - width[:, None]


def _log(values: Reals) -> Reals:
    """Take logs as polars does, to the last digit."""
    return pl.Series(values.ravel()).log().to_numpy().reshape(values.shape)


def ordinary(one: Ordinary) -> pl.Expr:
    """Log density of a figure of goods in general; 0 where the figure is unknown, which counts for no side."""
    value = (pl.col(f"log_{one.figure}") - one.middle) * (1.0 / one.spread)
    bare = -2.0 * (1.0 + value * value * (1.0 / 3.0)).log() - math.log(one.spread * _TAIL_AREA)
    return bare.fill_null(0.0)

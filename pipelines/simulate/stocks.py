"""Who holds how much: purchases and production that keep every stock from running out, month by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.simulate.draws import Floats, Ints


@dataclass(frozen=True)
class Stocks:
    """Opening stocks, replenishments and closing stocks of several holders, kg."""

    opening: Floats
    inflow: Floats
    """By holder and month; arrives on the month's first day."""
    closing: Floats
    """By holder and month, at the month's end."""


def replenish(rng: np.random.Generator, outflow: Floats) -> Stocks:
    """Order up to a level: each holder keeps some weeks of its usual outflow and never lacks what it ships.

    `outflow` holds kg by holder and month. Levels and opening stocks are drawn per holder.
    """
    usual = outflow.mean(axis=1)
    level = usual * rng.uniform(0.2, 1.2, len(usual))
    opening = level * rng.uniform(0.3, 1.5, len(usual))
    stock, inflow, closing = opening.copy(), np.zeros_like(outflow), np.zeros_like(outflow)
    for month in range(outflow.shape[1]):
        inflow[:, month] = np.maximum(outflow[:, month] + level - stock, 0.0)
        stock = stock + inflow[:, month] - outflow[:, month]
        closing[:, month] = stock
    return Stocks(opening, inflow, closing)


def by_holder_and_month(group: Ints, month: Ints, kg: Floats, *, groups: int, months: int) -> Floats:
    """Sum kg into a table of holders and months."""
    table = np.zeros((groups, months))
    np.add.at(table, (group, month), kg)
    return table

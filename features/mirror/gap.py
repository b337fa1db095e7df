"""How far the two sides of one trade are apart, and what part of it freight, delay, price and quantity explain."""

from __future__ import annotations

import polars as pl


def mirror_gap(exported: pl.Expr, imported: pl.Expr, *, floor: float) -> pl.Expr:
    """Arrived as far more, or as far less, than was declared on leaving.

    g = ln((imported + c)/(exported + c)), any unit, both sides in the same; `floor` c keeps small amounts quiet.
    Above 0: more arrived. Null where either side is unknown; 0 is a reported zero. Swapping the sides negates it.
    Source: indicators.md 3.
    """
    return ((imported + floor) / (exported + floor)).log()


def symmetric_gap(exported: pl.Expr, imported: pl.Expr) -> pl.Expr:
    """Gap as a share of both figures: (imported − exported)/(imported + exported), in [−1, 1].

    Null where either is unknown or both are zero. Swapping the sides negates it. Source: indicators.md 3.
    """
    both = imported + exported
    return pl.when(both > 0).then((imported - exported) / both)


def gap_parts(
    *,
    x_usd: pl.Expr,
    x_lagged_usd: pl.Expr,
    m_usd: pl.Expr,
    margin_ln: pl.Expr,
    x_kg: pl.Expr,
    m_kg: pl.Expr,
) -> dict[str, pl.Expr]:
    """Split ln(M/X) into freight, delay, price, quantity and a rest (`gap_rest`); the parts sum to the whole.

    `gap_whole` = ln(M/X); `gap_cif` = the margin (0 where imports are already FOB: pass 0); `gap_lag` = ln(X̃/X);
    `gap_price` = ln(pM_fob/pX̃) and `gap_quantity` = ln(qM/qX̃), with masses that were measured, else null and their
    sum stays in `gap_rest`. Every part is null where a value is unknown or zero. Source: indicators.md 3.
    """
    usable = (x_usd > 0) & (x_lagged_usd > 0) & (m_usd > 0)
    whole = pl.when(usable).then((m_usd / x_usd).log())
    cif = pl.when(usable).then(margin_ln)
    lag = pl.when(usable).then((x_lagged_usd / x_usd).log())
    has_mass = usable & (x_kg > 0) & (m_kg > 0)
    quantity = pl.when(has_mass).then((m_kg / x_kg).log())
    price = pl.when(has_mass).then((m_usd / m_kg).log() - margin_ln - (x_lagged_usd / x_kg).log())
    rest = whole - cif - lag - price.fill_null(0.0) - quantity.fill_null(0.0)
    return {
        "gap_whole": whole,
        "gap_cif": cif,
        "gap_lag": lag,
        "gap_price": price,
        "gap_quantity": quantity,
        "gap_rest": rest,
    }


def orphan_share(imported: pl.Expr, exported: pl.Expr, *, is_x_reported: pl.Expr) -> pl.Expr:
    """Part of what arrived that the other side never declared on leaving: Σ M·1[X = 0]/Σ M, an aggregate in [0, 1].

    Counted only over rows where the exporter reported that commodity and period at all; null where there are none or
    nothing arrived. Source: indicators.md 5.
    """
    seen = imported.filter(is_x_reported)
    lonely = imported.filter(is_x_reported & (exported.fill_null(0.0) == 0))
    return pl.when(seen.sum() > 0).then(lonely.sum() / seen.sum())


def lost_share(exported: pl.Expr, imported: pl.Expr, *, is_m_reported: pl.Expr) -> pl.Expr:
    """Part of what left that the other side never saw arrive: Σ X·1[M = 0]/Σ X, an aggregate in [0, 1].

    Counted only where the importer reported that commodity and period. Source: indicators.md 5.
    """
    return orphan_share(exported, imported, is_x_reported=is_m_reported)

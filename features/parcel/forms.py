"""How well each form of each mineral explains a price, a density and a package: expressions over one row."""

from __future__ import annotations

import math
from collections.abc import Iterable

import polars as pl

from features.minerals import Minerals
from features.parcel.likeness import price_bands
from features.parcel.peaks import ORDINARY, log_band, ordinary
from features.parcel.rules import ParcelRules

_PRICE, _DENSITY, _PACKAGE = ORDINARY


def weighed_forms(minerals: Minerals, rules: ParcelRules) -> pl.DataFrame:
    """List the forms that could be hidden: `mineral`, `form_id`, `density_kg_m3`, in order of their names.

    Listed ones of minerals with a tonnage in the rules.
    """
    named = [name for name, _ in rules.traded_t_per_year]
    is_candidate = pl.col("is_listed").fill_null(value=False) & pl.col("mineral").is_in(named)
    return minerals.forms.filter(is_candidate).select("mineral", "form_id", "density_kg_m3").sort("mineral", "form_id")


def price_weights(forms: pl.DataFrame, minerals: Minerals, rules: ParcelRules) -> dict[str, pl.Expr]:
    """Log density of `log_unit_value` under each form's likeliest price band in force in `month`.

    By form; any good's where no band is known, 0 where the price is not.
    """
    known = minerals.prices.filter(pl.col("mineral").is_in(forms["mineral"].unique().implode()))
    bands = price_bands(known, rules).select("mineral", "form_id", "low", "high", "from_month", "to_month").collect()
    by_owner: dict[tuple[str, str | None], list[pl.Expr]] = {}
    for mineral, form, low, high, first, end in bands.iter_rows():
        weight = log_band(pl.col("log_unit_value"), pl.lit(low), pl.lit(high), _PRICE.tail)
        since = pl.lit(value=True) if first is None else pl.col("month") >= first
        until = pl.lit(value=True) if end is None else pl.col("month") < end
        by_owner.setdefault((mineral, form), []).append(pl.when(since & until).then(weight))
    return {
        form: pl.coalesce(_likeliest([*by_owner.get((mineral, None), []), *by_owner.get((mineral, form), [])]))
        for mineral, form, _ in forms.iter_rows()
    }


def density_weight(solid: float | None, rules: ParcelRules) -> pl.Expr:
    """Log density of `log_density` if the goods are of this solid density; any good's where that is not known."""
    if solid is None:
        return ordinary(_DENSITY)
    low, high = (math.log(solid * share) for share in (rules.solid_share_least, rules.solid_share_most))
    return log_band(pl.col("log_density"), pl.lit(low), pl.lit(high), _DENSITY.tail).fill_null(0.0)


def package_weights(forms: pl.DataFrame, minerals: Minerals) -> dict[str, pl.Expr]:
    """Log density of `log_package` under each form's packings, by form; any good's where none is known."""
    known: dict[str, list[tuple[str | None, float, float]]] = {}
    for mineral, form, low, high in minerals.packings.drop_nulls("package_kg_low").iter_rows():
        known.setdefault(mineral, []).append((form, low, high))
    any_good, is_told = ordinary(_PACKAGE), pl.col("log_package").is_not_null()
    weights = {}
    for mineral, form, _ in forms.iter_rows():
        own = [(low, high) for of, low, high in known.get(mineral, []) if of in (None, form)]
        fits = [
            log_band(pl.col("log_package"), pl.lit(math.log(low)), pl.lit(math.log(high)), _PACKAGE.tail)
            - math.log(len(own))
            for low, high in own
        ]
        weights[form] = (
            pl.when(is_told).then(pl.max_horizontal(*fits, any_good - 1.0)).otherwise(0.0) if fits else any_good
        )
    return weights


def _likeliest(bands: Iterable[pl.Expr]) -> list[pl.Expr]:
    held = list(bands)
    return [pl.max_horizontal(held), ordinary(_PRICE)] if held else [ordinary(_PRICE)]


def log_priors(forms: pl.DataFrame, minerals: Minerals, rules: ParcelRules) -> dict[str, float]:
    """Log share of each mineral by the root of what a year's world production is worth.

    Where more is traded, lots are both more and larger.
    """
    usual = minerals.prices.select(
        "mineral",
        price=(pl.col("low_usd_per_kg") * pl.col("high_usd_per_kg")).sqrt(),
        wide=pl.col("confidence") == "band",
    ).sort("mineral", "wide", "price")
    prices = dict(usual.group_by("mineral", maintain_order=True).agg(pl.col("price").last()).iter_rows())
    tonnes = dict(rules.traded_t_per_year)
    names = forms["mineral"].unique().sort().to_list()
    roots = {name: math.sqrt(tonnes[name] * (prices.get(name) or 1.0)) for name in names}
    total = sum(roots.values()) or 1.0
    return {name: math.log(root / total) for name, root in roots.items()}

"""How well each form of each mineral explains a price, a density and a package: expressions over one row."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from features.minerals import Minerals
from features.parcel.likeness import price_bands
from features.parcel.peaks import ORDINARY, log_band, ordinary
from features.parcel.rules import ParcelRules

_PRICE, _DENSITY, _PACKAGE = ORDINARY
_ANY_PRICE, _ANY_PACKAGE = "any price", "any package"


def weighed_forms(minerals: Minerals, rules: ParcelRules) -> pl.DataFrame:
    """List the forms that could be hidden: `mineral`, `form_id`, `density_kg_m3`, in order of their names.

    Listed ones of minerals with a tonnage in the rules.
    """
    named = [name for name, _ in rules.traded_t_per_year]
    is_candidate = pl.col("is_listed").fill_null(value=False) & pl.col("mineral").is_in(named)
    return minerals.forms.filter(is_candidate).select("mineral", "form_id", "density_kg_m3").sort("mineral", "form_id")


@dataclass(frozen=True, slots=True)
class Weights:
    """How well forms explain one figure."""

    parts: dict[str, pl.Expr]
    """Columns to be worked out first, each once, however many forms share it."""
    of_form: dict[str, pl.Expr]
    """Log density of the figure under each form, from `parts`."""


def price_weights(forms: pl.DataFrame, minerals: Minerals, rules: ParcelRules) -> Weights:
    """Weigh `log_unit_value` under each form's likeliest price band in force in `month`.

    Any good's where no band is known, 0 where the price is not.
    """
    known = minerals.prices.filter(pl.col("mineral").is_in(forms["mineral"].unique().implode()))
    bands = price_bands(known, rules).select("mineral", "form_id", "low", "high", "from_month", "to_month").collect()
    parts = {_ANY_PRICE: ordinary(_PRICE)}
    by_owner: dict[tuple[str, str | None], list[str]] = {}
    for mineral, form, low, high, first, end in bands.iter_rows():
        weight = log_band(pl.col("log_unit_value"), pl.lit(low), pl.lit(high), _PRICE.tail)
        since = pl.lit(value=True) if first is None else pl.col("month") >= first
        until = pl.lit(value=True) if end is None else pl.col("month") < end
        name = f"price {low} {high} {first} {end}"
        parts[name] = pl.when(since & until).then(weight)
        by_owner.setdefault((mineral, form), []).append(name)
    weights = {}
    for mineral, form, _ in forms.iter_rows():
        held = [*by_owner.get((mineral, None), []), *by_owner.get((mineral, form), [])]
        weights[form] = pl.coalesce(pl.max_horizontal(held), _ANY_PRICE) if held else pl.col(_ANY_PRICE)
    return Weights(parts, weights)


def density_weights(forms: pl.DataFrame, rules: ParcelRules) -> Weights:
    """Weigh `log_density` under each form's solid density; any good's where that is not known."""
    parts = {}
    for solid in forms["density_kg_m3"].unique():
        if solid is None:
            parts[f"density {solid}"] = ordinary(_DENSITY)
            continue
        low, high = (math.log(solid * share) for share in (rules.solid_share_least, rules.solid_share_most))
        weight = log_band(pl.col("log_density"), pl.lit(low), pl.lit(high), _DENSITY.tail)
        parts[f"density {solid}"] = weight.fill_null(0.0)
    return Weights(parts, {form: pl.col(f"density {solid}") for _, form, solid in forms.iter_rows()})


def package_weights(forms: pl.DataFrame, minerals: Minerals) -> Weights:
    """Weigh `log_package` under each form's packings; any good's where none is known."""
    known: dict[str, list[tuple[str | None, str]]] = {}
    parts = {_ANY_PACKAGE: ordinary(_PACKAGE)}
    for mineral, form, low, high in minerals.packings.drop_nulls("package_kg_low").iter_rows():
        name = f"package {low} {high}"
        low_log, high_log = pl.lit(math.log(low)), pl.lit(math.log(high))
        parts[name] = log_band(pl.col("log_package"), low_log, high_log, _PACKAGE.tail)
        known.setdefault(mineral, []).append((form, name))
    any_good, is_told = pl.col(_ANY_PACKAGE), pl.col("log_package").is_not_null()
    weights = {}
    for mineral, form, _ in forms.iter_rows():
        own = [pl.col(name) for of, name in known.get(mineral, []) if of in (None, form)]
        fits = [one - math.log(len(own)) for one in own]
        weights[form] = (
            pl.when(is_told).then(pl.max_horizontal(*fits, any_good - 1.0)).otherwise(0.0) if fits else any_good
        )
    return Weights(parts, weights)


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

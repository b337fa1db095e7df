"""How well each form of each mineral explains a price, a density and a package: bands, and numbers over all rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from features.minerals import Minerals
from features.parcel.likeness import price_bands
from features.parcel.peaks import ORDINARY, Reals, log_bands
from features.parcel.rules import ParcelRules

_PRICE, _DENSITY, _PACKAGE = ORDINARY


def weighed_forms(minerals: Minerals, rules: ParcelRules) -> pl.DataFrame:
    """List the forms that could be hidden: `mineral`, `form_id`, `density_kg_m3`, in order of their names.

    Listed ones of minerals with a tonnage in the rules.
    """
    named = [name for name, _ in rules.traded_t_per_year]
    is_candidate = pl.col("is_listed").fill_null(value=False) & pl.col("mineral").is_in(named)
    return minerals.forms.filter(is_candidate).select("mineral", "form_id", "density_kg_m3").sort("mineral", "form_id")


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """Bands that the log of one figure lies in, and which of them each form has."""

    low: Reals
    high: Reals
    since: Reals
    """Months in which a band holds: from this one until before that one; infinite where open."""
    until: Reals
    tail: float
    of_form: dict[str, list[int]]

    @classmethod
    def of(
        cls, bands: Sequence[tuple[float, float, int | None, int | None]], tail: float, of_form: dict[str, list[int]]
    ) -> Bands:
        """Take `low`, `high`, first month and month after the last of each band; equal ones are worked out once."""
        places = {band: at for at, band in enumerate(dict.fromkeys(bands))}
        of_form = {form: [places[bands[at]] for at in held] for form, held in of_form.items()}
        columns = dict.fromkeys(("low", "high", "since", "until"), pl.Float64)
        table = pl.DataFrame(list(places), schema=columns, orient="row")
        since, until = table["since"].fill_null(-math.inf), table["until"].fill_null(math.inf)
        low, high, first, last = (one.to_numpy() for one in (table["low"], table["high"], since, until))
        return cls(low, high, first, last, tail, of_form)

    def weights(self, value: Reals, month: Reals, any_good: Reals, *, each: bool = False) -> dict[str, Reals]:
        """Log density of a figure under each form's likeliest band in force; any good's where none is known.

        `each`: a form's bands share its weight, and it may be packed as any good is, if more seldom.
        """
        found = log_bands(value, self.low, self.high, self.tail)
        is_open = np.isinf(self.since) & np.isinf(self.until)
        found[~(is_open[:, None] | ((month >= self.since[:, None]) & (month < self.until[:, None])))] = np.nan
        weights = {}
        for form, held in self.of_form.items():
            best = np.fmax.reduce(found[held]) if held else np.full(len(value), np.nan)
            told = np.maximum(best - math.log(len(held)), any_good - 1.0) if each and held else best
            weights[form] = np.where(np.isnan(told), any_good, told)
        return weights


def price_form_bands(forms: pl.DataFrame, minerals: Minerals, rules: ParcelRules) -> Bands:
    """Bands of `log_unit_value`: those of the form and those of its mineral in general."""
    known = minerals.prices.filter(pl.col("mineral").is_in(forms["mineral"].unique().implode()))
    bands = price_bands(known, rules).select("mineral", "form_id", "low", "high", "from_month", "to_month").collect()
    return Bands.of(bands.drop("mineral", "form_id").rows(), _PRICE.tail, _owned(forms, bands))


def density_form_bands(forms: pl.DataFrame, rules: ParcelRules) -> Bands:
    """Bands of `log_density`: from each form's solid density."""
    bands = forms.select("mineral", "form_id", solid="density_kg_m3").drop_nulls("solid")
    shares = rules.solid_share_least, rules.solid_share_most
    logs = [(math.log(solid * shares[0]), math.log(solid * shares[1]), None, None) for solid in bands["solid"]]
    return Bands.of(logs, _DENSITY.tail, _owned(forms, bands))


def package_form_bands(forms: pl.DataFrame, minerals: Minerals) -> Bands:
    """Bands of `log_package`: each form's packings and those of its mineral in general."""
    bands = minerals.packings.drop_nulls("package_kg_low")
    logs = [
        (math.log(low), math.log(high), None, None)
        for low, high in bands.select("package_kg_low", "package_kg_high").iter_rows()
    ]
    return Bands.of(logs, _PACKAGE.tail, _owned(forms, bands))


def _owned(forms: pl.DataFrame, bands: pl.DataFrame) -> dict[str, list[int]]:
    """Give each form the places of the bands of its own and of its mineral in general."""
    owners = list(bands.select("mineral", "form_id").iter_rows())
    return {
        form: [at for at, owner in enumerate(owners) if owner in ((mineral, None), (mineral, form))]
        for mineral, form in forms.select("mineral", "form_id").iter_rows()
    }


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

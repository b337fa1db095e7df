"""Which hidden mineral would explain price, density and packing at once: one likelihood, not three alarms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from features.lookback import settled
from features.minerals import Minerals
from features.parcel.forms import (
    Bands,
    density_form_bands,
    log_priors,
    package_form_bands,
    price_form_bands,
    weighed_forms,
)
from features.parcel.likeness import own_minerals
from features.parcel.peaks import ORDINARY, Ordinary, log_band, log_peak, ordinary
from features.parcel.rules import ParcelRules

_STEPS = 1_000_000  # weights are summed as whole steps, so that no order of minerals changes a digit


def material_likelihoods(rows: pl.LazyFrame, minerals: Minerals, rules: ParcelRules) -> pl.LazyFrame:
    """Weigh each controlled mineral against the declared good, by all figures of a row at once.

    Parameters
    ----------
    rows
        Rows worth asking about: `declaration_id`, `hs6`, `month`, `log_unit_value`, `log_density`, `log_package`,
        `<figure>_middle` and `<figure>_spread` (null unknown), `densest_kg_m3`.
    minerals
        Facts on minerals. Those declared under the row's own subheading are left out: null.
    rules
        Which minerals are weighed.

    Returns
    -------
    pl.LazyFrame
        `declaration_id`; in a column of each mineral's name the natural log of how much better it explains the figures
        than the declared good does; `log_other`, the same for another ordinary good. A figure that is missing counts
        for no side. A mineral is as likely as its likeliest form. One row out for one row in.
    """
    given = settled(rows)
    weighing = _weighing(minerals, rules)
    month = given.select(pl.col("month").cast(pl.Float64)).to_series().to_numpy()
    weights = {form: np.zeros(given.height) for form in weighing.forms["form_id"]}
    for one, bands in zip(ORDINARY, weighing.bands, strict=True):
        value = given[f"log_{one.figure}"].to_numpy()
        any_good = given.select(ordinary(one)).to_series().to_numpy()
        for form, weight in bands.weights(value, month, any_good, each=one.figure == "package").items():
            weights[form] += weight
    likeliest = {
        str(mineral): pl.Series(np.maximum.reduce([weights[form] for form in held["form_id"]]))
        for (mineral,), held in weighing.forms.group_by("mineral", maintain_order=True)
    }
    told = given.select(
        "declaration_id",
        "hs6",
        log_declared=pl.sum_horizontal(_declared(one, rules) for one in ORDINARY),
        any_good=pl.sum_horizontal(ordinary(one) for one in ORDINARY),
    )
    is_own = {name: pl.col("hs6").is_in(weighing.own_codes.get(name, [])).fill_null(value=False) for name in likeliest}
    return (
        told.with_columns(**likeliest)
        .lazy()
        .select(
            "declaration_id",
            log_other=(pl.col("any_good") - pl.col("log_declared")).round(6),
            **{
                name: pl.when(~is_own[name]).then((pl.col(name) - pl.col("log_declared")).round(6))
                for name in likeliest
            },
        )
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Weighing:
    """What every row is weighed by."""

    forms: pl.DataFrame
    bands: tuple[Bands, ...]
    """Of each figure of ORDINARY."""
    own_codes: dict[str, list[str]]
    """Subheadings that each mineral is declared under."""


@lru_cache(maxsize=4)
def _weighing(minerals: Minerals, rules: ParcelRules) -> _Weighing:
    forms = weighed_forms(minerals, rules)
    prices, densities = price_form_bands(forms, minerals, rules), density_form_bands(forms, rules)
    own = own_minerals(minerals.forms).group_by("mineral").agg(pl.col("hs6").unique().sort()).collect()
    bands = (prices, densities, package_form_bands(forms, minerals))
    return _Weighing(forms, bands, dict(own.iter_rows()))


def best_material(likelihoods: pl.LazyFrame, priors: Mapping[str, float], rules: ParcelRules) -> pl.LazyFrame:
    """Name the mineral that explains a row best, and how surely any does.

    `priors` holds the log share of each mineral of `likelihoods` among all. Returns `declaration_id`,
    `material_mismatch` (weight of all minerals against the declared good and another ordinary good, by
    `hidden_weight` and `other_weight`; null where no mineral was weighed), `material_mineral` and `material_log_ratio`.
    """
    if not priors:
        return likelihoods.select(
            "declaration_id",
            material_mineral=pl.lit(None, pl.String),
            material_log_ratio=pl.lit(None, pl.Float64),
            material_mismatch=pl.lit(None, pl.Float64),
        )
    names = sorted(priors)  # of two as likely the first by name is told
    weighed = [(pl.col(name) + priors[name] + math.log(rules.hidden_weight)).round(9).alias(name) for name in names]
    other = (pl.col("log_other") + math.log(rules.other_weight)).round(9)
    top, best = pl.col("top"), pl.col("best")
    steps = [((pl.col(name) - top).exp() * _STEPS).round(0).cast(pl.Int64) for name in names]
    found = pl.coalesce(pl.when(pl.col(name) == best).then(pl.lit(name)) for name in names)
    honest = (pl.col("other") - top).exp() + (-top).exp()
    ratios = {name: pl.col(name).alias(f"ratio {name}") for name in names}
    return (
        likelihoods.with_columns(*ratios.values(), other=other)
        .with_columns(weighed)
        .with_columns(best=pl.max_horizontal(names))
        .with_columns(top=pl.max_horizontal("best", "other", pl.lit(0.0)), material_mineral=found)
        .with_columns(steps=pl.sum_horizontal(steps), honest=honest)
        .select(
            "declaration_id",
            "material_mineral",
            material_log_ratio=pl.coalesce(
                pl.when(pl.col("material_mineral") == name).then(f"ratio {name}") for name in names
            ),
            material_mismatch=pl.when(best.is_not_null()).then(
                pl.col("steps") / (pl.col("steps") + (pl.col("honest") * _STEPS))
            ),
        )
    )


def weigh_materials(rows: pl.LazyFrame, minerals: Minerals, rules: ParcelRules) -> pl.LazyFrame:
    """Weigh every mineral for each of `rows` (see `material_likelihoods`) and keep the best (see `best_material`)."""
    priors = log_priors(weighed_forms(minerals, rules), minerals, rules)
    return best_material(material_likelihoods(rows, minerals, rules), priors, rules)


def _declared(one: Ordinary, rules: ParcelRules) -> pl.Expr:
    """Log density of a figure if the goods are what they are called; of any good where nothing is known of them."""
    value = pl.col(f"log_{one.figure}")
    spread = pl.col(f"{one.figure}_spread").clip(lower_bound=rules.spread_least)
    by_history = log_peak(value, pl.col(f"{one.figure}_middle"), spread)
    if one.figure == "density":
        top = pl.col("densest_kg_m3").log()
        loosest = math.log(rules.solid_share_least / 3.0)  # filled to a third of what loose powder is (own choice)
        by_history = pl.coalesce(by_history, log_band(value, top + loosest, top, one.tail))
    return pl.coalesce(by_history, ordinary(one)).fill_null(0.0)

"""Build the parcel's evidence: one row per declaration."""

from __future__ import annotations

import polars as pl

from features.beside import beside, told_once
from features.completeness import complete
from features.contracts import Declarations
from features.lookback import settle, settle_whole, settled
from features.minerals import Minerals
from features.parcel import boxes, densities, deviation, hidden_mass, packing
from features.parcel.likelihood import weigh_materials
from features.parcel.likeness import closest_mineral, own_minerals, price_bands
from features.parcel.quantities import QUANTITIES, TARE_STEPS, quantity_columns
from features.parcel.registry import REGISTRY
from features.parcel.rules import ParcelRules
from features.parcel.usual import ParcelPast, add_usual, key_columns
from features.units import plain_number

_HISTORY = (
    "declaration_id",
    "declared_on",
    "hs_code",
    "origin_iso3",
    "destination_iso3",
    "net_kg",
    "gross_kg",
    "volume_m3",
    "value_usd",
    "n_packages",
)
_ROWS = (*_HISTORY, "n_containers", "container_type", "package_type")
_FIGURES = (
    "unit_value_usd_per_kg",
    "usual_unit_value_usd_per_kg",
    "usual_of",
    "density_kg_m3",
    "usual_density_kg_m3",
    "densest_kg_m3",
    "density_words",
    "kg_per_package",
    "usual_kg_per_package",
    "packing_words",
    "gross_net_ratio",
    "usual_gross_net_ratio",
    "usual_net_kg",
    "payload_share",
    "volume_share",
    "fitting_share",
    "fitting_words",
    "price_mineral",
    "price_mineral_n",
    "density_mineral",
    "density_mineral_n",
    "is_price_band_later",
    "is_price_band_wide",
    "material_mineral",
    "material_log_ratio",
    "material_figures",
)
_TOLD = {"unit_value_usd_per_kg": "USD/kg", "density_kg_m3": "kg per cubic metre", "kg_per_package": "kg per package"}
"""Figures that tell of a hidden mineral, with their units in words."""


def build_parcel(
    declarations: pl.LazyFrame, history: pl.LazyFrame, minerals: Minerals, *, rules: ParcelRules | None = None
) -> pl.LazyFrame:
    """Weigh the parcel's figures against the declared good and against controlled minerals.

    Parameters
    ----------
    declarations
        Rows to judge (contract `Declarations`; optional columns may be missing).
    history
        Earlier declarations; only months before a row's own month are used, whatever else the table holds.
    minerals
        Facts on controlled minerals; its tables may be empty.
    rules
        Thresholds, box limits and densities of ordinary goods.

    Returns
    -------
    pl.LazyFrame
        `declaration_id`, the columns of `REGISTRY` (Float32, null unknown) and the figures behind them.
    """
    rules = rules or ParcelRules()
    return judge_parcel(declarations, parcel_past(history, rules), minerals)


def parcel_past(history: pl.LazyFrame, rules: ParcelRules) -> ParcelPast:
    """Count past declarations (contract `Declarations`), for any number of batches."""
    return ParcelPast.of(
        complete(history, Declarations, _HISTORY).with_columns(*key_columns(), *quantity_columns()), rules
    )


def judge_parcel(
    declarations: pl.LazyFrame, past: ParcelPast, minerals: Minerals, said: pl.LazyFrame | None = None
) -> pl.LazyFrame:
    """Return what `build_parcel` does, from what is counted already.

    `said` (`declaration_id`, `said_mineral`) holds what the words name: of minerals that a price or a density fits,
    that one is told, and without words the one that fits all figures.
    """
    rules = past.rules
    rows = complete(declarations, Declarations, _ROWS).with_columns(*key_columns(), *quantity_columns())
    measured = _measured(add_usual(settled(rows), past), rules)
    likened = _add_likeness(_add_material(measured, minerals, rules), minerals, rules, said)
    strengths = settled(
        hidden_mass.with_hidden_mass(likened.lazy(), rules).with_columns(
            boxes.container_overfull(rules).alias("container_overfull"),
            boxes.heavy_in_small_space(rules).alias("heavy_in_small_space"),
            densities.density_off(rules).alias("density_off"),
            packing.packing_off(rules).alias("packing_off"),
            packing.tare_off(rules).alias("tare_off"),
            *((pl.col(f"log_{one}") - pl.col(f"{one}_middle")).alias(f"{one}_apart") for one in QUANTITIES),
            (1.0 / pl.col("mass_factor")).alias("fitting_share"),
            pl.col("unit_value_n").alias("history_n"),
            pl.col("unit_value_middle").exp().alias("usual_unit_value_usd_per_kg"),
            pl.col("density_middle").exp().alias("usual_density_kg_m3"),
            pl.col("package_middle").exp().alias("usual_kg_per_package"),
            (pl.col("tare_middle") * (1.0 / TARE_STEPS)).exp().alias("usual_gross_net_ratio"),
            pl.col("lot_middle").exp().alias("usual_net_kg"),
        )
    )
    codes = [one.code for one in REGISTRY]
    worded = beside(strengths, _words(strengths, rules), "declaration_id")
    return worded.lazy().select("declaration_id", pl.col(codes).cast(pl.Float32), *_FIGURES)


def _words(rows: pl.DataFrame, rules: ParcelRules) -> pl.LazyFrame:
    """Say what is off about density, packing and mass, of the few rows of which anything is: words are slow."""
    is_off = pl.any_horizontal(pl.col("density_off", "packing_off", "hidden_mass") > 0)
    return settle_whole(rows.lazy().filter(is_off)).select(
        "declaration_id",
        density_words=densities.density_words(rules),
        packing_words=packing.packing_words(rules),
        fitting_words=hidden_mass.fitting_words(),
    )


def _measured(rows: pl.DataFrame, rules: ParcelRules) -> pl.DataFrame:
    """Add how full boxes are, how dense the goods can be, and how far price and density lie outside the usual."""
    texts = {
        "container_type": boxes.box_feet(pl.col("container_type")).alias("box_feet"),
        "hs_code": densities.carrier_density(pl.col("hs_code"), rules).alias("carrier_density_kg_m3"),
        "package_type": packing.package_most_kg(pl.col("package_type"), rules).alias("package_most_kg"),
    }
    for column, said in texts.items():
        rows = told_once(rows, column, said)
    judged = rows.lazy().with_columns(
        deviation.unit_value_high(rules).alias("unit_value_high"),
        deviation.unit_value_low(rules).alias("unit_value_low"),
        boxes.payload_share(rules).alias("payload_share"),
        boxes.volume_share(rules).alias("volume_share"),
        densities.densest_kg_m3(rules).alias("densest_kg_m3"),
    )
    return settled(
        judged.with_columns(
            densities.above_densest(rules).alias("above_densest"),
            pl.max_horizontal("unit_value_high", "unit_value_low").alias("price_off"),
        )
    )


def _is_odd() -> pl.Expr:
    """Tell the few rows whose price or density does not fit the declared good: the others are held against none."""
    return (pl.col("price_off") > 0) | (pl.col("above_densest") > 0)


def _add_material(rows: pl.DataFrame, minerals: Minerals, rules: ParcelRules) -> pl.DataFrame:
    """Add the mineral that would explain price, density and packing at once, and how surely one does.

    0 for rows that are not odd, or null where neither price nor density could be judged.
    """
    weighed = (
        *("log_unit_value", "log_density", "log_package", "densest_kg_m3"),
        *(f"{part}_{of}" for part in ("unit_value", "density", "package") for of in ("middle", "spread")),
    )
    odd = settle_whole(rows.lazy().filter(_is_odd()).select("declaration_id", "hs6", "month", *weighed, *_TOLD))
    told = pl.when(pl.col("material_mineral").is_not_null()).then("material_figures")
    best = (
        weigh_materials(odd, minerals, rules)
        .join(odd.select("declaration_id", material_figures=_figures_told()), on="declaration_id", how="left")
        .with_columns(told)
    )
    judged = pl.any_horizontal(pl.col("price_off", "above_densest").is_not_null())
    return beside(rows, best, "declaration_id").with_columns(
        material_mismatch=pl.when(judged).then(pl.col("material_mismatch").fill_null(0.0))
    )


def _figures_told() -> pl.Expr:
    """Name the figures that were weighed, in words."""
    said = [pl.format("{} " + unit, plain_number(pl.col(name).round_sig_figs(4))) for name, unit in _TOLD.items()]
    return pl.concat_str(said, separator=", ", ignore_nulls=True)


def _add_likeness(
    rows: pl.DataFrame, minerals: Minerals, rules: ParcelRules, said: pl.LazyFrame | None
) -> pl.DataFrame:
    """Add the mineral that would explain the price, and the one that would explain the density, of odd rows.

    Of several the one that the words name, or that explains all figures at once, is named, so that a row's reasons
    speak of one mineral.
    """
    listed = minerals.forms.filter(pl.col("is_listed").fill_null(value=False))
    names = listed.get_column("mineral").unique()
    own = own_minerals(minerals.forms)
    prices = minerals.prices.filter(pl.col("mineral").is_in(names.implode()))
    figures = ("price_off", "above_densest", "log_unit_value", "log_density")
    odd = settle(rows.lazy().filter(_is_odd()).select("declaration_id", "hs6", "month", *figures, "material_mineral"))
    if said is not None:
        named = pl.coalesce("said_mineral", "material_mineral").alias("material_mineral")
        odd = settle(odd.join(said, on="declaration_id", how="left").with_columns(named).drop("said_mineral"))
    priced = settle(
        closest_mineral(
            odd.filter(pl.col("price_off") > 0),
            price_bands(prices, rules),
            own,
            log_figure="log_unit_value",
            prefer="material_mineral",
            name="price_mineral",
            traded=rules.traded_t_per_year,
        )
    )
    dense = settle(
        closest_mineral(
            odd.filter(pl.col("above_densest") > 0)
            .join(priced, on="declaration_id", how="left")
            .with_columns(named=pl.coalesce("price_mineral", "material_mineral")),
            densities.density_bands(listed, rules),
            own,
            log_figure="log_density",
            prefer="named",
            name="density_mineral",
            traded=rules.traded_t_per_year,
        )
    )
    found = (
        odd.select("declaration_id")
        .join(priced, on="declaration_id", how="left")
        .join(dense, on="declaration_id", how="left")
        .filter(pl.col("price_mineral").is_not_null() | pl.col("density_mineral").is_not_null())
        .with_columns(suspected=pl.coalesce("price_mineral", "density_mineral"))
        .join(packing.mineral_packings(minerals.packings), on="suspected", how="left")
        .rename({"price_mineral_is_later": "is_price_band_later", "price_mineral_is_wide": "is_price_band_wide"})
        .drop("density_mineral_is_later", "density_mineral_is_wide", "suspected")
    )
    mass = pl.col("kg_per_package")
    fit = pl.when(pl.col("price_mineral").is_null()).then(0.0).when("is_price_band_wide").then(rules.wide_band_weight)
    return beside(rows, found, "declaration_id").with_columns(
        (pl.col("price_off") * fit.otherwise(1.0)).alias("price_like_mineral"),
        (pl.col("above_densest") * pl.col("density_mineral").is_not_null()).alias("density_like_mineral"),
        ((mass >= pl.col("package_kg_low")) & (mass <= pl.col("package_kg_high"))).alias("is_mineral_packing"),
    )

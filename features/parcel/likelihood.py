"""Which hidden mineral would explain price, density and packing at once: one likelihood, not three alarms."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from features.lookback import settle
from features.minerals import Minerals
from features.parcel.likeness import own_minerals, price_bands
from features.parcel.rules import ParcelRules

_TAIL_AREA = math.pi * math.sqrt(3) / 2  # of (1 + z^2/3)^-2 over the whole line: Student's t with three degrees
_STEPS = 1_000_000  # weights are summed as whole steps, so that no order of rows changes a digit


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
    return -2.0 * (1.0 + ((value - middle) / spread).pow(2) / 3.0).log() - (spread * _TAIL_AREA).log()


def log_band(value: pl.Expr, low: pl.Expr, high: pl.Expr, tail: float) -> pl.Expr:
    """Log density of a figure that lies anywhere in a band, with heavy tails outside; it integrates to one."""
    outside = pl.max_horizontal(low - value, value - high, pl.lit(0.0)) / tail
    return -2.0 * (1.0 + outside.pow(2) / 3.0).log() - (high - low + tail * _TAIL_AREA).log()


def material_likelihoods(rows: pl.LazyFrame, minerals: Minerals, rules: ParcelRules) -> pl.LazyFrame:
    """Weigh each controlled mineral against the declared good, by all figures of a row at once.

    Parameters
    ----------
    rows
        Rows worth asking about: `declaration_id`, `hs6`, `month`, `log_unit_value`, `log_density`, `log_package`,
        `<figure>_middle` and `<figure>_spread` (null unknown), `densest_kg_m3`.
    minerals
        Facts on minerals. Those declared under the row's own subheading are left out.
    rules
        Prior weights.

    Returns
    -------
    pl.LazyFrame
        `declaration_id`, `mineral`, `log_ratio` (natural log of how much better the mineral explains the figures than
        the declared good does), `log_other` (the same for another ordinary good) and `log_prior` (share of the
        mineral among all: the root of what a year's world production is worth, for where more is traded lots are both
        more and larger). Minerals without a tonnage in the rules are not weighed. A figure
        that is missing counts for no side. A mineral is as likely as its likeliest form.
    """
    weighed_minerals = [name for name, _ in rules.traded_t_per_year]
    is_candidate = pl.col("is_listed").fill_null(value=False) & pl.col("mineral").is_in(weighed_minerals)
    listed = minerals.forms.filter(is_candidate).select("mineral", "form_id", "density_kg_m3")
    prior = _log_prior(listed, minerals, rules)
    numbered = listed.with_columns(mineral_no=pl.col("mineral").rank("dense").cast(pl.Int32))
    plain = rows.with_row_index("row_no").with_columns(
        log_declared=pl.sum_horizontal(_declared(one, rules) for one in ORDINARY),
        log_any=pl.sum_horizontal(_ordinary(one) for one in ORDINARY),
    )
    prices, packages = _prices(rows, listed, minerals, rules), _packages(rows, listed, minerals)
    price = pl.coalesce(pl.col("log_price"), _ordinary(ORDINARY[0]))
    weighed = settle(
        plain.join(numbered.lazy(), how="cross")
        .join(own_minerals(minerals.forms), on=["hs6", "mineral"], how="anti")
        .join(prices, on=["month", "log_unit_value", "form_id"], how="left", nulls_equal=True)
        .join(packages, on=["log_package", "form_id"], how="left")
        .select(
            "row_no",
            "mineral_no",
            "declaration_id",
            "mineral",
            "log_declared",
            "log_any",
            log_form=price + _form_density(rules) + pl.col("log_pack").fill_null(0.0),
        )
    )
    # Grouped by numbers, which is several times faster than by text.
    by_mineral = weighed.group_by("row_no", "mineral_no").agg(
        pl.col("declaration_id", "mineral").first(),
        log_ratio=(pl.col("log_form").max() - pl.col("log_declared").first()).round(6),
        log_other=(pl.col("log_any").first() - pl.col("log_declared").first()).round(6),
    )
    return settle(by_mineral.drop("row_no", "mineral_no").with_columns(log_prior=prior))


def best_material(likelihoods: pl.LazyFrame, rules: ParcelRules) -> pl.LazyFrame:
    """Name the mineral that explains a row best, and how surely any does.

    Returns `declaration_id`, `material_mismatch` (weight of all minerals against the declared good and another
    ordinary good, by `hidden_weight` and `other_weight`), `material_mineral` and `material_log_ratio`.
    """
    weight = pl.col("log_ratio") + pl.col("log_prior") + math.log(rules.hidden_weight)
    other = pl.col("log_other") + math.log(rules.other_weight)
    top = pl.col("top")
    return (
        likelihoods.with_columns(weight=weight.round(9), other=other.round(9))
        .with_columns(top=pl.max_horizontal(pl.col("weight").max().over("declaration_id"), "other", pl.lit(0.0)))
        .with_columns(steps=((pl.col("weight") - top).exp() * _STEPS).round(0).cast(pl.Int64))
        .sort("declaration_id", "weight", "mineral", descending=[False, True, False])
        .group_by("declaration_id", maintain_order=True)
        .agg(
            pl.col("steps").sum(),
            pl.col("mineral").first().alias("material_mineral"),
            pl.col("log_ratio").first().alias("material_log_ratio"),
            honest=((pl.col("other") - top).exp() + (-top).exp()).first(),
        )
        .select(
            "declaration_id",
            "material_mineral",
            "material_log_ratio",
            material_mismatch=pl.col("steps") / (pl.col("steps") + (pl.col("honest") * _STEPS)),
        )
    )


def _ordinary(one: Ordinary) -> pl.Expr:
    return log_peak(pl.col(f"log_{one.figure}"), pl.lit(one.middle), pl.lit(one.spread)).fill_null(0.0)


def _declared(one: Ordinary, rules: ParcelRules) -> pl.Expr:
    """Log density of a figure if the goods are what they are called; of any good where nothing is known of them."""
    value = pl.col(f"log_{one.figure}")
    spread = pl.col(f"{one.figure}_spread").clip(lower_bound=rules.spread_least)
    by_history = log_peak(value, pl.col(f"{one.figure}_middle"), spread)
    if one.figure == "density":
        top = pl.col("densest_kg_m3").log()
        loosest = math.log(rules.solid_share_least / 3.0)  # filled to a third of what loose powder is (own choice)
        by_history = pl.coalesce(by_history, log_band(value, top + loosest, top, one.tail))
    return pl.coalesce(by_history, _ordinary(one)).fill_null(0.0)


def _form_density(rules: ParcelRules) -> pl.Expr:
    solid = pl.col("density_kg_m3").log()
    low, high = solid + math.log(rules.solid_share_least), solid + math.log(rules.solid_share_most)
    any_good = ORDINARY[1]
    return pl.coalesce(log_band(pl.col("log_density"), low, high, any_good.tail), _ordinary(any_good)).fill_null(0.0)


def _prices(rows: pl.LazyFrame, listed: pl.DataFrame, minerals: Minerals, rules: ParcelRules) -> pl.LazyFrame:
    """Log density of each asked price under each form's price band in force, the likeliest band counting."""
    bands = price_bands(minerals.prices.filter(pl.col("mineral").is_in(listed["mineral"].unique().implode())), rules)
    of_form = listed.lazy().select("mineral", form="form_id").join(bands, on="mineral", how="inner")
    own = of_form.filter(pl.col("form_id").is_null() | (pl.col("form_id") == pl.col("form"))).drop("form_id")
    in_force = (pl.col("from_month") <= pl.col("month")).fill_null(value=True) & (
        pl.col("month") < pl.col("to_month")
    ).fill_null(value=True)
    price = ORDINARY[0]
    fitted = (
        rows.select("month", "log_unit_value")
        .drop_nulls()
        .unique()
        .join(own, how="cross")
        .filter(in_force)
        .with_columns(log_price=log_band(pl.col("log_unit_value"), pl.col("low"), pl.col("high"), price.tail))
        .group_by("month", "log_unit_value", form_id="form")
        .agg(pl.col("log_price").max())
    )
    return settle(fitted)


def _packages(rows: pl.LazyFrame, listed: pl.DataFrame, minerals: Minerals) -> pl.LazyFrame:
    """Log density of each asked package mass under each form's packings; any good's where none is known."""
    package = ORDINARY[2]
    known = minerals.packings.lazy().rename({"form_id": "of"})
    of_form = listed.lazy().select("mineral", "form_id").join(known, on="mineral", how="left")
    own = of_form.with_columns(
        fits=(pl.col("of").is_null() | (pl.col("of") == pl.col("form_id"))) & pl.col("package_kg_low").is_not_null()
    )
    value = pl.col("log_package")
    in_band = log_band(value, pl.col("package_kg_low").log(), pl.col("package_kg_high").log(), package.tail)
    n_own = pl.col("fits").sum().over("form_id").clip(lower_bound=1)
    fitted = (
        rows.select("log_package")
        .drop_nulls()
        .unique()
        .join(own.with_columns(n=n_own), how="cross")
        .with_columns(
            log_pack=pl.when("fits")
            .then(pl.max_horizontal(in_band - pl.col("n").log(), _ordinary(package) - 1.0))
            .otherwise(_ordinary(package))
        )
        .group_by("log_package", "form_id")
        .agg(pl.col("log_pack").filter("fits").max(), any_good=pl.col("log_pack").min())
    )
    return settle(fitted.select("log_package", "form_id", log_pack=pl.coalesce("log_pack", "any_good")))


def _log_prior(listed: pl.DataFrame, minerals: Minerals, rules: ParcelRules) -> pl.Expr:
    """Log share of each mineral by the root of what a year's world production is worth."""
    usual = minerals.prices.select(
        "mineral",
        price=(pl.col("low_usd_per_kg") * pl.col("high_usd_per_kg")).sqrt(),
        wide=pl.col("confidence") == "band",
    ).sort("mineral", "wide", "price")
    prices = dict(usual.group_by("mineral", maintain_order=True).agg(pl.col("price").last()).iter_rows())
    tonnes = dict(rules.traded_t_per_year)
    names = listed["mineral"].unique().sort().to_list()
    roots = {name: math.sqrt(tonnes[name] * (prices.get(name) or 1.0)) for name in names}
    total = sum(roots.values()) or 1.0
    shares = {name: math.log(root / total) for name, root in roots.items()}
    return pl.col("mineral").replace_strict(shares, default=None, return_dtype=pl.Float64)

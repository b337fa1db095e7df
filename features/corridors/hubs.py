"""What a hub takes in and sends out of a good altogether, and to how many countries at once."""

from __future__ import annotations

import polars as pl

from features.corridors.lanes import TRIAL
from features.corridors.surge import risen_beside

MANY = 4.0  # destinations that got more at once: goods passed on have a buyer or two, what a country makes has several


def hub_totals(lanes: pl.LazyFrame) -> pl.LazyFrame:
    """Sum what each country took in and sent out in a good, before and after each date: trial keys and `hub_iso3`."""
    n_post = pl.col("n_post")
    post = pl.when(n_post > 0).then(pl.col("post_sum") / n_post)
    rose = (pl.col("excess") > pl.col("noise")).fill_null(value=False)
    incoming = lanes.group_by(*TRIAL, pl.col("importer_iso3").alias("hub_iso3")).agg(
        pl.col("pre_mean").sum().round(3).alias("all_in_pre"), post.sum().round(3).alias("all_in_post")
    )
    outgoing = lanes.group_by(*TRIAL, pl.col("exporter_iso3").alias("hub_iso3")).agg(
        pl.col("pre_mean").sum().round(3).alias("all_out_pre"),
        post.sum().round(3).alias("all_out_post"),
        rose.sum().cast(pl.Float64).alias("n_out_risen"),
    )
    return outgoing.join(incoming, on=[*TRIAL, "hub_iso3"], how="left").with_columns(
        pl.col("all_in_pre", "all_in_post").fill_null(0.0)
    )


def origin_totals(lanes: pl.LazyFrame) -> pl.LazyFrame:
    """Sum what each origin sent to all, before and after each date: trial keys, `origin_iso3 origin_pre origin_post`.

    In the lanes' unit a month. `lanes` from `excess_over_expected`.
    """
    post = pl.when(pl.col("n_post") > 0).then(pl.col("post_sum") / pl.col("n_post"))
    sent = lanes.filter("is_from_origin").group_by(*TRIAL, pl.col("exporter_iso3").alias("origin_iso3"))
    return sent.agg(pl.col("pre_mean").sum().round(3).alias("origin_pre"), post.sum().round(3).alias("origin_post"))


def with_hub_totals(corridors: pl.LazyFrame, lanes: pl.LazyFrame) -> pl.LazyFrame:
    """Add `hub_totals` to corridors, in which a leg that was weighed anew (`at_the_other_legs_price`) counts as that.

    Columns `all_in_pre all_in_post all_out_pre all_out_post n_out_risen`, in the corridor's unit a month.
    """
    return corridors.join(hub_totals(lanes), on=[*TRIAL, "hub_iso3"], how="left").with_columns(
        (pl.col(f"all_{leg}_{span}") + (own * (1.0 - 1.0 / pl.col(f"{leg}_scale"))).fill_nan(0.0).fill_null(0.0))
        .clip(lower_bound=0.0)
        .alias(f"all_{leg}_{span}")
        for leg in ("in", "out")
        for span, own in (
            ("pre", pl.col(f"{leg}_pre_mean")),
            ("post", pl.col(f"{leg}_post_sum") / pl.col(f"{leg}_n_post")),
        )
    )


def ratio_share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Part of a whole, in [0, 1]; 0 where the whole is not above 0, or either is unknown."""
    return pl.when(whole > 0).then((part / whole).clip(0.0, 1.0)).fill_null(0.0)


def covered(amount: pl.Expr, *, by: pl.Expr, leg: str, other: str) -> pl.Expr:
    """Part of an amount of a leg that an amount of the other leg makes up, by mass or by value: the greater.

    Each leg at its own unit value after (`{leg}_post_usd` over `{leg}_post_sum`). In [0, 1]; 0 where either is unknown.
    """
    uv, other_uv = (pl.col(f"{one}_post_usd") / pl.col(f"{one}_post_sum") for one in (leg, other))
    by_value = ratio_share(by * other_uv, amount * uv).fill_nan(0.0)
    return pl.max_horizontal(ratio_share(by, amount), by_value)


def ln_growth(post_mean: pl.Expr, pre_mean: pl.Expr, floor: pl.Expr) -> pl.Expr:
    """How far a monthly mean rose, in ln, either raised by a monthly floor. Null where either is."""
    return ((post_mean + floor) / (pre_mean + floor)).log()


def leg_mean(leg: str) -> pl.Expr:
    """What a leg (in, out or direct) carried a month, over the months after."""
    return pl.col(f"{leg}_post_sum") / pl.col(f"{leg}_n_post")


def leg_growth(leg: str) -> pl.Expr:
    """How far a leg (in, out or direct) rose, in ln."""
    return ln_growth(leg_mean(leg), pl.col(f"{leg}_pre_mean"), pl.col("floor") / pl.col(f"{leg}_n_post"))


def others_growth() -> pl.Expr:
    """How far all that the hub sent to other destinations rose, in ln."""
    own_pre, own_post = pl.col("out_pre_mean"), pl.col("out_post_sum") / pl.col("out_n_post")
    monthly_floor = pl.col("floor") / pl.col("out_n_post")
    return ln_growth(pl.col("all_out_post") - own_post, pl.col("all_out_pre") - own_pre, monthly_floor)


def to_many() -> pl.Expr:
    """Sent to many at once (`MANY`), as far as others had their part of the rise, or got more of the good in all.

    In [0, 1], never null: goods passed on have a buyer or two, what a country makes has several.
    """
    many = ((pl.col("n_out_risen") - 1.0) / (MANY - 1.0)).clip(0.0, 1.0).fill_null(0.0)
    risen = pl.col("out_excess") + pl.col("out_beside")
    others = pl.max_horizontal(
        ratio_share(others_growth().clip(lower_bound=0.0), leg_growth("out")),
        ratio_share(pl.col("out_beside"), risen),
    )
    return many * others


def to_many_by_code(corridors: pl.LazyFrame, lanes: pl.LazyFrame) -> pl.LazyFrame:
    """Sent to many at once in those of a good's codes that rose on the way out: bulk in other codes hides nothing.

    `corridors` of goods whose name joins several codes by `;`; `lanes` from `excess_over_expected`, of single codes
    too. Adds `to_many_by_code`, in [0, 1]: `to_many` of each code counted in the good's unit, weighed by its part of
    what rose from the hub to the destination. Null for goods of one code, or where no code is known to have risen.
    """
    codes = pl.col("mineral").cast(pl.String).str.split("#").list.first()
    trial, way = list(TRIAL[1:]), ["hub_iso3", "destination_iso3"]
    asked = (
        corridors.filter(codes.str.contains(";", literal=True))
        .select(*TRIAL, *way, "is_mass", codes.str.split(";").alias("code"))
        .unique([*TRIAL, *way])
        .explode("code", empty_as_null=False)
    )
    single = lanes.filter(~codes.str.contains(";", literal=True))
    left = risen_beside(single.filter(~pl.col("is_from_origin"))).filter(pl.col("excess") > 0)
    legs = left.select(
        *TRIAL,
        "is_mass",
        "floor",
        codes.alias("code"),
        pl.col("exporter_iso3").alias("hub_iso3"),
        pl.col("importer_iso3").alias("destination_iso3"),
        pl.col("beside").alias("out_beside"),
        *(pl.col(name).alias(f"out_{name}") for name in ("pre_mean", "post_sum", "n_post", "excess")),
    ).join(hub_totals(single), on=[*TRIAL, "hub_iso3"], how="left")
    each = legs.group_by(*trial, *way, "is_mass", "code").agg(pl.col("out_excess").max(), to_many().max().alias("many"))
    found = (
        asked.join(each, on=[*trial, *way, "is_mass", "code"], how="left")
        .group_by(*TRIAL, *way)
        .agg((pl.col("many") * pl.col("out_excess")).sum(), pl.col("out_excess").sum())
        .select(*TRIAL, *way, ratio_share(pl.col("many"), pl.col("out_excess")).round(9).alias("to_many_by_code"))
    )
    return corridors.join(found, on=[*TRIAL, *way], how="left")

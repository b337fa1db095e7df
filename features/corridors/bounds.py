"""How much can have been passed on at all: by one trader, by one group of firms, by the whole country."""

from __future__ import annotations

import polars as pl

LAG_MONTHS = 3
"""Months before the window from which an inflow may still be passed on: a licence period and a sea voyage."""
RELABEL_YIELD = (0.90, 1.02)  # indicators.md 9: mass out over mass in, where goods are only given another name
LARGEST_UPLIFT = 0.15  # indicators.md 9: unit value out over in, less one
LONGEST_DWELL_DAYS = 120.0
"""Mean day out less mean day in: three months of lag and one in which they are spread. Own choice."""
_CORRIDOR = ("corridor_id", "origin_iso3", "hub_iso3", "destination_iso3", "codes", "from_on", "to_on")
_SIDES = ("in", "out")
LEVELS = ("trader", "group", "country")


def rerouting_bounds(declarations: pl.LazyFrame, corridors: pl.LazyFrame, parties: pl.LazyFrame) -> pl.LazyFrame:
    """What the hub took in and sent on under the same code, by the same trader, the same group, the same country.

    R = Σ min(inflow, outflow) over codes and, for the narrower bounds, over traders or groups, so that
    trader ≤ group ≤ country: country totals match one firm's purchase with another's sale and overstate about
    nine-fold where it was measured. The inflow is counted from three months before the window on.

    `declarations`: contract columns with an `exporter_key` and a `consignee_key`; `corridors`: `corridor_id
    origin_iso3 hub_iso3 destination_iso3 codes` (list), `from_on to_on`; `parties`: `party`, `group_id`. The trader of
    an inflow is its consignee, of an outflow its exporter; rows without one count for the country alone.
    Adds `declared_in_kg declared_out_kg`, `rerouted_{trader,group,country}_kg`, `rerouted_strict_kg` (traders whose
    yield is 0.90 to 1.02, unit value uplift below 15 % and dwell below 120 days), `n_traders_both`, `n_unweighed`.
    Null where no declaration covers a leg. Source: indicators.md 9 [Iyoha et al. 2024/25].
    """
    legs = pl.concat([_leg(declarations, corridors, side) for side in _SIDES])
    named = legs.join(parties.select("party", "group_id").unique("party"), on="party", how="left").with_columns(
        pl.coalesce("group_id", "party").alias("group_id")
    )
    answers = corridors.select(_CORRIDOR)
    totals = named.group_by("corridor_id").agg(
        *(_sum(pl.col("kg"), side).alias(f"declared_{side}_kg") for side in _SIDES),
        *((pl.col("side") == side).any().alias(f"has_{side}") for side in _SIDES),
        pl.col("kg").null_count().cast(pl.Int64).alias("n_unweighed"),
    )
    answers = answers.join(totals, on="corridor_id", how="left")
    for level, who in (("trader", ["party"]), ("group", ["group_id"]), ("country", [])):
        own = named.filter(pl.col(who[0]).is_not_null()) if who else named
        answers = answers.join(_least(own, who, level), on="corridor_id", how="left")
    both = pl.col("has_in").fill_null(value=False) & pl.col("has_out").fill_null(value=False)
    bounds = [f"rerouted_{level}_kg" for level in (*LEVELS, "strict")]
    return answers.with_columns(pl.when(both).then(pl.col(name).fill_null(0.0)).alias(name) for name in bounds).select(
        "corridor_id",
        "declared_in_kg",
        "declared_out_kg",
        *bounds,
        pl.when(both).then(pl.col("n_traders_both").fill_null(0)).alias("n_traders_both"),
        "n_unweighed",
    )


def _leg(declarations: pl.LazyFrame, corridors: pl.LazyFrame, side: str) -> pl.LazyFrame:
    """List the declared items of one leg: goods of the origin into the hub, or from the hub to the destination."""
    party = "consignee_key" if side == "in" else "exporter_key"
    rows = declarations.select(
        "declared_on",
        pl.col("hs_code").str.slice(0, 6).alias("hs6"),
        "origin_iso3",
        pl.coalesce("dispatch_iso3", "origin_iso3").alias("from_iso3"),
        "destination_iso3",
        pl.col(party).alias("party"),
        pl.col("net_kg").alias("kg"),
        pl.col("value_usd").alias("usd"),
    )
    lanes = corridors.select(_CORRIDOR).explode("codes", empty_as_null=True).rename({"codes": "hs6"})
    if side == "in":
        lanes = lanes.drop("destination_iso3").with_columns(
            pl.col("from_on").dt.offset_by(f"-{LAG_MONTHS}mo"), pl.col("hub_iso3").alias("destination_iso3")
        )
        rows = rows.drop("from_iso3")
        on = ["hs6", "origin_iso3", "destination_iso3"]
    else:
        lanes = lanes.drop("origin_iso3").with_columns(pl.col("hub_iso3").alias("from_iso3"))
        rows = rows.drop("origin_iso3")
        on = ["hs6", "from_iso3", "destination_iso3"]
    found = rows.join(lanes, on=on, how="left").filter(pl.col("corridor_id").is_not_null())
    return found.filter(pl.col("declared_on").is_between("from_on", "to_on")).select(
        "corridor_id", "hs6", "party", "declared_on", "kg", "usd", pl.lit(side).alias("side")
    )


def _sum(amount: pl.Expr, side: str) -> pl.Expr:
    own = amount.filter(pl.col("side") == side)
    return pl.when(own.count() > 0).then(own.sum())


def _mean_day(side: str) -> pl.Expr:
    own = (pl.col("side") == side) & pl.col("kg").is_not_null()
    day = pl.col("declared_on").dt.epoch("d").cast(pl.Float64)
    return (day * pl.col("kg")).filter(own).sum() / pl.col("kg").filter(own).sum()


def _least(rows: pl.LazyFrame, who: list[str], level: str) -> pl.LazyFrame:
    """Add up the smaller of what came in and what went out, per code and whoever is asked about."""
    own = rows.group_by("corridor_id", "hs6", *who).agg(
        *(_sum(pl.col("kg"), side).alias(f"{side}_kg") for side in _SIDES),
        *(
            pl.col("usd").filter((pl.col("side") == side) & (pl.col("kg") > 0)).sum().alias(f"{side}_usd")
            for side in _SIDES
        ),
        *(_mean_day(side).alias(f"{side}_day") for side in _SIDES),
    )
    least = pl.min_horizontal(pl.col("in_kg", "out_kg").fill_null(0.0))
    total = [least.sum().alias(f"rerouted_{level}_kg")]
    if level == "trader":
        made = pl.col("out_kg") / pl.col("in_kg")
        uplift = (pl.col("out_usd") / pl.col("out_kg")) / (pl.col("in_usd") / pl.col("in_kg")) - 1.0
        dwell = pl.col("out_day") - pl.col("in_day")
        strict = made.is_between(*RELABEL_YIELD) & (uplift < LARGEST_UPLIFT) & dwell.is_between(0.0, LONGEST_DWELL_DAYS)
        total += [
            least.filter(strict).sum().alias("rerouted_strict_kg"),
            pl.col("party").filter(least > 0).n_unique().cast(pl.Int64).alias("n_traders_both"),
        ]
    return own.group_by("corridor_id").agg(total)

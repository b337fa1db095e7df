"""Through whom the origin's goods come: the hub's share of import figures, and of declared consignments."""

from __future__ import annotations

import polars as pl

from features.corridors.table import route_countries

_CORRIDOR = ("corridor_id", "origin_iso3", "hub_iso3", "destination_iso3", "codes", "from_on", "to_on")
SPANS = ("", "_before")  # the corridor's window, and the year before it


def consigned_shares(consigned: pl.LazyFrame, corridors: pl.LazyFrame) -> pl.LazyFrame:
    """Part of what the destination recorded as the origin's that was consigned from the hub: ΣM(i, from h)/ΣM(i).

    `consigned`: columns of the mirror room's `consigned_imports` (`origin_iso3 importer_iso3 hs6 period freq hub_iso3
    hub_usd origin_usd`); `corridors`: `corridor_id origin_iso3 hub_iso3 destination_iso3`, `codes` (list),
    `from_on to_on`.
    One row per corridor: `hub_share` over the window and `hub_share_before` over the year before, in [0, 1]; months
    with the origin's goods from elsewhere alone count as nothing through the hub, months without a second partner are
    unknown. Null where no import figure names both partners. Source: indicators.md 7.
    """
    lane = ["origin_iso3", "importer_iso3", "hs6", "period"]
    monthly = consigned.filter(pl.col("freq") == "M")
    totals = monthly.select(*lane, "origin_usd").unique(lane)
    asked = corridors.select(_CORRIDOR).explode("codes", empty_as_null=True).rename(
        {"codes": "hs6", "destination_iso3": "importer_iso3"}
    )  # fmt: skip
    rows = asked.join(totals, on=["origin_iso3", "importer_iso3", "hs6"], how="left").join(
        monthly.select(*lane, "hub_iso3", "hub_usd"), on=[*lane, "hub_iso3"], how="left"
    )
    return rows.group_by("corridor_id").agg(
        _share(pl.col("hub_usd").fill_null(0.0), pl.col("origin_usd"), pl.col("period"), span).alias(f"hub_share{span}")
        for span in SPANS
    )


def declared_shares(declarations: pl.LazyFrame, corridors: pl.LazyFrame) -> pl.LazyFrame:
    """Part of the declared consignments of the origin's goods to the destination that came through the hub.

    A consignment comes through the hub when it was dispatched from there or its route names a place there.
    `declarations`: contract columns; `corridors` as `consigned_shares`. One row per corridor: `declared_hub_share` and
    `declared_hub_share_before` (shares of consignments, in [0, 1]), `n_consignments` and `n_consignments_before` they
    are shares of. Null share where none was declared. A consignment with neither dispatch nor route tells nothing and
    is left out. Source: indicators.md 7.
    """
    names = declarations.collect_schema().names()
    dispatch = pl.col("dispatch_iso3") if "dispatch_iso3" in names else pl.lit(None, dtype=pl.String)
    route = pl.col("route") if "route" in names else pl.lit(None, dtype=pl.String)
    rows = declarations.select(
        "origin_iso3",
        "destination_iso3",
        pl.col("hs_code").str.slice(0, 6).alias("hs6"),
        pl.col("declared_on").alias("period"),
        pl.concat_list(dispatch, route_countries(route)).list.drop_nulls().alias("places"),
    ).filter(pl.col("places").list.len() > 0)
    asked = corridors.select(_CORRIDOR).explode("codes", empty_as_null=True).rename({"codes": "hs6"})
    joined = asked.join(rows, on=["origin_iso3", "destination_iso3", "hs6"], how="left")
    through = pl.col("places").list.contains(pl.col("hub_iso3")).cast(pl.Float64)
    one = pl.when(pl.col("period").is_not_null()).then(1.0)
    return joined.group_by("corridor_id").agg(
        *(_share(through, one, pl.col("period"), span).alias(f"declared_hub_share{span}") for span in SPANS),
        *(
            one.filter(_within(pl.col("period"), span)).sum().cast(pl.Int64).alias(f"n_consignments{span}")
            for span in SPANS
        ),
    )


def _within(period: pl.Expr, span: str) -> pl.Expr:
    start = pl.col("from_on")
    if span:
        return (period >= start.dt.offset_by("-1y")) & (period < start)
    return (period >= start) & (period <= pl.col("to_on"))


def _share(part: pl.Expr, whole: pl.Expr, period: pl.Expr, span: str) -> pl.Expr:
    inside = _within(period, span)
    total = whole.filter(inside).sum().round(2)
    return pl.when(total > 0).then(part.filter(inside).sum().round(2) / total)

"""Free zones on the way: places whose arrivals are commonly left out of the country's import figures."""

from __future__ import annotations

import polars as pl

from features.routing.places import place_country
from features.routing.rules import RoutingRules

PORTS = ("loading_zone", "discharge_zone")


def zones_passed(ways: pl.LazyFrame, stopped: pl.LazyFrame, rules: RoutingRules) -> pl.LazyFrame:
    """The goods pass a free zone in a third country, where arrivals are commonly left out of import figures.

    `ways` holds `way`, `PORTS`, the ports' countries and the declared ones; `stopped` the stops of their routes.
    Returns `way`, `free_zone` (weight of the heaviest zone in [0, 1]; 0 where none is passed, or only in the country
    of origin, dispatch or destination, where its use is declared; null where neither a readable place of a route nor
    a port is known) and `free_zone_place`. Most cargo in a zone is ordinary. indicators.md 30; weights are own choice.
    """
    weights = {zone.place: zone.weight for zone in rules.free_zones}
    countries = ("loading_country", "discharge_country")
    ports = [
        ways.filter(pl.col(country).is_not_null()).select("way", place=zone)
        for zone, country in zip(PORTS, countries, strict=True)
    ]
    on_route = stopped.filter(pl.col("place").is_not_null()).select("way", "place")
    named = ("origin_iso3", "dispatch_iso3", "destination_iso3")
    country = place_country(pl.col("place"))
    is_declared = pl.any_horizontal((country == pl.col(one)).fill_null(value=False) for one in named)
    weight = pl.col("place").replace_strict(weights, default=0.0, return_dtype=pl.Float64)
    return (
        pl.concat([on_route, *ports])
        .unique()
        .join(ways.select("way", *named), on="way", how="left")
        .with_columns(weight=pl.when(is_declared).then(0.0).otherwise(weight))
        .sort("way", "weight", "place", descending=[False, True, False])
        .group_by("way", maintain_order=True)
        .agg(
            pl.col("weight").first().alias("free_zone"),
            pl.when(pl.col("weight").first() > 0).then(pl.col("place").first()).alias("free_zone_place"),
        )
    )

"""The country that goods leave: the declared one, unless an export is loaded in another that the papers pass over."""

from __future__ import annotations

import polars as pl

from features.beside import told_once
from features.routing.places import place_code, place_country
from features.routing.rules import LANDLOCKED, RoutingRules

DEPARTED = "departed_iso3"


def with_departure(rows: pl.DataFrame, country: str, rules: RoutingRules) -> pl.DataFrame:
    """Add `departed_iso3`: the declared country of dispatch, or `country` where an export is loaded there.

    Papers that name another country of dispatch for goods loaded in `country` do not free them from its law, which
    binds what leaves it. The declared one stands where loading there is ordinary: goods of a country without a coast,
    and of one whose gateway it is (Hong Kong), only pass through; so it does on transit and import papers, on which
    goods may change ship there. Null where neither is known.
    """
    told = pl.coalesce("dispatch_iso3", "origin_iso3")
    passes = told.is_in([inland for inland, coast in rules.gateways if coast == country] + sorted(LANDLOCKED))
    is_loaded = (pl.col("direction") == "export") & (pl.col("__loaded") == country) & ~passes.fill_null(value=False)
    departed = pl.when(is_loaded).then(pl.lit(country)).otherwise("dispatch_iso3").alias(DEPARTED)
    loaded = place_country(place_code(pl.col("loading_port"))).alias("__loaded")
    return told_once(rows, "loading_port", loaded).with_columns(departed).drop("__loaded")

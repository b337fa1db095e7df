"""Corridor evidence for each declaration, from the state of the corridors on its lane before its month."""

from __future__ import annotations

import polars as pl
import pycountry

from features.corridors.registry import REGISTRY
from features.countries import UNSPECIFIED
from features.lookback import settle

_STATE = (
    "corridor_surge",
    "hub_exposure",
    "corridor_id",
    "corridor_event_on",
    "corridor_excess",
    "corridor_unit",
    "corridor_period",
    "corridor_rival",
    "corridor_q",
)
_STRENGTHS = [one.code for one in REGISTRY]
_ALPHA2 = {country.alpha_2: country.alpha_3 for country in pycountry.countries} | {"XK": "XKX"}
LONGEST_ROUTE = 40  # places read of a route; a longer one is not a route


def route_countries(route: pl.Expr) -> pl.Expr:
    """Countries a route names, as a list of ISO 3166-1 alpha-3 codes; empty where unknown or unreadable.

    Places are UN/LOCODEs (their first two letters are the country) or alpha-3 codes, joined by `>`, each optionally
    with `@` and a day.
    """
    place = pl.element().str.strip_chars().str.to_uppercase().str.slice(0, 5)
    named = place.str.replace(r"@.*$", "")
    alpha2 = named.str.slice(0, 2).replace_strict(_ALPHA2, default=None, return_dtype=pl.String)
    country = pl.when(named.str.len_chars() == 3).then(named).otherwise(alpha2)
    return (
        route.fill_null("").str.slice(0, 4_000).str.split(">").list.head(LONGEST_ROUTE).list.eval(country.drop_nulls())
    )


def build_corridor(
    declarations: pl.LazyFrame,
    corridor_state: pl.LazyFrame,
    codes: pl.LazyFrame,
    candidates: pl.LazyFrame | None = None,
) -> pl.LazyFrame:
    """Join each declaration to the watched corridors it lies on, as they stood before its month.

    `corridor_state` as the function of that name makes it; `codes`: `mineral`, `hs6` of the watches; `candidates`:
    `declaration_id`, `mineral` the goods could be beside what the code says. A declaration lies on a corridor of one of
    its minerals on the second leg when it goes to the corridor's destination and comes from, or its route passes, the
    hub; and on the first leg when it goes from the corridor's origin to the hub. Of several, the strongest is told.
    Returns one row per declaration: `declaration_id`, the registry's columns (Float32), the figures.
    """
    state = corridor_state.select("mineral", "hub_iso3", "destination_iso3", "as_of", "origin_iso3", *_STATE)
    watched = state.select("mineral", "as_of").unique()
    goods = settle(_goods(declarations, codes, candidates).join(watched, on=["mineral", "as_of"], how="semi"))
    lying = settle(declarations.join(goods, on="declaration_id", how="semi"))  # few; places are slow to read
    second = goods.join(_passed(lying).rename({"place": "hub_iso3"}), on="declaration_id", how="left").filter(
        pl.col("hub_iso3") != pl.col("destination_iso3")
    )
    anywhere = state.filter(pl.col("destination_iso3") == UNSPECIFIED).drop("destination_iso3", "origin_iso3")
    on_second = second.join(
        state.drop("origin_iso3"), on=["mineral", "hub_iso3", "destination_iso3", "as_of"], how="left"
    )
    on_open = second.join(anywhere, on=["mineral", "hub_iso3", "as_of"], how="left")
    first = goods.join(_starts(lying), on="declaration_id", how="left").rename({"destination_iso3": "hub_iso3"})
    on_first = first.join(_best_of_hub(state), on=["mineral", "origin_iso3", "hub_iso3", "as_of"], how="left")
    columns = ["declaration_id", *_STATE]
    found = pl.concat(
        [legs.filter(pl.col("corridor_id").is_not_null()).select(columns) for legs in (on_second, on_open, on_first)]
    )
    best = found.sort(
        "declaration_id", "corridor_surge", "corridor_id", descending=[False, True, False], nulls_last=True
    ).unique("declaration_id", keep="first", maintain_order=True)
    return (
        declarations.select("declaration_id")
        .join(best, on="declaration_id", how="left")
        .with_columns(pl.col(_STRENGTHS).cast(pl.Float32))
    )


def _goods(declarations: pl.LazyFrame, codes: pl.LazyFrame, candidates: pl.LazyFrame | None) -> pl.LazyFrame:
    rows = declarations.select(
        "declaration_id",
        pl.col("hs_code").str.slice(0, 6).alias("hs6"),
        "destination_iso3",
        pl.col("declared_on").dt.truncate("1mo").alias("as_of"),
    )
    declared = rows.join(codes.select("mineral", "hs6").unique(), on="hs6", how="left")
    kinds = [declared]
    if candidates is not None:
        kinds.append(rows.join(candidates.select("declaration_id", "mineral"), on="declaration_id", how="left"))
    return pl.concat(kinds, how="diagonal").filter(pl.col("mineral").is_not_null()).drop("hs6").unique()


def _column(declarations: pl.LazyFrame, name: str) -> pl.Expr:
    has = name in declarations.collect_schema().names()
    return pl.col(name) if has else pl.lit(None, dtype=pl.String).alias(name)


def _passed(declarations: pl.LazyFrame) -> pl.LazyFrame:
    ends = pl.concat_list(_column(declarations, "origin_iso3"), _column(declarations, "dispatch_iso3"))
    places = pl.concat_list(ends, route_countries(_column(declarations, "route")))
    return (
        declarations.select("declaration_id", places.list.unique().alias("place"))
        .explode("place", empty_as_null=False)
        .filter(pl.col("place").is_not_null())
    )


def _starts(declarations: pl.LazyFrame) -> pl.LazyFrame:
    ends = pl.concat_list(_column(declarations, "origin_iso3"), _column(declarations, "dispatch_iso3"))
    return (
        declarations.select("declaration_id", ends.list.unique().alias("origin_iso3"))
        .explode("origin_iso3", empty_as_null=False)
        .filter(pl.col("origin_iso3").is_not_null())
    )


def _best_of_hub(state: pl.LazyFrame) -> pl.LazyFrame:
    key = ["mineral", "origin_iso3", "hub_iso3", "as_of"]
    order = [*key, "corridor_surge", "corridor_id"]
    return (
        state.sort(order, descending=[False] * 4 + [True, False], nulls_last=True)
        .unique(key, keep="first", maintain_order=True)
        .drop("destination_iso3")
    )

"""Where a way goes: its length against the direct one, loops, hubs, and places that do not fit the papers."""

from __future__ import annotations

import math

import polars as pl

from features.lookback import settle
from features.routing.rules import LANDLOCKED, LANDMASS, RoutingRules
from features.routing.ways import ends, legs, stops, with_km
from features.routing.zones import zones_passed
from features.strength import joined, ramp

_MODE = pl.col("transport_mode")
_SEA = _MODE == "sea"
_FLYING = _MODE.is_in(["air", "courier", "post", "road", "rail", "pipeline"])

MEASURED = (
    *("detour", "loop", "place_mismatch", "beyond_destination", "inland_leg", "overseas_leg"),
    *("hub_on_route", "hub_iso3", "free_zone", "free_zone_place", "n_stops", "n_unreadable_places"),
    *("first_country", "last_country", "route_km", "direct_km", "route_ratio", "land_route_km", "expected_days"),
)
"""What is told of a way, whatever its dates."""


def measure_ways(ways: pl.LazyFrame, distances: pl.LazyFrame, rules: RoutingRules) -> pl.LazyFrame:
    """Measure each distinct way: lengths, ends, and the evidence that needs no dates.

    `ways` holds `way` (its number) and the columns `WAY`; `distances` holds `place_a`, `place_b`, `sea_km`,
    `great_circle_km`. Returns `MEASURED`.
    """
    stopped = settle(stops(ways))
    overland = _lengths(stopped, distances, column="great_circle_km", prefix="land")
    by_sea = _lengths(stopped.filter(~pl.col("is_landlocked")), distances, column="sea_km", prefix="sea")
    return settle(
        ways.join(ends(stopped), on="way", how="left")
        .join(overland, on="way", how="left")
        .join(by_sea, on="way", how="left")
        .join(_inland_legs(stopped, distances), on="way", how="left")
        .join(_overseas_legs(stopped, distances), on="way", how="left")
        .join(_returns(stopped), on="way", how="left")
        .join(_hubs(ways, stopped, rules), on="way", how="left")
        .join(zones_passed(ways, stopped, rules), on="way", how="left")
        .with_columns(_by_mode("route_km"), _by_mode("direct_km"))
        .with_columns(expected_days(rules).alias("expected_days"), route_ratio=pl.col("route_km") / pl.col("direct_km"))
        .with_columns(
            detour(rules).alias("detour"),
            loop().alias("loop"),
            place_mismatch(rules).alias("place_mismatch"),
            beyond_destination().alias("beyond_destination"),
            inland_leg(rules).alias("inland_leg"),
            overseas_leg(rules).alias("overseas_leg"),
        )
        .select("way", *MEASURED)
    )


def detour(rules: RoutingRules) -> pl.Expr:
    """The route is far longer than the direct way. indicators.md 27; null where a length is unknown."""
    low, high = math.log(rules.detour_from_ratio), math.log(rules.detour_full_ratio)
    longer = pl.col("route_km") - pl.col("direct_km") >= rules.detour_least_km
    return ramp(pl.col("route_ratio").log(), low, high) * longer.cast(pl.Float64)


def loop() -> pl.Expr:
    """The route comes back to a place or country it had left. indicators.md 27; null without a readable route.

    1 for the same place, 0.7 for another place of a country (own choice: coastal feeders leave and return).
    """
    return (
        pl.when(pl.col("returns_to_place"))
        .then(1.0)
        .when(pl.col("returns_to_country"))
        .then(0.7)
        .when(pl.col("returns_to_country").is_not_null())
        .then(0.0)
    )


def place_mismatch(rules: RoutingRules) -> pl.Expr:
    """Loading or discharge port lies in a country that the papers do not name. indicators.md 29.

    Landlocked countries load and discharge abroad, and known gateways are ordinary: 0. A place on the route halves
    the doubt, but for a loading port in the country in which the route begins, which explains nothing. Null where
    neither port is known.
    """
    loading, discharge = pl.col("loading_country"), pl.col("discharge_country")
    origin, dispatch, destination = (pl.col(f"{side}_iso3") for side in ("origin", "dispatch", "destination"))
    begins_there = (pl.col("first_country") == loading).fill_null(value=False)
    at_loading = _strange(loading, [dispatch, origin], rules, is_passed=~begins_there) * pl.when(
        dispatch.is_null()
    ).then(0.6).otherwise(0.8)
    at_discharge = _strange(discharge, [destination], rules, is_passed=pl.lit(value=True)) * 0.7
    return joined(
        at_loading, at_discharge
    )  # weights are own choice: a named dispatch country makes loading elsewhere odd


def _strange(port: pl.Expr, expected: list[pl.Expr], rules: RoutingRules, *, is_passed: pl.Expr) -> pl.Expr:
    fits = pl.any_horizontal((port == one).fill_null(value=False) for one in expected)
    gateway = pl.any_horizontal(
        ((one == inland) & (port == coast)).fill_null(value=False)
        for one in expected
        for inland, coast in rules.gateways
    )
    inland = pl.any_horizontal(one.is_in(list(LANDLOCKED)).fill_null(value=False) for one in expected)
    on_route = pl.col("route_countries").str.contains(port, literal=True).fill_null(value=False)
    strength = pl.when(fits | gateway | inland).then(0.0).when(on_route & is_passed).then(0.5).otherwise(1.0)
    return pl.when(port.is_not_null()).then(strength)


def beyond_destination() -> pl.Expr:
    """The route goes on past the declared destination, or ends elsewhere. indicators.md 30.

    0.9 past it, 0.6 where the route never reaches it; 0 where it ends there or the destination has no coast; null
    where the last place is unreadable or no route is given.
    """
    last, destination = pl.col("last_country"), pl.col("destination_iso3")
    passed = pl.col("route_countries").str.contains(destination, literal=True)
    inland = destination.is_in(list(LANDLOCKED))
    return (
        pl.when(last.is_null())
        .then(None)
        .when(last == destination)
        .then(0.0)
        .when(passed)
        .then(0.9)
        .when(inland)
        .then(0.0)
        .otherwise(0.6)
    )


def inland_leg(rules: RoutingRules) -> pl.Expr:
    """A ship is said to have gone to or from a country without a coast. indicators.md 27; null unless by sea."""
    far = ramp(pl.col("inland_km"), rules.inland_from_km, rules.inland_full_km)
    unknown_km = pl.when(pl.col("n_inland_legs") > 0).then(0.5).otherwise(0.0)
    return pl.when(_SEA & pl.col("n_inland_legs").is_not_null()).then(pl.coalesce(far, unknown_km))


def overseas_leg(rules: RoutingRules) -> pl.Expr:
    """A lorry or train is said to have crossed a sea. indicators.md 27.

    The declared mode is that of one border, so nothing is odd where any leg from country to country is overland.
    Null unless by road, rail or pipeline, and where no leg crosses a border.
    """
    far = ramp(pl.col("overseas_km"), rules.overseas_from_km, rules.overseas_full_km)
    is_overland = pl.col("transport_mode").is_in(["road", "rail", "pipeline"])
    return pl.when(is_overland & pl.col("is_overseas").is_not_null()).then(
        pl.when("is_overseas").then(far.fill_null(0.5)).otherwise(0.0)
    )


def expected_days(rules: RoutingRules) -> pl.Expr:
    """Days the route's length asks for at usual speed, with waiting at each place; null for an unknown mode."""
    speed = _MODE.replace_strict(dict(rules.usual_km_per_day), default=None, return_dtype=pl.Float64)
    return pl.col("route_km") / speed + rules.handling_days_per_place * pl.col("n_stops")


def _by_mode(name: str) -> pl.Expr:
    """Sea length by sea, great circles by other modes; the mode unknown, whichever ratio is kinder."""
    sea, land = pl.col(f"sea_{name}"), pl.col(f"land_{name}")
    kinder = pl.col("sea_route_km") / pl.col("sea_direct_km") < pl.col("land_route_km") / pl.col("land_direct_km")
    return pl.when(_SEA).then(sea).when(_FLYING).then(land).when(kinder).then(sea).otherwise(land).alias(name)


def _lengths(stopped: pl.LazyFrame, distances: pl.LazyFrame, *, column: str, prefix: str) -> pl.LazyFrame:
    """Add up legs and measure the direct way; null as soon as one leg is unknown or a place unreadable.

    Sums are rounded to a metre, so that the order in which legs are added shows nowhere.
    """
    measured = with_km(legs(stopped), distances, start="place", end="next_place")
    total = measured.group_by("way").agg(
        pl.when(pl.col(column).is_null().any()).then(None).otherwise(pl.col(column).sum().round(3)).alias("along")
    )
    direct = with_km(ends(stopped), distances, start="start", end="end")
    readable = pl.col("n_unreadable_places") == 0
    return direct.join(total, on="way", how="left").select(
        "way",
        pl.when(readable).then("along").alias(f"{prefix}_route_km"),
        pl.when(readable & (pl.col("start") != pl.col("end"))).then(column).alias(f"{prefix}_direct_km"),
    )


def _inland_legs(stopped: pl.LazyFrame, distances: pl.LazyFrame) -> pl.LazyFrame:
    """Find the longest leg to or from a landlocked country: `inland_km` (null unknown) and `n_inland_legs`."""
    paired = legs(stopped)
    inland = with_km(paired, distances, start="place", end="next_place").filter(
        pl.col("is_landlocked") | pl.col("next_is_landlocked")
    )
    found = inland.group_by("way").agg(pl.col("great_circle_km").max().alias("inland_km"), pl.len().alias("n"))
    every = stopped.select("way").unique()
    return every.join(found, on="way", how="left").select("way", "inland_km", n_inland_legs=pl.col("n").fill_null(0))


def _overseas_legs(stopped: pl.LazyFrame, distances: pl.LazyFrame) -> pl.LazyFrame:
    """Tell which ways have only legs over water between countries (`is_overseas`), the shortest of them in km."""
    land, next_land = (
        pl.col(name).replace_strict(LANDMASS, default="mainland", return_dtype=pl.String)
        for name in ("country", "next_country")
    )
    paired = legs(stopped).filter(pl.col("country") != pl.col("next_country"))
    crossing = with_km(paired, distances, start="place", end="next_place").with_columns(over_water=land != next_land)
    return crossing.group_by("way").agg(
        is_overseas=pl.col("over_water").all(), overseas_km=pl.col("great_circle_km").min()
    )


def _returns(stopped: pl.LazyFrame) -> pl.LazyFrame:
    """Tell which ways come back: a place or country seen again after something else."""
    known = stopped.filter(pl.col("place").is_not_null()).sort("way", "stop")
    parts = known.select("way").unique()
    for what in ("place", "country"):
        moved = (pl.col(what) != pl.col(what).shift(1).over("way")).fill_null(value=True)
        again = (
            known.filter(moved).group_by("way").agg((pl.len() > pl.col(what).n_unique()).alias(f"returns_to_{what}"))
        )
        parts = parts.join(again, on="way", how="left")
    return parts


def _hubs(ways: pl.LazyFrame, stopped: pl.LazyFrame, rules: RoutingRules) -> pl.LazyFrame:
    """Find the heaviest hub among third countries of the route, the dispatch country and the two ports.

    `hub_on_route` is its weight, 0 where no third country is a hub, null where nothing but origin and destination is
    known.
    """
    papers = pl.concat(
        [
            ways.select("way", pl.col(column).alias("country"))
            for column in ("dispatch_iso3", "loading_country", "discharge_country")
        ]
    )
    passed = pl.concat([stopped.select("way", "country"), papers]).filter(pl.col("country").is_not_null()).unique()
    weights = {hub.iso3: hub.weight for hub in rules.hubs}
    weight = pl.col("country").replace_strict(weights, default=0.0, return_dtype=pl.Float64)
    third = (pl.col("country") != pl.col("origin_iso3")) & (pl.col("country") != pl.col("destination_iso3"))
    return (
        passed.join(ways.select("way", "origin_iso3", "destination_iso3"), on="way", how="left")
        .with_columns(weight=pl.when(third).then(weight).otherwise(0.0))
        .sort("way", "weight", "country", descending=[False, True, False])
        .group_by("way", maintain_order=True)
        .agg(
            pl.col("weight").first().alias("hub_on_route"),
            pl.when(pl.col("weight").first() > 0).then(pl.col("country").first()).alias("hub_iso3"),
        )
    )

"""How long goods take on each lane: its mode of transport and distance, and what its kind of lane has shown."""

from __future__ import annotations

import polars as pl

from features.mirror.lags import DEFAULT_TRANSIT_DAYS
from models.lag_weights import learn_lane_lags
from pipelines.geography import distances

PORT_DAYS, SEA_KM_PER_DAY = 7.0, 622.0  # as in features/mirror/lags.py: a week in ports and 14 knots
LAND_DAYS, LAND_KM_PER_DAY = 3.0, 500.0  # a border and a lorry's day; own choice
AIR_DAYS = 5.0  # from door to door with handling and clearance; own choice
BANDS_KM = (1_500.0, 6_000.0, 14_000.0)  # neighbours, a region, an ocean, half the world; own choice
LEADING_SHARE = 0.5  # a mode names a lane when it carries more than half of what is told by mode

COMTRADE_MODES = {"1000": "air", "2000": "sea", "2100": "sea", "3100": "rail", "3200": "road"}
"""UN Comtrade's codes of mode of transport (motCode)."""


def lane_lags(flows: pl.LazyFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Give every pair of countries the lag weights of its mode and distance, learned from `pairs` (known by the look).

    `flows`: contract Flows public by the look; rows by mode of transport tell a lane's mode, else it counts as `any`.
    Distance is by sea where both touch it and the mode is neither air, road nor rail. See `learn_lane_lags`.
    """
    lanes = pairs.select("exporter_iso3", "importer_iso3").unique().sort("exporter_iso3", "importer_iso3")
    low, high = pl.min_horizontal("exporter_iso3", "importer_iso3"), pl.max_horizontal("exporter_iso3", "importer_iso3")
    named = lanes.with_columns(low.alias("place_a"), high.alias("place_b"))
    km = distances(named.select("place_a", "place_b"))
    known = named.join(km, on=["place_a", "place_b"], how="left").join(
        _modes(flows), on=["exporter_iso3", "importer_iso3"], how="left"
    )
    mode = pl.col("mode").fill_null("any")
    over_land = mode.is_in(["air", "road", "rail"])
    length = pl.when(over_land).then("great_circle_km").otherwise(pl.coalesce("sea_km", "great_circle_km"))
    band = pl.sum_horizontal((pl.col("km") > edge).cast(pl.Int32) for edge in BANDS_KM)
    days = (
        pl.when(pl.col("km").is_null()).then(DEFAULT_TRANSIT_DAYS)
        .when(mode == "air").then(AIR_DAYS)
        .when(over_land).then(LAND_DAYS + pl.col("km") / LAND_KM_PER_DAY)
        .otherwise(PORT_DAYS + pl.col("km") / SEA_KM_PER_DAY)
    )  # fmt: skip
    kinds = known.with_columns(length.alias("km")).select(
        "exporter_iso3",
        "importer_iso3",
        pl.format("{} {}", mode, pl.when(pl.col("km").is_null()).then(pl.lit("far?")).otherwise(band.cast(pl.String)))
        .alias("lag_kind"),
        days.alias("prior_days"),
    )  # fmt: skip
    return learn_lane_lags(pairs.lazy(), kinds.sort("lag_kind", "exporter_iso3", "importer_iso3"))


def _modes(flows: pl.LazyFrame) -> pl.DataFrame:
    """Name the mode that carries most of what each pair of countries tells by mode."""
    is_export = pl.col("direction") == "export"
    lane = ["exporter_iso3", "importer_iso3"]
    words = pl.col("transport_mode").str.to_lowercase().replace(COMTRADE_MODES)
    told = (
        flows.filter(pl.col("transport_mode").is_not_null(), pl.col("direction").is_in(["export", "import"]))
        .group_by(
            pl.when(is_export).then("reporter_iso3").otherwise("partner_iso3").alias("exporter_iso3"),
            pl.when(is_export).then("partner_iso3").otherwise("reporter_iso3").alias("importer_iso3"),
            words.alias("mode"),
        )
        .agg(pl.col("value_usd").sum().round(2).alias("usd"))
    )
    return (
        told.with_columns((pl.col("usd") / pl.col("usd").sum().over(lane)).alias("share"))
        .filter(pl.col("share") > LEADING_SHARE)
        .select(*lane, "mode")
        .collect()
    )

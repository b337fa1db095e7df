"""Beside the corridors: how much the same trader, the same group or the country can have passed on."""

from __future__ import annotations

import polars as pl

from features.corridors import month_number
from features.corridors.bounds import rerouting_bounds
from features.corridors.state import first_of_month
from features.parties.names import party_keys
from features.parties.wording import read_names
from pipelines.reference import load_name_signs

SHORTEST_GROUP = 4  # letters of a name of one's own that make two firms one group; "Li" would join strangers


def corridor_bounds(findings: pl.DataFrame, declarations: pl.DataFrame | None) -> pl.DataFrame:
    """Bound each corridor by trader, group and country, where declarations are at hand."""
    if declarations is None or findings.is_empty():
        return pl.DataFrame()
    corridors = corridor_windows(findings)
    keyed = party_keys(declarations)
    names = pl.concat(
        [
            keyed.select(pl.col(f"{side}_key").alias("party"), pl.col(f"{side}_name").alias("name"))
            for side in ("exporter", "consignee")
        ]
    ).drop_nulls()
    read = read_names(names.select("name").unique().lazy(), load_name_signs()).collect()
    own = pl.when(pl.col("own").str.len_chars() >= SHORTEST_GROUP).then("own")
    parties = (
        names.join(read.select("name", own.alias("own")), on="name", how="left")
        .filter(pl.col("own").is_not_null())
        .sort("party", "own")
        .select("party", pl.concat_str(pl.lit("group:"), "own").alias("group_id"))
        .unique("party", keep="first", maintain_order=True)
    )
    return rerouting_bounds(keyed.lazy(), corridors.lazy(), parties.lazy()).sort("corridor_id").collect()


def corridor_windows(findings: pl.DataFrame) -> pl.DataFrame:
    """Take each corridor's places, codes and window: from its measure to the end of the month it is told for."""
    return findings.select(
        "corridor_id", "origin_iso3", "hub_iso3", "destination_iso3",
        pl.col("hs_codes").str.split(";").alias("codes"), first_of_month(pl.col("event")).alias("from_on"),
        pl.col("period").dt.month_end().alias("to_on"),
    )  # fmt: skip


def chain_bounds(chains: pl.DataFrame, declarations: pl.DataFrame | None) -> pl.DataFrame:
    """Bound chains by trader and group at the narrowest hub: `passed_trader_kg passed_group_kg`, null if unknown."""
    if declarations is None or chains.is_empty():
        return chains
    places = pl.concat_list("origin_iso3", pl.col("hubs").str.split(">"), "destination_iso3")
    steps = (
        chains.with_row_index("chain")
        .with_columns(places.alias("places"))
        .with_columns(pl.int_ranges(1, pl.col("n_hubs") + 1, dtype=pl.Int64).alias("step"))
        .explode("step", empty_as_null=False)
        .select(
            "chain",
            pl.format("{}/{}", "chain", "step").alias("corridor_id"),
            pl.col("places").list.get(pl.col("step") - 1).alias("origin_iso3"),
            pl.col("places").list.get(pl.col("step")).alias("hub_iso3"),
            pl.col("places").list.get(pl.col("step") + 1).alias("destination_iso3"),
            "hs_codes",
            month_number(pl.col("event_on")).alias("event"),
            "period",
        )
    )
    bounds = corridor_bounds(steps, declarations)
    levels = ("trader", "group")
    least = (
        steps.join(bounds, on="corridor_id", how="left")
        .group_by("chain")
        .agg(
            pl.when(pl.col(f"rerouted_{level}_kg").null_count() == 0)
            .then(pl.col(f"rerouted_{level}_kg").min())
            .alias(f"passed_{level}_kg")
            for level in levels
        )
    )
    return chains.with_row_index("chain").join(least, on="chain", how="left", maintain_order="left").drop("chain")


def with_bounds(corridors: pl.DataFrame, bounds: pl.DataFrame) -> pl.DataFrame:
    """Put the bounds of trader, group and country beside each corridor, as columns and as a sentence.

    Without declarations the table stays as it is, and its evidence names the country's bound alone.
    """
    if bounds.is_empty():
        return corridors
    told = pl.format(
        " Declarations at hand bound what was passed on: {} kg by the same trader, {} kg by the same group, {} kg by "
        "the country.",
        *(pl.col(f"rerouted_{level}_kg").round(0).cast(pl.Int64) for level in ("trader", "group", "country")),
    )
    one_leg = pl.format(
        " Declarations at hand cover {} kg of the first leg and none of the second: no bound by trader or group.",
        pl.col("declared_in_kg").round(0).cast(pl.Int64),
    )
    other_leg = pl.format(
        " Declarations at hand cover {} kg of the second leg and none of the first: no bound by trader or group.",
        pl.col("declared_out_kg").round(0).cast(pl.Int64),
    )
    none = pl.lit(" No declaration at hand lies on either leg: no bound by trader or group.")
    joined = corridors.join(bounds, on="corridor_id", how="left", maintain_order="left")
    return joined.with_columns(pl.concat_str("evidence", pl.coalesce(told, one_leg, other_leg, none)).alias("evidence"))

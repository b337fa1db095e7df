"""Names that are taken for one firm, laid out so that a person can look them through and disagree."""

from __future__ import annotations

import polars as pl

from features.lookback import settle
from features.parties.entities import cluster_states, first_sightings, name_links
from features.parties.table import read_parties
from features.parties.wording import NameSigns, read_names

CLUSTERS = pl.Schema(
    {
        "cluster_id": pl.Int64,
        "name": pl.String,
        "identifiers": pl.String,
        "first_seen_on": pl.Date,
        "linked_to": pl.String,
        "why": pl.String,
        "score": pl.Float64,
    }
)


def party_clusters(declarations: pl.LazyFrame, signs: NameSigns) -> pl.DataFrame:
    """List every name that is taken for another's firm, cluster by cluster, the largest first.

    One row per name as written: `cluster_id` (from 1), `identifiers` it came with (joined by `;`, null for none),
    `first_seen_on` (first day of that month), `linked_to` (the name it was joined to; null where others were joined to
    it), `why` and `score` in [0, 1] of that link. Names that stand alone are left out. Source: indicators.md 34.
    """
    rows = read_parties(declarations).lazy()
    both = pl.concat([rows.select(name=f"{side}_name") for side in ("exporter", "consignee")])
    read = settle(read_names(both.drop_nulls().unique(), signs)).with_columns(
        pl.col("beside").list.join(" "), node=pl.struct("form", "signs").rank("dense").cast(pl.Int64)
    )
    sightings = settle(name_sightings(rows).join(read.drop("words"), on="name", how="inner"))
    links = name_links(*first_sightings(sightings)).collect()
    if links.is_empty():
        return CLUSTERS.to_frame()
    last = cluster_states(links).group_by("node").agg(pl.col("cluster").last())
    seen = (
        sightings.group_by("node", "name")
        .agg(
            pl.col("month").min(), identifiers=pl.col("identifier").str.strip_prefix("id:").drop_nulls().unique().sort()
        )
        .collect()
    )
    one_name = seen.sort("month", "name").unique("node", keep="first", maintain_order=True).select("node", "name")
    first_link = links.sort("month", "a", "b").unique("b", keep="first", maintain_order=True)
    joined = (
        seen.join(last, on="node", how="inner")
        .join(first_link.select(node="b", other="a", why="why", score="score"), on="node", how="left")
        .join(one_name.rename({"node": "other", "name": "linked_to"}), on="other", how="left")
        .with_columns(size=pl.len().over("cluster"), begins=pl.col("name").min().over("cluster"))
        .sort("size", "begins", "cluster", "month", "name", descending=[True, False, False, False, False])
    )
    first_day = pl.date(pl.col("month") // 12, pl.col("month") % 12 + 1, 1)
    return joined.select(
        "name",
        "linked_to",
        "why",
        "score",
        cluster_id=pl.col("cluster").rle_id().cast(pl.Int64) + 1,
        identifiers=pl.when(pl.col("identifiers").list.len() > 0).then(pl.col("identifiers").list.join(";")),
        first_seen_on=first_day,
    ).select(list(CLUSTERS))


def name_sightings(past: pl.LazyFrame) -> pl.LazyFrame:
    """List which name came with which identifier in which month, both sides of every past declaration."""
    sides = [
        past.select(
            pl.col(f"{side}_name").alias("name"),
            pl.when(pl.col(f"{side}_key").str.starts_with("id:")).then(f"{side}_key").alias("identifier"),
            "month",
        )
        for side in ("exporter", "consignee")
    ]
    return pl.concat(sides).drop_nulls(["name", "month"]).unique()

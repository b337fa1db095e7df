"""What is known of firms' names before any declaration is judged: read once, linked once, for any number of batches."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.controls.frames import ENTITIES
from features.lookback import settle
from features.parties.entities import cluster_states, name_links
from features.parties.listed import match_listed
from features.parties.rules import PartiesRules
from features.parties.wording import NameSigns, read_names

NAMES_AT_ONCE = 100_000
"""Names read at once (own choice)."""


@dataclass(frozen=True, slots=True, eq=False)
class NamesPast:
    """Names as read, and what past declarations showed of them."""

    read: pl.LazyFrame
    """Every name, of history and of what is judged, as `read_names` reads it, with `form_no`, `node`, `beside_no`."""
    first: pl.LazyFrame
    """The month in which each form was first seen: `form_no`, `month`."""
    carriers: pl.LazyFrame
    """The month in which each form first carried each of its words: `word`, `month`, `n` (1)."""
    clusters: pl.DataFrame
    """Names of one firm (see `cluster_states`)."""
    matches: pl.LazyFrame
    """Names like those of listed end users (see `match_listed`)."""
    entities: pl.DataFrame
    """The listed end users, those with a name."""

    @classmethod
    def of(
        cls,
        past: pl.LazyFrame,
        names: pl.LazyFrame,
        *,
        rules: PartiesRules,
        entities: pl.DataFrame | None,
        signs: NameSigns,
    ) -> NamesPast:
        """Read the names of `past` (see `read_parties`) and the further `name`s that will be asked about."""
        both = pl.concat([*(past.select(name=f"{side}_name") for side in ("exporter", "consignee")), names])
        read = settle(number_names(_read_in_parts(both.drop_nulls().unique(), signs)))
        sightings = name_sightings(past, read.drop("words"))
        first = settle(sightings.group_by("form_no").agg(pl.col("month").min()))
        words = read.select("form_no", word="words").explode("word", empty_as_null=True, keep_nulls=True).unique()
        carriers = settle(first.join(words, on="form_no", how="inner").select("word", "month", n=pl.lit(1)))
        links = name_links(sightings.with_columns(pl.col("beside").list.join(" "))).collect()
        listed = pl.DataFrame(schema=ENTITIES) if entities is None else entities.filter(pl.col("name").is_not_null())
        return cls(read, first, carriers, cluster_states(links), match_listed(read, listed, signs, rules), listed)

    def read_of(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Take the names of `rows` out of all that were read."""
        names = pl.concat(rows.select(name=f"{side}_name") for side in ("exporter", "consignee"))
        return settle(self.read.join(names.drop_nulls().unique(), on="name", how="semi"))


def _read_in_parts(names: pl.LazyFrame, signs: NameSigns) -> pl.LazyFrame:
    """Read names some at a time: a name is read by itself, and reading takes many times the memory of what is kept."""
    given = names.collect()
    parts = [read_names(part.lazy(), signs).collect() for part in given.iter_slices(NAMES_AT_ONCE)]
    return (pl.concat(parts) if parts else read_names(given.lazy(), signs).collect()).lazy()


def number_names(read: pl.LazyFrame) -> pl.LazyFrame:
    """Number forms, and nodes: a form as written in Chinese characters is another node than in Latin letters."""
    return read.with_columns(
        form_no=pl.col("form").rank("dense").cast(pl.Int64),
        node=pl.struct("form", "signs").rank("dense").cast(pl.Int64),
        beside_no=pl.col("beside").list.join(" ").rank("dense").cast(pl.Int64),
    )


def name_sightings(past: pl.LazyFrame, read: pl.LazyFrame) -> pl.LazyFrame:
    """List which name came with which identifier in which month, both sides of every past declaration."""
    sides = [
        past.select(
            pl.col(f"{side}_name").alias("name"),
            pl.when(pl.col(f"{side}_key").str.starts_with("id:")).then(f"{side}_key").alias("identifier"),
            "month",
        )
        for side in ("exporter", "consignee")
    ]
    seen = pl.concat(sides).drop_nulls(["name", "month"]).unique()
    return settle(seen.join(read, on="name", how="inner"))

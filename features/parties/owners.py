"""Whose name it is: a firm that leaves its identifier off is told by what its name came with before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from features.filed import Filed
from features.lookback import streamed

NAMED = ("exporter", "consignee")
"""Sides of a declaration that have a name."""
OWNED = pl.Schema({"side": pl.String, "name_key": pl.Int64, "identifier": pl.Int64, "month": pl.Int32})
"""First month in which a name came with an identifier: numbers of both keys."""


@dataclass(frozen=True, slots=True, eq=False)
class NameOwners:
    """The one identifier of each name, from the month after it was first seen with it until another one came."""

    by_side: Mapping[str, Filed]
    """`name_key`, `identifier`, `since` and `until` (months; the latter null where there was never another)."""

    @classmethod
    def of(cls, seen: pl.DataFrame) -> NameOwners:
        """Sum up sightings (`OWNED`, in any order and as often as they like)."""
        return cls({side: Filed.of(_owners(seen.filter(side=side).drop("side")), "name_key") for side in NAMED})

    def identified(self, rows: pl.DataFrame, month: str = "month") -> pl.DataFrame:
        """Put the identifier's number for the name's where just one was known before the month of the row.

        `rows` have `<side>_key` as `party_hash` and `<side>_is_named` (the key is a name); other keys stay.
        """
        return rows.with_columns(self._keys(rows, side, month) for side in NAMED)

    def _keys(self, rows: pl.DataFrame, side: str, month: str) -> pl.Series:
        key, keys = f"{side}_key", rows[f"{side}_key"]
        asked = rows.select(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("at"),
            pl.col(key).reinterpret(signed=True).alias("name_key"),
            pl.col(month).alias("month"),
            pl.col(f"{side}_is_named").alias("is_named"),
        ).filter("is_named")
        held = self.by_side[side].rows_of(asked["name_key"])
        one = pl.col("until").is_null() | (pl.col("until") >= pl.col("month"))
        found = asked.join(held, on="name_key", how="inner").filter((pl.col("since") < pl.col("month")) & one)
        return keys.clone().scatter(found["at"], found["identifier"].reinterpret(signed=False))


def _owners(seen: pl.DataFrame) -> pl.DataFrame:
    """Find the first identifier of each name, and when the second came: most names have but one."""
    first = streamed(seen.lazy().group_by("name_key", "identifier").agg(pl.col("month").min()))
    has_several = first["name_key"].is_duplicated()
    several = (
        first.filter(has_several)
        .sort("month", "identifier")
        .group_by("name_key", maintain_order=True)
        .agg(pl.col("identifier", "month").first(), until=pl.col("month").get(1, null_on_oob=True))
    )
    one = first.filter(~has_several).with_columns(until=pl.lit(None, pl.Int32))
    return pl.concat([one, several]).rename({"month": "since"})

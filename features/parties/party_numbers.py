"""Parties as numbers: look-ups over millions of rows are far faster than on text, and need no text to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.countries import PLACE_CODES
from features.tally import KEYS, Rows

SIDES = ("exporter", "consignee", "declarant")
SIDE_OF = {
    "pair": "exporter",
    "exporter_goods": "exporter",
    "exporter_lane": "exporter",
    "consignee_goods": "consignee",
}
"""The side that each number of `trade_keys` begins with."""
HEADINGS, PLACES = 10_000, 2**10
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class PartyNumbers:
    """Numbers of the parties that history knows; all that it does not know share the number after the last.

    Parties are told apart by 64 bits of their key: among ten million, two share them with a chance of 3 in a million.
    """

    known: dict[str, Hashes]
    """Sorted hashes of each side's keys."""

    @classmethod
    def of(cls, history: pl.DataFrame) -> PartyNumbers:
        """Number the parties of a frame with `<side>_key`, as text or as `party_hash`."""
        return cls({side: _hashes(history[f"{side}_key"].drop_nulls()).unique().sort().to_numpy() for side in SIDES})

    def added(self, frame: pl.DataFrame, orders: Mapping[str, Rows] | None = None) -> pl.DataFrame:
        """Add `exporter`, `consignee` and `declarant`, and `everybody` (0); null where the key, `<side>_key`, is.

        `orders` as `party_orders` makes them of the keys, where they are known.
        """
        keys, known = {side: frame[f"{side}_key"] for side in SIDES}, orders or {}
        numbers = {side: self.numbers(side, key, known.get(side)) for side, key in keys.items()}
        told = (pl.when(keys[side].is_not_null()).then(found).alias(side) for side, found in numbers.items())
        return frame.with_columns(*told, everybody=pl.lit(0, pl.Int64))

    @property
    def kinds_most(self) -> dict[str, int]:
        """How many numbers of each kind one parent can have: a number divided by it is its parent's."""
        own = {"exporter": KEYS, "consignee": KEYS}
        return own | {"pair": len(self.known["consignee"]) + 1, "exporter_goods": HEADINGS, "exporter_lane": PLACES}

    def numbers(self, side: str, keys: pl.Series, order: Rows | None = None) -> pl.Series:
        """Number keys as parties of one side; a null key's number means nothing. `order`: that of the hashes."""
        known, asked = self.known[side], _hashes(keys)
        if order is None:
            order = _order(asked)
        in_order = asked.to_numpy()[order]
        at = np.searchsorted(known, in_order)
        if len(known):
            at[known[np.minimum(at, len(known) - 1)] != in_order] = len(known)
        found = np.empty(len(at), np.int64)
        found[order] = at
        return pl.Series(side, found)


def trade_keys(known: PartyNumbers) -> dict[str, pl.Expr]:
    """Number what parties are seen with, over `added` rows with `heading` and `destination_iso3`.

    By name; a missing part makes the number null.
    """
    house, consignee, heading = (pl.col(name).cast(pl.Int64) for name in ("exporter", "consignee", "heading"))
    widths = known.kinds_most
    return {
        "everybody": pl.col("everybody"),
        "exporter": house,
        "consignee": consignee,
        "pair": house * widths["pair"] + consignee,
        "exporter_goods": house * widths["exporter_goods"] + heading,
        "exporter_lane": lane_key(),
        "consignee_goods": consignee * HEADINGS + heading,
    }


def party_orders(rows: pl.DataFrame, by: str = "") -> dict[str, Rows]:
    """Order rows by the party of each side, for all that is asked of its tallies (see `Tally.before`).

    By its number; or by its hash (`by` is `_key`), in the order of which parties are numbered.
    """
    return {side: _order(rows[f"{side}{by}"]) for side in SIDES}


def _order(values: pl.Series) -> Rows:
    return values.arg_sort().to_numpy().astype(np.int64)


def lane_key() -> pl.Expr:
    """Number the exporter's trade with one destination, over `added` rows; null where either is unknown."""
    place = pl.col("destination_iso3").cast(pl.Enum(PLACE_CODES), strict=False).to_physical().cast(pl.Int64)
    return pl.col("exporter").cast(pl.Int64) * PLACES + place


def party_hash(side: str) -> pl.Expr:
    """Stand 64 bits for a key, which is all that is kept of it; null where it is."""
    key = pl.col(f"{side}_key")
    return pl.when(key.is_not_null()).then(key.hash(0)).alias(f"{side}_key")


def _hashes(keys: pl.Series) -> pl.Series:
    return keys.fill_null(0) if keys.dtype == pl.UInt64 else keys.hash(0)

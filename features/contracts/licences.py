"""Export licences as issued."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from features.contracts import columns as c


class Licences(dy.Schema):
    """One licence."""

    licence_no = dy.String(primary_key=True, min_length=1, metadata=c.REQUIRED, description="licence number")
    holder_id = c.words(description="exporter to whom it was issued")
    mineral = c.words(description="controlled mineral it covers")
    hs_codes = c.words(description="codes it covers, joined by `;`")
    destination_iso3 = c.country(description="destination it allows; null where any")
    consignee_id = c.words(description="consignee it allows; null where any")
    end_user = c.words(description="end user it names")
    valid_from = c.day(required=True, description="first day of validity")
    valid_to = c.day(required=True, description="last day of validity")
    licensed_kg = c.amount("kg", description="mass it allows in all; null where not limited by mass")
    licensed_usd = c.amount("USD", description="value it allows in all; null where not limited by value")

    @dy.rule()
    def ends_after_start(cls) -> pl.Expr:  # noqa: N805 - dataframely rules receive the schema
        """A licence ends on or after its first day."""
        return cls.valid_to.col >= cls.valid_from.col

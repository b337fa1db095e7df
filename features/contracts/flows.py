"""Trade statistics as one side reported them."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from features.contracts import columns as c


class Flows(dy.Schema):
    """One reporter's figure for one partner, commodity, period and direction."""

    reporter_iso3 = c.country(required=True, description="who filed the figure")
    partner_iso3 = c.country(required=True, description="whom the figure names")
    direction = c.choice(c.DIRECTIONS_OF_FLOW, required=True, description="which way the goods went")
    hs_code = c.hs_code()
    hs_edition = c.words(description="HS1992 to HS2022, or a national tariff's name")
    period = c.day(required=True, description="first day of the month or year")
    freq = c.choice(("M", "A"), required=True, description="monthly or annual")
    value_usd = c.amount("USD", required=True, description="value in US dollars, on the basis of `valuation`")
    valuation = c.choice(c.VALUATIONS, description="FOB, CIF, customs or unknown; exports FOB, imports CIF by default")
    net_kg = c.amount("kg", description="net mass")
    is_net_kg_estimated = dy.Bool(nullable=True, description="the mass was imputed; it never feeds a unit value")
    partner_basis = c.choice(c.PARTNER_BASES, description="what the partner means in this figure")
    consigned_iso3 = c.country(description="second partner: whence consigned; `W00` where the figure is the total")
    transport_mode = c.words(description="mode of transport; null where the figure is the total over modes")
    customs_procedure = c.words(description="customs procedure; null where the figure is the total over procedures")
    source = dy.String(nullable=False, metadata=c.REQUIRED, description="where the figure came from")
    published_on = c.day(description="when the figure became public; period end + 45 days by default")

    @dy.rule()
    def sides_differ(cls) -> pl.Expr:  # noqa: N805 - dataframely rules receive the schema
        """A country does not trade with itself, except as a return of its own goods."""
        return (cls.reporter_iso3.col != cls.partner_iso3.col) | (cls.direction.col == "re_import")

    @dy.rule()
    def period_is_first_day(cls) -> pl.Expr:  # noqa: N805
        """A period is named by its first day."""
        first = pl.when(cls.freq.col == "A").then(cls.period.col.dt.truncate("1y"))
        return cls.period.col == first.otherwise(cls.period.col.dt.truncate("1mo"))

    @dy.rule()
    def reporter_is_a_country(cls) -> pl.Expr:  # noqa: N805
        """Neither the world nor an unspecified area files a figure."""
        return ~cls.reporter_iso3.col.is_in(["W00", "_X"])

    @dy.rule()
    def published_after_period(cls) -> pl.Expr:  # noqa: N805
        """A figure cannot be public before its period has begun."""
        return (cls.published_on.col >= cls.period.col).fill_null(value=True)

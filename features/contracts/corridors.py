"""Third-country corridors found in mirrored flows."""

from __future__ import annotations

import dataframely as dy

from features.contracts import columns as c


class Corridors(dy.Schema):
    """One corridor origin > hub > destination for one mineral and month."""

    corridor_id = dy.String(primary_key=True, description="mineral:origin>hub>destination:period")
    mineral = dy.String(description="controlled mineral, or the watch's name")
    hs_codes = dy.String(description="codes looked at, joined by `;`")
    origin_iso3 = c.country(required=True, description="where the goods come from")
    hub_iso3 = c.country(required=True, description="third country in between")
    destination_iso3 = c.country(required=True, description="where they are thought to go")
    period = c.day(required=True, description="month looked at")
    excess_kg = dy.Float64(nullable=True, metadata={"unit": "kg"}, description="mass above what was expected")
    excess_kg_low = dy.Float64(nullable=True, metadata={"unit": "kg"}, description="lower end of its interval")
    excess_kg_high = dy.Float64(nullable=True, metadata={"unit": "kg"}, description="upper end of its interval")
    excess_usd = dy.Float64(nullable=True, metadata={"unit": "USD"}, description="value above what was expected")
    deflection_share = dy.Float64(
        nullable=True,
        description="excess over the fall in direct trade, at most 1: what exceeds the fall cannot be the trade lost",
    )
    p_value = c.share(description="how often a corridor without diversion looks at least like this")
    q_value = c.share(description="false-discovery rate at which this corridor would be named")
    first_flagged_on = c.day(description="first day on which published figures were enough")
    evidence = dy.String(description="what speaks for a diversion")
    rival_explanations = dy.String(description="what else would explain it")
    controls_in_force = dy.List(
        dy.String(),
        nullable=True,
        description="announcements in force that month for that destination; null where the destination is unspecified",
    )

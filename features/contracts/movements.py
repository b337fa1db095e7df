"""Material tracking from the source, where it is given."""

from __future__ import annotations

import dataframely as dy

from features.contracts import columns as c


class Movements(dy.Schema):
    """One physical movement or change of a material."""

    movement_id = dy.String(primary_key=True, min_length=1, metadata=c.REQUIRED, description="identifier")
    moved_on = c.day(required=True, description="day of the movement")
    kind = c.choice(c.MOVEMENT_KINDS, required=True, description="what happened to the material")
    holder_id = c.words(description="who answers for the material")
    counterparty_id = c.words(description="the other side of a purchase or sale")
    mineral = c.words(description="controlled mineral")
    form = c.words(description="form of the mineral")
    purity_share = c.share(description="purity by mass")
    net_kg = c.amount("kg", description="net mass")
    declaration_id = c.words(description="declaration under which it crossed a border")

"""Material beyond China: what hubs take in, change, lose and pass on, and what last buyers receive."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from pipelines.simulate.chain import Terms
from pipelines.simulate.draws import Floats
from pipelines.simulate.ledger_rows import Rows
from pipelines.simulate.movements import Setting


def moved_abroad(world: Setting, rows: pl.DataFrame, legs: pl.DataFrame, terms: Terms, share: Floats) -> list[Rows]:
    """What arrives abroad, what hubs change and lose, and what goes on from there."""
    tracked = np.array(world.goods.texts("role")) == "controlled"
    first = legs.filter(pl.col("leg") == 1)
    came_of = np.full(rows.height, -1)
    came_of[first["movement"].to_numpy()] = first["good"].to_numpy()
    came = came_of[legs["movement"].to_numpy()]
    touched = tracked[legs["good"].to_numpy()] | (tracked[np.maximum(came, 0)] & (came >= 0))
    legs, came = legs.filter(pl.Series(touched)), came[touched]
    m, good = legs["movement"].to_numpy(), legs["good"].to_numpy()
    form, came_form = terms.form.gather(good), terms.form.gather(np.maximum(came, 0))
    mineral = terms.mineral.gather(good)
    buyer = world.firms.buyer_id.gather(rows["consignee"].to_numpy()[m])
    lot = pl.Series(m + 10**8 * world.part).cast(pl.String)
    hub, batch = "H" + lot, "H-" + lot
    two = (rows["hub"].to_numpy()[m] >= 0) & (rows["direction"].to_numpy()[m] != 2)
    to_hub = two & (legs["to_place"].to_numpy() == rows["hub"].to_numpy()[m]) & (legs["leg"].to_numpy() == 1)
    onward = two & (legs["leg"].to_numpy() == 2) & (came >= 0)
    kg, lost = legs["kg"].to_numpy(), legs["lost_kg"].to_numpy()
    left, arrived = legs["left"].to_numpy(), legs["arrived"].to_numpy()

    def part(keep: np.ndarray, **columns: Any) -> Rows:
        at = np.flatnonzero(keep)
        columns |= {"mineral": mineral, "movement": m}
        given = {name: value if isinstance(value, str | int) else value[at] for name, value in columns.items()}
        return given | {"rows": len(at)}

    here = {"form": form, "net_kg": kg, "metal_kg": kg * share[good]}
    changed = onward & (came != good) & (came >= 0)
    source = np.where(changed, kg * share[good] / share[np.maximum(came, 0)], 0.0)
    return [
        part(to_hub, moved_on=arrived, kind="imported", change=1, holder_id=hub, **here),
        part(to_hub & (lost > 0), moved_on=arrived, kind="lost", change=-1, holder_id=hub, form=form,
             net_kg=lost, metal_kg=lost * share[good]),
        part(changed, moved_on=left, kind="processed", change=-1, holder_id=hub, form=came_form,
             net_kg=source, metal_kg=kg * share[good], batch=batch),
        part(changed, moved_on=left, kind="processed", change=1, holder_id=hub, batch=batch, **here),
        part(onward, moved_on=left, kind="exported", change=-1, holder_id=hub, **here),
        part(~to_hub, moved_on=arrived, kind="imported", change=1, holder_id=buyer, **here),
    ]  # fmt: skip

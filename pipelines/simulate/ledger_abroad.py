"""Material beyond China: what hubs take in, change, lose and pass on, and what last buyers receive."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from pipelines.simulate.draws import Floats
from pipelines.simulate.ledger_rows import ledger_rows
from pipelines.simulate.movements import Setting


def moved_abroad(world: Setting, rows: pl.DataFrame, legs: pl.DataFrame, share: Floats) -> pl.DataFrame:
    """What arrives abroad, what hubs change and lose, and what goes on from there."""
    m, good = legs["movement"].to_numpy(), legs["good"].to_numpy()
    first_good = legs.filter(pl.col("leg") == 1).select(
        "movement", pl.col("good").alias("came"), pl.col("kg").alias("in")
    )
    tracked = np.array(world.goods.texts("role")) == "controlled"
    table = legs.join(first_good, on="movement", how="left", maintain_order="left")
    came = table["came"].fill_null(-1).to_numpy()
    touched = tracked[good] | (tracked[np.maximum(came, 0)] & (came >= 0))
    forms, minerals = np.array(world.goods.names), np.array(world.goods.texts("mineral"))
    buyer = np.array(world.firms.buyer_id)[rows["consignee"].to_numpy()][m]
    lot = (m + 10**8 * world.part).astype(str)
    hub = np.char.add("H", lot)
    two = (rows["hub"].to_numpy()[m] >= 0) & touched & (rows["direction"].to_numpy()[m] != 2)
    to_hub = two & (legs["to_place"].to_numpy() == rows["hub"].to_numpy()[m]) & (legs["leg"].to_numpy() == 1)
    onward = two & (legs["leg"].to_numpy() == 2) & (came >= 0)
    direct = touched & ~to_hub
    kg, lost = legs["kg"].to_numpy(), legs["lost_kg"].to_numpy()
    left, arrived = legs["left"].to_numpy(), legs["arrived"].to_numpy()
    mineral = np.where(minerals[good] == "", "unnamed", minerals[good])
    batch = np.char.add("H-", lot)

    def part(keep: np.ndarray, **columns: Any) -> pl.DataFrame:
        given = {name: value[keep] if isinstance(value, np.ndarray) else value for name, value in columns.items()}
        return ledger_rows(int(keep.sum()), mineral=mineral[keep], movement=m[keep], **given)

    here = {"form": forms[good], "net_kg": kg, "metal_kg": kg * share[good]}
    changed = onward & (came != good) & (came >= 0)
    source = np.where(changed, kg * share[good] / share[np.maximum(came, 0)], 0.0)
    return pl.concat(
        [
            part(to_hub, moved_on=arrived, kind="imported", change=1, holder_id=hub, **here),
            part(to_hub & (lost > 0), moved_on=arrived, kind="lost", change=-1, holder_id=hub, form=forms[good],
                 net_kg=lost, metal_kg=lost * share[good]),
            part(changed, moved_on=left, kind="processed", change=-1, holder_id=hub, form=forms[np.maximum(came, 0)],
                 net_kg=source, metal_kg=kg * share[good], batch=batch),
            part(changed, moved_on=left, kind="processed", change=1, holder_id=hub, batch=batch, **here),
            part(onward, moved_on=left, kind="exported", change=-1, holder_id=hub, **here),
            part(direct, moved_on=arrived, kind="imported", change=1, holder_id=buyer, **here),
        ]
    )  # fmt: skip

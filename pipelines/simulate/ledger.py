"""Material from the mine to the last buyer: every step that moves or changes a controlled good, stocks included.

Built backwards from what left China: holders buy what they ship, refineries make what holders buy, mines dig what
refineries need. Contained metal is conserved at each step; what is lost has a row of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from pipelines.simulate.chain import metal_in_goods, path_to
from pipelines.simulate.draws import Floats, Ints, scramble, stream
from pipelines.simulate.movements import Setting
from pipelines.simulate.stocks import Stocks, by_holder_and_month, replenish

COLUMNS = {
    "moved_on": pl.Int64,
    "kind": pl.String,
    "change": pl.Int64,
    "holder_id": pl.String,
    "counterparty_id": pl.String,
    "mineral": pl.String,
    "form": pl.String,
    "net_kg": pl.Float64,
    "metal_kg": pl.Float64,
    "batch": pl.String,
    "movement": pl.Int64,
}
"""`change` is +1 into the holder's stock and -1 out of it; `batch` joins what one step consumed, made and lost."""
NOBODY = -1
DOMESTIC_SHARE = 0.3  # of open export lots have a like sale at home
SHRINKAGE_SHARE = 0.1  # of what leaves at home is booked as lost: breakage, theft, counting
USERS_SHARE = 0.03  # of Chinese firms use a controlled good in their own works


def follow_material(world: Setting, rows: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """Write the whole ledger, columns as in COLUMNS; `rows` are the movements and `legs` their border crossings."""
    share = metal_in_goods(world.goods)
    lots = _lots_from_china(world, rows, legs)
    wanted, parts = lots.select("holder", "good").unique().sort("holder", "good"), list[pl.DataFrame]()
    if lots.is_empty():
        return pl.DataFrame(schema=COLUMNS)
    group = lots.join(wanted.with_row_index("group"), on=["holder", "good"], how="left", maintain_order="left")["group"]
    months = len(world.months) - 1
    month = world.month_of(lots["day"].to_numpy())
    outflow = by_holder_and_month(group.to_numpy(), month, lots["kg"].to_numpy(), groups=wanted.height, months=months)
    held = replenish(stream(world.seed, "holders"), outflow)
    names = _holder_names(world, wanted["holder"].to_numpy())
    goods = wanted["good"].to_numpy()
    refineries = np.array([f"R{scramble(np.array([world.seed]), np.array([good]))[0] % 10**8:08d}" for good in goods])
    parts.append(_bought(world, held, names=names, refineries=refineries, goods=goods, share=share))
    parts.append(_shipped(world, lots, group.to_numpy(), names, share))
    needs = by_holder_and_month(*_spread(goods, held.inflow), groups=len(world.goods.names), months=months)
    for good in np.unique(goods).tolist():
        parts.append(_made(world, good, needs[good], float(share[good]), str(refineries[goods == good][0])))
    parts.append(_abroad(world, rows, legs, share))
    return pl.concat(parts).sort("moved_on", "holder_id", "form", "kind", "change", "net_kg", "batch", nulls_last=True)


def _lots_from_china(world: Setting, rows: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """Everything that leaves a Chinese holder: exports of controlled goods, sales at home, and use in own works."""
    rng = stream(world.seed, "material")
    controlled = np.array(world.goods.texts("role")) == "controlled"
    out = legs.filter(pl.Series((legs["from_place"].to_numpy() == 0) & controlled[legs["good"].to_numpy()]))
    firm = rows["firm"].gather(out["movement"]).to_numpy()
    count = len(world.firms.weight)
    holder = np.where(world.firms.country[firm] == 0, firm, count + firm)  # a foreign buyer's supplier in China
    exports = pl.DataFrame(
        {
            "holder": holder,
            "good": out["good"],
            "day": np.clip(out["left"].to_numpy(), world.first_day, world.last_day - 1),
            "kg": out["kg"],
            "movement": out["movement"],
        }
    )
    copied = exports.filter(pl.Series(rng.random(exports.height) < DOMESTIC_SHARE))
    home = copied.with_columns(
        pl.Series("kg", np.round(copied["kg"].to_numpy() * rng.uniform(0.3, 2.0, copied.height), 2)),
        pl.Series("day", rng.integers(world.first_day, world.last_day, copied.height)),
        pl.lit(NOBODY, dtype=pl.Int64).alias("movement"),
    )
    users = np.flatnonzero((rng.random(count) < USERS_SHARE) & (world.firms.country == 0))
    goods = np.flatnonzero(controlled)
    lots = np.repeat(users, rng.integers(2, 14, len(users)))
    good = goods[scramble(lots, np.full_like(lots, 11)) % len(goods)]
    used = pl.DataFrame(
        {
            "holder": lots,
            "good": good,
            "day": rng.integers(world.first_day, world.last_day, len(lots)),
            "kg": np.round(world.goods.floats("lot_kg")[good] * rng.uniform(0.1, 0.8, len(lots)), 2) + 0.1,
            "movement": np.full(len(lots), NOBODY),
        }
    )
    return pl.concat([exports, home, used], how="vertical_relaxed")


def _holder_names(world: Setting, holder: Ints) -> np.ndarray:
    count = len(world.firms.weight)
    firm = np.array(world.firms.exporter_id)[holder % count]
    return np.where(holder < count, firm, np.char.add("S", firm))


def _table(count: int, **columns: Any) -> pl.DataFrame:
    return pl.DataFrame(
        {
            name: pl.Series(np.broadcast_to(np.asarray(columns[name]), (count,)), dtype=kind)
            if name in columns
            else pl.Series([None] * count, dtype=kind)
            for name, kind in COLUMNS.items()
        }
    )


def _spread(goods: Ints, table: Floats) -> tuple[Ints, Ints, Floats]:
    group, month = np.nonzero(table)
    return goods[group], month, table[group, month]


def _bought(
    world: Setting, held: Stocks, *, names: np.ndarray, refineries: np.ndarray, goods: Ints, share: Floats
) -> pl.DataFrame:
    """Purchases of the holders and the same sales of the refineries, with opening and closing stocks."""
    group, month = np.nonzero(held.inflow > 0)
    kg, good = held.inflow[group, month], goods[group]
    forms, minerals = np.array(world.goods.names), np.array(world.goods.texts("mineral"))
    common = {"moved_on": world.months[month], "form": forms[good], "mineral": minerals[good], "net_kg": kg}
    common |= {"metal_kg": kg * share[good]}
    bought = _table(
        len(kg), **common, kind="bought", change=1, holder_id=names[group], counterparty_id=refineries[group]
    )
    sold = _table(len(kg), **common, kind="sold", change=-1, holder_id=refineries[group], counterparty_id=names[group])
    return pl.concat(
        [
            bought,
            sold,
            _counted(world, held, names=names, forms=forms[goods], minerals=minerals[goods], share=share[goods]),
        ]
    )


def _counted(
    world: Setting, held: Stocks, *, names: np.ndarray, forms: np.ndarray, minerals: np.ndarray, share: Floats
) -> pl.DataFrame:
    """Stocks as counted: on the first day they enter the balance (change +1), on the last they close it (change 0)."""
    common = {"kind": "stock", "holder_id": names, "form": forms, "mineral": minerals}
    first = {"moved_on": world.first_day, "change": 1, "net_kg": held.opening, "metal_kg": held.opening * share}
    end = held.closing[:, -1]
    last = {"moved_on": world.last_day - 1, "change": 0, "net_kg": end, "metal_kg": end * share}
    return pl.concat([_table(len(names), **common, **first), _table(len(names), **common, **last)])


def _shipped(world: Setting, lots: pl.DataFrame, group: Ints, names: np.ndarray, share: Floats) -> pl.DataFrame:
    good, kg = lots["good"].to_numpy(), lots["kg"].to_numpy()
    movement = lots["movement"].to_numpy()
    buyer = scramble(lots["day"].to_numpy(), good, group.astype(np.int64)) % 90_000_000 + 10_000_000
    return _table(
        lots.height,
        moved_on=lots["day"].to_numpy(),
        kind=np.where(movement >= 0, "exported", np.where(buyer % 1000 < 1000 * SHRINKAGE_SHARE, "lost", "sold")),
        change=-1,
        holder_id=names[group],
        counterparty_id=np.char.add("D", buyer.astype(str)),
        mineral=np.array(world.goods.texts("mineral"))[good],
        form=np.array(world.goods.names)[good],
        net_kg=kg,
        metal_kg=kg * share[good],
        movement=movement,
    ).with_columns(
        pl.when(pl.col("movement") >= 0).then("movement").alias("movement"),
        pl.when(pl.col("kind") == "sold").then("counterparty_id").alias("counterparty_id"),
    )


def _made(world: Setting, good: int, needed: Floats, share: float, refinery: str) -> pl.DataFrame:
    """Mining and processing behind one good: as much as its refinery sells, by month, with a product stock."""
    rng = stream(world.seed, "refinery", world.goods.names[good])
    mineral = world.goods.texts("mineral")[good]
    path = path_to(world.goods.names[good], mineral, share)
    held = replenish(rng, needed[None, :])
    made = held.inflow[0]
    month = np.flatnonzero(made > 0)
    day, kg = world.months[month], made[month]
    common = {"moved_on": day, "holder_id": refinery, "mineral": mineral}
    parts = [
        _counted(
            world,
            held,
            names=np.array([refinery]),
            forms=np.array([path.forms[-1]]),
            minerals=np.array([mineral]),
            share=np.array([share]),
        )
    ]
    for step in range(len(path.forms) - 1, 0, -1):
        metal = kg * path.shares[step]
        source = metal / path.kept[step - 1]
        batch = np.char.add(f"{refinery}-{path.forms[step]}-", month.astype(str))
        kind = "refined" if step >= 2 else "processed"
        used = source / path.shares[step - 1]
        parts += [
            _table(
                len(kg), **common, kind=kind, change=1, form=path.forms[step], net_kg=kg, metal_kg=metal, batch=batch
            ),
            _table(
                len(kg),
                **common,
                kind="processed",
                change=-1,
                form=path.forms[step - 1],
                net_kg=used,
                metal_kg=source,
                batch=batch,
            ),
            _table(
                len(kg),
                **common,
                kind="lost",
                change=0,
                form=f"{mineral} residue",
                net_kg=source - metal,
                metal_kg=source - metal,
                batch=batch,
            ),
        ]
        kg = used
    parts.append(
        _table(len(kg), **common, kind="mined", change=1, form=path.forms[0], net_kg=kg, metal_kg=kg * path.shares[0])
    )
    return pl.concat(parts)


def _abroad(world: Setting, rows: pl.DataFrame, legs: pl.DataFrame, share: Floats) -> pl.DataFrame:
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
    lot = m.astype(str)
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
        return _table(int(keep.sum()), mineral=mineral[keep], movement=m[keep], **given)

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

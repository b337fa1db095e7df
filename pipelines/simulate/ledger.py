"""Material from the mine to the last buyer: every step that moves or changes a controlled good, stocks included.

Built backwards from what left China: holders buy what they ship, refineries make what holders buy, mines dig what
refineries need. Contained metal is conserved at each step; what is lost has a row of its own.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate.chain import Terms, ledger_terms, metal_in_goods, path_to, residue
from pipelines.simulate.draws import Floats, Ints, order_by, scramble, stream
from pipelines.simulate.ledger_abroad import moved_abroad
from pipelines.simulate.ledger_rows import Rows, counted_stocks, ledger_schema, written_down
from pipelines.simulate.movements import Setting
from pipelines.simulate.stocks import Stocks, by_holder_and_month, replenish

NOBODY = -1
DOMESTIC_SHARE = 0.3  # of open export lots have a like sale at home
SHRINKAGE_SHARE = 0.1  # of what leaves at home is booked as lost: breakage, theft, counting
USERS_SHARE = 0.03  # of Chinese firms use a controlled good in their own works


def follow_material(world: Setting, rows: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """Write the whole ledger, columns as in COLUMNS; `rows` are the movements and `legs` their border crossings."""
    share, terms = metal_in_goods(world.goods), ledger_terms(world.goods)
    lots = _lots_from_china(world, rows, legs)
    wanted = lots.select("holder", "good").unique().sort("holder", "good")
    if lots.is_empty():
        return pl.DataFrame(schema=ledger_schema(terms.words))
    group = lots.join(wanted.with_row_index("group"), on=["holder", "good"], how="left", maintain_order="left")["group"]
    months = len(world.months) - 1
    month = world.month_of(lots["day"].to_numpy())
    outflow = by_holder_and_month(group.to_numpy(), month, lots["kg"].to_numpy(), groups=wanted.height, months=months)
    held = replenish(stream(world.seed, "holders"), outflow)
    names = _holder_names(world, wanted["holder"].to_numpy())
    goods = wanted["good"].to_numpy()
    refinery = scramble(np.full(1, world.seed), np.arange(len(share))) % 10**8
    refineries = pl.Series([f"R{number:08d}" for number in refinery.tolist()])
    parts = _bought(world, held, terms, names=names, refineries=refineries.gather(goods), goods=goods, share=share)
    parts.append(_shipped(lots, group.to_numpy(), names, terms, share))
    needs = by_holder_and_month(*_spread(goods, held.inflow), groups=len(world.goods.names), months=months)
    for good in np.unique(goods).tolist():
        parts += _made(world, good, needs[good], float(share[good]), refinery=str(refineries[good]), terms=terms)
    whole = written_down([*parts, *moved_abroad(world, rows, legs, terms, share)], terms.words)
    mixed = scramble(np.arange(whole.height, dtype=np.int64), np.full(1, world.seed))
    return whole[order_by(whole["moved_on"].to_numpy(), mixed)]


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


def _holder_names(world: Setting, holder: Ints) -> pl.Series:
    """Name holders: firms, and the suppliers in China of firms abroad."""
    firms = world.firms.exporter_id
    return pl.concat([firms, "S" + firms], rechunk=True).gather(holder)


def _spread(goods: Ints, table: Floats) -> tuple[Ints, Ints, Floats]:
    group, month = np.nonzero(table)
    return goods[group], month, table[group, month]


def _bought(
    world: Setting, held: Stocks, terms: Terms, *, names: pl.Series, refineries: pl.Series, goods: Ints, share: Floats
) -> list[Rows]:
    """Purchases of the holders and the same sales of the refineries, with opening and closing stocks."""
    group, month = np.nonzero(held.inflow > 0)
    kg, good = held.inflow[group, month], goods[group]
    form, mineral = terms.form.gather(good), terms.mineral.gather(good)
    common: Rows = {"rows": len(kg), "moved_on": world.months[month], "form": form, "mineral": mineral, "net_kg": kg}
    common |= {"metal_kg": kg * share[good]}
    holder, refinery = names.gather(group), refineries.gather(group)
    stocks = counted_stocks(
        world,
        held,
        names=names,
        forms=terms.form.gather(goods),
        minerals=terms.mineral.gather(goods),
        share=share[goods],
    )
    return [
        common | {"kind": "bought", "change": 1, "holder_id": holder, "counterparty_id": refinery},
        common | {"kind": "sold", "change": -1, "holder_id": refinery, "counterparty_id": holder},
        *stocks,
    ]


def _shipped(lots: pl.DataFrame, group: Ints, names: pl.Series, terms: Terms, share: Floats) -> Rows:
    good, kg = lots["good"].to_numpy(), lots["kg"].to_numpy()
    movement = lots["movement"].to_numpy()
    buyer = scramble(lots["day"].to_numpy(), good, group.astype(np.int64)) % 90_000_000 + 10_000_000
    kind = np.where(movement >= 0, 0, np.where(buyer % 1000 < 1000 * SHRINKAGE_SHARE, 1, 2))
    return {
        "rows": lots.height,
        "moved_on": lots["day"].to_numpy(),
        "kind": pl.Series(["exported", "lost", "sold"], dtype=terms.words).gather(kind),
        "change": -1,
        "holder_id": names.gather(group),
        "counterparty_id": ("D" + pl.Series(buyer).cast(pl.String)).set(pl.Series(kind != 2), None),
        "mineral": terms.mineral.gather(good),
        "form": terms.form.gather(good),
        "net_kg": kg,
        "metal_kg": kg * share[good],
        "movement": movement,
    }


def _made(world: Setting, good: int, needed: Floats, share: float, *, refinery: str, terms: Terms) -> list[Rows]:
    """Mining and processing behind one good: as much as its refinery sells, by month, with a product stock."""
    rng = stream(world.seed, "refinery", world.goods.names[good])
    mineral = world.goods.texts("mineral")[good]
    path = path_to(world.goods.names[good], mineral, share)
    held = replenish(rng, needed[None, :])
    month = np.flatnonzero(held.inflow[0] > 0)
    day, kg = world.months[month], held.inflow[0, month]
    parts = counted_stocks(
        world,
        held,
        names=pl.Series([refinery]),
        forms=terms.form.gather([good]),
        minerals=terms.mineral.gather([good]),
        share=np.array([share]),
    )
    common: Rows = {"rows": len(kg), "moved_on": day, "holder_id": refinery, "mineral": mineral}
    for step in range(len(path.forms) - 1, 0, -1):
        metal = kg * path.shares[step]
        source = metal / path.kept[step - 1]
        lost, used = source - metal, source / path.shares[step - 1]
        names = [f"{refinery}-{path.forms[step]}-{number}" for number in month.tolist()]
        common["batch"] = pl.Series(names, dtype=pl.String)
        made: Rows = {"kind": "refined" if step >= 2 else "processed", "change": 1, "form": path.forms[step]}
        consumed: Rows = {"kind": "processed", "change": -1, "form": path.forms[step - 1]}
        gone: Rows = {"kind": "lost", "change": 0, "form": residue(mineral)}
        parts += [
            common | made | {"net_kg": kg, "metal_kg": metal},
            common | consumed | {"net_kg": used, "metal_kg": source},
            common | gone | {"net_kg": lost, "metal_kg": lost},
        ]
        kg = used
    mined = {"kind": "mined", "change": 1, "form": path.forms[0], "net_kg": kg, "metal_kg": kg * path.shares[0]}
    return [*parts, common | mined | {"batch": None}]

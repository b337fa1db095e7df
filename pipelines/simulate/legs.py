"""Border crossings of each movement: what truly crossed, and what each side's statistics could see of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.simulate.draws import Bools, Floats, Ints, stream
from pipelines.simulate.movements import IMPORT, SEA, UNDECLARED, Setting
from pipelines.simulate.reporting import books_by_consignment
from pipelines.simulate.routes import travel_days
from pipelines.simulate.schemes import CONVERSIONS, DOWNSTREAM, NAMES, SCHEMES

RESTUFFING_DAYS = 9.0  # mean time at a hub
UNRECORDED_AS_ITSELF = (
    732690  # where a first leg leaves under a false code: steel articles, as in minerals.yaml disguises
)
SEEN_AT_ORIGIN_SHARE = 0.65  # first legs that leave openly, under their own code

Column = Floats | Ints
WAYS = ("export", "import", "re_export", "re_import")
"""Directions of statistics."""
SIGHTING: dict[str, pl.DataType] = {
    "reporter": pl.Int64(),
    "partner": pl.Int64(),
    "consigned": pl.Int64(),
    "direction": pl.Enum(WAYS),
    "hs6": pl.Int64(),
    "day": pl.Int64(),
    "kg": pl.Float64(),
    "usd": pl.Float64(),
}


@dataclass(frozen=True)
class Crossings:
    """Truth and sightings of all movements."""

    legs: pl.DataFrame
    """One row a border crossing of the movement's true goods; `movement` counts the movements from 0."""
    sightings: pl.DataFrame
    """One row a figure that an office writes down, before noise: reporter, partner, whence it was
    consigned (-1 on exports), direction, hs6, day, kg, usd."""


def cross_borders(world: Setting, rows: pl.DataFrame, declared_usd: pl.Series) -> Crossings:
    """Follow each movement over its borders; `declared_usd` is the value on its paper."""
    rng = stream(world.seed, "crossings")
    at = {name: rows[name].to_numpy() for name in rows.columns}
    count = rows.height
    evades = at["agent"] >= 0
    two_legs = (at["hub"] >= 0) & (at["direction"] != 2)
    filed_last = at["direction"] == IMPORT
    mode = at["mode"].astype(np.int64)
    hub = np.maximum(at["hub"], 0)
    trip = travel_days(world, np.where(two_legs, hub, at["dispatch"]), at["destination"], mode)
    first_trip = travel_days(world, at["origin"], hub, np.where(two_legs, SEA, mode))
    dwell = rng.gamma(2.0, RESTUFFING_DAYS / 2, count)
    leaves_last = np.where(
        filed_last, at["day"] - trip, np.where(two_legs, at["day"] + first_trip + dwell, at["day"] + 3)
    )
    arrives_last = leaves_last + trip + 2
    leaves_first = np.where(filed_last, leaves_last - dwell - first_trip, at["day"])

    kg_last = np.where(evades & ~filed_last & two_legs, at["kg"] * (1 - at["loss_share"]), at["kg"])
    source = np.where(at["source_good"] >= 0, at["source_good"], at["good"])
    gain = conversion_yield(world, source, at["good"])
    kg_first = np.where(filed_last, kg_last / gain / (1 - at["loss_share"]), at["kg"])
    kg_first = np.where(two_legs & ~evades, kg_last, kg_first)
    last = {
        "movement": np.arange(count),
        "leg": np.where(two_legs, 2, 1),
        "from_place": np.where(two_legs, hub, at["dispatch"]),
        "to_place": at["destination"],
        "good": at["good"],
        "kg": kg_last,
        "left": leaves_last.astype(np.int64),
        "arrived": arrives_last.astype(np.int64),
        "lost_kg": np.zeros(count),
    }
    first = {
        "movement": np.arange(count),
        "leg": np.ones(count, np.int64),
        "from_place": at["origin"],
        "to_place": at["hub"],
        "good": source,
        "kg": kg_first,
        "left": leaves_first.astype(np.int64),
        "arrived": (leaves_first + first_trip).astype(np.int64),
        "lost_kg": kg_first - kg_last / gain,
    }
    legs = _before(last, first, np.flatnonzero(two_legs & (at["origin"] != at["hub"])))
    return Crossings(legs, _sightings(world, rng, rows, legs, declared_usd))


def _before(last: dict[str, Column], first: dict[str, Column], at: Ints) -> pl.DataFrame:
    """Put the first legs of some movements, `at` their positions, before the last legs, which all movements have."""
    place = np.arange(len(last["leg"]))
    place += np.searchsorted(at, place, side="right")
    columns = {}
    for name, column in last.items():
        columns[name] = np.empty(len(place) + len(at), dtype=column.dtype)
        columns[name][place] = column
        columns[name][place[at] - 1] = first[name][at]
    return pl.DataFrame(columns)


def conversion_yield(world: Setting, source: Ints, product: Ints) -> Floats:
    """Kilograms of product from one kilogram of source without loss; 1 where nothing is converted."""
    gain, at = np.ones(len(source)), np.flatnonzero(source != product)
    for table in (CONVERSIONS, DOWNSTREAM):
        for name, (made, share) in table.items():
            if name in world.goods.names and made in world.goods.names:
                made_of = (source[at] == world.goods.position(name)) & (product[at] == world.goods.position(made))
                gain[at[made_of]] = share
    return gain


def _sightings(
    world: Setting, rng: np.random.Generator, rows: pl.DataFrame, legs: pl.DataFrame, usd: pl.Series
) -> pl.DataFrame:
    config = world.config.statistics
    hs6 = np.array([int(code[:6]) for code in world.goods.texts("hs_code")])
    count = rows.height
    scheme = rows["scheme"].to_numpy()
    misdeclares, conceals = (
        np.array([one.typology == kind for one in SCHEMES] + [False])[scheme]
        for kind in ("misdeclaration", "concealment")
    )
    seen_true = rng.random(count) < config.misdeclared_seen_share
    seen_hidden = rng.random(count) < config.concealed_seen_share
    seen_first = rng.random(count) < SEEN_AT_ORIGIN_SHARE
    by_origin = rng.random(count) < config.declared_by_origin_share
    m = legs["movement"].to_numpy()
    good, kg = legs["good"].to_numpy(), legs["kg"].to_numpy()
    last = legs["to_place"].to_numpy() == rows["destination"].to_numpy()[m]
    two = rows["hub"].to_numpy()[m] >= 0
    worth = kg * world.price(good, legs["left"].to_numpy())
    paper = np.where(rows["code"].to_numpy() >= 0, rows["code"].to_numpy(), rows["paper"].to_numpy())[m]
    undeclared = rows["direction"].to_numpy()[m] == UNDECLARED
    by_hand = scheme[m] == NAMES.index("hand_baggage")
    false = (rows["agent"].to_numpy()[m] < 0) | (misdeclares[m])
    false = false & (paper != good) & ~two
    hidden = conceals[m] & ~undeclared
    evades = scheme[m] >= 0
    own = np.where(hidden, rows["host_kg"].to_numpy()[m], kg)
    value = np.where(false | hidden | (last & ~two), usd.fill_null(0.0).to_numpy()[m], worth)

    out_code = np.where(false | hidden, hs6[paper], hs6[good])
    under_false_code = evades & two & ~last & ~seen_first[m]
    out_code = np.where(under_false_code, UNRECORDED_AS_ITSELF, out_code)
    in_code = np.where(false & seen_true[m], hs6[good], np.where(false | hidden, hs6[paper], hs6[good]))
    in_value = np.where(false & seen_true[m], worth, value)
    reexports = last & two & ~evades
    by_consignment = books_by_consignment(world, legs["to_place"].to_numpy(), legs["arrived"].to_numpy())
    names_origin = reexports & by_origin[m] & ~by_consignment
    names_origin &= rows["origin"].to_numpy()[m] != legs["to_place"].to_numpy()
    partner_in = np.where(names_origin, rows["origin"].to_numpy()[m], legs["from_place"].to_numpy())
    left, arrived = legs["left"].to_numpy(), legs["arrived"].to_numpy()
    start, end = legs["from_place"].to_numpy(), legs["to_place"].to_numpy()
    ways = pl.Series(WAYS, dtype=pl.Enum(WAYS))
    inward = ways.new_from_index(WAYS.index("import"), len(m))
    exports = _sighted(
        ~undeclared,
        reporter=start,
        partner=end,
        consigned=np.full(len(m), -1),
        direction=ways.gather(np.where(reexports, WAYS.index("re_export"), WAYS.index("export"))),
        hs6=out_code,
        day=left,
        kg=own,
        usd=value,
    )
    # what left without a paper: baggage is never seen, a ship under another name mostly arrives as what it is
    imports = _sighted(
        ~undeclared | (~by_hand & seen_true[m]),
        reporter=end,
        partner=partner_in,
        consigned=start,
        direction=inward,
        hs6=in_code,
        day=arrived,
        kg=own,
        usd=in_value,
    )
    found = _sighted(
        hidden & seen_hidden[m],
        reporter=end,
        partner=start,
        consigned=start,
        direction=inward,
        hs6=hs6[good],
        day=arrived,
        kg=kg,
        usd=worth,
    )
    return pl.concat([exports, imports, found])


def _sighted(keep: Bools, **columns: npt.NDArray[Any] | pl.Series) -> pl.DataFrame:
    """Write down the rows that are kept; no office writes down trade within its own country."""
    at = np.flatnonzero(keep & (columns["reporter"] != columns["partner"]))
    return pl.DataFrame({name: pl.Series(columns[name][at]).cast(kind) for name, kind in SIGHTING.items()})


__all__ = ["Crossings", "cross_borders"]

"""Routes on the paper: ports, places in between and days, by sea, air, rail or road."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulate.catalogue import coded
from pipelines.simulate.disguises import rewritten
from pipelines.simulate.draws import Floats, Ints, pick, scramble, stream
from pipelines.simulate.movements import AIR, COURIER, RAIL, ROAD, SEA, TRANSIT, Setting

SPEED_KM_PER_DAY = np.array(
    [620.0, 4000.0, 500.0, 380.0, 4000.0]
)  # container ship with port calls, air, rail, road, courier
FIXED_DAYS = np.array([2.0, 1.0, 3.0, 1.0, 1.5])
_KINDS = {SEA: "sea_ports", AIR: "air_ports", RAIL: "road_ports", ROAD: "road_ports", COURIER: "air_ports"}
NO_PORT = 0
RELAYS = ("SGP", "KOR", "MYS", "HKG", "LKA")
RELAY_PORTS = {"SGP": "SGSIN", "KOR": "KRPUS", "MYS": "MYPKG", "HKG": "HKHKG", "LKA": "LKCMB"}


def travel_days(world: Setting, origin: Ints, destination: Ints, mode: Ints) -> Floats:
    """Days between two countries by a mode, without waiting."""
    return np.asarray(world.places.km[origin, destination] / SPEED_KM_PER_DAY[mode] + FIXED_DAYS[mode])


def paper_routes(world: Setting, rows: pl.DataFrame) -> pl.DataFrame:
    """Write loading port, discharge port, the route with days, and the days of departure and arrival."""
    rng = stream(world.seed, "routes")
    count = rows.height
    day, mode, firm, hub = (rows[name].to_numpy() for name in ("day", "mode", "firm", "hub"))
    dispatch, named = rows["dispatch"].to_numpy(), rows["declared_destination"].to_numpy()
    is_import = rows["direction"].to_numpy() == 1
    in_transit = rows["direction"].to_numpy() == TRANSIT
    agent = rows["agent"].to_numpy()
    careless = (agent >= 0) & (rng.random(count) < 0.4 * (1 - rows["care_route"].to_numpy()))
    home = np.where(rng.random(count) < 0.86, world.firms.region[firm], rng.integers(0, 8, count))
    at_border = scramble(firm, named)
    start = _port(world, dispatch, mode, np.where(dispatch == 0, home, at_border))
    end = _port(world, named, mode, rng.integers(0, 64, count))

    # by relay port: the usual way of the line, or the hub that goods in transit and re-exports pass
    relayed = (mode == SEA) & ~is_import & (rng.random(count) < 0.33)
    ports = _ports(world)
    relay = np.array([ports.names.index(RELAY_PORTS[code]) for code in RELAYS])
    relay = relay[pick(rng, [0.36, 0.22, 0.18, 0.14, 0.10], count)]
    via_hub = in_transit | ((hub >= 0) & is_import & _shown(rng, rows, 0.35, 0.15))
    via = np.where(in_transit, _port(world, np.maximum(hub, 0), mode, at_border), relay)
    first = np.where(is_import & via_hub, _port(world, np.zeros(count, np.int64), SEA + 0 * mode, home), NO_PORT)
    onward = careless & (rows["scheme"].to_numpy() >= 0) & (hub == named) & ~is_import
    beyond = np.where(onward, _port(world, rows["destination"].to_numpy(), SEA + 0 * mode, at_border), NO_PORT)

    wait = rng.integers(1, 7, count)
    whole = travel_days(world, dispatch, named, mode) * np.exp(0.12 * rng.normal(size=count))
    pause = np.where(relayed | in_transit, rng.gamma(2.0, 2.0, count), 0.0)
    dwell = np.where((hub >= 0) & is_import, rng.gamma(3.0, np.where(agent >= 0, 5.0, 4.0), count), 0.0)
    leaves = np.where(is_import, day - wait - whole, day + wait).astype(np.int64)
    middle = (leaves + whole * 0.45).astype(np.int64)
    arrives = (leaves + whole + pause + 0.5).astype(np.int64)
    before = (leaves - dwell - 6).astype(np.int64)
    slow = rng.random(count) < 0.01
    arrives = np.where(slow, arrives + rng.integers(15, 60, count), arrives)
    frame = pl.DataFrame(
        {
            "start": start,
            "end": end,
            "first": first,
            "beyond": beyond,
            "via": np.where((relayed | in_transit) & (via != start) & (via != end), via, NO_PORT),
            "leaves": leaves,
            "middle": middle,
            "arrives": arrives,
            "before": before,
            "final": arrives + 9 + (whole * 0.8).astype(np.int64),
            "dated": rng.random(count) < 0.7,
        }
    )
    passes = frame.select((pl.col("first") != NO_PORT) | (pl.col("beyond") != NO_PORT)).to_series()
    further = np.flatnonzero(passes.to_numpy())  # few routes name a place before or beyond
    route = rewritten(_joined(ports, frame, _STEPS[1:-1]), [(further, _joined(ports, frame[further], _STEPS))])
    return pl.DataFrame(
        {
            "loading_port": coded(ports.names, start),
            "discharge_port": coded(ports.names, end),
            "route": route,
            "left_on": frame["leaves"].cast(pl.Int32).cast(pl.Date),
            "arrived_on": frame["arrives"].cast(pl.Int32).cast(pl.Date),
        }
    )


_STEPS = (("first", "before"), ("start", "leaves"), ("via", "middle"), ("end", "arrives"), ("beyond", "final"))
"""Places on a route and their days, in order."""


def _joined(ports: _Ports, rows: pl.DataFrame, steps: Sequence[tuple[str, str]]) -> pl.Series:
    """Write routes as text: the places that each row has, with their days where it is dated."""
    if rows.is_empty():
        return pl.Series([], dtype=pl.String)
    first_day = int(rows.select(pl.min_horizontal(when for _, when in steps).min()).item())
    last_day = int(rows.select(pl.max_horizontal(when for _, when in steps).max()).item())
    days = pl.select(pl.int_range(first_day, last_day + 1, dtype=pl.Int32).cast(pl.Date).dt.to_string("@%Y-%m-%d"))
    stamps = pl.concat([days.to_series(), pl.Series([""])], rechunk=True)  # the last for routes without days
    undated, dated = len(stamps) - 1, rows["dated"].to_numpy()
    names = pl.Series([f">{name}" if name else "" for name in ports.names])
    parts = []
    for place, when in steps:
        at, day = rows[place].to_numpy(), rows[when].to_numpy() - first_day
        parts.append(names.gather(at).alias(f"{place}_port"))
        parts.append(stamps.gather(np.where(dated & (at != NO_PORT), day, undated)).alias(f"{place}_day"))
    return pl.DataFrame(parts).select(pl.concat_str(pl.all()).str.slice(1)).to_series()


def _shown(rng: np.random.Generator, rows: pl.DataFrame, honest: float, evading: float) -> np.ndarray:
    share = np.where(rows["agent"].to_numpy() >= 0, evading, honest)
    return np.asarray(rng.random(rows.height) < share)


@dataclass(frozen=True)
class _Ports:
    """Ports, airports and border crossings by number, NO_PORT being none."""

    names: list[str]
    table: Ints
    """Number by mode, country and choice; fewer choices repeat."""
    sizes: Ints
    """Choices by mode and country, at least 1."""


_known_ports: dict[str, _Ports] = {}


def _ports(world: Setting) -> _Ports:
    """Number the ports of all countries once."""
    key = ";".join(world.places.codes)
    if key not in _known_ports:
        by_column = {
            column: [ports.split(";") if ports else [] for ports in world.places.frame[column].to_list()]
            for column in ("sea_ports", "air_ports", "road_ports")
        }
        modes = [_KINDS[mode] for mode in sorted(_KINDS)]
        lists = [
            [own or other or last for own, other, last in zip(by_column[kind], *spare, strict=True)]
            for kind in modes
            for spare in [(by_column["sea_ports"], by_column["air_ports"])]
        ]
        names = ["", *sorted({port for rows in lists for ports in rows for port in ports} | set(RELAY_PORTS.values()))]
        number = {name: at for at, name in enumerate(names)}
        width = max(len(ports) for rows in lists for ports in rows)
        table = [[[number[one] for one in ((ports or [""]) * width)[:width]] for ports in rows] for rows in lists]
        sizes = [[max(len(ports), 1) for ports in rows] for rows in lists]
        _known_ports[key] = _Ports(names, np.array(table), np.array(sizes))
    return _known_ports[key]


def _port(world: Setting, country: Ints, mode: Ints, choice: Ints) -> Ints:
    """Pick a port, airport or border crossing of a country, by number: its own for each region of China."""
    ports, kind = _ports(world), mode.astype(np.int64)
    return np.asarray(ports.table[kind, country, choice % ports.sizes[kind, country]])

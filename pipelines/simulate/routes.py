"""Routes on the paper: ports, places in between and days, by sea, air, rail or road."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate.draws import Floats, Ints, pick, scramble, stream
from pipelines.simulate.movements import AIR, COURIER, RAIL, ROAD, SEA, TRANSIT, Setting

SPEED_KM_PER_DAY = np.array(
    [620.0, 4000.0, 500.0, 380.0, 4000.0]
)  # container ship with port calls, air, rail, road, courier
FIXED_DAYS = np.array([2.0, 1.0, 3.0, 1.0, 1.5])
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
    relay = np.array([RELAY_PORTS[code] for code in RELAYS])[pick(rng, [0.36, 0.22, 0.18, 0.14, 0.10], count)]
    via_hub = in_transit | ((hub >= 0) & is_import & _shown(rng, rows, 0.35, 0.15))
    via = np.where(in_transit, _port(world, np.maximum(hub, 0), mode, at_border), relay)
    first = np.where(is_import & via_hub, _port(world, np.zeros(count, np.int64), SEA + 0 * mode, home), "")
    onward = careless & (rows["scheme"].to_numpy() >= 0) & (hub == named) & ~is_import
    beyond = np.where(onward, _port(world, rows["destination"].to_numpy(), SEA + 0 * mode, at_border), "")

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
            "via": np.where((relayed | in_transit) & (via != start) & (via != end), via, ""),
            "leaves": leaves,
            "middle": middle,
            "arrives": arrives,
            "before": before,
            "final": arrives + 9 + (whole * 0.8).astype(np.int64),
            "dated": rng.random(count) < 0.7,
        }
    )
    steps = [("first", "before"), ("start", "leaves"), ("via", "middle"), ("end", "arrives"), ("beyond", "final")]
    return frame.select(
        pl.col("start").alias("loading_port"),
        pl.col("end").alias("discharge_port"),
        pl.concat_str(*(_step(place, when) for place, when in steps)).str.strip_chars_start(">").alias("route"),
        pl.col("leaves").cast(pl.Int32).cast(pl.Date).alias("left_on"),
        pl.col("arrives").cast(pl.Int32).cast(pl.Date).alias("arrived_on"),
    ).with_columns(pl.col("loading_port", "discharge_port").replace("", None))


def _step(place: str, when: str) -> pl.Expr:
    stamped = pl.format(">{}@{}", place, pl.col(when).cast(pl.Int32).cast(pl.Date).dt.to_string("%Y-%m-%d"))
    plain = pl.concat_str(pl.lit(">"), place)
    return pl.when(pl.col(place) == "").then(pl.lit("")).when("dated").then(stamped).otherwise(plain)


def _shown(rng: np.random.Generator, rows: pl.DataFrame, honest: float, evading: float) -> np.ndarray:
    share = np.where(rows["agent"].to_numpy() >= 0, evading, honest)
    return np.asarray(rng.random(rows.height) < share)


def _port(world: Setting, country: Ints, mode: Ints, choice: Ints) -> np.ndarray:
    """Pick a port, airport or border crossing of a country: its own for each region of China."""
    by_mode = {SEA: "sea_ports", AIR: "air_ports", COURIER: "air_ports", RAIL: "road_ports", ROAD: "road_ports"}
    found = np.full(len(country), "", dtype="<U5")
    for kind, column in by_mode.items():
        lists = [ports.split(";") if ports else [] for ports in world.places.frame[column].to_list()]
        spare = [ports.split(";") if ports else [] for ports in world.places.frame["sea_ports"].to_list()]
        air = [ports.split(";") if ports else [] for ports in world.places.frame["air_ports"].to_list()]
        usable = [own or other or last for own, other, last in zip(lists, spare, air, strict=True)]
        width = max(len(ports) for ports in usable)
        table = np.array([(ports * width)[:width] if len(ports) else [""] * width for ports in usable])
        sizes = np.array([max(len(ports), 1) for ports in usable])
        here = mode == kind
        found[here] = table[country[here], choice[here] % sizes[country[here]]]
    return found

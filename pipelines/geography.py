"""Sea and great-circle distances between the pairs of places that occur, from searoute's network, kept in a cache."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pycountry

from features.routing.rules import LANDLOCKED
from pipelines.files import write_table
from pipelines.settings.closed import load_section
from pipelines.settings.places import Places

EARTH_KM = 6371.0088  # mean radius, IUGG
MAIN_PORTS = 3  # a country stands for its best connected ports, one on each coast: two coasts and one more
COAST_KM = 1_500.0  # ports closer than this serve the same coast (own choice)
SNAP_MOST_KM = 300.0  # farther than this from the sea lanes a place has no sea distance (river ports stay within it)
_METHOD = "1"  # raise when the way of measuring changes, so that caches are measured anew
_SCHEMA = {
    "place_a": pl.String,
    "place_b": pl.String,
    "sea_km": pl.Float64,
    "great_circle_km": pl.Float64,
    "measured_by": pl.String,
}
Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Network:
    """Sea lanes: nodes as (longitude, latitude), their neighbours as a sparse matrix, and ports by code."""

    nodes: Points
    lanes: Any
    ports: dict[str, tuple[float, float]]
    main_ports: dict[str, tuple[str, ...]]


def distances(pairs: pl.DataFrame, cache_path: Path | None = None) -> pl.DataFrame:
    """Measure pairs of places by sea and along the great circle.

    Parameters
    ----------
    pairs
        `place_a`, `place_b`: UN/LOCODE or ISO3. Order and repetition do not matter.
    cache_path
        Parquet file of pairs measured before; read if it was measured the same way, and replaced whole (never left
        half-written) when pairs were added. None keeps nothing.

    Returns
    -------
    pl.DataFrame
        One row per unordered pair of different places, sorted: `place_a` < `place_b`, `sea_km` (Float64, null where
        either lies away from the sea or is unknown), `great_circle_km` (null where either is unknown). A country is
        its best connected ports, nearest to each other; one without coast is its main freight town.
    """
    wanted = (
        pairs.lazy()
        .select(place_a=pl.min_horizontal("place_a", "place_b"), place_b=pl.max_horizontal("place_a", "place_b"))
        .filter(pl.col("place_a") != pl.col("place_b"))
        .unique()
        .sort("place_a", "place_b")
        .collect()
    )
    places = load_section(Places, "places")
    kept = _read_cache(cache_path, _measured_by(places))
    missing = wanted.join(kept, on=["place_a", "place_b"], how="anti").sort("place_a", "place_b")
    if missing.height:
        kept = pl.concat([kept, _measure(missing, places)]).unique(["place_a", "place_b"]).sort("place_a", "place_b")
        if cache_path is not None:
            write_table(kept, cache_path)
    return wanted.join(kept, on=["place_a", "place_b"], how="left").sort("place_a", "place_b").drop("measured_by")


@cache
def country_points() -> dict[str, tuple[float, float]]:
    """Where a country is drawn on a map: longitude and latitude of its first main port, or its main freight town."""
    places, network = load_section(Places, "places"), _load_network()
    codes = sorted({*network.main_ports, *places.landlocked})
    spots = {code: _spots(code, network, places) for code in codes}
    return {code: own[0][:2] for code, own in spots.items() if own}


@cache
def port_dots(step_degrees: float = 1.0) -> tuple[tuple[float, float], ...]:
    """The world's ports as longitudes and latitudes on a coarse grid: enough of the coasts to know a map by."""
    spots = _load_network().ports.values()
    grid = {(round(lon / step_degrees) * step_degrees, round(lat / step_degrees) * step_degrees) for lon, lat in spots}
    return tuple(sorted(grid))


def _measured_by(places: Places) -> str:
    positions = json.dumps(places.model_dump(), sort_keys=True)
    return hashlib.sha256(f"{_METHOD} {version('searoute')} {positions}".encode()).hexdigest()[:16]


def _read_cache(cache_path: Path | None, measured_by: str) -> pl.DataFrame:
    """Read the cache; one that is missing, unreadable or measured otherwise counts as empty."""
    empty = pl.DataFrame(schema=_SCHEMA)
    if cache_path is None or not cache_path.is_file():
        return empty
    try:
        kept = pl.read_parquet(cache_path)
        same_shape = dict(kept.schema) == _SCHEMA
    except (pl.exceptions.PolarsError, OSError):
        return empty
    return kept.filter(pl.col("measured_by") == measured_by) if same_shape else empty


def _measure(pairs: pl.DataFrame, places: Places) -> pl.DataFrame:
    network = _load_network()
    codes = pl.concat([pairs["place_a"], pairs["place_b"]]).unique().sort().to_list()
    spots = {code: _spots(code, network, places) for code in codes}
    sea = _sea_lengths([(spots[a], spots[b]) for a, b in pairs.rows()], network)
    direct = [_shortest(spots[a], spots[b]) for a, b in pairs.rows()]
    return pairs.with_columns(
        pl.Series("sea_km", sea, dtype=pl.Float64).round(1),
        pl.Series("great_circle_km", direct, dtype=pl.Float64).round(1),
        pl.lit(_measured_by(places)).alias("measured_by"),
    )


def _spots(code: str, network: _Network, places: Places) -> tuple[tuple[float, float, bool], ...]:
    """Find where a place is: longitude, latitude and whether ships call there. Empty where unknown."""
    if code in network.ports:
        return ((*network.ports[code], True),)
    if code in places.inland:
        latitude, longitude = places.inland[code]
        return ((longitude, latitude, False),)
    country = code if len(code) == 3 else _ISO3.get(code[:2], "")
    if country in places.landlocked:
        latitude, longitude = places.landlocked[country]
        return ((longitude, latitude, False),)
    return tuple((*network.ports[port], True) for port in network.main_ports.get(country, ()))


def _great_circle_km(start: Points, end: Points) -> Points:
    """Haversine distances between (longitude, latitude) points in degrees, km; broadcasts."""
    lon_a, lat_a, lon_b, lat_b = (np.radians(one) for one in (start[..., 0], start[..., 1], end[..., 0], end[..., 1]))
    h = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0))))


def _shortest(start: Iterable[tuple[float, float, bool]], end: Iterable[tuple[float, float, bool]]) -> float | None:
    a, b = (np.array([spot[:2] for spot in spots], dtype=float).reshape(-1, 2) for spots in (start, end))
    return float(_great_circle_km(a[:, None, :], b[None, :, :]).min()) if len(a) and len(b) else None


def _sea_lengths(
    ends: list[tuple[tuple[tuple[float, float, bool], ...], tuple[tuple[float, float, bool], ...]]], network: _Network
) -> list[float | None]:
    """Measure each pair along the sea lanes: shortest over the ports of either side; one search per starting port."""
    from scipy.sparse.csgraph import dijkstra

    called = sorted({spot[:2] for pair in ends for side in pair for spot in side if spot[2]})
    node, snap = _snap(np.array(called, dtype=float).reshape(-1, 2), network)
    at = {spot: i for i, spot in enumerate(called) if snap[i] <= SNAP_MOST_KM}
    by_start: dict[int, list[tuple[int, int]]] = {}
    for row, (start, end) in enumerate(ends):
        for a in (at[spot[:2]] for spot in start if spot[2] and spot[:2] in at):
            by_start.setdefault(a, []).extend((row, at[spot[:2]]) for spot in end if spot[2] and spot[:2] in at)
    lengths: list[float | None] = [None] * len(ends)
    for a in sorted(by_start):
        reached = dijkstra(network.lanes, directed=False, indices=node[a])
        for row, b in by_start[a]:
            length = 0.0 if a == b else float(reached[node[b]] + snap[a] + snap[b])
            known = lengths[row]
            if np.isfinite(length) and (known is None or length < known):
                lengths[row] = length
    return lengths


def _snap(points: Points, network: _Network) -> tuple[npt.NDArray[np.intp], Points]:
    """Find the sea-lane node nearest to each point, and how far off it is, km."""
    from scipy.spatial import KDTree

    if not len(points):
        return np.zeros(0, dtype=np.intp), np.zeros(0)
    _, nearest = KDTree(_on_sphere(network.nodes)).query(_on_sphere(points))
    found = np.asarray(nearest, dtype=np.intp)
    return found, _great_circle_km(points, network.nodes[found])


def _on_sphere(points: Points) -> Points:
    lon, lat = np.radians(points[:, 0]), np.radians(points[:, 1])
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


_ISO3 = {c.alpha_2: c.alpha_3 for c in pycountry.countries} | {"XK": "XKX"}


@cache
def _load_network() -> _Network:
    """Read the sea lanes and ports that searoute ships; the Northwest Passage is closed, as by its own default."""
    from scipy.sparse import coo_array
    from searoute.data import marnet_dict, ports_dict

    nodes = np.array(sorted(marnet_dict.node_list), dtype=float)
    number = {tuple(point): i for i, point in enumerate(nodes.tolist())}
    open_lanes = [
        (number[tuple(map(float, u))], number[tuple(map(float, v))], max(float(attributes["weight"]), 1e-6))
        for u, neighbours in marnet_dict.edge_list.items()
        for v, attributes in neighbours.items()
        if attributes.get("passage") != "northwest"
    ]
    rows, columns, weights = (np.array(part) for part in zip(*open_lanes, strict=True))
    lanes = coo_array((weights, (rows, columns)), shape=(len(nodes), len(nodes))).tocsr()
    ports: dict[str, tuple[float, float]] = {}
    reach: dict[str, dict[str, int]] = {}
    for (x, y), port in sorted(ports_dict.node_list.items()):
        code = str(port["port"])
        ports.setdefault(code, (float(x), float(y)))
        if (country := _ISO3.get(code[:2])) and country not in LANDLOCKED:
            reach.setdefault(country, {})[code] = len(port.get("to_cty") or ())
    mains = {
        country: _main_ports(sorted(known, key=lambda code: (-known[code], code)), known, ports)
        for country, known in reach.items()
    }
    return _Network(nodes, lanes, ports, mains)


def _main_ports(best_first: list[str], reach: dict[str, int], ports: dict[str, tuple[float, float]]) -> tuple[str, ...]:
    """Take the best connected port, then the next best with foreign lines on another coast, up to `MAIN_PORTS`."""
    chosen: list[str] = []
    for code in best_first:
        apart = [_great_circle_km(np.array(ports[code]), np.array(ports[one])) for one in chosen]
        if not chosen or (reach[code] > 0 and all(km > COAST_KM for km in apart)):
            chosen.append(code)
        if len(chosen) == MAIN_PORTS:
            break
    return tuple(chosen)

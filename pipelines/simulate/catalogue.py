"""The goods and places of the generated world, read once into arrays that movements point into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import polars as pl

from features.countries import COUNTRIES
from features.errors import ConfigError
from pipelines.simulate.draws import Bools, Floats, Ints, stream

STATES = ("solid", "powder", "ingot", "liquid", "wafer", "magnet")
MODES = ("sea", "air", "rail", "road", "courier")
MODE_SHARES = {  # sea, air, rail, road, courier
    "s": (0.95, 0.00, 0.02, 0.03, 0.00),
    "m": (0.74, 0.18, 0.02, 0.03, 0.03),
    "a": (0.12, 0.66, 0.00, 0.02, 0.20),
    "c": (0.03, 0.52, 0.00, 0.00, 0.45),
}
TWISTED = {"usd_per_kg": 1.0, "lot_kg": 1.5, "kg_per_m3": 0.33}
"""What differs from world to world, and how much of the spread it takes."""
MARKETS = {  # multipliers of demand by kind of buyer
    "w": {},
    "t": dict.fromkeys(("JPN", "KOR", "DEU", "TWN", "NLD", "MYS", "VNM", "HKG", "SGP"), 2.5) | {"LAO": 0.2, "EGY": 0.3},
    "b": dict.fromkeys(("JPN", "KOR", "NLD", "BEL", "DEU", "IND", "TUR", "ITA", "THA"), 2.2),
    "e": dict.fromkeys(("VNM", "THA", "IDN", "PHL", "SAU", "ARE", "IND", "MYS", "EGY", "KAZ", "CHL", "LAO"), 2.2),
}


@dataclass(frozen=True)
class Goods:
    """Kinds of goods; a movement holds positions in these rows."""

    frame: pl.DataFrame

    def floats(self, column: str) -> Floats:
        """Return one numeric column."""
        if column not in self._floats:
            self._floats[column] = self.frame[column].cast(pl.Float64).to_numpy()
        return self._floats[column]

    @cached_property
    def _floats(self) -> dict[str, Floats]:
        return {}

    @cached_property
    def _texts(self) -> dict[str, list[str]]:
        return {}

    def texts(self, column: str) -> list[str]:
        """Return one text column; unknown is empty."""
        if column not in self._texts:
            self._texts[column] = [str(value) for value in self.frame[column].fill_null("").to_list()]
        return self._texts[column]

    def each(self, column: str, rows: Ints) -> pl.Series:
        """Return the text of a column for each row; unknown is empty."""
        if column not in self._series:
            self._series[column] = pl.Series(column, self.texts(column), dtype=pl.String)
        return self._series[column].gather(rows)

    @cached_property
    def _series(self) -> dict[str, pl.Series]:
        return {}

    @cached_property
    def names(self) -> list[str]:
        """Names by position."""
        return self.texts("good")

    @cached_property
    def minerals(self) -> Ints:
        """Number of each good's mineral, the same for the same mineral."""
        return np.unique(self.texts("mineral"), return_inverse=True)[1]

    def position(self, name: str) -> int:
        """Return the position of a good; raises ConfigError for one that is not in the list."""
        if name not in self._positions:
            raise ConfigError(f"simulate_goods.csv: no good {name!r}")
        return self._positions[name]

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.names)}

    def having(self, **wanted: str) -> Ints:
        """Return positions of the goods whose columns equal all that is wanted; not to be written to."""
        key = tuple(sorted(wanted.items()))
        if key not in self._having:
            keep = np.ones(self.frame.height, dtype=np.bool_)
            for column, value in key:
                keep &= np.array(self.texts(column)) == value
            self._having[key] = np.flatnonzero(keep)
        return self._having[key]

    @cached_property
    def _having(self) -> dict[tuple[tuple[str, str], ...], Ints]:
        return {}

    def covering(self, state: str) -> Ints:
        """Return positions of ordinary goods that a false name may use for something in this state."""
        if state not in self._covering:
            covers = [set(text.split(";")) for text in self.texts("covers")]
            rows = [i for i, states in enumerate(covers) if state in states]
            self._covering[state] = np.array(rows, dtype=np.int64)
        return self._covering[state]

    @cached_property
    def _covering(self) -> dict[str, Ints]:
        return {}


def coded(names: Sequence[str], at: Ints) -> pl.Series:
    """Name rows by number, as an Enum: each name is held once. Negative numbers and empty names are unknown (null)."""
    return _words(tuple(names)).gather(pl.Series(np.where(at < 0, len(names), at).astype(np.uint32)))


@lru_cache(maxsize=64)
def _words(names: tuple[str, ...]) -> pl.Series:
    """Hold names as an Enum, unknown last."""
    kind = pl.Enum(sorted({name for name in names if name}))
    return pl.Series([*(name or None for name in names), None], dtype=kind)


@dataclass(frozen=True)
class Places:
    """Countries; a movement holds positions in these rows."""

    frame: pl.DataFrame

    @cached_property
    def codes(self) -> list[str]:
        """ISO 3166-1 alpha-3 codes by position."""
        return [str(code) for code in self.frame["iso3"].to_list()]

    def position(self, iso3: str) -> int:
        """Return the position of a country; raises ConfigError for one that is not in the list."""
        if iso3 not in self._positions:
            raise ConfigError(f"simulate_places.csv: no place {iso3!r}")
        return self._positions[iso3]

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {code: at for at, code in enumerate(self.codes)}

    def positions(self, *codes: str) -> Ints:
        """Return the positions of several countries."""
        return np.array([self.position(code) for code in codes], dtype=np.int64)

    @cached_property
    def km(self) -> Floats:
        """Distance between main ports in km: great circle times 1.35, the usual detour of a sea route."""
        lat, lon = (np.radians(self.frame[column].to_numpy()) for column in ("latitude", "longitude"))
        inner = np.sin(lat) * np.sin(lat)[:, None] + np.cos(lat) * np.cos(lat)[:, None] * np.cos(lon - lon[:, None])
        return np.asarray(6371.0 * np.arccos(np.clip(inner, -1, 1)) * 1.35)

    @cached_property
    def demand(self) -> Floats:
        """Relative size as a buyer."""
        return self.frame["demand"].cast(pl.Float64).to_numpy()

    @cached_property
    def entrepot(self) -> Floats:
        """Relative size as an entrepôt."""
        return self.frame["hub"].cast(pl.Float64).to_numpy()

    def market(self, kind: str) -> Floats:
        """Weights of buying countries for one kind of market; not to be written to."""
        if kind not in self._markets:
            self._markets[kind] = self.demand * np.array([MARKETS[kind].get(code, 1.0) for code in self.codes])
        return self._markets[kind]

    @cached_property
    def _markets(self) -> dict[str, Floats]:
        return {}

    @cached_property
    def has_sea(self) -> Bools:
        """Which countries have a sea port."""
        return self.frame["sea_ports"].is_not_null().to_numpy()


def goods_of_world(goods: Goods, seed: int, *, log_sd: float, left_out: Sequence[str]) -> Goods:
    """Give a world its own prices and lots, and take the controlled goods of some minerals away.

    Packed densities are physics and hardly differ (a third of the spread).
    """
    rng = stream(seed, "goods of the world")
    count = goods.frame.height
    twist = {name: np.exp(log_sd * share * rng.normal(size=count)) for name, share in TWISTED.items()}
    kept = ~((pl.col("role") == "controlled") & pl.col("mineral").is_in(list(left_out)).fill_null(value=False))
    turned = goods.frame.with_columns((pl.col(name) * pl.Series(by)).alias(name) for name, by in twist.items())
    return Goods(turned.filter(kept))


def load_goods(path: Path) -> Goods:
    """Read the list of goods; raises ConfigError naming what is wrong."""
    frame = pl.read_csv(path, comment_prefix="#", schema_overrides={"hs_code": pl.String, "purity": pl.Float64})
    problems = []
    if frame["good"].n_unique() != frame.height:
        problems.append("a good is named twice")
    if not frame["state"].is_in(STATES).all():
        problems.append(f"state must be one of {', '.join(STATES)}")
    if not frame["mode"].is_in(list(MODE_SHARES)).all() or not frame["market"].is_in(list(MARKETS)).all():
        problems.append("unknown mode or market letter")
    if not frame["hs_code"].str.contains(r"^\d{10}$").all():
        problems.append("hs_code must have 10 digits")
    if problems:
        raise ConfigError(f"{path.name}: {'; '.join(problems)}")
    return Goods(frame)


def load_places(path: Path) -> Places:
    """Read the list of places; raises ConfigError naming what is wrong."""
    frame = pl.read_csv(path, comment_prefix="#")
    unknown = [code for code in frame["iso3"].to_list() if code not in COUNTRIES]
    if unknown or frame["iso3"].n_unique() != frame.height or frame["iso3"][0] != "CHN":
        raise ConfigError(f"{path.name}: places must be distinct countries, CHN first (unknown: {unknown})")
    return Places(frame)

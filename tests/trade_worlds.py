"""Small honest worlds of trade statistics, and one diversion put into them, for tests of the corridor search."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

PLACES = ("CHN", "USA", "JPN", "DEU", "KOR", "HKG", "SGP", "THA", "MEX", "VNM", "BEL", "NLD", "IND", "MYS", "ARE")
CODES = ("811292", "811010", "282560", "284690", "810110", "250410", "720211", "760110", "740311", "790111")
FIRST, N_MONTHS = date(2021, 1, 1), 45


def months() -> list[date]:
    start = FIRST.year * 12 + FIRST.month - 1
    return [date((start + n) // 12, (start + n) % 12 + 1, 1) for n in range(N_MONTHS)]


def honest_world(seed: int, *, codes: tuple[str, ...] = CODES, places: tuple[str, ...] = PLACES) -> pl.DataFrame:
    """Every lane that trades has its own size and its own months of noise; each side errs on its own."""
    rng = np.random.default_rng(seed)
    lanes = [(e, i, c) for c in codes for e in places for i in places if e != i and rng.random() < 0.5]
    n, t = len(lanes), N_MONTHS
    size = rng.lognormal(9.0, 1.2, n)[:, None]
    price = {code: 10.0 ** rng.uniform(0.5, 2.5) for code in codes}
    season = 1.0 + 0.15 * np.sin(2 * np.pi * (np.arange(t) / 12 + rng.random((n, 1))))
    true_kg = size * season * rng.lognormal(-0.18, 0.6, (n, t)) * (rng.random((n, t)) > 0.05)
    prices = np.array([price[c] for _, _, c in lanes])[:, None]
    frames = []
    for side, ratio in (("export", 1.0), ("import", 1.06)):
        kg = true_kg * rng.lognormal(0.0, 0.1, (n, t))
        usd = kg * prices * ratio * rng.lognormal(0.0, 0.2, (n, t))
        frames.append(_frame(lanes, side, kg, usd))
    return pl.concat(frames)


def _frame(lanes: list[tuple[str, str, str]], side: str, kg: np.ndarray, usd: np.ndarray) -> pl.DataFrame:
    n, t = kg.shape
    me, other = (0, 1) if side == "export" else (1, 0)
    return pl.DataFrame(
        {
            "reporter_iso3": np.repeat([lane[me] for lane in lanes], t),
            "partner_iso3": np.repeat([lane[other] for lane in lanes], t),
            "direction": side,
            "hs_code": np.repeat([lane[2] for lane in lanes], t),
            "hs_edition": "HS2022",
            "period": months() * n,
            "freq": "M",
            "value_usd": usd.ravel(),
            "valuation": "FOB" if side == "export" else "CIF",
            "net_kg": kg.ravel(),
            "is_net_kg_estimated": False,
            "partner_basis": "destination" if side == "export" else "origin",
            "consigned_iso3": pl.Series([None] * n * t, dtype=pl.String),
            "transport_mode": pl.Series([None] * n * t, dtype=pl.String),
            "customs_procedure": pl.Series([None] * n * t, dtype=pl.String),
            "source": "made for a test",
            "published_on": pl.Series([None] * n * t, dtype=pl.Date),
        }
    ).filter(pl.col("net_kg") > 0)


def divert(
    world: pl.DataFrame, *, code: str, origin: str, hub: str, destination: str, since: date, until: date, kg: float
) -> pl.DataFrame:
    """Send `kg` more a month from origin to hub and on to the destination, seen alike by both sides of both legs."""
    when = [day for day in months() if since <= day <= until]
    price = world.filter(pl.col("hs_code") == code).select(pl.col("value_usd").sum() / pl.col("net_kg").sum()).item()
    rows = []
    for exporter, importer in ((origin, hub), (hub, destination)):
        lanes = [(exporter, importer, code)]
        flat = np.full((1, N_MONTHS), float(kg))
        for side, ratio in (("export", 1.0), ("import", 1.06)):
            rows.append(_frame(lanes, side, flat, flat * price * ratio).filter(pl.col("period").is_in(when)))
    key = [name for name in world.columns if name not in ("value_usd", "net_kg")]
    both = pl.concat([world, *rows])
    return both.group_by(key, maintain_order=True).agg(pl.col("value_usd", "net_kg").sum()).select(world.columns)


def trade(world: pl.DataFrame, *, code: str, lane: tuple[str, str], kg: list[float], usd_per_kg: float) -> pl.DataFrame:
    """Put in place of a lane's trade what is given month by month, seen alike by both sides."""
    start, end = (pl.when(pl.col("direction") == "export").then(pl.col(a)).otherwise(pl.col(b)) for a, b in _SIDES)
    others = world.filter(~((pl.col("hs_code") == code) & (start == lane[0]) & (end == lane[1])))
    row = np.array([kg], dtype=np.float64)
    lanes = [(*lane, code)]
    both = [_frame(lanes, side, row, row * usd_per_kg * ratio) for side, ratio in (("export", 1.0), ("import", 1.06))]
    return pl.concat([others, *both])


_SIDES = (("reporter_iso3", "partner_iso3"), ("partner_iso3", "reporter_iso3"))


def stop(world: pl.DataFrame, *, code: str, origin: str, destination: str, since: date) -> pl.DataFrame:
    """End the direct trade on one lane."""
    parties = [origin, destination]
    is_lane = (
        pl.col("reporter_iso3").is_in(parties)
        & pl.col("partner_iso3").is_in(parties)
        & ((pl.col("reporter_iso3") == origin) == (pl.col("direction") == "export"))
    )
    return world.filter(~(is_lane & (pl.col("hs_code") == code) & (pl.col("period") >= since)))

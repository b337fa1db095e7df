"""Lawful changes of trade that look like diversion: a new refinery, a mine that reopens, old stock sold abroad."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.simulate.draws import Floats, Ints, pick, stream
from pipelines.simulate.movements import IMPORT, Setting, ship

SMELTERS = ("KAZ", "TUR", "IND", "MYS", "KOR", "ZAF", "BEL", "AUS")
"""Countries of which one, drawn per world, opens a refinery."""
MINES = ("AUS", "TJK", "TUR", "CAN", "ZAF", "MEX", "KAZ", "VNM")
"""Countries of which one, drawn per world, reopens a mine."""
STOCKISTS = ("BEL", "NLD", "DEU", "JPN", "KOR", "GBR")
"""Countries of which one, drawn per world, sells what it bought before a control."""
FEED = {  # product of the new refinery -> six-digit code of what it imports to make it
    "antimony_ingot": "261710",
    "sb2o3_commercial": "811010",
    "gallium_metal": "281820",
    "bismuth_ingot": "780110",
    "tungsten_oxide": "284180",
}
MINED = ("antimony_ore", "graphite_flake")
STOCKED = ("gallium_metal", "germanium_metal", "antimony_ingot", "bismuth_ingot", "tungsten_oxide")
BUYERS = ("USA", "DEU", "JPN", "NLD", "KOR")
BUYER_SHARES = (0.5, 0.15, 0.15, 0.1, 0.1)
STOCK_DAYS = 330
"""How long old stock lasts; ten to twelve months of use lay abroad when gallium and germanium were controlled."""
RAMP_DAYS = 300.0


@dataclass(frozen=True)
class Rival:
    """One lawful explanation of a rise: what a place begins to sell, from when, and until when."""

    kind: str
    place: int
    good: int
    opens: int
    closes: int
    feed: str
    """Six digits of what it imports for it; empty where nothing."""

    def level(self, months: Ints) -> Floats:
        """Sales of each month relative to the full level: a ramp, or a stock that runs down."""
        since = (months[:-1] - self.opens).astype(np.float64)
        if self.kind == "stock_draw":
            return np.where((since >= 0) & (months[:-1] < self.closes), np.exp(-since / 200.0), 0.0)
        return np.clip(since / RAMP_DAYS, 0.0, 1.0)


def rivals(world: Setting) -> tuple[Rival, ...]:
    """Name the new refinery, the reopened mine and the old stock of this world."""
    span, last = world.last_day - world.first_day, world.last_day
    found = []
    for kind, places, goods, least, most in (
        ("new_smelter", SMELTERS, tuple(FEED), 0.30, 0.65),
        ("mine_restart", MINES, MINED, 0.25, 0.60),
        ("stock_draw", STOCKISTS, STOCKED, 0.0, 0.0),
    ):
        rng = stream(world.root, "smelter" if kind == "new_smelter" else kind)
        place = world.places.position(places[int(rng.integers(0, len(places)))])
        known = [name for name in goods if name in world.goods.names]
        good = world.goods.position(known[int(rng.integers(0, len(known)))])
        opens = world.first_day + int((least + (most - least) * rng.random()) * span)
        if kind == "stock_draw":
            opens = min(max(int(world.rules.licensed_from[good]), world.first_day) + 60, last - 60)
        closes = min(opens + STOCK_DAYS, last) if kind == "stock_draw" else last
        feed = FEED.get(world.goods.names[good], "") if kind == "new_smelter" else ""
        found.append(Rival(kind, place, good, opens, closes, feed))
    return tuple(found)


def rival_of(world: Setting, kind: str) -> Rival:
    """Return the rival of a kind."""
    return next(one for one in rivals(world) if one.kind == kind)


def rival_trade(kind: str, world: Setting, rng: np.random.Generator, count: int) -> dict[str, object]:
    """Ship what a rival sells, filed where it arrives; old stock names the origin it has, China."""
    rival = rival_of(world, kind)
    local = np.flatnonzero(world.firms.country == rival.place)
    crew = local[:3] if len(local) else np.flatnonzero(world.firms.country != 0)[:1]
    firm = crew[rng.integers(0, len(crew), count)]
    day = rival.opens + (rng.random(count) ** 0.7 * (rival.closes - rival.opens)).astype(np.int64)
    buyers = world.places.positions(*BUYERS)
    destination = buyers[pick(rng, BUYER_SHARES, count)]
    destination = np.where(destination == rival.place, buyers[0], destination)
    columns = ship(world, rng, firm=firm, good=np.full(count, rival.good), day=day, destination=destination)
    here = np.full(count, rival.place)
    origin = np.zeros(count, np.int64) if kind == "stock_draw" else here
    return columns | {
        "origin": origin,
        "declared_origin": origin,
        "dispatch": here,
        "hub": np.full(count, -1),
        "direction": np.full(count, IMPORT),
    }


ORE_SOURCES = ("AUS", "TJK")
RIVAL_LANES = 3 * (len(BUYERS) - 1) + len(ORE_SOURCES)
"""Lanes of the background that the rivals add, the last of its table: their sales, and the refinery's purchases."""
_SALES = np.array([0.5, 0.2, 0.2, 0.1])
_FEEDS = np.array([0.45, 0.25])


def rival_lanes(world: Setting, codes: list[str]) -> tuple[Ints, Ints, Ints]:
    """Lay out seller, buyer and heading (position in `codes`) of the rivals' lanes."""
    seller, buyer, head = list[int](), list[int](), list[int]()
    spare = world.places.position("ITA")
    for rival in rivals(world):
        product = codes.index(world.goods.texts("hs_code")[rival.good][:6])
        for place in world.places.positions(*BUYERS[:-1]).tolist():
            seller.append(rival.place)
            buyer.append(place if place != rival.place else spare)
            head.append(product)
    smelter = rival_of(world, "new_smelter")
    for place in world.places.positions(*ORE_SOURCES).tolist():
        seller.append(place if place != smelter.place else spare)
        buyer.append(smelter.place)
        head.append(codes.index(smelter.feed))
    return np.array(seller), np.array(buyer), np.array(head)


def rival_usd(world: Setting, rng: np.random.Generator, median_usd: float, months: Ints) -> Floats:
    """Sales and purchases of the rivals by lane and month, in the order of `rival_lanes`."""
    found = rivals(world)
    smelter = next(one for one in found if one.kind == "new_smelter")
    rows = [25 * median_usd * _SALES[:, None] * one.level(months)[None, :] for one in found]
    rows.append(25 * median_usd * _FEEDS[:, None] * smelter.level(months)[None, :])
    usd = np.concatenate(rows)
    return np.asarray(usd * np.exp(0.25 * rng.normal(size=usd.shape)))

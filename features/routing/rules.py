"""Where doubt about a route begins: speeds, tolerances, hubs and gateways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Countries without a sea coast (UN list of landlocked developing countries, plus the European ones and Kosovo).
_LANDLOCKED = (
    "AFG AND ARM AUT AZE BDI BFA BLR BOL BTN BWA CAF CHE CZE ETH HUN KAZ KGZ LAO LIE LSO LUX MDA MKD MLI MNG MWI NER "
    "NPL PRY RWA SMR SRB SSD SVK SWZ TCD TJK TKM UGA UZB VAT XKX ZMB ZWE"
)
LANDLOCKED = frozenset(_LANDLOCKED.split())

# Land that no road or railway joins to Europe, Asia and Africa (borders as in The World Factbook; the Darien gap parts
# the Americas, the closed border of North Korea makes South Korea an island). Islands that lorries commonly reach by
# ferry or over a causeway are left out, and so are islands that share a land border with a country of the mainland.
_ISLANDS = "AUS NZL JPN KOR TWN PHL LKA MDV MDG MUS COM SYC CPV STP CUB JAM BHS BRB TTO PRI ISL GRL FJI WSM TON VUT SLB"
_LANDMASSES = (
    "USA CAN MEX GTM BLZ SLV HND NIC CRI PAN",
    "COL VEN ECU PER BRA BOL PRY URY ARG CHL GUY SUR GUF",
    "DOM HTI",
    *_ISLANDS.split(),
)
LANDMASS = {iso3: group.split()[0] for group in _LANDMASSES for iso3 in group.split()}
"""Country to the name of its landmass; a country that is not here lies on that of Europe, Asia and Africa."""


@dataclass(frozen=True, slots=True)
class Hub:
    """A country through which controlled goods are said to be passed on."""

    iso3: str
    weight: float
    """Strength of doubt when a route passes it: low for places where most of the world's cargo passes."""


# minerals.yaml general.hub_list: reported (verified) TH MX HK BE VN, plausible (recalled) the rest. Weights are own
# choice: reported 0.5, plausible 0.35, and 0.2 for entrepots and large ports that ordinary cargo passes every day.
HUBS = (
    Hub("THA", 0.5),
    Hub("MEX", 0.5),
    Hub("VNM", 0.5),
    Hub("BEL", 0.3),
    Hub("HKG", 0.25),
    Hub("MYS", 0.35),
    Hub("SGP", 0.2),
    Hub("KOR", 0.2),
    Hub("TWN", 0.2),
    Hub("ARE", 0.3),
    Hub("TUR", 0.35),
    Hub("KHM", 0.35),
    Hub("LAO", 0.35),
    Hub("IND", 0.35),
    Hub("EST", 0.35),
    Hub("SVK", 0.35),
    Hub("KGZ", 0.35),
    Hub("KAZ", 0.35),
)


@dataclass(frozen=True, slots=True)
class FreeZone:
    """A place whose arrivals are commonly left out of its country's import figures."""

    place: str
    """UN/LOCODE."""
    weight: float
    """Strength of doubt when goods pass it on the way to a third country."""


# Free zones for storage and re-export at ports (recalled, not checked against a register; codes as in the table of
# ports that distances are measured by). Weights are own choice: less where most of the port's cargo only changes ship.
FREE_ZONES = (
    FreeZone("AEJEA", 0.4),
    FreeZone("PAONX", 0.4),
    FreeZone("MYLBU", 0.4),
    FreeZone("CLIQQ", 0.4),
    FreeZone("IRKIH", 0.4),
    FreeZone("BSFPO", 0.25),
    FreeZone("DJJIB", 0.25),
    FreeZone("OMSLL", 0.25),
)

# Loading (or discharge) there is ordinary for the country named first: common gateways (general trade knowledge).
GATEWAYS = (("CHN", "HKG"), ("CHN", "MAC"), ("HKG", "CHN"), ("MYS", "SGP"), ("LUX", "BEL"), ("SWE", "DNK"))


def _speeds() -> Mapping[str, float]:
    # Above these no carrier delivers: 25 knots day and night by sea (fastest container liners); two drivers at
    # 65 km/h by road; block trains; two long-haul flights a day. Unknown and parcel modes may fly.
    return {"sea": 1_111.0, "road": 1_560.0, "rail": 1_500.0, "air": 20_000.0}


def _usual_speeds() -> Mapping[str, float]:
    # Door to door including slow steaming and queues (order of magnitude, own estimate).
    return {"sea": 550.0, "road": 450.0, "rail": 500.0, "air": 4_000.0, "courier": 3_000.0, "post": 800.0}


@dataclass(frozen=True, slots=True)
class RoutingRules:
    """Thresholds of route evidence. Own choices where no source is named."""

    history_months: int = 12
    shipments_least: int = 5
    """Fewer earlier dated routes on the lane than this say nothing about its usual time."""
    spread_least: float = 0.15
    """Of the log of days: no lane is kept tighter than 15 %."""
    doubt_from_spreads: float = 2.5
    doubt_full_spreads: float = 7.5
    detour_from_ratio: float = 1.2
    detour_full_ratio: float = 2.4
    """Feeder ships through a large port often add 20 %; through Singapore to Los Angeles adds 75 %."""
    detour_least_km: float = 500.0
    """Shorter detours are a neighbouring port."""
    late_from_ratio: float = 1.5
    late_full_ratio: float = 4.0
    late_least_days: float = 5.0
    handling_days_per_place: float = 4.0
    """Waiting and handling at each place of the route."""
    dwell_from_days: float = 14.0
    dwell_full_days: float = 60.0
    """Two weeks of free storage are common at container ports."""
    overseas_from_km: float = 700.0
    overseas_full_km: float = 1_500.0
    """Lorries and waggons cross shorter waters on ferries (Weihai to Incheon has 400 km); none goes that far."""
    inland_from_km: float = 1_000.0
    inland_full_km: float = 2_000.0
    """From a coast to a landlocked place; beyond, a ship cannot have made the leg."""
    change_full_days: float = 30.0
    fastest_km_per_day: Mapping[str, float] = field(default_factory=_speeds)
    usual_km_per_day: Mapping[str, float] = field(default_factory=_usual_speeds)
    hubs: tuple[Hub, ...] = HUBS
    free_zones: tuple[FreeZone, ...] = FREE_ZONES
    gateways: tuple[tuple[str, str], ...] = GATEWAYS

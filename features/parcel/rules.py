"""What a parcel can be: limits of boxes and packages, densities of ordinary goods, and where doubt begins."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """What one container can carry."""

    feet: int
    payload_kg: float
    volume_m3: float


@dataclass(frozen=True, slots=True)
class Carrier:
    """How dense an ordinary good can be, by the digits its code begins with."""

    hs_prefix: str
    name: str
    density_kg_m3: float


@dataclass(frozen=True, slots=True)
class PackageLimit:
    """How much one package of a kind usually holds at most."""

    word: str
    most_kg: float


# minerals.yaml general.box_limits (recalled). Rated payloads go somewhat higher; doubt begins above `box_slack`.
BOXES = (Box(20, 28_000.0, 33.0), Box(40, 26_500.0, 67.0))

# Solid or bulk density: the densest the good can pack to. Metals, tile, adhesive, PVC articles and water from
# minerals.yaml general.carrier_densities (recalled). The others are handbook orders of magnitude for the densest
# ordinary make of the chapter (own estimate): tropical hardwood, pressed paper, baled textiles, assembled machines.
CARRIERS = (
    Carrier("2201", "water", 1_000.0),
    Carrier("3214", "tile adhesive", 1_400.0),
    Carrier("382450", "tile adhesive", 1_400.0),
    Carrier("3925", "plastic building articles", 300.0),
    Carrier("3926", "plastic articles", 300.0),
    Carrier("39", "plastics", 1_400.0),
    Carrier("44", "wood", 1_200.0),
    Carrier("48", "paper", 1_200.0),
    Carrier("61", "clothing", 800.0),
    Carrier("62", "clothing", 800.0),
    Carrier("63", "textile articles", 800.0),
    Carrier("69", "ceramics", 2_300.0),
    Carrier("72", "iron and steel", 7_870.0),
    Carrier("73", "iron and steel", 7_870.0),
    Carrier("74", "copper", 8_960.0),
    Carrier("75", "nickel", 8_908.0),
    Carrier("76", "aluminium", 2_700.0),
    Carrier("78", "lead", 11_340.0),
    Carrier("79", "zinc", 7_140.0),
    Carrier("80", "tin", 7_290.0),
    Carrier("84", "machinery", 4_000.0),
    Carrier("85", "electrical machinery", 4_000.0),
    Carrier("94", "furniture", 600.0),
    Carrier("95", "toys", 600.0),
)

# Usual handling limits, words and UN/ECE Recommendation 21 codes (own estimate, order of magnitude). First match wins.
PACKAGE_LIMITS = (
    PackageLimit(
        r"(?:big|bulk|jumbo|super|tonn?e?|container)[\s_-]*(?:bag|sack)|jumbo|fibc|[吨噸]\s*[袋包]|集[装裝]袋|太空[袋包]|^43$",
        2_000.0,
    ),
    PackageLimit(r"pallet|托盘|^px$", 2_500.0),
    PackageLimit(r"drum|barrel|桶|^dr$", 500.0),
    PackageLimit(r"carton|纸箱|^ct$", 50.0),
    PackageLimit(r"bottle|瓶|^bo$", 25.0),
    PackageLimit(r"bag|sack|袋|^bg$|^sa$", 60.0),
    PackageLimit(r"parcel|envelope|包裹|^pc$", 50.0),
)

# World production, tonnes a year, order of magnitude. USGS Mineral Commodity Summaries 2026 (2025, world total):
# antimony, bismuth, gallium, natural graphite, indium, molybdenum, scandium, tellurium, tungsten, yttrium. The single
# rare earths: 390,000 t of oxides (USGS) by their usual share in ores. The others: own estimates.
# Batteries, equipment and reagents are no hidden material and are left out.
TRADED_T_PER_YEAR = (
    ("antimony", 110_000.0),
    ("bismuth", 16_000.0),
    ("dysprosium", 2_500.0),
    ("erbium", 1_500.0),
    ("europium", 500.0),
    ("gadolinium", 3_500.0),
    ("gallium", 900.0),
    ("germanium", 200.0),
    ("graphite_natural", 1_800_000.0),
    ("graphite_synthetic", 2_500_000.0),
    ("holmium", 500.0),
    ("indium", 1_100.0),
    ("lutetium", 100.0),
    ("molybdenum", 260_000.0),
    ("rare_earth_magnets", 250_000.0),
    ("rare_earth_ore", 100_000.0),
    ("rare_earth_targets", 100.0),
    ("samarium", 5_000.0),
    ("scandium", 80.0),
    ("superhard", 3_000.0),
    ("tellurium", 1_000.0),
    ("terbium", 400.0),
    ("thulium", 100.0),
    ("tungsten", 85_000.0),
    ("ytterbium", 1_000.0),
    ("yttrium", 12_000.0),
)


@dataclass(frozen=True, slots=True)
class ParcelRules:
    """Thresholds of parcel evidence. Policy, not physics, unless a source is named beside the number."""

    history_months: int = 12
    """One year: every season once."""
    shipments_to_trust: float = 10.0
    """A spread counts as much as that of the level above at this many shipments, a lane as its good (own choice)."""
    shipments_least: int = 5
    """Fewer earlier shipments of the heading than this say nothing about what is usual (own choice)."""
    spread_least: float = 0.1
    """Of the log: 10 %, the width of a bin; no declared price or density is kept tighter."""
    wild_spreads: float = 3.0
    """A shipment moves its lane's usual figure by at most this many spreads (Huber's bound)."""
    doubt_from_spreads: float = 2.5
    doubt_full_spreads: float = 7.5
    """Trade figures have heavy tails: three spreads are common (indicators.md 4), five are worth mentioning."""
    price_band_ratio: float = 1.4
    """A unit value this much outside a quoted band still counts as inside: home and abroad differed by 20 to 60 %
    in 2024 (indicators.md 17)."""
    wide_band_weight: float = 0.5
    """Weight of lying in the wide all-years band of a mineral only: it holds the prices of many ordinary goods."""
    solid_share_least: float = 0.3
    solid_share_most: float = 1.05
    """Share of a packed volume that is solid mineral: loose powder 0.3, ingots near 1, and 5 % for measurement."""
    box_slack: float = 1.05
    box_full: float = 1.25
    volume_slack: float = 1.15
    """High-cube boxes hold 76 m3 against 67, a factor of 1.13."""
    small_space_share: float = 0.1
    """A box near its payload in less than a tenth of its room (minerals.yaml: 25 t in under 4 m3, Hong Kong 2025)."""
    density_from_ratio: float = 1.2
    density_full_ratio: float = 4.0
    """How far above the densest the declared good can be: 20 % may be a measurement, four times cannot."""
    gross_short_share: float = 0.05
    """Gross below net by this share of net cannot be rounding."""
    boxes: tuple[Box, ...] = BOXES
    carriers: tuple[Carrier, ...] = CARRIERS
    package_limits: tuple[PackageLimit, ...] = PACKAGE_LIMITS
    hidden_weight: float = 0.02
    other_weight: float = 0.05
    """Weight of a hidden mineral, and of another ordinary good or a slip of the pen, before any figure is looked at;
    the declared good has 1. They set where suspicion begins, not how often goods are hidden (own choice)."""
    traded_t_per_year: tuple[tuple[str, float], ...] = TRADED_T_PER_YEAR

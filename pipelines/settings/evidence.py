"""Settings of consignment evidence: parcel, routing and parties."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from features.parcel import ParcelRules
from features.parcel.rules import Box, Carrier, PackageLimit
from features.parties import PartiesRules
from features.routing import FreeZone, Hub, RoutingRules
from pipelines.settings.closed import Closed


class BoxLimit(Closed):
    """What one container can carry."""

    feet: int
    payload_kg: float = Field(gt=0)
    volume_m3: float = Field(gt=0)


class CarrierDensity(Closed):
    """Densest an ordinary good can be, by the digits its code begins with."""

    hs_prefix: str = Field(pattern=r"^\d{2,6}$")
    name: str
    density_kg_m3: float = Field(gt=0)


class PackageMost(Closed):
    """Most that a kind of package usually holds; `word` is a regular expression on the lower-case kind."""

    word: str
    most_kg: float = Field(gt=0)


class HubWeight(Closed):
    """A country through which controlled goods are said to be passed on."""

    iso3: str = Field(pattern=r"^[A-Z]{3}$")
    weight: float = Field(ge=0, le=1)
    source: str
    confidence: str


class ZoneWeight(Closed):
    """A free zone, whose arrivals are commonly left out of its country's import figures."""

    place: str = Field(pattern=r"^[A-Z]{2}[A-Z0-9]{3}$")
    weight: float = Field(ge=0, le=1)
    source: str
    confidence: str


class Parcel(Closed):
    """Thresholds of parcel evidence; meanings as in `features.parcel.rules.ParcelRules`."""

    history_months: int = Field(ge=1)
    shipments_to_trust: float = Field(gt=0)
    shipments_least: int = Field(ge=1)
    spread_least: float = Field(gt=0)
    wild_spreads: float = Field(gt=0)
    doubt_from_spreads: float = Field(gt=0)
    doubt_full_spreads: float = Field(gt=0)
    price_band_ratio: float = Field(ge=1)
    wide_band_weight: float = Field(ge=0, le=1)
    solid_share_least: float = Field(gt=0, le=1)
    solid_share_most: float = Field(ge=1)
    box_slack: float = Field(ge=1)
    box_full: float = Field(gt=1)
    volume_slack: float = Field(ge=1)
    small_space_share: float = Field(gt=0, lt=1)
    density_from_ratio: float = Field(gt=1)
    density_full_ratio: float = Field(gt=1)
    gross_short_share: float = Field(gt=0)
    hidden_weight: float = Field(gt=0, lt=1)
    other_weight: float = Field(gt=0, lt=1)
    traded_t_per_year: dict[str, Annotated[float, Field(gt=0)]]
    boxes: tuple[BoxLimit, ...]
    carriers: tuple[CarrierDensity, ...]
    package_limits: tuple[PackageMost, ...]

    def rules(self) -> ParcelRules:
        """Make the rules that `build_parcel` takes."""
        values = self.model_dump()
        values["boxes"] = tuple(Box(**one) for one in values["boxes"])
        values["carriers"] = tuple(Carrier(**one) for one in values["carriers"])
        values["package_limits"] = tuple(PackageLimit(**one) for one in values["package_limits"])
        values["traded_t_per_year"] = tuple(sorted(self.traded_t_per_year.items()))
        return ParcelRules(**values)


class Routing(Closed):
    """Thresholds of route evidence; meanings as in `features.routing.rules.RoutingRules`."""

    history_months: int = Field(ge=1)
    shipments_least: int = Field(ge=1)
    spread_least: float = Field(gt=0)
    doubt_from_spreads: float = Field(gt=0)
    doubt_full_spreads: float = Field(gt=0)
    detour_from_ratio: float = Field(ge=1)
    detour_full_ratio: float = Field(gt=1)
    detour_least_km: float = Field(ge=0)
    late_from_ratio: float = Field(ge=1)
    late_full_ratio: float = Field(gt=1)
    late_least_days: float = Field(ge=0)
    handling_days_per_place: float = Field(ge=0)
    dwell_from_days: float = Field(ge=0)
    dwell_full_days: float = Field(gt=0)
    inland_from_km: float = Field(ge=0)
    inland_full_km: float = Field(gt=0)
    change_full_days: float = Field(gt=0)
    fastest_km_per_day: dict[str, float]
    usual_km_per_day: dict[str, float]
    gateways: tuple[tuple[str, str], ...]
    hubs: tuple[HubWeight, ...]
    free_zones: tuple[ZoneWeight, ...]

    def rules(self) -> RoutingRules:
        """Make the rules that `build_routing` takes."""
        values = self.model_dump()
        values["hubs"] = tuple(Hub(one.iso3, one.weight) for one in self.hubs)
        values["free_zones"] = tuple(FreeZone(one.place, one.weight) for one in self.free_zones)
        return RoutingRules(**values)


class Parties(Closed):
    """Thresholds of party evidence; meanings as in `features.parties.rules.PartiesRules`."""

    inspections_to_trust: float = Field(gt=0)
    risk_full_lift: float = Field(gt=1)
    recent_months: int = Field(ge=1)
    usual_months: int = Field(ge=2)
    lots_full_ratio: float = Field(gt=1)
    size_full_ratio: float = Field(gt=1)
    lots_least: int = Field(ge=1)
    lots_to_trust: float = Field(gt=0)
    sent_on_to_trust: float = Field(gt=0)
    sent_on_months: int = Field(ge=1)
    watched_headings: tuple[str, ...]
    forwarder_strength: float = Field(ge=0, le=1)
    forwarder_words: tuple[str, ...]
    others_half: float = Field(gt=0)
    firms_to_trust: float = Field(gt=0)
    short_word_letters: int = Field(ge=1)
    kinship_full: float = Field(ge=0, le=1)
    listed_alike_from_share: float = Field(gt=0, lt=1)
    listed_alike_most: float = Field(ge=0, le=1)
    listed_script_strength: float = Field(ge=0, le=1)
    listed_slip_strength: float = Field(ge=0, le=1)

    def rules(self) -> PartiesRules:
        """Make the rules that `build_parties` takes."""
        return PartiesRules(**self.model_dump())


class Description(Closed):
    """What descriptions are read with."""

    nomenclature_file: Path | None = None
    """Table of `hs_code` and `description` in force when the period began; None: past declarations alone teach."""


class ConsignmentEvidence(Closed):
    """The section `evidence`: `load_section(ConsignmentEvidence, "evidence")`."""

    description: Description = Description()
    parcel: Parcel
    routing: Routing
    parties: Parties

"""Every piece of evidence, once: the rooms' registries in one order."""

from __future__ import annotations

from features import corridors, description, ledger, licences, mirror, parcel, parties, routing
from features.evidence import Evidence

REGISTRY: tuple[Evidence, ...] = (
    *mirror.REGISTRY,
    *corridors.REGISTRY,
    *description.REGISTRY,
    *parcel.REGISTRY,
    *routing.REGISTRY,
    *parties.REGISTRY,
    *licences.REGISTRY,
    *ledger.REGISTRY,
)

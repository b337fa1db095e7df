"""The parties: who is new, who was found wanting before, who only carries, who splits lots."""

from features.parties.clusters import party_clusters
from features.parties.records import RISKS, number_parties, party_risks
from features.parties.registry import REGISTRY
from features.parties.rules import PartiesRules
from features.parties.table import build_parties
from features.parties.wording import NameSigns

__all__ = [
    "REGISTRY",
    "RISKS",
    "NameSigns",
    "PartiesRules",
    "build_parties",
    "number_parties",
    "party_clusters",
    "party_risks",
]

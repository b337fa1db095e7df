"""The parties: who is new, who was found wanting before, who only carries, who splits lots."""

from features.parties.clusters import party_clusters
from features.parties.registry import REGISTRY
from features.parties.rules import PartiesRules
from features.parties.table import build_parties
from features.parties.wording import NameSigns

__all__ = ["REGISTRY", "NameSigns", "PartiesRules", "build_parties", "party_clusters"]

"""The tables that go in and out, each declared once: columns, units, bounds and rules by name."""

from features.contracts.corridors import Corridors
from features.contracts.declarations import Declarations
from features.contracts.flows import Flows
from features.contracts.licences import Licences
from features.contracts.movements import Movements
from features.contracts.outcomes import Outcomes
from features.contracts.worklist import Worklist

__all__ = ["Corridors", "Declarations", "Flows", "Licences", "Movements", "Outcomes", "Worklist"]

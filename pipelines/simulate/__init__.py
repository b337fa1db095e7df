"""A generated world: physical movements first, then the papers, statistics and inspections derived from them."""

from pipelines.simulate.write import WorldResult, simulate_world

__all__ = ["WorldResult", "simulate_world"]

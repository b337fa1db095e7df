"""`python -m tests.benchmarks.world [--declarations N]`: how fast a world is generated, and in how much memory.

The goal is 100,000 declarations a second on two cores within 4 GB for 10,000,000 declarations, and the flows of 36
months, 40 countries and all minerals in under a minute. Nothing is asserted; figures are printed.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipelines.simulate import simulate_world
from pipelines.simulate.legs import SIGHTING
from pipelines.simulate.trade_figures import sum_sightings
from pipelines.simulate.world import found_world, history_months, published
from pipelines.simulate.worlds import draw_settings, load_world
from tests.benchmarks.together import Together

SEED, MONTHS = 7, 36


def main(arguments: Sequence[str] | None = None) -> int:
    """Publish the flows alone, then generate a whole world; print seconds, processor seconds, rows/s and memory."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.world", description=main.__doc__)
    parser.add_argument("--declarations", type=int, default=1_000_000)
    options = parser.parse_args(arguments)
    wall, cpu = time.perf_counter(), _cpu()
    settings = draw_settings(load_world("demo"), SEED)
    world, first_month = found_world(settings, SEED, 1_000, MONTHS)
    nothing = sum_sightings(world, pl.DataFrame(schema=SIGHTING), history_months(world, first_month, MONTHS))
    flows = published(world, first_month, MONTHS, nothing)
    _say("flows alone, 36 months", flows.height, wall, cpu)
    with tempfile.TemporaryDirectory() as made, Together() as watched:
        wall, cpu = time.perf_counter(), _cpu()
        result = simulate_world(load_world("demo"), Path(made), SEED, options.declarations, MONTHS)
        _say("whole world", result.rows["declarations"], wall, cpu)
    own, children = (
        resource.getrusage(who).ru_maxrss / 1e6 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    sys.stdout.write(
        f"peak memory of all processes together: {watched.peak_gb:.2f} GB; "
        f"of each at its own time: {own:.2f} GB, and at most {children:.2f} GB in a worker\n"
    )
    return 0


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _say(what: str, rows: int, wall: float, cpu: float) -> None:
    seconds, processor = time.perf_counter() - wall, _cpu() - cpu
    sys.stdout.write(
        f"{what}: {rows:,} rows, {seconds:.1f} s, {processor:.1f} cpu s, {rows / seconds:,.0f} rows/s, "
        f"{2 * rows / processor:,.0f} rows per two cpu seconds\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())

"""Run one step in this process and print its seconds and peak memory as JSON: `child FOLDER NAME`."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from tests.benchmarks.ground import Ground
from tests.benchmarks.model import make_model
from tests.benchmarks.steps import CASES
from tests.benchmarks.tables import make_tables


def main(folder: Path, name: str) -> dict[str, float]:
    """Prepare and run the step; `tables ROWS FLOWS` and `model ROWS` make what the others read."""
    ground = Ground(folder)
    kind, *numbers = name.split()
    if kind == "tables":
        make_tables(folder, rows=int(numbers[0]), flow_rows=int(numbers[1]))
        return {}
    if kind == "model":
        return {"trees": make_model(ground, rows=int(numbers[0]))}
    step = CASES[name].prepare(ground)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    step()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kilobytes on Linux
    return {"seconds": seconds, "peak_mb": peak / 1024, "inputs_mb": before / 1024}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))

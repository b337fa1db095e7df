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
    """Prepare and run the step; `tables ROWS FLOWS` and `model ROWS` make what the others read.

    Empty where the tables are made, or are too small for the step.
    """
    ground = Ground(folder)
    kind, *numbers = name.split()
    if kind == "tables":
        make_tables(folder, rows=int(numbers[0]), flow_rows=int(numbers[1]))
        return {}
    if kind == "model":
        return make_model(ground, rows=int(numbers[0]))
    step = CASES[name].prepare(ground)
    if step is None:
        return {}
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    step()
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    kilobytes = {"peak_mb": after.ru_maxrss, "inputs_mb": before.ru_maxrss}  # as Linux counts them
    return {"seconds": seconds, "cpu_seconds": cpu, **{name: size / 1024 for name, size in kilobytes.items()}}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))

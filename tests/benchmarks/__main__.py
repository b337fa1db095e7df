"""`python -m tests.benchmarks [--rows N] [--quick] [--only WORD] [--growth N]`: measure steps, print a plain table."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl

from tests.benchmarks.steps import CASES, Case

ROWS, QUICK_ROWS = 1_000_000, 100_000
ROOT = Path(__file__).parents[2]
HEADS = ("what", "rows", "seconds", "cpu s", "rows/s", "peak MB", "inputs MB", "x scan")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the tables, run each step in a child process, print the table; nothing is asserted about time."""
    options = _parser().parse_args(arguments)
    rows = options.rows or (QUICK_ROWS if options.quick else ROWS)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(options.folder or made)
        _make(folder, rows)
        print(_about(rows), flush=True)
        _print(HEADS)
        scans: dict[str, float] = {}
        chosen = [name for name in CASES if not options.only or options.only in name]
        files = {CASES[name].file for name in chosen}
        scans_of = {CASES[name].scan for name in chosen}
        for name, case in CASES.items():
            if (
                name not in chosen
                and name not in scans_of
                and not (name.startswith("plain scan") and case.file in files)
            ):
                continue
            if case.needs and not find_spec(case.needs):
                print(f"{name}: left out, {case.needs} is not installed (`make bench` installs it)", flush=True)
                continue
            if case.file == "evidence" and not (folder / "evidence.parquet").exists():
                trees = _run(folder, f"model {rows}")
                print(
                    f"(a model trained on the world: {trees['any']:,.0f} trees for any violation, {trees['all']:,.0f} "
                    "with the typologies)",
                    flush=True,
                )
            found = _run(folder, name)
            if not found:
                print(f"{name}: left out, in so few flows no corridor can be looked at", flush=True)
                continue
            if name.startswith("plain scan"):
                scans[case.file] = found["seconds"]
            scans[name] = found["seconds"]
            _print(_line(name, case, folder / f"{case.file}.parquet", found, scans[case.scan or case.file]))
        if options.growth:
            _grow(folder, folder / f"{options.growth}", rows, options.growth)
    return 0


def _make(folder: Path, rows: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "declarations.parquet").exists():
        _run(folder, f"tables {rows} {min(rows, ROWS)}")


def _grow(folder: Path, larger: Path, rows: int, more_rows: int) -> None:
    """Print what all consignment evidence costs from file to files as declarations grow, beside plain scans."""
    _make(larger, more_rows)
    scan, name = "plain scan of declarations", "evidence: file to files"
    costs = []
    for place in (folder, larger):
        seconds = _run(place, scan)["seconds"]
        costs.append(_run(place, name))
        _print(_line(name, CASES[name], place / "declarations.parquet", costs[-1], seconds))
    times = {one: costs[1][one] / costs[0][one] for one in ("cpu_seconds", "peak_mb")}
    print(
        f"growth from {rows:,} to {more_rows:,} declarations ({more_rows / rows:.1f} times): "
        f"{times['cpu_seconds']:.1f} times the cpu seconds, {times['peak_mb']:.1f} times the peak memory"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=main.__doc__)
    parser.add_argument("--rows", type=int, help=f"declarations, and flow rows (default {ROWS:,})")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROWS:,} rows")
    parser.add_argument("--only", help="only steps whose name holds this, and the plain scans")
    parser.add_argument("--growth", type=int, help="evidence from file to files for so many declarations too")
    parser.add_argument("--folder", help="keep the tables in this folder, and use those already there")
    return parser


def _run(folder: Path, name: str) -> dict[str, float]:
    """Run one step in a child process, so that its peak memory is its own."""
    command = [sys.executable, "-m", "tests.benchmarks.child", str(folder), name]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name}: failed\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _about(rows: int) -> str:
    return (
        f"{rows:,} declarations and as many monthly flows: a generated world of at most 60,000 declarations, repeated\n"
        "with fresh identifiers of papers and parties (texts, goods and routes repeat), all of it history too.\n"
        f"{os.cpu_count()} cores, polars {pl.__version__}. Seconds and rows/s are the step alone, inputs in memory;\n"
        "cpu s is the processors' own time, which a busy machine changes less; x scan: times a plain read by\n"
        "polars of the same columns: of the whole Parquet file, or of those that the questions about the past need."
    )


def _line(name: str, case: Case, file: Path, found: dict[str, float], scan: float) -> tuple[Any, ...]:
    all_rows, seconds = pl.scan_parquet(file).select(pl.len()).collect().item(), found["seconds"]
    rows = min(all_rows, case.n_rows_max or all_rows)
    memory = (f"{found['peak_mb']:,.0f}", f"{found['inputs_mb']:,.0f}")
    return (
        name,
        f"{rows:,}",
        f"{seconds:.2f}",
        f"{found['cpu_seconds']:.2f}",
        f"{rows / seconds:,.0f}",
        *memory,
        f"{seconds / scan * all_rows / rows:.1f}",
    )


def _print(cells: Sequence[str]) -> None:
    print(f"{cells[0]:<30}" + "".join(f"{cell:>11}" for cell in cells[1:]), flush=True)


if __name__ == "__main__":
    sys.exit(main())

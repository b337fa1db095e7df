"""`python -m tests.benchmarks.lookups [--worlds W ...] [--seeds N ...]`: what look-ups on keys tell of unseen traders.

For each named world, and on the mean of the seeds: the areas under the curve of the best keys and pairs of keys, beside
the best that as many look-ups reach where whole traders have changed their labels with traders of their size.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from pipelines.simulate.worlds import load_world, world_names
from tests.lookups import built, ranked

CHANGES = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the best look-ups of each world, and what chance gives."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", nargs="+", default=["demo", "train", "hard", "unseen"], choices=world_names())
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 51, 52])
    parser.add_argument("--declarations", type=int, default=40_000)
    options = parser.parse_args(arguments)
    for name in options.worlds:
        worlds = [built(load_world(name), seed, options.declarations) for seed in options.seeds]
        told = ranked(worlds, lambda one: one.label)
        drawn = [ranked(worlds, lambda one, at=at: one.changed(np.random.default_rng(at))) for at in range(CHANGES)]
        for depth in (1, 2):
            best = sorted((keys for keys in told if len(keys) == depth), key=lambda keys: -told[keys])[:3]
            chance = max(value for one in drawn for keys, value in one.items() if len(keys) == depth)
            listed = ", ".join(f"{' and '.join(keys)} {told[keys]:.3f}" for keys in best)
            print(f"{name}, look-ups on {depth}: {listed}; by chance up to {chance:.3f}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

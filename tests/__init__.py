"""Tests, and the benchmarks beside them; as on the command line, linear algebra keeps to one thread."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy loads; see pipelines.cli

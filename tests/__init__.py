"""Tests, and the benchmarks beside them, in the environment of the command line."""

from pipelines.environment import set_environment

set_environment()

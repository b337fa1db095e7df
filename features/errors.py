"""Every error oretrace raises on purpose: one base class, four children, each with its exit code."""

from __future__ import annotations

from typing import ClassVar


class OretraceError(Exception):
    """Something a user can mend; the message says what, where, how much and the next step."""

    exit_code: ClassVar[int] = 1


class ConfigError(OretraceError):
    """A setting, argument or reference file cannot be used."""

    exit_code = 2


class ContractError(OretraceError):
    """An input table breaks its contract beyond what was allowed."""

    exit_code = 3


class SourceError(OretraceError):
    """A file or service could not be read as what it was said to be."""

    exit_code = 3


class GateError(OretraceError):
    """The work is done, but a gate (promotion, drift, data quality) said no."""

    exit_code = 4

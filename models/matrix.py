"""From evidence table to numeric matrix: column order, category codes and refusals, all in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.contracts.columns import TRANSPORT_MODES
from features.errors import ConfigError
from features.evidence import Evidence, Role, fingerprint

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]

CATEGORIES = ("transport_mode", "mineral")
"""Columns read as categories, after the evidence columns."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What a model reads, in order: evidence columns as registered, then the categories with their fixed values."""

    codes: tuple[str, ...]
    roles: tuple[Role, ...]
    families: tuple[str, ...]
    fingerprint: str
    minerals: tuple[str, ...]
    """Minerals that have a category code; others, and unknown, are missing."""
    transport_modes: tuple[str, ...] = TRANSPORT_MODES

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the matrix columns, in order."""
        return (*self.codes, *CATEGORIES)

    @property
    def monotone(self) -> tuple[int, ...]:
        """Direction in which each column may move a suspicion: +1 doubt, -1 counter, 0 context and categories."""
        direction = {"doubt": 1, "counter": -1, "context": 0}
        return (*(direction[role] for role in self.roles), *(0 for _ in CATEGORIES))

    def check(self, registry: Sequence[Evidence]) -> None:
        """Refuse a registry other than the one trained on; raises ConfigError naming what differs."""
        if fingerprint(registry) == self.fingerprint:
            return
        offered = {one.code for one in registry}
        missing, unknown = sorted(set(self.codes) - offered), sorted(offered - set(self.codes))
        differences = [f"missing {', '.join(missing)}"] if missing else []
        differences += [f"unknown {', '.join(unknown)}"] if unknown else []
        raise ConfigError(
            f"model: trained on other evidence (registry {self.fingerprint}, not {fingerprint(registry)}): "
            + ("; ".join(differences) or "same columns, another meaning")
            + "; train again with `oretrace train`"
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain form for JSON."""
        return {
            "codes": list(self.codes),
            "roles": list(self.roles),
            "families": list(self.families),
            "fingerprint": self.fingerprint,
            "minerals": list(self.minerals),
            "transport_modes": list(self.transport_modes),
        }

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Columns:
        """Read the plain form back."""
        return cls(
            codes=tuple(plain["codes"]),
            roles=tuple(plain["roles"]),
            families=tuple(plain["families"]),
            fingerprint=plain["fingerprint"],
            minerals=tuple(plain["minerals"]),
            transport_modes=tuple(plain["transport_modes"]),
        )


def columns_of(registry: Sequence[Evidence], evidence: pl.DataFrame) -> Columns:
    """Fix the columns for a training: registry order, and the minerals that occur in `evidence`.

    Raises ConfigError where a code is registered twice or the table lacks a registered column.
    """
    codes = tuple(one.code for one in registry)
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise ConfigError(f"evidence registry: registered twice: {', '.join(twice)}")
    minerals = evidence["mineral"].drop_nulls().unique().sort().to_list() if "mineral" in evidence.columns else []
    columns = Columns(
        codes=codes,
        roles=tuple(one.role for one in registry),
        families=tuple(one.family for one in registry),
        fingerprint=fingerprint(registry),
        minerals=tuple(minerals),
    )
    _require(evidence, columns)
    return columns


def build_matrix(evidence: pl.DataFrame, columns: Columns) -> Matrix:
    """Float32 matrix with `columns.names`; null, NaN and infinite are NaN, and so is a category without a code.

    Columns that the model does not read are ignored. Raises ConfigError naming registered columns that are missing
    or not numbers.
    """
    _require(evidence, columns)
    numbers = [pl.col(code).cast(pl.Float32) for code in columns.codes]
    categories = [
        _category(evidence, "transport_mode", columns.transport_modes),
        _category(evidence, "mineral", columns.minerals),
    ]
    matrix = evidence.select(*numbers, *categories).select(pl.all().fill_null(float("nan"))).to_numpy(order="c")
    matrix = np.array(matrix, dtype=np.float32, order="C", copy=True)
    matrix[~np.isfinite(matrix)] = np.nan
    return matrix


def _category(evidence: pl.DataFrame, name: str, values: tuple[str, ...]) -> pl.Expr:
    if name not in evidence.columns or not values:
        return pl.lit(None, dtype=pl.Float32).alias(name)
    codes = pl.Series(range(len(values)), dtype=pl.Float32)
    text = pl.col(name).cast(pl.String)
    return text.replace_strict(pl.Series(values, dtype=pl.String), codes, default=None, return_dtype=pl.Float32)


def _require(evidence: pl.DataFrame, columns: Columns) -> None:
    missing = [code for code in columns.codes if code not in evidence.columns]
    if missing:
        raise ConfigError(
            f"evidence: {len(missing)} registered columns are missing: {', '.join(missing)}; "
            "build the table with the registry the model was trained on"
        )
    schema = evidence.schema
    odd = [c for c in columns.codes if not (schema[c].is_numeric() or schema[c] in (pl.Boolean, pl.Null))]
    if odd:
        raise ConfigError(f"evidence: not numbers: {', '.join(f'{code} ({schema[code]})' for code in odd)}")

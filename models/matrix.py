"""From evidence table to numeric matrix: column order, category codes and refusals, all in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.contracts.columns import DIRECTIONS_OF_DECLARATION, TRANSPORT_MODES
from features.errors import ConfigError
from features.evidence import Evidence, Role, Typology, fingerprint

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]
FLOATS: list[Any] = [np.float32, np.float64]
"""What the detectors take as it is; half the memory, where evidence comes in four bytes anyway."""

CATEGORIES = ("transport_mode", "mineral", "direction")
"""Columns read as categories, after the evidence columns."""
QUANTITIES = ("unit_value_usd_per_kg", "density_kg_m3", "kg_per_package")
"""Figures that the residual detector judges, as logs; null, zero and negative are unknown."""
LANE = ("hs4", "origin_iso3", "destination_iso3")
"""What it judges them by: heading (from hs_code), origin and destination; then the transport mode."""
DESCRIBED = (*QUANTITIES, "hs_code", *LANE[1:])
"""Columns beside the registered ones that a table of evidence may carry; where absent they are unknown."""
NONE_BELOW = 0.05
"""A strength of doubt below it counts as none; a tenth of the 0.5 from which doubt is worth mentioning."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What a model reads, in order: evidence columns as registered, then the categories with their fixed values."""

    codes: tuple[str, ...]
    roles: tuple[Role, ...]
    families: tuple[str, ...]
    fingerprint: str
    minerals: tuple[str, ...]
    """Minerals that have a category code; others, and unknown, are missing."""
    one_way: tuple[bool, ...]
    """Whether more of the column can only mean more suspicion; see `columns_of`."""
    lane_values: tuple[tuple[str, ...], ...] = ((),) * len(LANE)
    """Values of each of LANE that have a code."""
    transport_modes: tuple[str, ...] = TRANSPORT_MODES
    hints: tuple[tuple[Typology, ...], ...] = ()
    """Typologies that each doubt speaks for; none of what is no doubt."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the matrix columns, in order."""
        return (*self.codes, *CATEGORIES)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Columns that tell of which typology a violation would be, and never whether there is one."""
        return tuple(code for code, role in zip(self.codes, self.roles, strict=True) if role == "kind")

    @property
    def measures(self) -> tuple[str, ...]:
        """Columns that say something only beside others, so that trees of any violation alone read them."""
        return tuple(code for code, role in zip(self.codes, self.roles, strict=True) if role == "measure")

    @property
    def monotone(self) -> tuple[int, ...]:
        """Direction in which each column may move a suspicion: +1 where it is one-way, 0 where it may go either way."""
        return (*(int(one) for one in self.one_way), *(0 for _ in CATEGORIES))

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
            "one_way": list(self.one_way),
            "lane_values": [list(values) for values in self.lane_values],
            "transport_modes": list(self.transport_modes),
            "hints": [list(hints) for hints in self.hints],
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
            one_way=tuple(plain["one_way"]),
            lane_values=tuple(tuple(values) for values in plain["lane_values"]),
            transport_modes=tuple(plain["transport_modes"]),
            hints=tuple(tuple(hints) for hints in plain["hints"]),
        )


def columns_of(registry: Sequence[Evidence], evidence: pl.DataFrame) -> Columns:
    """Fix the columns for a training: registry order, the minerals that occur in `evidence`, what is one-way.

    A doubt is one-way where most of the trade whose value is known shows none of it: then any of it stands out. A
    doubt that most trade shows (how new a partner is, say) is a matter of degree and may speak either way: evaders
    repeat themselves, honest firms find new customers. An honest reading may speak either way too: those who declare
    openly under a licence have what evaders want. What is unknown throughout is not one-way.
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
        one_way=(),
        hints=tuple(one.hints if one.role == "doubt" else () for one in registry),
    )
    _require(evidence, columns)
    lane = _laned(evidence)
    return replace(
        columns,
        one_way=tuple(_is_one_way(evidence, one) for one in registry),
        lane_values=tuple(tuple(lane[name].drop_nulls().unique().sort().to_list()) for name in LANE),
    )


def build_described(evidence: pl.DataFrame, columns: Columns) -> Matrix:
    """Build logs of the quantities, then codes of goods and lane, of the transport mode; NaN is unknown."""
    frame = _laned(evidence)
    present = [
        pl.col(name).cast(pl.Float64) if name in frame.columns else pl.lit(None, dtype=pl.Float64).alias(name)
        for name in QUANTITIES
    ]
    logs = [pl.when(one > 0).then(one.log()) for one in present]
    codes = [_category(frame, name, values) for name, values in zip(LANE, columns.lane_values, strict=True)]
    codes.append(_category(frame, "transport_mode", columns.transport_modes))
    named = {f"_{at}": one for at, one in enumerate((*logs, *codes))}  # beside the rows: all may be literals
    return _numbers(frame.with_columns(**named).select(*named))


def _laned(evidence: pl.DataFrame) -> pl.DataFrame:
    """Add `hs4`, and the columns of LANE that are absent, as unknown."""
    missing = [pl.lit(None, dtype=pl.String).alias(name) for name in LANE if name not in evidence.columns]
    code = pl.col("hs_code").cast(pl.String) if "hs_code" in evidence.columns else pl.lit(None, dtype=pl.String)
    return evidence.with_columns(missing).with_columns(hs4=code.str.head(4))


def _is_one_way(evidence: pl.DataFrame, one: Evidence) -> bool:
    if one.role != "doubt":
        return False
    known = evidence[one.code].cast(pl.Float32).drop_nulls().drop_nans()
    return bool(known.len()) and int((known < NONE_BELOW).sum()) * 2 >= known.len()


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
        _category(evidence, "direction", DIRECTIONS_OF_DECLARATION),
    ]
    return _numbers(evidence.select(*numbers, *categories))


def _numbers(frame: pl.DataFrame) -> Matrix:
    """Float32, row after row; null and infinite become NaN."""
    known = pl.all().cast(pl.Float32)
    finite = frame.lazy().select(pl.when(known.is_finite()).then(known).otherwise(float("nan"))).collect()
    return np.ascontiguousarray(finite.to_numpy(order="c"))


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

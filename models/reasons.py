"""Reasons: evidence told to an analyst in sentences, strongest first, with the figures behind each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl

from features.evidence import Evidence, Role
from features.units import plain_number

TOLD_FROM = 0.25
"""Weakest strength that is worth an analyst's time; below it evidence stays in the figures."""
FIGURE_LENGTH = 120
"""Longest text a figure may carry into a sentence; declared text is somebody else's and may be megabytes."""

MOST_TOLD = 6
"""Reasons told of one declaration at most, the strongest; the rest stays in the figures."""

REASON = pl.Struct(
    {
        "code": pl.String,
        "sentence": pl.String,
        "strength": pl.Float64,
        "figures": pl.String,
        "family": pl.String,
        "contribution": pl.Float64,
    }
)
MOST_WHOLE = 2.0**63
"""Figures beyond it, of a mass of next to nothing, are no whole numbers that a column holds."""
REASON_FIELDS = [field.name for field in REASON.fields]


def tell(
    evidence: pl.DataFrame,
    registry: Sequence[Evidence],
    contributions: pl.DataFrame | None,
    *,
    role: Role,
    called: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """Tell the evidence of one role, for the few declarations that are shown.

    Parameters
    ----------
    evidence: `declaration_id`, the registry's columns and the columns their sentences name.
    contributions: long table `declaration_id, code, contribution` (log-odds) of the model, or None.
    role: `doubt` for reasons, `counter` for counter-evidence.
    called: what sentences call each mineral, by its key; the key itself, read as words, where they say nothing.

    Returns
    -------
    `declaration_id` and `told`: a list of `code, sentence, strength, figures` (JSON), `family` and `contribution`
    (null where the model has no part for it). The strongest `MOST_TOLD` by strength, weighed with what the model made
    of it; those of one family stand together, the family of the strongest first. Evidence that is null or weaker
    than `TOLD_FROM` is not told.
    """
    told = [_one(evidence, one, called or {}) for one in registry if one.role == role and one.code in evidence.columns]
    shell = evidence.select("declaration_id")
    if not told:
        return shell.with_columns(told=pl.lit(None, dtype=pl.List(REASON)).fill_null([]))
    rows = pl.concat(told)
    if contributions is not None:
        rows = rows.join(contributions, on=["declaration_id", "code"], how="left", maintain_order="left")
    else:
        rows = rows.with_columns(contribution=pl.lit(None, dtype=pl.Float64))
    lists = (
        rows.with_columns(order=_order(role))
        .sort(["declaration_id", "order", "code"], descending=[False, True, False])
        .filter(pl.int_range(pl.len()).over("declaration_id") < MOST_TOLD)
        .with_columns(of_family=pl.col("order").max().over("declaration_id", "family"))
        .sort(
            ["declaration_id", "of_family", "family", "order", "code"],
            descending=[False, True, False, True, False],
        )
        .group_by("declaration_id", maintain_order=True)
        .agg(told=pl.struct(REASON_FIELDS))
    )
    return shell.join(lists, on="declaration_id", how="left", maintain_order="left").with_columns(
        pl.col("told").fill_null([])
    )


def _order(role: Role) -> pl.Expr:
    """Weigh strength by what the model made of it: from a third where it took it the other way, up to the double."""
    push = pl.col("contribution").fill_null(0.0) * (-1.0 if role == "counter" else 1.0)
    return pl.col("strength") * (1 + push.clip(-1.0, 2.0) / 1.5)


def _one(evidence: pl.DataFrame, one: Evidence, called: Mapping[str, str]) -> pl.DataFrame:
    kept = evidence.filter(pl.col(one.code).cast(pl.Float64) >= TOLD_FROM)
    figures = [name for name in one.figures if name in evidence.columns]
    return kept.select(
        "declaration_id",
        code=pl.lit(one.code),
        sentence=_sentence(one.sentence, kept, called),
        strength=pl.col(one.code).cast(pl.Float64).round(3),
        family=pl.lit(one.family),
        figures=pl.struct(_figure(name, kept) for name in figures).struct.json_encode() if figures else pl.lit("{}"),
    )


def _sentence(template: str, evidence: pl.DataFrame, called: Mapping[str, str]) -> pl.Expr:
    """Fill `{name}` from the columns; an unknown figure reads as "unknown"."""
    pieces = re.split(r"\{(\w+)\}", template)
    parts = [
        pl.lit(piece) if at % 2 == 0 else _told(piece, evidence, called).fill_null("unknown")
        for at, piece in enumerate(pieces)
        if piece
    ]
    return pl.concat_str(parts)


def _figure(name: str, evidence: pl.DataFrame) -> pl.Expr:
    kind = evidence.schema[name]
    if kind.is_float():
        return pl.col(name).cast(pl.Float64).round_sig_figs(4).alias(name)
    if kind.is_nested() or kind == pl.String:
        return _words(name, evidence).alias(name)
    return pl.col(name)


def _words(name: str, evidence: pl.DataFrame) -> pl.Expr:
    """Say a figure as a person would: four digits, a share in per cent, short text without hidden marks."""
    if name not in evidence.columns:
        return pl.lit(None, dtype=pl.String)
    kind, value = evidence.schema[name], pl.col(name)
    if kind.is_float() and name.endswith(("_share", "_rate")):
        return pl.concat_str(plain_number((100 * value.cast(pl.Float64)).round_sig_figs(3)), pl.lit(" %"))
    if kind.is_float():
        rounded = value.cast(pl.Float64).round_sig_figs(4)
        whole = rounded.abs() >= 1000
        return (
            pl.when(whole & (rounded.abs() < MOST_WHOLE))
            .then(rounded.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(plain_number(rounded))
        )
    if kind == pl.List(pl.String):
        return plain_text(value.list.join(", "))
    if kind == pl.String:
        return plain_text(value)
    return value.cast(pl.String)


def _told(name: str, evidence: pl.DataFrame, called: Mapping[str, str]) -> pl.Expr:
    """Say a figure within a sentence, where a mineral (`graphite_natural`) has the name that people call it by."""
    words = _words(name, evidence)
    if not name.endswith("mineral"):
        return words
    return words.replace(dict(called)).str.replace_all("_", " ", literal=True)


def plain_text(value: pl.Expr) -> pl.Expr:
    """Cut declared text short and drop marks that would change how the words around it read."""
    shown = value.str.slice(0, FIGURE_LENGTH).str.replace_all(r"[\p{Cc}\p{Cf}]", "")
    cut = value.str.len_chars() > FIGURE_LENGTH
    return pl.when(cut).then(pl.concat_str([shown, pl.lit("…")])).otherwise(shown)

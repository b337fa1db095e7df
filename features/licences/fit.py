"""Whether the licence that a declaration names is for it: its days, parties, destination, code and mineral."""

from __future__ import annotations

import polars as pl

# Strength of each misfit, from the project's scale (1 can hardly be explained). Days, holder and destination stand on
# the face of a licence; a code or mineral may be classified another way in good faith.
MISFITS: dict[str, tuple[str, float]] = {
    "is_unknown": ("number is in no licence of the register that had begun by that month", 0.9),
    "is_expired": ("expired on the day of declaration", 1.0),
    "is_early": ("not yet valid on the day of declaration", 1.0),
    "is_other_holder": ("issued to another exporter", 1.0),
    "is_other_consignee": ("for another consignee", 0.9),
    "is_other_destination": ("for another destination", 1.0),
    "is_other_code": ("for other codes", 0.8),
    "is_other_mineral": ("for another mineral", 0.8),
}


def days_past_validity(declared_on: pl.Expr, valid_from: pl.Expr, valid_to: pl.Expr) -> pl.Expr:
    """Count days outside validity: above 0 after the last day, below 0 before the first, 0 within; null if unknown."""
    past = (declared_on - valid_to).dt.total_days()
    early = (declared_on - valid_from).dt.total_days()
    return pl.when(past > 0).then(past).when(early < 0).then(early).when(past <= 0).then(0).cast(pl.Int32)


def misfit_flags(*, is_known: pl.Expr) -> dict[str, pl.Expr]:
    """Return each misfit as true, false or null (unknown), over a declaration joined to its licence (`licence_*`).

    A licence that leaves a consignee, destination, code or mineral open (null) fits any; a declaration that leaves one
    open is unknown there.
    """
    days = pl.col("days_past_validity")
    codes = pl.col("licence_hs_codes").str.replace_all(r"[^0-9;,]", "").str.replace_all(",", ";").str.split(";")
    one = pl.element()
    printed = codes.list.eval(one.filter(one.str.len_chars() >= 4))
    agrees = _codes_agree(printed, pl.col("hs_code"))
    minerals = pl.col("minerals")
    knows_minerals = minerals.list.len() > 0
    return {
        "is_unknown": ~is_known,
        "is_expired": days > 0,
        "is_early": days < 0,
        "is_other_holder": pl.col("exporter_id") != pl.col("licence_holder_id"),
        "is_other_consignee": pl.col("consignee_id") != pl.col("licence_consignee_id"),
        "is_other_destination": pl.col("destination_iso3") != pl.col("licence_destination_iso3"),
        "is_other_code": pl.when(printed.list.len() > 0).then(~agrees),
        "is_other_mineral": pl.when(knows_minerals & pl.col("licence_mineral").is_not_null()).then(
            ~minerals.list.contains(pl.col("licence_mineral"))
        ),
    }


def _codes_agree(printed: pl.Expr, declared: pl.Expr) -> pl.Expr:
    """Agree as far as both go: a licence may print fewer or more digits than the declaration, at least a heading."""
    shorter = [printed.list.contains(declared.str.head(n)) for n in range(4, 13)]
    longer = [printed.list.eval(pl.element().str.head(n)).list.contains(declared) for n in range(4, 13)]
    return pl.any_horizontal(*shorter, *longer)


def licence_mismatch(is_named: pl.Expr, has_register: bool) -> pl.Expr:
    """Names a licence that is not for this consignment.

    Strength in [0, 1]: the strongest of the misfits in `MISFITS` (columns by their names); 0 where the licence fits as
    far as is known. Null where no licence is named or there is no register of licences. Source: indicators.md 36.
    """
    strengths = [pl.when(pl.col(name)).then(strength).otherwise(0.0) for name, (_, strength) in MISFITS.items()]
    known = is_named.fill_null(value=False) & pl.lit(has_register)
    return pl.when(known).then(pl.max_horizontal(strengths))


def misfit_words() -> pl.Expr:
    """Say what does not fit, joined by `; `; empty text where all fits."""
    said = [pl.when(pl.col(name)).then(pl.lit(words)) for name, (words, _) in MISFITS.items()]
    return pl.concat_str(said, separator="; ", ignore_nulls=True)

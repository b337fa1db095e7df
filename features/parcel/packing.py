"""Does the packing fit the declared good?"""

from __future__ import annotations

import math

import polars as pl

from features.parcel.deviation import spreads_apart
from features.parcel.quantities import TARE_STEPS
from features.parcel.rules import ParcelRules
from features.strength import ramp, strongest
from features.units import plain_number


def package_most_kg(package_type: pl.Expr, rules: ParcelRules) -> pl.Expr:
    """Most that one package of the declared kind usually holds, kg; null for a kind not in the table."""
    kind = package_type.str.slice(0, 64).str.to_lowercase().str.strip_chars()
    most = pl.lit(None, pl.Float64)
    for limit in reversed(rules.package_limits):  # the first match wins, so it is laid on last
        most = pl.when(kind.str.contains(limit.word)).then(pl.lit(limit.most_kg)).otherwise(most)
    return most


def packing_off(rules: ParcelRules) -> pl.Expr:
    """Kilograms per package do not fit the declared good or the declared kind of package. indicators.md 26.

    Against the good's own history, on either side; weaker where the mass per package does not fit the suspected
    mineral either. Against the kind of package without history, or beside one that does not fit. Null where neither
    can be judged.
    """
    return strongest(_by_history(rules), _by_kind(rules))


def packing_words(rules: ParcelRules) -> pl.Expr:
    """Say which limit the mass per package breaks: the good's own, that of the kind of package, or both."""
    usual, most = (plain_number(pl.col(name).round_sig_figs(4)) for name in ("usual_kg_per_package", "package_most_kg"))
    own = pl.format("this good, usually {} kg", usual)
    kind = pl.format("the declared kind of package, which holds {} kg at most", most)
    is_own, is_kind = ((one > 0).fill_null(value=False) for one in (_by_history(rules), _by_kind(rules)))
    return (
        pl.when(is_own & is_kind)
        .then(pl.concat_str(own, pl.lit(", nor "), kind))
        .when(is_own)
        .then(own)
        .when(is_kind)
        .then(kind)
    )


def _by_history(rules: ParcelRules) -> pl.Expr:
    off = ramp(spreads_apart("package", rules).abs(), rules.doubt_from_spreads, rules.doubt_full_spreads)
    fits = pl.when(pl.col("is_mineral_packing").fill_null(value=False)).then(1.0).otherwise(0.7)  # own choice
    return off * fits


def _by_kind(rules: ParcelRules) -> pl.Expr:
    """Beyond the kind's limit, unless this good is usually so: a `bag` may be a big one, of a tonne."""
    beyond = ramp((pl.col("kg_per_package") / pl.col("package_most_kg")).log(), math.log(1.5), math.log(6.0))
    is_usual = (_by_history(rules) == 0.0).fill_null(value=False)
    return pl.when(is_usual & beyond.is_not_null()).then(0.0).otherwise(beyond)


def tare_off(rules: ParcelRules) -> pl.Expr:
    """Gross and net mass do not fit each other or the good. indicators.md 26.

    Gross below net is impossible: at least 0.5 beyond one part in a thousand. More packing than is usual for the good
    is judged by its history, by its distance in spreads and by its share of the goods' mass: hidden goods weigh a tenth
    or a half of them, at a distance that wrapping has too. Less is not judged: many write the net mass twice. Without
    history, only a packing heavier than the goods on loads above half a tonne. Null without both.
    """
    excess = pl.col("gross_net_ratio") - 1.0
    short = 0.5 + 0.5 * ramp(-excess, 0.0, rules.gross_short_share)
    share = (pl.col("log_tare") - pl.col("tare_middle")) * (1.0 / TARE_STEPS)
    by_history = (ramp(spreads_apart("tare", rules), 1.0, 6.0) * ramp(share, 0.02, 0.25)).sqrt()  # own choice
    heavy_packing = ramp(excess, 0.5, 2.0) * (pl.col("net_kg") > 500.0).cast(pl.Float64)  # own choice
    return pl.when(excess < -0.001).then(short).otherwise(strongest(by_history, heavy_packing))


def mineral_packings(packings: pl.DataFrame) -> pl.LazyFrame:
    """Build the range of kilograms per package of each mineral over all its forms."""
    return (
        packings.lazy()
        .group_by("mineral")
        .agg(pl.col("package_kg_low").min(), pl.col("package_kg_high").max())
        .rename({"mineral": "suspected"})
    )

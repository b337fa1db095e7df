"""The licence room's table: is a licence named where one is needed, does it fit, and is anything left on it."""

from __future__ import annotations

import polars as pl

from features.beside import beside, told_once
from features.controls.join import CONTROLLER
from features.countries import UNSPECIFIED, WORLD
from features.filed import Filed, text_number
from features.licences.fit import MISFITS, days_past_validity, licence_mismatch, misfit_flags, misfit_words
from features.licences.ledger import filed_licences, licence_overdrawn, shipped_before, shipped_by_day, use_ratio
from features.licences.licence_keys import licence_key
from features.licences.registry import REGISTRY
from features.lookback import day_number, month_number, settle, settled

TOLERANCE_SHARE = (
    0.0  # no overage by default; some licences of bulk goods allow a few percent, which is the user's call
)

FIGURES = pl.Schema(
    {
        "licence_unless": pl.String,
        "licence_named": pl.String,
        "licence_misfits": pl.String,
        "days_past_validity": pl.Int32,
        "shipped_before_kg": pl.Float64,
        "licensed_kg": pl.Float64,
        "shipped_before_usd": pl.Float64,
        "licensed_usd": pl.Float64,
        "licence_use_ratio": pl.Float64,
    }
)
_COMPARED = tuple(name for name in FIGURES if name not in {"licence_unless", "licence_named"})
_REGISTERED = pl.Schema(
    {
        "licence_holder_id": pl.String,
        "licence_mineral": pl.String,
        "licence_hs_codes": pl.String,
        "licence_destination_iso3": pl.String,
        "licence_consignee_id": pl.String,
        "licence_valid_from": pl.Date,
        "licence_valid_to": pl.Date,
        "licence_licensed_kg": pl.Float64,
        "licence_licensed_usd": pl.Float64,
    }
)
"""The register's columns as they stand beside a declaration's."""


def build_licences(
    declarations: pl.LazyFrame,
    licences: pl.LazyFrame | None,
    history: pl.LazyFrame | None,
    needs: pl.LazyFrame,
    *,
    tolerance_share: float = TOLERANCE_SHARE,
    are_numbers_recorded: pl.Expr | bool | None = None,
) -> pl.LazyFrame:
    """Compare each declaration with the licence it names.

    Parameters
    ----------
    declarations
        The contract's table.
    licences
        The register of licences; None where there is none.
    history
        Past declarations, whose exports of strictly earlier days draw on the licences.
    needs
        `declaration_id`, `needs_licence` (true, false, null unknown), `minerals` (list of the controlled minerals the
        goods are thought to be; empty or null where unknown).
    tolerance_share
        How far above its limit a licence may be used before it counts as overdrawn.
    are_numbers_recorded
        Whether a null licence number means that none was named; by default, whether there is a
        register. May depend on the row's `declared_on`.

    Returns
    -------
    pl.LazyFrame
        One row per `declaration_id`: every column of this room's registry (Float32) and the figures behind them.
    """
    shipped = None if history is None else shipped_by_day(history)
    return judge_licences(
        declarations,
        None if licences is None else filed_licences(licence_register(licences)),
        None if shipped is None else filed_licences(shipped),
        needs,
        tolerance_share=tolerance_share,
        are_numbers_recorded=are_numbers_recorded,
    )


def judge_licences(
    declarations: pl.LazyFrame,
    register: Filed | None,
    shipped: Filed | None,
    needs: pl.LazyFrame,
    *,
    tolerance_share: float = TOLERANCE_SHARE,
    are_numbers_recorded: pl.Expr | bool | None = None,
) -> pl.LazyFrame:
    """Return what `build_licences` does, from the register by key and what was shipped by day.

    See `licence_register`, `shipped_by_day` and `filed_licences`.
    """
    has_register = register is not None
    given = has_register if are_numbers_recorded is None else are_numbers_recorded
    recorded = given if isinstance(given, pl.Expr) else pl.lit(given)
    key = licence_key(pl.col("licence_no"))
    facts = declarations.select(
        *("declaration_id", "declared_on", "hs_code", "exporter_id", "consignee_id", "destination_iso3", "origin_iso3"),
        *("net_kg", "value_usd"),
        licence_key=pl.when(recorded).then(key.fill_null("")).otherwise(key),
        month=month_number(pl.col("declared_on")),
        day=day_number(pl.col("declared_on")),
    )
    need = needs.select("declaration_id", "needs_licence", "minerals")
    every = beside(settled(facts), need, "declaration_id")
    named = pl.col("licence_key") != ""
    excused = told_once(every, "origin_iso3", licence_unless(pl.col("origin_iso3")).alias("licence_unless"))
    compared = _compared(every.filter(named), register, shipped, tolerance_share)
    told = compared.select(
        "declaration_id", "is_unknown", *(one.code for one in REGISTRY if one.code != "licence_missing"), *_COMPARED
    )
    columns = [pl.col(one.code).cast(pl.Float32) for one in REGISTRY]
    is_unknown = pl.col("is_unknown").fill_null(value=False) & pl.lit(has_register)
    evidence = (
        beside(excused, told, "declaration_id")
        .lazy()
        .with_columns(
            licence_missing=licence_missing(pl.col("needs_licence"), named, is_unknown),
            licence_named=pl.when(is_unknown)
            .then(pl.lit(f"the {MISFITS['is_unknown'][0]}"))
            .otherwise(pl.lit("none is named")),
        )
    )
    return evidence.select("declaration_id", *columns, *[pl.col(name).cast(kind) for name, kind in FIGURES.items()])


def _compared(
    facts: pl.DataFrame, register: Filed | None, shipped: Filed | None, tolerance_share: float
) -> pl.LazyFrame:
    """Compare the declarations that name a licence, which all of `facts` do, with it."""
    has_register = register is not None
    named = pl.col("licence_key") != ""
    numbers = facts.select(text_number(pl.col("licence_key"))).to_series()
    used = None if shipped is None else shipped.rows_of(numbers).lazy()
    judged = (
        facts.lazy()
        .join(
            _NO_REGISTER if register is None else register.rows_of(numbers).drop(register.key).lazy(),
            on="licence_key",
            how="left",
        )
        .join(shipped_before(facts.lazy(), used), on=["licence_key", "day"], how="left")
        .with_columns(_begun(name) for name in (*_REGISTERED, "licence_is_known"))
    )
    is_known = pl.col("licence_is_known").fill_null(value=False)
    dated = judged.with_columns(
        days_past_validity=days_past_validity(
            pl.col("declared_on"), pl.col("licence_valid_from"), pl.col("licence_valid_to")
        )
    ).with_columns(**misfit_flags(is_known=is_known))
    by_kg = use_ratio(pl.col("shipped_before_kg"), pl.col("net_kg"), pl.col("licence_licensed_kg"))
    by_usd = use_ratio(pl.col("shipped_before_usd"), pl.col("value_usd"), pl.col("licence_licensed_usd"))
    drawn = dated.with_columns(licence_use_ratio=pl.max_horizontal(by_kg, by_usd).round(9))
    return drawn.with_columns(
        licence_mismatch=licence_mismatch(named, has_register),
        licence_overdrawn=licence_overdrawn(pl.col("licence_use_ratio"), tolerance_share=tolerance_share),
        licence_misfits=pl.when(named & pl.lit(has_register)).then(misfit_words()),
        licensed_kg="licence_licensed_kg",
        licensed_usd="licence_licensed_usd",
        shipped_before_kg=pl.when(is_known).then("shipped_before_kg"),
        shipped_before_usd=pl.when(is_known).then("shipped_before_usd"),
    ).with_columns(
        licence_covers=licence_covers(
            named & pl.lit(has_register), *map(pl.col, ("licence_mismatch", "licence_overdrawn"))
        )
    )


def _begun(name: str) -> pl.Expr:
    """Leave out a licence that begins in a later month, which nobody could read then, or whose number two share."""
    has_begun = month_number(pl.col("licence_valid_from")) <= pl.col("month")
    is_shared = (month_number(pl.col("shared_from")) <= pl.col("month")).fill_null(value=False)
    return pl.when(has_begun & ~is_shared).then(pl.col(name)).alias(name)


def licence_missing(needs_licence: pl.Expr, is_named: pl.Expr, is_unknown: pl.Expr) -> pl.Expr:
    """Needs an export licence and names none, or a number that no register knows: anybody can make one up.

    Strength in [0, 1]: 1 where one is needed and none is named, as much as a misfit where the number `is_unknown`, 0
    where none is needed or one is named. Null where the need is unknown, or it is unknown whether one was named.
    Source: indicators.md 36.
    """
    missing = needs_licence & ~is_named
    made_up = pl.when(needs_licence & is_unknown).then(MISFITS["is_unknown"][1])
    return pl.coalesce(made_up, pl.when(missing).then(1.0).when(~missing).then(0.0))


def licence_unless(origin: pl.Expr) -> pl.Expr:
    """Say what would free goods of a need: others of the code, and for those of another country passing through.

    Articles 2 and 45 of the Export Control Law bind what leaves China, transit too, whose terms they leave open.
    """
    others = pl.lit("they are others of that code")
    is_foreign = ~origin.is_in([CONTROLLER, UNSPECIFIED, WORLD]).fill_null(value=True)
    passing = pl.format("{} or, of origin {}, only pass through China", others, origin)
    return pl.when(is_foreign).then(passing).otherwise(others)


def licence_covers(is_named: pl.Expr, mismatch: pl.Expr, overdrawn: pl.Expr) -> pl.Expr:
    """Named licence fits the consignment and has enough left on it.

    Strength in [0, 1]: 1 where it fits and enough is left, 0.8 where it fits but what is left cannot be told, 0 where
    it does not fit or is overdrawn. Null where no licence is named or there is no register.
    """
    fits = (mismatch == 0.0) & (overdrawn.fill_null(0.0) == 0.0)
    share = pl.when(overdrawn.is_null()).then(0.8).otherwise(1.0)
    return pl.when(is_named.fill_null(value=False)).then(pl.when(fits).then(share).otherwise(0.0))


_KEYED = pl.Schema({"licence_key": pl.String, "shared_from": pl.Date, "licence_is_known": pl.Boolean})
_NO_REGISTER = pl.LazyFrame(schema=pl.Schema({**_KEYED, **_REGISTERED}))


def licence_register(licences: pl.LazyFrame) -> pl.LazyFrame:
    """The register by key, its columns marked `licence_`; from `shared_from` on, two licences share the key.

    A key that two licences share is no key to either; until the second begins it is the first one's.
    """
    columns = [pl.col(name.removeprefix("licence_")).alias(name) for name in _REGISTERED]
    keyed = licences.select(licence_key(pl.col("licence_no")).alias("licence_key"), *columns)
    start = pl.col("licence_valid_from")
    return settle(
        keyed.filter(pl.col("licence_key") != "")
        .group_by("licence_key")
        .agg(pl.col(*_REGISTERED).sort_by(start).first(), start.sort().get(1, null_on_oob=True).alias("shared_from"))
        .with_columns(licence_is_known=pl.lit(value=True))
    )

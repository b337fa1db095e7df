"""What the declarations of one file add up to.

Told of the file and never of a row: a row's score must not depend on the rows beside it, yet a licence used up within a
week, or a tonne sent as ten parcels, shows in nothing else until the file is history.
"""

from __future__ import annotations

import polars as pl

from features.completeness import complete
from features.contracts import Declarations
from features.licences.ledger import CENTS, GRAMS, use_ratio
from features.licences.licence_keys import licence_key
from features.licences.table import TOLERANCE_SHARE
from features.lookback import settle_whole
from features.units import declared_words

ADDED_UP = pl.Schema(
    {
        "kind": pl.String,
        "subject": pl.String,
        "n_declarations": pl.Int64,
        "first_on": pl.Date,
        "last_on": pl.Date,
        "net_kg": pl.Float64,
        "value_usd": pl.Float64,
        "ratio": pl.Float64,
        "sentence": pl.String,
        "declaration_ids": pl.String,
    }
)
LONE_SHARE, LONE_RATIO = 0.5, 20.0
"""A mass of more than half of all, and of twenty times the middle one: the sum rests on that paper (own choice)."""
OVERDRAWN, LOTS = "licence_overdrawn", "lots_of_one_good"
_NEEDED = (
    *("declaration_id", "declared_on", "direction", "licence_no", "net_kg", "value_usd"),
    *("exporter_id", "exporter_name", "consignee_id", "consignee_name"),
)


def add_up(
    declarations: pl.LazyFrame,
    history: pl.LazyFrame,
    register: pl.LazyFrame | None,
    suspects: pl.LazyFrame,
    *,
    lots_least: int,
) -> pl.DataFrame:
    """Add up what a file ships under each licence, and in lots of one good between the same two parties.

    Parameters
    ----------
    declarations
        Rows of the file (contract `Declarations`; optional columns may be missing).
    history
        Earlier declarations, with or without those of the file, which count once.
    register
        Licences by key (`features.licences.table.licence_register`); None where there is none.
    suspects
        `declaration_id`, `mineral` (null for none), `exporter_key`, `consignee_key` (see `features.parties`), and
        `licence_missing` (see `features.licences`: 1 where a licence is asked for and none named).
    lots_least
        Fewer declarations than this are no row of lots.

    Returns
    -------
    pl.DataFrame
        `ADDED_UP`, the largest `ratio` first. `licence_overdrawn`: two declarations of the file or more, and all that
        was shipped by the last of them is more than the licence allows; `ratio` of shipped to allowed, by mass or
        value. `lots_of_one_good`: `ratio` is null, since nothing is compared; a pair whose mass rests on one paper
        is told so, and stands where its middle mass would set it. Unknown masses and values add nothing, so that sums
        are lower bounds. Source: indicators.md 35, 36.
    """
    rows = complete(declarations, Declarations, _NEEDED)
    found = [_lots(rows, suspects, lots_least)]
    if register is not None:
        found.append(_overdrawn(rows, complete(history, Declarations, _NEEDED), register))
    told = pl.concat([one.select(*ADDED_UP, "usual_kg") for one in found]).collect()
    order = ["ratio", "usual_kg", "subject", "kind"]
    return told.sort(order, descending=[True, True, False, False], nulls_last=True).drop("usual_kg")


def _overdrawn(rows: pl.LazyFrame, history: pl.LazyFrame, register: pl.LazyFrame) -> pl.LazyFrame:
    here = _drawn(rows).group_by("licence_key").agg(pl.col("licence_no").min(), *_sums())
    others = _drawn(history).join(here.select("licence_key", "last_on"), on="licence_key", how="left")
    before = (
        others.filter(pl.col("declared_on") <= pl.col("last_on"))  # null for a licence that the file does not name
        .join(rows.select("declaration_id"), on="declaration_id", how="anti")
        .group_by("licence_key")
        .agg(pl.col("grams").sum().alias("grams_before"), pl.col("cents").sum().alias("cents_before"))
    )
    is_one = pl.col("shared_from").is_null() | (pl.col("shared_from") > pl.col("last_on"))
    kg_before, usd_before = pl.col("grams_before").fill_null(0) / GRAMS, pl.col("cents_before").fill_null(0) / CENTS
    by_kg = use_ratio(kg_before, pl.col("net_kg"), pl.col("licence_licensed_kg"))
    by_usd = use_ratio(usd_before, pl.col("value_usd"), pl.col("licence_licensed_usd"))
    told = "{} declarations of this file name licence {}: with {} before, {} times what it allows is shipped."
    over = (
        here.filter(pl.col("n_declarations") > 1)
        .join(register, on="licence_key", how="inner")
        .filter(is_one, pl.col("licence_valid_from") <= pl.col("last_on"))
        .join(before, on="licence_key", how="left")
        .with_columns(ratio=pl.max_horizontal(by_kg, by_usd).round(9))
        .filter(pl.col("ratio") > 1.0 + TOLERANCE_SHARE)
    )
    subject = declared_words("licence_no")
    ratio = pl.col("ratio").round_sig_figs(3)
    return settle_whole(over).with_columns(
        kind=pl.lit(OVERDRAWN),
        subject=subject,
        usual_kg="net_kg",
        sentence=pl.format(told, "n_declarations", subject, _kilograms(kg_before), ratio),
    )


def _drawn(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Keep the exports that name a licence, with `licence_key` and whole `grams` and `cents`."""
    exports = rows.filter(pl.col("direction") == "export", pl.col("licence_no").is_not_null())
    keyed = exports.with_columns(*_whole(), licence_key=licence_key(pl.col("licence_no")))
    return keyed.filter(pl.col("licence_key") != "")


def _lots(rows: pl.LazyFrame, suspects: pl.LazyFrame, lots_least: int) -> pl.LazyFrame:
    pair = ["mineral", "exporter_key", "consignee_key"]
    named = suspects.drop_nulls(pair).join(rows, on="declaration_id", how="left").with_columns(*_whole())
    exporter, consignee = (pl.coalesce(f"{side}_name", f"{side}_id").min() for side in ("exporter", "consignee"))
    lots = (
        named.group_by(pair)
        .agg(
            exporter.alias("exporter"),
            consignee.alias("consignee"),
            (pl.col("licence_missing") == 1.0).sum().alias("n_unlicensed"),
            pl.col("net_kg").median().alias("middle_kg"),
            pl.col("net_kg").max().alias("most_kg"),
            *_sums(),
        )
        .filter(pl.col("n_declarations") >= lots_least, pl.col("net_kg") > 0)
    )
    most, middle = pl.col("most_kg"), pl.col("middle_kg")
    rests_on_one = (most > LONE_SHARE * pl.col("net_kg")) & (most > LONE_RATIO * middle)
    alone = pl.format("; one alone has {}", _kilograms(most))
    due = pl.format("; papers that name no licence, though code or words ask for one: {}", "n_unlicensed")
    mineral = pl.col("mineral").str.replace_all("_", " ")
    sums = _kilograms(pl.col("net_kg")), _kilograms(middle)
    told = "{} declarations between these parties point to {}: {} together, half of them {} or less"
    return settle_whole(lots).with_columns(
        kind=pl.lit(LOTS),
        subject=pl.format("{} > {}", declared_words("exporter"), declared_words("consignee")),
        ratio=pl.lit(None, pl.Float64),
        usual_kg=pl.when(rests_on_one).then(middle * pl.col("n_declarations")).otherwise("net_kg"),
        sentence=pl.concat_str(
            pl.format(told, "n_declarations", mineral, *sums),
            pl.when(rests_on_one).then(alone).otherwise(pl.lit("")),
            pl.when(pl.col("n_unlicensed") > 0).then(due).otherwise(pl.lit("")),
            pl.lit("."),
        ),
    )


def _whole() -> list[pl.Expr]:
    units = {"grams": pl.col("net_kg") * GRAMS, "cents": pl.col("value_usd") * CENTS}
    return [unit.round(0).fill_null(0.0).cast(pl.Int64).alias(name) for name, unit in units.items()]


def _sums() -> list[pl.Expr]:
    """Add up whole grams and cents, so that the order of rows changes nothing."""
    return [
        pl.len().cast(pl.Int64).alias("n_declarations"),
        pl.col("declared_on").min().alias("first_on"),
        pl.col("declared_on").max().alias("last_on"),
        (pl.col("grams").sum() / GRAMS).alias("net_kg"),
        (pl.col("cents").sum() / CENTS).alias("value_usd"),
        pl.col("declaration_id").sort().str.join(";").alias("declaration_ids"),
    ]


def _kilograms(kg: pl.Expr) -> pl.Expr:
    return pl.format("{} kg", kg.round_sig_figs(4).cast(pl.String).str.strip_suffix(".0"))

"""Which controlled mineral, other than those of the declared code, would explain a price or a density."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl

from features.lookback import month_number
from features.parcel.rules import TRADED_T_PER_YEAR, ParcelRules

_STEP = 0.02  # of the log: rows whose figure agrees to 2 % are looked up once


def own_minerals(forms: pl.DataFrame) -> pl.LazyFrame:
    """Pair each subheading with the minerals that are declared under it: `hs6`, `mineral`."""
    return forms.lazy().select("mineral", "hs6").explode("hs6").drop_nulls().unique()


def price_bands(prices: pl.DataFrame, rules: ParcelRules) -> pl.LazyFrame:
    """Build the price band of each mineral (or form) for each stretch of months, in logs of USD/kg.

    A quotation holds from the month after it until the next one is known. The wide band of all years (confidence
    `band`) always holds, marked `is_wide`. A mineral without a wide band has its earliest quotation stand in for the
    time before, marked `is_later`.
    """
    slack = math.log(rules.price_band_ratio)
    keys = ["mineral", "form_id"]
    columns = ["mineral", "form_id", "low", "centre", "high", "from_month", "to_month", "is_later", "is_wide"]
    usable = (
        prices.lazy()
        .filter((pl.col("low_usd_per_kg") > 0) & (pl.col("high_usd_per_kg") >= pl.col("low_usd_per_kg")))
        .with_columns(
            from_month=month_number(pl.col("priced_on")) + 1,
            is_wide=(pl.col("confidence") == "band").fill_null(value=False),
        )
        .group_by(*keys, "from_month", "is_wide")
        .agg(pl.col("low_usd_per_kg").min().log().alias("low"), pl.col("high_usd_per_kg").max().log().alias("high"))
        .with_columns(centre=(pl.col("low") + pl.col("high")) / 2, is_later=pl.lit(value=False))
    )
    never = pl.lit(None, pl.Int32)
    wide = usable.filter("is_wide").with_columns(from_month=never, to_month=never)
    quoted = (
        usable.filter(~pl.col("is_wide"))
        .sort(*keys, "from_month")
        .with_columns(pl.col("low") - slack, pl.col("high") + slack, to_month=pl.col("from_month").shift(-1).over(keys))
    )
    first = (
        quoted.filter(pl.col("from_month") == pl.col("from_month").min().over(keys))
        .join(wide, on="mineral", how="anti")
        .with_columns(pl.col("from_month").alias("to_month"), from_month=never, is_later=pl.lit(value=True))
    )
    return pl.concat([one.select(columns) for one in (wide, quoted, first)])


def closest_mineral(
    rows: pl.LazyFrame,
    bands: pl.LazyFrame,
    own: pl.LazyFrame,
    *,
    log_figure: str,
    prefer: str | None,
    name: str,
    traded: Sequence[tuple[str, float]] = TRADED_T_PER_YEAR,
) -> pl.LazyFrame:
    """Find the controlled mineral whose band holds a figure, the declared code's own minerals left out.

    Of several the one that is traded most is named, for a band does not tell its parts apart, and how many there are.

    Parameters
    ----------
    rows
        Rows worth asking about: `declaration_id`, `hs6`, `month`, `log_figure` and, if given, the column `prefer`.
    bands
        `mineral`, `low`, `centre`, `high` of the log, in force for `from_month` <= month < `to_month` (null: open);
        `is_later`, `is_wide`. A narrow band goes before a wide one.
    own
        From `own_minerals`.
    log_figure
        Column of the natural log of the figure.
    prefer
        Column naming a mineral that other figures point to already: taken if its band holds this figure too, and no
        narrower one of another does.
    name
        Column to write.
    traded
        Tonnes a year of each mineral; one that is not in it goes behind.

    Returns
    -------
    pl.LazyFrame
        One row for each of `rows` that a mineral fits: `declaration_id`, the mineral in `name`, and the band's marks
        `<name>_is_later`, `<name>_is_wide`, and `<name>_n`, how many minerals have a band that holds the figure.
    """
    keys = ["hs6", "month", "step", *([prefer] if prefer else [])]
    stepped = rows.with_columns((pl.col(log_figure) * (1.0 / _STEP)).floor().cast(pl.Int32).alias("step"))
    figure = (pl.col("step") + 0.5) * _STEP
    not_preferred = (pl.col("mineral") != pl.col(prefer)).fill_null(value=True) if prefer else pl.lit(value=False)
    rarity = pl.col("mineral").replace_strict({one: -tonnes for one, tonnes in traded}, default=0.0)
    off_centre = (figure - pl.col("centre")).abs() / (pl.col("high") - pl.col("low"))
    inside = (figure >= pl.col("low") - _STEP / 2) & (figure <= pl.col("high") + _STEP / 2)
    in_force = (pl.col("from_month") <= pl.col("month")).fill_null(value=True) & (
        pl.col("month") < pl.col("to_month")
    ).fill_null(value=True)
    fitting = (
        stepped.select(keys)
        .unique()
        .join(bands, how="cross")
        .filter(inside & in_force)
        .join(own, on=["hs6", "mineral"], how="anti")
        .with_columns(not_preferred=not_preferred, off_centre=off_centre, rarity=rarity)
        .sort(*keys, "is_wide", "not_preferred", "rarity", "off_centre", "mineral", "is_later")
        .group_by(keys, maintain_order=True)
        .agg(
            pl.col("mineral").n_unique().cast(pl.Int64).alias(f"{name}_n"),
            pl.col("mineral").first().alias(name),
            pl.col("is_later", "is_wide").first().name.prefix(f"{name}_"),
        )
    )
    return stepped.join(fitting, on=keys, how="inner", nulls_equal=True).select(
        "declaration_id", name, f"{name}_is_later", f"{name}_is_wide", f"{name}_n"
    )

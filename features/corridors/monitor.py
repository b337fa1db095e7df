"""The standing view of a good: what its origin sent out each month, to whom, at what price, beside its year before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from features.corridors.amounts import month_number
from features.corridors.state import first_of_month

COLLAPSE_SHARE = (
    0.2  # of the usual month: graphite fell to a fifteenth in the month after its control (indicators.md 11)
)
RECOVERY_SHARE = 0.8  # of the usual month counts as recovered: within the ordinary spread of honest lanes
YEAR = 12
FRONT_MONTHS = 3  # indicators.md 11: an anticipation window of three months
FOLLOW_MONTHS = 24  # a measure is followed for two years, as corridors are


def monitored_exports(
    pairs: pl.LazyFrame, goods: pl.LazyFrame, origins: Sequence[str], *, cif_ratio: float
) -> pl.DataFrame:
    """Sum what the origins sent out: one row per mineral, kind of good, destination and month.

    `pairs`: one row per lane and period, as known on the day asked about; `goods`: `mineral`, `kind` (controlled,
    downstream, substitute), `good`, `hs6`. The origin's own figure is read, else the importer's at FOB. Columns:
    `mineral kind good destination_iso3 month` (month number), `usd`, `kg` (null where no mass stands), `priced_usd`
    and `priced_kg` (measured masses and their value).
    """
    has_x = pl.col("x_usd").is_not_null()
    free = pl.col("m_valuation").is_in(["FOB", "customs"]).fill_null(value=False)
    fob = pl.when(free).then("m_usd").otherwise(pl.col("m_usd") / cif_ratio)
    usd = pl.when(has_x).then("x_usd").otherwise(fob)
    measured = pl.when(has_x).then("x_measured_kg").otherwise("m_measured_kg")
    kg = pl.when(has_x).then("x_kg").otherwise("m_kg")
    rows = (
        pairs.filter(pl.col("freq") == "M", pl.col("exporter_iso3").is_in(list(origins)))
        .join(goods.select("mineral", "kind", "good", "hs6").unique(), on="hs6", how="left")
        .filter(pl.col("mineral").is_not_null())
        .with_columns(usd.alias("usd"), kg.alias("kg"), measured.alias("priced_kg"))
        .filter(pl.col("usd").is_not_null())
    )
    key = [*(pl.col(name) for name in ("mineral", "kind", "good")), pl.col("importer_iso3").alias("destination_iso3")]
    weighed = pl.col("kg").is_not_null()
    return (
        rows.group_by(*key, month_number(pl.col("period")).alias("month"))
        .agg(
            pl.col("usd").sum(),
            pl.when(weighed.any()).then(pl.col("kg").sum()).alias("kg"),
            pl.col("usd").filter(pl.col("priced_kg") > 0).sum().alias("priced_usd"),
            pl.col("priced_kg").sum(),
        )
        .sort("mineral", "kind", "good", "destination_iso3", "month")
        .collect()
    )


def monitor_months(exports: pl.DataFrame) -> pl.DataFrame:
    """Tell each good's months, in all and by destination: the standing figures analysts watch.

    `exports` from `monitored_exports`. A month between a good's first and last without a row is a zero. Columns:
    `mineral kind good destination_iso3` (null: all together), `period`, `usd kg`, `unit_value_usd_per_kg`,
    `unit_value_against_year` (over the median of the twelve months before), `year_on_year` (over the same month a year
    before, by mass where there is one), `share_of_usual` (over the median month of the year before), `is_zero`
    (nothing where a year before something was usual), `is_collapse` (at most a fifth of the usual month),
    `n_destinations` and `concentration_hhi` (sum of squared shares by value, in [0, 1]; all together only). Unknown is
    null: no year before, no mass. Source: project, after indicators.md 11, 13.
    """
    if exports.is_empty():
        return pl.DataFrame(schema=_MONTHS_SCHEMA)
    return _beside_the_year_before(_month_by_month(_whole_and_lanes(exports), exports)).select(*_MONTHS_SCHEMA)


_GOOD = ["mineral", "kind", "good"]
_SERIES = [*_GOOD, "destination_iso3"]


def _whole_and_lanes(exports: pl.DataFrame) -> pl.DataFrame:
    """Sum each good's months over all destinations (`destination_iso3` null) and for each."""
    sums = [pl.col("usd").sum(), pl.col("priced_usd").sum(), pl.col("priced_kg").sum()]
    mass = pl.when(pl.col("kg").null_count() < pl.len()).then(pl.col("kg").sum()).alias("kg")
    share = pl.col("usd") / pl.col("usd").sum()
    whole = exports.group_by(*_GOOD, "month").agg(
        *sums,
        mass,
        (pl.col("usd") > 0).sum().cast(pl.Int64).alias("n_destinations"),
        pl.when(pl.col("usd").sum() > 0).then((share * share).sum()).alias("concentration_hhi"),
    )
    lanes = exports.group_by(*_SERIES, "month").agg(*sums, mass)
    return pl.concat(
        [whole.with_columns(pl.lit(None, dtype=pl.String).alias("destination_iso3")), lanes], how="diagonal"
    )


def _month_by_month(told: pl.DataFrame, exports: pl.DataFrame) -> pl.DataFrame:
    """Give every series all months between the good's first and last, and its unit value and `amount`."""
    spans = exports.group_by(_GOOD).agg(pl.col("month").min().alias("first"), pl.col("month").max().alias("last"))
    grid = (
        told.select(_SERIES)
        .unique()
        .join(spans, on=_GOOD, how="left")
        .with_columns(pl.int_ranges(pl.col("first"), pl.col("last") + 1, dtype=pl.Int32).alias("month"))
        .explode("month", empty_as_null=False)
        .drop("first", "last")
    )
    rows = grid.join(told, on=[*_SERIES, "month"], how="left", nulls_equal=True).sort(*_SERIES, "month")
    has_mass = pl.col("kg").is_not_null().any().over(_SERIES)
    return rows.with_columns(
        pl.col("usd", "priced_usd", "priced_kg").fill_null(0.0),
        pl.when(pl.col("usd").is_null() & has_mass).then(0.0).otherwise("kg").alias("kg"),
        pl.when(pl.col("destination_iso3").is_null())
        .then(pl.col("n_destinations").fill_null(0))
        .alias("n_destinations"),
    ).with_columns(
        pl.when(pl.col("priced_kg") > 0)
        .then(pl.col("priced_usd") / pl.col("priced_kg"))
        .alias("unit_value_usd_per_kg"),
        pl.coalesce("kg", pl.when(~has_mass).then("usd")).alias("amount"),
    )


def _beside_the_year_before(months: pl.DataFrame) -> pl.DataFrame:
    usual, year_ago = _median_of_year("amount"), pl.col("amount").shift(YEAR).over(_SERIES)
    return (
        months.with_columns(usual.alias("usual"), _median_of_year("unit_value_usd_per_kg").alias("usual_value"))
        .with_columns(
            first_of_month(pl.col("month")).alias("period"),
            pl.when(year_ago > 0).then(pl.col("amount") / year_ago).alias("year_on_year"),
            pl.when(pl.col("usual") > 0).then(pl.col("amount") / pl.col("usual")).alias("share_of_usual"),
            (pl.col("unit_value_usd_per_kg") / pl.col("usual_value")).alias("unit_value_against_year"),
        )
        .with_columns(
            pl.when(pl.col("usual") > 0).then(pl.col("amount") == 0).alias("is_zero"),
            (pl.col("share_of_usual") <= COLLAPSE_SHARE).alias("is_collapse"),
        )
    )


def _median_of_year(name: str) -> pl.Expr:
    """Median of the twelve months before; null where fewer than half are known."""
    past = [pl.col(name).shift(lag).over(_SERIES) for lag in range(1, YEAR + 1)]
    known = pl.sum_horizontal(one.is_not_null() for one in past) >= YEAR // 2
    return pl.when(known).then(pl.concat_list(past).list.median())


_MONTHS_SCHEMA: dict[str, pl.DataType] = {
    **dict.fromkeys(("mineral", "kind", "good", "destination_iso3"), pl.String()),
    "period": pl.Date(),
    **dict.fromkeys(("usd", "kg", "unit_value_usd_per_kg", "unit_value_against_year"), pl.Float64()),
    **dict.fromkeys(("year_on_year", "share_of_usual"), pl.Float64()),
    **dict.fromkeys(("is_zero", "is_collapse"), pl.Boolean()),
    "n_destinations": pl.Int64(),
    "concentration_hhi": pl.Float64(),
}


def against_home(months: pl.DataFrame, prices: pl.DataFrame, *, valid_months: int) -> pl.DataFrame:
    """Sold abroad for more, or less, than the good costs at home: unit value beside the home market's price.

    `months` from `monitor_months`; `prices`: `mineral`, `good` (as in `months`), `priced_on`, `low_usd_per_kg
    high_usd_per_kg`. A price speaks from the month of its day on for `valid_months`, the latest first, and never for a
    month before. Adds `home_low_usd_per_kg home_high_usd_per_kg` and `unit_value_against_home` (unit value over the
    middle of the two; above 1: dearer abroad). Null where no price speaks or no mass was measured. A code of several
    goods has the unit value of the mix.
    """
    since = pl.col("priced_on").dt.truncate("1mo").alias("since")
    low, high = pl.col("low_usd_per_kg"), pl.col("high_usd_per_kg")
    told = prices.select(
        "mineral", "good", since, low.alias("home_low_usd_per_kg"), high.alias("home_high_usd_per_kg")
    ).sort("since", "home_low_usd_per_kg")
    rows = months.with_row_index("month_row").sort("period", "month_row")
    joined = rows.join_asof(
        told, left_on="period", right_on="since", by=["mineral", "good"], check_sortedness=False
    ).sort("month_row")
    speaks = pl.col("since").dt.offset_by(f"{valid_months}mo") > pl.col("period")
    middle = (pl.col("home_low_usd_per_kg") + pl.col("home_high_usd_per_kg")) / 2.0
    return (
        joined.with_columns(
            pl.when(speaks).then(name).alias(name) for name in ("home_low_usd_per_kg", "home_high_usd_per_kg")
        )
        .with_columns((pl.col("unit_value_usd_per_kg") / middle).alias("unit_value_against_home"))
        .drop("since", "month_row")
    )


def after_measures(months: pl.DataFrame, events: Mapping[str, Sequence[int]]) -> pl.DataFrame:
    """Tell what followed each measure: sent ahead of it, stopped by it, come back since, passed into other goods.

    `months` from `monitor_months`; `events`: per mineral the month numbers of its measures. One row per mineral, kind,
    good and measure, over all destinations: `usual` (median month of the year before the front-loading window, kg or
    USD: `unit`), `front_loading` (largest of the three months before, over the usual), `lowest_share` (lowest of the
    three months from the measure on), `n_zero_months` and `n_collapse_months` in the two years since, `recovered_on`
    (first month after the lowest with at least 80 %; null: not by now, or it had not fallen so far), `share_since`
    (median month since, over the usual), `unit_value_since` (over the usual one). Null where the year before holds
    fewer than six months.
    """
    key = ["mineral", "kind", "good"]
    asked = pl.DataFrame(
        [(name, event) for name, own in events.items() for event in sorted(set(own))],
        schema={"mineral": pl.String, "event": pl.Int32},
        orient="row",
    )
    whole = months.filter(pl.col("destination_iso3").is_null()).with_columns(
        month_number(pl.col("period")).alias("month")
    )
    has_mass = pl.col("kg").is_not_null().any().over(key)
    rows = (
        whole.with_columns(pl.when(has_mass).then("kg").otherwise("usd").alias("amount"), has_mass.alias("has_mass"))
        .join(asked, on="mineral", how="left")
        .filter(pl.col("event").is_not_null())
    )
    month, event, amount = pl.col("month"), pl.col("event"), pl.col("amount")
    before = month.is_between(event - FRONT_MONTHS - YEAR, event - FRONT_MONTHS - 1)
    front, start = month.is_between(event - FRONT_MONTHS, event - 1), month.is_between(event, event + FRONT_MONTHS - 1)
    since = month.is_between(event, event + FOLLOW_MONTHS - 1)
    keys = [*key, "event"]
    usual = pl.when(before.sum() >= YEAR // 2).then(amount.filter(before).median())
    bases = rows.group_by(keys).agg(
        usual.alias("usual"), pl.col("unit_value_usd_per_kg").filter(before).median().alias("usual_value")
    )
    measured = rows.join(bases, on=keys, how="left").with_columns(
        pl.when(pl.col("usual") > 0).then(amount / pl.col("usual")).alias("share")
    )
    lowest = measured.filter(start).sort(*keys, "share", "month", nulls_last=True).group_by(keys, maintain_order=True)
    measured = measured.join(lowest.agg(month.first().alias("lowest_on")), on=keys, how="left")
    fell = pl.col("share").filter(start).min() < RECOVERY_SHARE
    back = since & (month > pl.col("lowest_on")) & (pl.col("share") >= RECOVERY_SHARE)
    return (
        measured.group_by(keys)
        .agg(
            pl.when(pl.col("has_mass").first()).then(pl.lit("kg")).otherwise(pl.lit("USD")).alias("unit"),
            pl.col("usual").first(),
            pl.col("share").filter(front).max().alias("front_loading"),
            pl.col("share").filter(start).min().alias("lowest_share"),
            (since & (pl.col("share") == 0)).sum().cast(pl.Int64).alias("n_zero_months"),
            (since & (pl.col("share") <= COLLAPSE_SHARE)).sum().cast(pl.Int64).alias("n_collapse_months"),
            pl.when(fell).then(first_of_month(month.filter(back).min())).alias("recovered_on"),
            pl.col("share").filter(since).median().alias("share_since"),
            (pl.col("unit_value_usd_per_kg").filter(since).median() / pl.col("usual_value").first()).alias(
                "unit_value_since"
            ),
            since.sum().alias("n_since"),
        )
        .filter(pl.col("n_since") > 0)
        .with_columns(first_of_month(pl.col("event")).alias("event_on"))
        .drop("event", "n_since")
        .sort("mineral", "event_on", "kind", "good")
    )

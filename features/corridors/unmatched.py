"""Flows that the other side's figures do not answer: sent out without having come in, arrived without having left."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from features.corridors.amounts import month_number
from features.corridors.lanes import ORDINARY_SPREAD

WINDOW_MONTHS = 6  # as long as a corridor's window after a measure
SOURCE_MONTHS = 3  # before the window, from which goods may still be passed on (as in the bounds)
TRANSIT_MONTHS = 2  # a lane is unanswered when the other side shows nothing for this month and two beside it
BASE_WINDOWS = 4  # two years before, as corridors have
LEAST_BASE_WINDOWS = 2
KINDS = {
    "outflow": "sent out more than came in, beyond what it usually sends of its own",
    "orphan": "arrived without having been declared on leaving",
    "lost": "declared on leaving and never seen to arrive",
}
_UNIT = ("kind", "good", "exporter_iso3", "importer_iso3")


def unsourced_outflows(amounts: pl.LazyFrame, reported: pl.LazyFrame, *, last: int) -> pl.LazyFrame:
    """What a country sent out beyond all that is known to have come in, window by window back from month `last`.

    `amounts` from `lane_amounts` at one look; `reported`: `reporter_iso3`, `month` in which a country published any
    imports at all. Inflow is counted from three months before the window. One row per good, country and window (6
    months, numbered backward from 0): `kind` outflow, `exporter_iso3` the country, `importer_iso3` null, `moved` (sent
    out), `unmatched` = max(0, sent out − came in), both kg or USD as `is_mass` says, `usd_per_amount`, `n_known`
    (months in which its imports were published: a silent country's inflow is unknown). Source: indicators.md 5, 14.
    """
    rows = amounts.select(
        pl.col("mineral").cast(pl.String).alias("good"), pl.col("exporter_iso3", "importer_iso3").cast(pl.String),
        "month", "amount", "usd", "is_mass",
    ).filter(pl.col("month") <= last)  # fmt: skip
    window = ((last - pl.col("month")) // WINDOW_MONTHS).alias("window")
    sent = rows.group_by("good", pl.col("exporter_iso3"), window).agg(
        pl.col("amount", "usd").sum().round(3), pl.col("is_mass").first()
    )
    late = rows.with_columns(
        pl.int_ranges(0, 2, dtype=pl.Int32).alias("later"), ((last - pl.col("month")) // WINDOW_MONTHS).alias("window")
    ).explode("later", empty_as_null=False)
    # What came in three months before a window's first month or later may be passed on in it.
    reach = (last - pl.col("month")) - pl.col("window") * WINDOW_MONTHS < SOURCE_MONTHS
    came = (
        late.filter((pl.col("later") == 0) | (reach & (pl.col("window") > 0)))
        .group_by("good", pl.col("importer_iso3").alias("exporter_iso3"), pl.col("window") - pl.col("later"))
        .agg(pl.col("amount").sum().round(3).alias("came_in"))
    )
    known = (
        reported.filter(pl.col("month") <= last)
        .group_by(pl.col("reporter_iso3").alias("exporter_iso3"), window)
        .agg(pl.col("month").n_unique().cast(pl.Int64).alias("n_known"))
    )
    return (
        sent.join(came, on=["good", "exporter_iso3", "window"], how="left")
        .join(known, on=["exporter_iso3", "window"], how="left")
        .select(
            pl.lit("outflow").alias("kind"),
            "good",
            "exporter_iso3",
            pl.lit(None, dtype=pl.String).alias("importer_iso3"),
            "window",
            pl.col("amount").alias("moved"),
            (pl.col("amount") - pl.col("came_in").fill_null(0.0)).clip(lower_bound=0.0).alias("unmatched"),
            "is_mass",
            pl.when(pl.col("amount") > 0).then(pl.col("usd") / pl.col("amount")).alias("usd_per_amount"),
            pl.col("n_known").fill_null(0),
        )
    )


def unanswered_lanes(pairs: pl.LazyFrame, goods: pl.LazyFrame, *, last: int) -> pl.LazyFrame:
    """What one side of a lane shows and the other never does, though it reported the good that month.

    `pairs`: monthly, one row per lane, code and period as known on a day; `goods`: `good`, `hs6`. An import is an
    orphan when no export of the good was declared on the lane in that month or the two before; an export is lost when
    no import was seen in that month or the two after (so the last two months are not judged). Columns as
    `unsourced_outflows`, in USD, `kind` orphan or lost; `n_known` counts the months of the window in which the other
    side reported the good. Source: indicators.md 5 [GFI].
    """
    lane = ["good", "exporter_iso3", "importer_iso3"]
    rows = (
        pairs.filter(pl.col("freq") == "M")
        .join(goods, on="hs6", how="left")
        .filter(pl.col("good").is_not_null())
        .group_by(*lane, month_number(pl.col("period")).alias("month"))
        .agg(
            pl.col("x_usd", "m_usd").sum().round(2),
            pl.col("is_x_reported", "is_m_reported").any(),
        )
    )
    found = []
    steps = pl.int_ranges(0, TRANSIT_MONTHS + 1, dtype=pl.Int32).alias("step")
    for kind, mine, other, sign in (("orphan", "m", "x", 1), ("lost", "x", "m", -1)):
        answers = (
            rows.filter(pl.col(f"{other}_usd") > 0)
            .with_columns(steps)
            .explode("step", empty_as_null=False)
            .select(*lane, (pl.col("month") + sign * pl.col("step")).alias("month"), pl.lit(value=True).alias("is_met"))
            .unique()
        )
        end = last if kind == "orphan" else last - TRANSIT_MONTHS
        own = rows.filter(pl.col("month") <= end, pl.col(f"is_{other}_reported")).join(
            answers, on=[*lane, "month"], how="left"
        )
        value = pl.col(f"{mine}_usd")
        found.append(
            own.with_columns(((end - pl.col("month")) // WINDOW_MONTHS).alias("window"))
            .group_by(*lane, "window")
            .agg(
                value.sum().alias("moved"),
                value.filter(pl.col("is_met").is_null()).sum().alias("unmatched"),
                pl.col("month").n_unique().cast(pl.Int64).alias("n_known"),
            )
            .filter(pl.col("moved") > 0)
            .select(
                pl.lit(kind).alias("kind"), *lane, "window", "moved", "unmatched", pl.lit(value=False).alias("is_mass"),
                pl.lit(1.0).alias("usd_per_amount"), "n_known",
            )
        )  # fmt: skip
    return pl.concat(found)


def beyond_usual(
    windows: pl.LazyFrame, *, last: int, first: int, material_usd: float, kinds: Sequence[str] = tuple(KINDS)
) -> pl.LazyFrame:
    """More went unanswered than the same country or lane usually leaves unanswered, in ordinary noises.

    `windows` from `unsourced_outflows` and `unanswered_lanes`; `first`, `last`: month numbers of the figures. The usual
    is the mean of up to four windows before, of those that figures reach; a window without a row is then nothing. Keeps
    windows that moved a material value, with two windows before them at least; an outflow's imports must have been
    published in all of the window's months. Adds `usual`, `excess` = unmatched − usual, `gap_z` = excess over its
    ordinary noise (own windows, 0.52 of what usually moves, the material floor), `period` (first day of the window's
    last month).
    """
    shift = pl.when(pl.col("kind") == "lost").then(TRANSIT_MONTHS).otherwise(0)
    reach = (last - shift - first + 1) // WINDOW_MONTHS  # whole windows in the figures
    rows = windows.filter(pl.col("kind").is_in(list(kinds)))
    past = pl.int_ranges(1, BASE_WINDOWS + 1, dtype=pl.Int32).alias("later")
    values = rows.select(*_UNIT, (pl.col("window")), "moved", "unmatched")
    base = (
        values.with_columns(past)
        .explode("later", empty_as_null=False)
        .group_by(*_UNIT, (pl.col("window") - pl.col("later")).alias("window"))
        .agg(
            pl.col("moved").sum().alias("base_moved"),
            pl.col("unmatched").sum().alias("base_unmatched"),
            (pl.col("unmatched") ** 2).sum().alias("base_squares"),
        )
    )
    n = pl.col("n_base")
    usual = pl.col("base_unmatched").fill_null(0.0) / n
    own = (pl.col("base_squares").fill_null(0.0) / n - usual * usual).clip(lower_bound=0.0)
    ordinary = (ORDINARY_SPREAD * pl.col("base_moved").fill_null(0.0) / n).pow(2)
    noise = (own + ordinary + pl.col("floor").pow(2)).sqrt()
    end = last - shift - pl.col("window") * WINDOW_MONTHS
    known = (pl.col("kind") != "outflow") | (pl.col("n_known") >= WINDOW_MONTHS)
    return (
        rows.join(base, on=[*_UNIT, "window"], how="left", nulls_equal=True)
        .with_columns(
            pl.min_horizontal(pl.lit(BASE_WINDOWS), reach - 1 - pl.col("window")).alias("n_base"),
            (material_usd / pl.col("usd_per_amount")).alias("floor"),
        )
        .filter(n >= LEAST_BASE_WINDOWS, pl.col("moved") >= pl.col("floor"), known)
        .with_columns(usual.alias("usual"), noise.alias("noise"))
        .with_columns((pl.col("unmatched") - pl.col("usual")).alias("excess"))
        .with_columns(
            (pl.col("excess") / pl.col("noise")).round(9).alias("gap_z"),
            pl.date(end // 12, end % 12 + 1, 1).alias("period"),
        )
        .drop("base_moved", "base_unmatched", "base_squares", "n_base", "floor", "noise", "usd_per_amount")
    )

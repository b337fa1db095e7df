"""What the months after a window say of it. For tables as of the last look: a state at an earlier day knows no more."""

from __future__ import annotations

import polars as pl

from features.corridors.rivals import strongest_rival

LATER_LOOKS = 6  # months of looking whose windows of half a year share a month
MONTHS_BEFORE = 3  # goods stay up to two months (`comovement`), and a month is counted whole
_WINDOW = ("good", "is_mass", "origin_iso3", "hub_iso3", "destination_iso3", "post_from", "post_to")


def borne_out_later(tests: pl.DataFrame, amounts: pl.DataFrame | None = None) -> pl.DataFrame:
    """Let what came later speak for own production too: the looks of the next half year, and what left without coming.

    A refinery's first months look like goods passed on; that the hub makes them shows in the months after. `tests`:
    judged corridors with their rivals; `amounts` as in `sent_on_without` (None: later looks alone are asked).
    """
    back = (-pl.col("look")).alias("back")
    corridor = ["mineral", "good", "origin_iso3", "hub_iso3", "destination_iso3"]
    later = pl.col("rival_production").rolling_max_by("back", window_size=f"{LATER_LOOKS}i").over(corridor)
    told = tests.with_columns(back).with_columns(later).drop("back")
    if amounts is not None:
        told = sent_on_without(told, amounts).with_columns(pl.max_horizontal("rival_production", "sent_without"))
    return told.with_columns(strongest_rival())


def sent_on_without(tests: pl.DataFrame, amounts: pl.DataFrame) -> pl.DataFrame:
    """Went on leaving the hub after the months compared, though no more had come from the origin.

    `tests`: judged corridors with `good`; `amounts`: `lane_amounts` at the last look alone, whose `mineral` names the
    good. Adds `sent_without`, in [0, 1]: what left for the destination after the window beyond what would be expected,
    less all that came from the origin since, and less what it and the three months before it left at the hub, over the
    window's excess out of the hub. 0 where nothing of the kind shows, or the outflow is unknown; never null. What is
    merely passed on ends when no more comes; a mine or a smelter goes on. Source: mass balance, indicators.md 14.
    """
    lane = ["good", "is_mass", "exporter_iso3", "importer_iso3"]
    months = amounts.select(
        pl.col("mineral").cast(pl.String).alias("good"),
        "is_mass",
        pl.col("exporter_iso3", "importer_iso3").cast(pl.String),
        "month",
        "amount",
    ).sort(*lane, "month")
    carried = months.with_columns(pl.col("amount").cum_sum().over(lane).alias("carried")).drop("amount").sort("month")
    rows = (
        tests.select(_WINDOW)
        .unique()
        .join(months.group_by("good").agg(pl.col("month").max().alias("last")), on="good", how="left")
        .with_columns(
            pl.col("last").fill_null(pl.col("post_to")), (pl.col("post_from") - MONTHS_BEFORE - 1).alias("before")
        )
    )
    for leg, start, end in (("came", "origin_iso3", "hub_iso3"), ("went", "hub_iso3", "destination_iso3")):
        own = carried.rename({"exporter_iso3": start, "importer_iso3": end, "carried": leg})
        for until in ("before", "post_to", "last"):
            found = rows.sort(until).join_asof(
                own, left_on=until, right_on="month", by=["good", "is_mass", start, end], check_sortedness=False
            )
            rows = found.with_columns(pl.col(leg).fill_null(0.0).alias(f"{leg}_{until}")).drop("month", leg)
    n_after = pl.col("last") - pl.col("post_to")
    scales = {"came": pl.col("in_scale"), "went": pl.col("out_scale")}
    since = {leg: scale * (pl.col(f"{leg}_last") - pl.col(f"{leg}_post_to")) for leg, scale in scales.items()}
    came = scales["came"] * (pl.col("came_post_to") - pl.col("came_before"))
    at_hub = (came - pl.col("out_excess")).clip(lower_bound=0.0)
    more = since["went"] - n_after * pl.col("out_expected") / pl.col("out_n_post")
    without = ((more - since["came"] - at_hub) / pl.col("out_excess")).clip(0.0, 1.0)
    return (
        tests.join(rows, on=list(_WINDOW), how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("out_excess") > 0).then(without).fill_nan(0.0).fill_null(0.0).round(9).alias("sent_without")
        )
        .drop("last", "before", *(f"{leg}_{until}" for leg in since for until in ("before", "post_to", "last")))
    )

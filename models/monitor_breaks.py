"""Breaks in what a good's origin sends out: in all and destination by destination, dated from the figures alone."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from models.breaks import find_breaks
from models.discovery import q_values

DRAWS = 499  # and ten times as many for what hardly any equals: smallest p 0.0002, so that the best of a hundred
# series can still stand after correction
SMALL_SHARE = 0.001  # of a good's usual month: what is added before the log, so that a zero is far but not endless
LEAST_SHARE = 0.01  # a destination is looked at when it took a hundredth of the good's trade in some year
SCHEMA: dict[str, pl.DataType] = {
    **dict.fromkeys(("mineral", "kind", "good", "destination_iso3", "measure"), pl.String()),
    **dict.fromkeys(("break_on", "earliest_on", "latest_on"), pl.Date()),
    **dict.fromkeys(("change_ln", "p_value", "q_value"), pl.Float64()),
}


def breaks_of(months: pl.DataFrame, *, level: float = 0.05, seed: int = 0) -> pl.DataFrame:
    """Find the months in which exports of a controlled good broke from their own course, without being told when.

    `months` from `monitor_months`; only controlled goods are searched. Value, mass and unit value in all, and value by
    destination that ever took 1 % of a year. One row per break with q at or below `level`, Benjamini and Yekutieli
    over everything searched: `mineral kind good destination_iso3` (null: all), `measure` (value, mass, unit_value),
    `break_on` with `earliest_on latest_on` (months the figures cannot tell from it), `change_ln`, `p_value q_value`.
    """
    found: list[tuple[object, ...]] = []
    n_quiet = 0
    controlled = months.filter(pl.col("kind") == "controlled")
    once = controlled.filter(
        pl.col("mineral") == pl.col("mineral").min().over("good")
    )  # a shared code is searched once
    for key, own in once.partition_by("kind", "good", as_dict=True, maintain_order=True).items():
        whole = own.filter(pl.col("destination_iso3").is_null()).sort("period")
        usual = whole["usd"].median()
        small = SMALL_SHARE * (float(usual) if isinstance(usual, float) else 0.0)
        if whole.height == 0 or small <= 0.0:
            continue
        lanes = own.filter(pl.col("destination_iso3").is_not_null())
        total = whole.group_by(pl.col("period").dt.year().alias("year")).agg(pl.col("usd").sum().alias("all"))
        years = lanes.group_by("destination_iso3", pl.col("period").dt.year().alias("year")).agg(pl.col("usd").sum())
        big = years.join(total, on="year", how="left").filter(pl.col("usd") >= LEAST_SHARE * pl.col("all"))
        kept = lanes.filter(pl.col("destination_iso3").is_in(big["destination_iso3"].unique().implode()))
        tasks: list[tuple[str | None, str, pl.DataFrame, np.ndarray]] = []
        for measure, column, added in (("value", "usd", small), ("mass", "kg", None), ("unit_value", None, None)):
            values = whole[column or "unit_value_usd_per_kg"].to_numpy().astype(np.float64)
            floor = SMALL_SHARE * float(np.nanmedian(values)) if np.isfinite(values).any() else np.nan
            tasks.append((None, measure, whole, _log(values, floor if added is None else added)))
        by_place = kept.sort("destination_iso3", "period").partition_by(
            "destination_iso3", as_dict=True, maintain_order=True
        )
        for (place,), lane in by_place.items():
            tasks.append((str(place), "value", lane, _log(lane["usd"].to_numpy(), small)))
        for place, measure, lane, logs in tasks:
            days: list[date] = lane["period"].to_list()
            breaks = find_breaks(logs, level=1.0, n_draws=DRAWS, seed=seed, most=1)
            n_quiet += not breaks
            found += [
                (*key, place, measure, days[one.at], days[one.earliest], days[one.latest], one.change_ln, one.p_value)
                for one in breaks
            ]
    names = [name for name in SCHEMA if name not in ("q_value", "mineral")]
    table = pl.DataFrame(found, schema={name: SCHEMA[name] for name in names}, orient="row")
    if table.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    p = np.concatenate([table["p_value"].to_numpy(), np.ones(n_quiet)])  # what shows no move was searched as well
    judged = table.with_columns(pl.Series("q_value", q_values(p)[: table.height], dtype=pl.Float64))
    meant = controlled.select("mineral", "good").unique()
    return (
        judged.filter(pl.col("q_value") <= level)
        .join(meant, on="good", how="left")
        .select(list(SCHEMA))
        .sort("mineral", "good", "q_value", "destination_iso3")
    )


def _log(values: np.ndarray, added: float) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(values + added)
    return np.where(np.isfinite(logs), logs, np.nan)

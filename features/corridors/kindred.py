"""Codes of one kind of good in other chapters: what left them for the hub as the code looked at gained it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import polars as pl

from features.corridors.lanes import TRIAL
from features.corridors.watch import Watch

LEAST_FALLEN_SHARE = 0.5  # of what the lane carried under the kindred code: less is within its ordinary noise
FEWEST_LANES = 4  # of the origin that lost it: of fewer, all alike is chance
_LEG = (*TRIAL, "origin_iso3", "hub_iso3")
_MONTHS = ("base_from", "base_to", "post_from", "post_to")
_WINDOW = ("look", "origin_iso3", "hub_iso3", "kin_hs6", *_MONTHS)
_SCHEMA = {"hs6": pl.String, "kin_hs6": pl.String}


def kindred_codes(watches: Iterable[Watch], substitutes: Mapping[str, Collection[str]]) -> pl.DataFrame:
    """Pair each watched code with the other codes under which the same mineral, or what stands in for it, may be sent.

    `substitutes`: codes of the goods that can stand in for a mineral, by its name. Columns `hs6`, `kin_hs6`; placebo
    watches have none. Source: indicators.md 15, whose example moved from one heading of graphite to another chapter's.

    >>> from datetime import date
    >>> flakes = Watch("graphite", ("250410", "380190"), ("CHN",), (), (date(2023, 12, 1),))
    >>> kindred_codes([flakes], {"graphite": ["380110"]}).rows()[:2]
    [('250410', '380110'), ('250410', '380190')]
    """
    pairs = {
        (code, kin)
        for one in watches
        if not one.is_placebo
        for code in one.hs_codes
        for kin in {*one.hs_codes, *substitutes.get(one.name, ())}
        if kin != code
    }
    return pl.DataFrame(sorted(pairs), schema=_SCHEMA, orient="row")


def kindred_falls(lanes: pl.LazyFrame, trials: pl.LazyFrame, amounts: pl.LazyFrame, kin: pl.LazyFrame) -> pl.LazyFrame:
    """Measure what stopped moving from each origin under each kindred code, lane by lane, over the same months.

    `lanes` from `excess_over_expected`, `trials` from `lay_trials`, `amounts`: `lane_amounts` of the kindred codes,
    each a good named by its code; `kin` from `kindred_codes`. Of goods of one code: one row per trial, `origin_iso3`,
    `hub_iso3` (wherever the lane leads) and kindred code of which the lane lost at least half, `LEAST_FALLEN_SHARE`:
    `neighbour_fall` (over the months after, in kg or USD as `neighbour_is_mass` says) and `neighbour_uv` (USD/kg
    before; null where nobody weighed it), as `neighbour_falls` has them; and `alike_share`, in [0, 1]: of the origin's
    other lanes that lost it, those that gained the good beyond their noise; 0 with fewer than `FEWEST_LANES` in all. A
    change of nomenclature knows no destination. Months count as the lane's own: the same countries reported them.
    Source: indicators.md 15.
    """
    code = pl.col("mineral").cast(pl.String).str.split("#").list.first().alias("hs6")
    gained = (pl.col("excess") > pl.col("noise")).fill_null(value=False).alias("has_gained")
    legs = (
        lanes.filter("is_from_origin", pl.col("n_pre") > 0)
        .rename({"exporter_iso3": "origin_iso3", "importer_iso3": "hub_iso3"})
        .select(*_LEG, "n_pre", "n_post", gained, code)
        .join(kin, on="hs6")
        .join(trials.select(*TRIAL, *_MONTHS), on=list(TRIAL))
    )
    sums = _carried(legs.select(_WINDOW).unique(), amounts)
    usual = pl.col("pre") / pl.col("n_pre") * pl.col("n_post")
    falls = (
        legs.join(sums, on=_WINDOW)
        .with_columns((usual - pl.col("post")).alias("neighbour_fall"))
        .filter(pl.col("neighbour_fall") > 0, pl.col("neighbour_fall") >= LEAST_FALLEN_SHARE * usual)
    )
    code_of_origin = [*TRIAL, "origin_iso3", "kin_hs6"]
    n, gains = pl.len().over(code_of_origin), pl.col("has_gained").cast(pl.Float64)
    others = gains.sum().over(code_of_origin) - gains
    alike = pl.when(n >= FEWEST_LANES).then(others / (n - 1.0)).otherwise(0.0)
    return falls.select(*_LEG, "neighbour_fall", "neighbour_uv", "neighbour_is_mass", alike.alias("alike_share"))


def _carried(windows: pl.LazyFrame, amounts: pl.LazyFrame) -> pl.LazyFrame:
    """Sum what each lane carried under a code before and after (`pre post`), once for all goods that ask the same."""
    carried = amounts.select(
        pl.col("mineral").cast(pl.String).alias("kin_hs6"),
        pl.col("look").cast(pl.Int32),
        pl.col("exporter_iso3").cast(pl.String).alias("origin_iso3"),
        pl.col("importer_iso3").cast(pl.String).alias("hub_iso3"),
        "month", "amount", "priced_kg", "priced_usd", "is_mass",
    )  # fmt: skip
    before, after = (pl.col("month").is_between(f"{span}_from", f"{span}_to") for span in ("base", "post"))
    kg, usd = (pl.col(name).filter(before).sum().round(3) for name in ("priced_kg", "priced_usd"))
    return (
        windows.join(carried, on=["kin_hs6", "look", "origin_iso3", "hub_iso3"])
        .filter(before | after)
        .group_by(_WINDOW)
        .agg(
            pl.col("amount").filter(before).sum().round(3).alias("pre"),
            pl.col("amount").filter(after).sum().round(3).alias("post"),
            pl.when(kg > 0).then(usd / kg).alias("neighbour_uv"),
            pl.col("is_mass").first().alias("neighbour_is_mass"),
        )
    )

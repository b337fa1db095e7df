"""Other codes of one kind of good, near or far: what left them for the hub as the code looked at gained it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import polars as pl

from features.corridors.lanes import ORDINARY_SPREAD, TRIAL
from features.corridors.watch import Watch
from features.lookback import settle

LEAST_FALLEN_SHARE = 0.5  # of what the lane would have carried under the kindred code: less is its ordinary noise
FEWEST_LANES = 4  # of the origin that lost it: of fewer, all alike is chance
_LEG = (*TRIAL, "origin_iso3", "hub_iso3")
_MONTHS = ("base_from", "base_to", "post_from", "post_to")
_WINDOW = ("look", "origin_iso3", "kin_hs6", *_MONTHS)
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
    `hub_iso3` (wherever the lane leads) and kindred code of which the lane lost at least half, `LEAST_FALLEN_SHARE`, of
    what would be expected: `neighbour_fall` (over the months after, in kg or USD as `neighbour_is_mass` says) and
    `neighbour_uv` (USD/kg before; null where nobody weighed it), as `neighbour_falls` has them; `alike_share`, in
    [0, 1]: of the origin's other lanes that lost it, those that gained the good beyond their noise, 0 with fewer than
    `FEWEST_LANES` in all, since a change of nomenclature knows no destination; and `chance_share` (`chance_of_fall`).
    Expected is the lane's past, less what the origin's lanes that did not gain the good lost of the code over the same
    months (their median, of four at least): kindred codes are mostly controlled with the good, and what a measure ended
    everywhere did not move. Months count as the lane's own: the same countries reported them. Source: indicators.md 15,
    and 11 for the comparison with other lanes.
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
    code_of_origin = [*TRIAL, "origin_iso3", "kin_hs6"]
    asked = legs.select(*code_of_origin, *_MONTHS).unique()
    carried = asked.join(_carried(asked.select(_WINDOW).unique(), amounts), on=_WINDOW)
    n_pre, n_post = (pl.col(f"{span}_to") - pl.col(f"{span}_from") + 1 for span in ("base", "post"))
    own = legs.select(*code_of_origin, "hub_iso3", "n_pre", "n_post", "has_gained")
    told = carried.join(own, on=[*code_of_origin, "hub_iso3"], how="left").with_columns(
        pl.col("n_pre").fill_null(n_pre), pl.col("n_post").fill_null(n_post)
    )
    usual = pl.col("pre") / pl.col("n_pre") * pl.col("n_post")
    lanes_of_code = told.with_columns(usual.alias("usual")).filter(pl.col("usual") > 0)
    left = (pl.col("post") / pl.col("usual")).round(9)
    compared = chance_of_fall(lanes_of_code.with_columns(left.alias("left_share")), code_of_origin)
    expected = pl.col("usual") * pl.col("left_by_others").fill_null(1.0).clip(upper_bound=1.0)
    falls = (
        compared.filter(pl.col("has_gained").is_not_null())
        .with_columns((expected - pl.col("post")).alias("neighbour_fall"))
        .filter(pl.col("neighbour_fall") > 0, pl.col("neighbour_fall") >= LEAST_FALLEN_SHARE * expected)
    )
    n, gains = pl.len().over(code_of_origin), pl.col("has_gained").cast(pl.Float64)
    others = gains.sum().over(code_of_origin) - gains
    alike = pl.when(n >= FEWEST_LANES).then(others / (n - 1.0)).otherwise(0.0)
    return falls.select(
        *_LEG, "neighbour_fall", "neighbour_uv", "neighbour_is_mass", alike.alias("alike_share"), "chance_share"
    )


def neighbour_falls(neighbours: pl.LazyFrame, lanes: pl.LazyFrame) -> pl.LazyFrame:
    """Measure what left neighbouring codes of each lane over the same months: `neighbour_fall`, above 0.

    `neighbours` from `lane_windows` of the neighbouring codes, `lanes` from `excess_over_expected`. What the origin's
    lanes that did not gain the good lost of these codes as well did not move, and is taken off; how far such falls are
    chance is `chance_share` (`chance_of_fall`). Per lane also `neighbour_uv` (USD/kg before, null where unknown),
    `neighbour_is_mass`, and `alike_share`, 0.
    """
    lane, usual = [*TRIAL, "exporter_iso3", "importer_iso3"], pl.col("pre_mean") * pl.col("n_post")
    gained = lanes.filter(pl.col("excess") > pl.col("noise")).select(*lane, pl.lit(value=True).alias("has_gained"))
    left = (pl.col("post_sum") / pl.col("usual")).round(9).alias("left_share")
    told = neighbours.with_columns(usual.alias("usual")).filter(pl.col("usual") > 0).with_columns(left)
    compared = chance_of_fall(told.join(gained, on=lane, how="left"), [*TRIAL, "exporter_iso3"])
    expected = pl.col("usual") * pl.col("left_by_others").fill_null(1.0).clip(upper_bound=1.0)
    return compared.select(
        *TRIAL,
        pl.col("exporter_iso3").alias("origin_iso3"),
        pl.col("importer_iso3").alias("hub_iso3"),
        (expected - pl.col("post_sum")).alias("neighbour_fall"),
        pl.col("pre_uv").alias("neighbour_uv"),
        pl.col("is_mass").alias("neighbour_is_mass"),
        pl.lit(0.0).alias("alike_share"),
        "chance_share",
    ).filter(pl.col("neighbour_fall") > 0)


def chance_of_fall(lanes: pl.LazyFrame, group: list[str]) -> pl.LazyFrame:
    """Set each lane's fall beside those of the group's other lanes, from which nothing can have moved to the good.

    `lanes`: `left_share` (what a lane carried after over its usual, at least 0) and `has_gained` (whether it gained the
    good beyond its noise; null or false: it did not). Adds `chance_share`, in [0, 1]: of the others that did not gain,
    those that fell at least as far, where the lane itself counts as one more with the chance that honest figures fall
    so far, at most half of exp(−(ln left_share/0.52)²/2) (a normal law's tail, `ORDINARY_SPREAD`); and
    `left_by_others`, the median `left_share` of those that did not gain, null with fewer than `FEWEST_LANES`.
    """
    own, kept = pl.col("is_other"), pl.col("left_share").filter(pl.col("is_other") > 0)
    still = 1.0 - pl.col("has_gained").fill_null(value=False).cast(pl.Float64)
    ordered = settle(lanes.with_columns(still.alias("is_other")).sort(*group, "left_share"))
    counted = ordered.with_columns(own.cum_sum().over(group).alias("n_as_far"))
    as_far = pl.col("n_as_far").max().over([*group, "left_share"]) - own  # equal falls count alike
    n_others = own.sum().over(group) - own
    z = pl.col("left_share").log().clip(upper_bound=0.0) / ORDINARY_SPREAD
    honest = 0.5 * (-z * z / 2.0).exp()
    return counted.with_columns(
        ((as_far + honest) / (n_others + 1.0)).clip(0.0, 1.0).round(9).alias("chance_share"),
        pl.when(kept.len().over(group) >= FEWEST_LANES).then(kept.median().over(group)).alias("left_by_others"),
    ).drop("is_other", "n_as_far")


def _carried(windows: pl.LazyFrame, amounts: pl.LazyFrame) -> pl.LazyFrame:
    """Sum what each lane carried under a code before and after (`pre post`), once for all goods that ask the same.

    `windows`: origin, code and months; every lane of the origin with a figure in them has a row.
    """
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
        windows.join(carried, on=["kin_hs6", "look", "origin_iso3"])
        .filter(before | after)
        .group_by(*_WINDOW, "hub_iso3")
        .agg(
            pl.col("amount").filter(before).sum().round(3).alias("pre"),
            pl.col("amount").filter(after).sum().round(3).alias("post"),
            pl.when(kg > 0).then(usd / kg).alias("neighbour_uv"),
            pl.col("is_mass").first().alias("neighbour_is_mass"),
        )
    )

"""How much moved on each lane each month, by the better of the two sides' figures, as known at each time of looking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from features.countries import PLACE_CODES
from features.lookback import settle

MASS_KNOWN_SHARE = 0.5  # a good is counted in kg when masses stand beside at least half of its value
FEWEST_OWN_PRICES = 2
"""Months with a mass from which a lane's own USD/kg fills in others; own choice, after real exports of graphite from
China, where a month lies nearer to its lane's other months than to its code's, and no less so with two of them."""
LOOK_BACK_MONTHS = 63  # months before a look that fit a 64-bit mark of what was reported
MONTHS_AT_SEA = 2  # two to seven weeks: what left in this month, the importer tells of in the next two
SAME_LOT_SHARE = 0.5
"""A lot is told again where the importer tells, above what the exporter tells of that month, at least half of it: two
sides' figures of one trade lie nearer together in nine of ten cases (`ORDINARY_SPREAD`; indicators.md 4)."""


def month_number(day: pl.Expr) -> pl.Expr:
    """Months since year 0, to count with."""
    return day.dt.year().cast(pl.Int32) * 12 + day.dt.month().cast(pl.Int32) - 1


_PLACE = pl.Enum(PLACE_CODES)
_MONTHS = 120_000  # months of ten thousand years: more than a date can have
Looks = Sequence[int] | Mapping[str, Iterable[int]]
"""Months of looking as month numbers: the same for every good, or each good's own."""


def _numbered(codes: pl.LazyFrame, looks: Looks) -> tuple[pl.DataFrame, list[int]]:
    """Number the goods of `codes`, and list good and look as one number (good times 120,000 plus look)."""
    named = codes.select("mineral", "hs6").unique().sort("mineral", "hs6").collect()
    goods = named.select("mineral").unique().sort("mineral").with_row_index("good")
    numbers = dict(goods.select("mineral", pl.col("good").cast(pl.Int64)).iter_rows())
    if isinstance(looks, Mapping):
        cells = {numbers[name] * _MONTHS + look for name, own in looks.items() if name in numbers for look in own}
    else:
        cells = {number * _MONTHS + look for number in numbers.values() for look in looks}
    is_one = (pl.len().over("mineral") == 1).alias("is_one_code")
    named = named.with_row_index("code")
    return named.join(goods.with_columns(pl.col("good").cast(pl.Int64)), on="mineral", how="left").with_columns(
        is_one
    ), sorted(cells)


def _at_looks(rows: pl.LazyFrame, first: pl.Expr, last: pl.Expr, cells: list[int]) -> pl.LazyFrame:
    """Repeat each row (of a `good`) at the looks at which it was known; adds `cell`, the number of good and look."""
    looks = [cell % _MONTHS for cell in cells] or [0]
    lowest, highest = pl.lit(min(looks), dtype=pl.Int32), pl.lit(max(looks), dtype=pl.Int32)
    wanted = pl.Series("cell", cells, dtype=pl.Int64).implode()
    cell = (pl.col("good") * _MONTHS + pl.col("look")).alias("cell")
    start, stop = pl.max_horizontal(first, lowest), pl.min_horizontal(last, highest)
    ranges = pl.int_ranges(start, pl.max_horizontal(stop + 1, start), dtype=pl.Int32).alias("look")
    return (
        rows.with_columns(start.alias("first_look"), stop.alias("last_look"))
        .filter(pl.col("first_look") <= pl.col("last_look"))
        .with_columns(ranges)
        .explode("look", empty_as_null=False)
        .with_columns(cell)
        .filter(pl.col("cell").is_in(wanted))
        .drop("first_look", "last_look", "good")
    )


def _named(numbered: pl.DataFrame) -> list[pl.Expr]:
    """Turn `cell` back into the good's name and the look."""
    names = pl.Enum(numbered["mineral"].unique().sort())
    good = (pl.col("cell") // _MONTHS).cast(pl.UInt32).cat.to(names)
    return [good.alias("mineral"), (pl.col("cell") % _MONTHS).cast(pl.Int32).alias("look")]


def lane_amounts(pairs: pl.LazyFrame, codes: pl.LazyFrame, *, looks: Looks, cif_ratio: float) -> pl.LazyFrame:
    """Measure what moved from country to country each month, as known before the first day of each look.

    `pairs`: columns of the mirror room's `pair_mirrors`; `codes`: `mineral`, `hs6`; `looks`: months of looking as month
    numbers; `cif_ratio`: CIF over FOB, taken off imports. The importer's figure is read where there is one, else the
    exporter's; sides are never added, nor is a lot that left in one month and arrived in another (`_told_once`).
    Columns: `mineral look exporter_iso3 importer_iso3 month`, `usd` (FOB), `amount` (kg where `is_mass`, else USD),
    `priced_kg` and `priced_usd` (measured masses and their value, for unit values), `importer_usd` (part read from the
    importer). A mass that the side read did not measure is filled in: at the other side's USD/kg of that month or lot
    where that one weighed it, else at the lane's own where two months show one, else as the statistician estimated it,
    else at the good's: codes mix cheap and dear goods, which an estimate at the code's usual price cannot tell apart.
    In a good of several codes the estimate comes before the lane's own price, since it tells the codes apart.
    Only monthly figures. Goods and places are `Enum`s.
    """
    numbered, cells = _numbered(codes, looks)
    until = pl.min_horizontal(pl.col("month") + LOOK_BACK_MONTHS, pl.col("until_month"))
    seen = _at_looks(_better_sides(pairs, numbered, cif_ratio), pl.col("known_month") + 1, until, cells)
    seen = _weighed(_told_once(seen))
    sums = ["usd", "kg", "weighed_usd", "guessed_kg", "guessed_usd", "priced_kg", "priced_usd", "importer_usd"]
    lanes = seen.group_by("cell", "lane_month").agg(pl.col(sums).sum().round(3))  # the order of adding decides no digit
    lanes = settle(lanes)
    lane, n = pl.col("lane_month") // _MONTHS, len(PLACE_CODES)
    return (
        _with_own_prices(lanes)
        .join(_counted_in(lanes), on="cell", how="left")
        .with_columns(
            pl.coalesce(
                pl.col("kg") + _UNWEIGHED_USD * pl.col("own_kg_per_usd"),
                pl.col("kg") + pl.col("guessed_kg") + (_UNWEIGHED_USD - pl.col("guessed_usd")) * pl.col("kg_per_usd"),
            )
            .round(3)
            .alias("filled")
        )
        .with_columns(pl.when("is_mass").then("filled").otherwise("usd").alias("amount"))
        .select(
            *_named(numbered),
            (lane // n).cast(pl.UInt32).cat.to(_PLACE).alias("exporter_iso3"),
            (lane % n).cast(pl.UInt32).cat.to(_PLACE).alias("importer_iso3"),
            (pl.col("lane_month") % _MONTHS).cast(pl.Int32).alias("month"),
            "usd",
            "priced_kg",
            "priced_usd",
            "importer_usd",
            "is_mass",
            "amount",
        )
    )


def _told_once(seen: pl.LazyFrame) -> pl.LazyFrame:
    """Leave out what the exporter alone tells of a month and the importer's next figure tells of again: one lot at sea.

    `seen`: rows of `_better_sides` at the looks. Next: the first month with a figure of the lane and code, at most
    `MONTHS_AT_SEA` later, if the importer tells there, above what the exporter tells of that month, at least
    `SAME_LOT_SHARE` of the lot. The exporter's USD/kg of the lot goes with it. Until that figure is public the lot
    stands in the month in which it left; the importer's silence alone takes nothing away. Source: lags between both
    sides, indicators.md 2.
    """
    seen = settle(seen)
    key = ["cell", "code"]
    again = settle(_told_again(seen, [*key, "lane_month"]))
    gone = again.select(*key, pl.col("left_month").alias("lane_month"))
    arrived = again.select(*key, "lane_month", pl.col("exporters_kg_per_usd").alias("lots_kg_per_usd"))
    return (
        seen.join(gone, on=[*key, "lane_month"], how="anti")
        .join(arrived, on=[*key, "lane_month"], how="left")
        .with_columns(pl.coalesce("exporters_kg_per_usd", "lots_kg_per_usd").alias("exporters_kg_per_usd"))
        .drop("lots_kg_per_usd")
    )


def _told_again(rows: pl.LazyFrame, key: list[str]) -> pl.LazyFrame:
    """List the lots that the importer tells of later (`_told_once`), in the month in which they arrive.

    `rows`: one for each `key` (lane and code, last the month), with `is_importers usd above_usd`. Adds `left_month`.
    """
    *lane, month = key
    left = rows.filter(~pl.col("is_importers")).drop("is_importers", "above_usd").rename({month: "left_month"})
    steps = range(1, MONTHS_AT_SEA + 1)
    ahead = pl.concat(left.with_columns((pl.col("left_month") + step).alias(month)) for step in steps)
    return (
        ahead.join(rows.select(*key, "above_usd"), on=key)
        .filter(pl.col(month) == pl.col(month).min().over(*lane, "left_month"))
        .filter(pl.col("above_usd") > 0, pl.col("above_usd") >= SAME_LOT_SHARE * pl.col("usd"))
    )


def drop_told_again(pairs: pl.LazyFrame) -> pl.LazyFrame:
    """Leave out of monthly pairs, as known on one day, the exporter's figures of lots that the importer tells of later.

    For sums of the importer's figure or else the exporter's (`_told_once`); values stand as they were told, CIF or FOB.
    """
    key = ["exporter_iso3", "importer_iso3", "hs6", "month"]
    rows = pairs.with_columns(month_number(pl.col("period")).alias("month"))
    m, x = pl.col("m_usd"), pl.col("x_usd")
    told = rows.filter(m.is_not_null() | x.is_not_null()).select(
        *key,
        m.is_not_null().alias("is_importers"),
        pl.coalesce(m, x).alias("usd"),
        (m - x.fill_null(0.0)).clip(lower_bound=0.0).fill_null(0.0).alias("above_usd"),
    )
    gone = _told_again(told, key).select(*key[:-1], pl.col("left_month").alias("month"))
    return rows.join(gone, on=key, how="anti").drop("month")


_UNWEIGHED_USD = pl.col("usd") - pl.col("weighed_usd")


def _with_own_prices(lanes: pl.LazyFrame) -> pl.LazyFrame:
    """Add `own_kg_per_usd` where a mass is missing: what the lane carries per USD in the months that were weighed."""
    key = (pl.col("cell") * len(PLACE_CODES) ** 2 + pl.col("lane_month") // _MONTHS).alias("cell_lane")
    gaps = settle(lanes.filter(_UNWEIGHED_USD > 0).with_columns(key))
    whole = lanes.filter(_UNWEIGHED_USD <= 0)
    weighed = (
        lanes.filter(pl.col("weighed_usd") > 0, pl.col("kg") > 0)
        .select(key, "kg", "weighed_usd")
        .join(gaps.select("cell_lane").unique(), on="cell_lane", how="semi")
    )
    own = (pl.col("kg").sum().round(3) / pl.col("weighed_usd").sum().round(3)).round_sig_figs(9)
    prices = weighed.group_by("cell_lane").agg(pl.when(pl.len() >= FEWEST_OWN_PRICES).then(own).alias("own_kg_per_usd"))
    filled = gaps.join(prices, on="cell_lane", how="left").drop("cell_lane")
    return pl.concat([whole.with_columns(pl.lit(None, dtype=pl.Float64).alias("own_kg_per_usd")), filled])


def _better_sides(pairs: pl.LazyFrame, numbered: pl.DataFrame, cif_ratio: float) -> pl.LazyFrame:
    """Read each lane's month from the importer where it has a figure, else from the exporter; FOB, never both."""
    has_m = pl.col("m_usd").is_not_null()
    fob = pl.when(pl.col("m_valuation").is_in(["FOB", "customs"])).then("m_usd").otherwise(pl.col("m_usd") / cif_ratio)
    exporter, importer = (
        pl.col(f"{side}_iso3").cast(_PLACE).to_physical().cast(pl.Int64) for side in ("exporter", "importer")
    )
    month = month_number(pl.col("period"))
    return (
        pairs.filter(pl.col("freq") == "M", has_m | pl.col("x_usd").is_not_null())
        .join(numbered.lazy(), on="hs6", how="left")
        .filter(pl.col("good").is_not_null())
        .select(
            "good",
            "code",
            ((exporter * len(PLACE_CODES) + importer) * _MONTHS + month).alias("lane_month"),
            month.alias("month"),
            month_number(pl.col("known_from")).alias("known_month"),
            month_number(pl.col("known_to")).alias("until_month"),
            pl.when(has_m).then(fob).otherwise("x_usd").alias("usd"),
            pl.when(has_m).then("m_kg").otherwise("x_kg").alias("told_kg"),
            pl.when(has_m).then("m_measured_kg").otherwise("x_measured_kg").alias("priced_kg"),
            pl.when(pl.col("x_usd") > 0, pl.col("x_measured_kg") > 0)
            .then(pl.col("x_measured_kg") / pl.col("x_usd"))
            .alias("exporters_kg_per_usd"),
            "is_one_code",
            has_m.alias("is_importers"),
            (fob - pl.col("x_usd").fill_null(0.0)).clip(lower_bound=0.0).fill_null(0.0).alias("above_usd"),
        )
    )


def _weighed(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Fill in masses from the other side's USD/kg, and say of what value a mass is measured, estimated or unknown."""
    priced = pl.coalesce("priced_kg", pl.col("usd") * pl.col("exporters_kg_per_usd")).alias("priced_kg")
    weighed = pl.coalesce("priced_kg", pl.when(~pl.col("is_one_code")).then("told_kg")).alias("kg")
    is_guess = pl.col("kg").is_null() & pl.col("told_kg").is_not_null()
    return (
        rows.with_columns(priced)
        .with_columns(weighed)
        .with_columns(
            pl.when(pl.col("kg").is_not_null()).then("usd").otherwise(0.0).alias("weighed_usd"),
            pl.when(is_guess).then("told_kg").otherwise(0.0).alias("guessed_kg"),
            pl.when(is_guess).then("usd").otherwise(0.0).alias("guessed_usd"),
            pl.when(pl.col("priced_kg").is_not_null()).then("usd").otherwise(0.0).alias("priced_usd"),
            pl.when("is_importers").then("usd").otherwise(0.0).alias("importer_usd"),
        )
        .drop("is_importers", "is_one_code", "told_kg", "exporters_kg_per_usd")
    )


def _counted_in(lanes: pl.LazyFrame) -> pl.LazyFrame:
    """Say by good and look whether it is counted in kg, and its usual kg per USD: `cell is_mass kg_per_usd`."""
    goods = lanes.group_by("cell").agg(
        pl.col("usd").sum().alias("all_usd"),
        (pl.col("weighed_usd").sum() + pl.col("guessed_usd").sum()).alias("all_weighed"),
        (pl.col("kg").sum() + pl.col("guessed_kg").sum()).alias("all_kg"),
    )
    is_mass = (pl.col("all_weighed") >= MASS_KNOWN_SHARE * pl.col("all_usd")) & (pl.col("all_kg") > 0)
    # 0 where nothing has a value: there is then nothing unweighed to fill in
    per_usd = pl.when(pl.col("all_weighed") > 0).then(pl.col("all_kg") / pl.col("all_weighed")).otherwise(0.0)
    return goods.select("cell", is_mass.alias("is_mass"), per_usd.round_sig_figs(9).alias("kg_per_usd"))


def known_spans(
    pairs: pl.LazyFrame, codes: pl.LazyFrame, *, looks: Sequence[int]
) -> dict[tuple[str, int], tuple[int, int]]:
    """Say which months of each good were public by each look: first and last month number by mineral and look."""
    rows = (
        pairs.filter(pl.col("freq") == "M")
        .join(codes, on="hs6", how="left")
        .filter(pl.col("mineral").is_not_null())
        .group_by("mineral", month_number(pl.col("known_from")).alias("known_month"))
        .agg(
            month_number(pl.col("period")).min().alias("first"),
            month_number(pl.col("period")).max().alias("last"),
        )
        .collect()
    )
    asked = pl.DataFrame({"look": sorted(set(looks))}, schema={"look": pl.Int32})
    spans = (
        rows.join(asked, how="cross")
        .filter(pl.col("known_month") < pl.col("look"))
        .group_by("mineral", "look")
        .agg(pl.col("first").min(), pl.col("last").max())
        .sort("mineral", "look")
    )
    return {(name, look): (first, last) for name, look, first, last in spans.iter_rows()}


def reported_marks(periods: pl.LazyFrame, codes: pl.LazyFrame, *, looks: Looks) -> pl.LazyFrame:
    """Mark the months for which each country had reported the good by each look: one bit a month.

    `periods`: columns of the mirror room's `reported_periods`. Bit b of `marks` (UInt64) stands for the month
    look − 63 + b; set when any of the good's codes was reported. Keys: `mineral look side reporter_iso3`.
    """
    numbered, cells = _numbered(codes, looks)
    month = month_number(pl.col("period"))
    reported = (
        periods.filter(pl.col("freq") == "M")
        .join(numbered.lazy(), on="hs6", how="left")
        .filter(pl.col("good").is_not_null())
        .with_columns(month.alias("month"))
        .group_by("good", "reporter_iso3", "side", "month")
        .agg(month_number(pl.col("available_from").min()).alias("known_month"))
    )
    seen = _at_looks(reported, pl.col("known_month") + 1, pl.col("month") + LOOK_BACK_MONTHS, cells)
    bit = pl.col("month") - pl.col("look") + LOOK_BACK_MONTHS
    powers = {place: 2**place for place in range(64)}
    return (
        seen.group_by("cell", "side", "reporter_iso3")
        .agg(bit.replace_strict(powers, default=0, return_dtype=pl.UInt64).sum().alias("marks"))
        .with_columns(_named(numbered))
        .select(pl.col("mineral").cast(pl.String), "look", "side", "reporter_iso3", "marks")
    )


def window_mark(first: int, last: int, look: int) -> int:
    """Mark the months `first` to `last` in the bits of `reported_marks` at a look.

    >>> window_mark(99, 99, 100) == 1 << 62
    True
    """
    low, high = max(first - look + LOOK_BACK_MONTHS, 0), min(last - look + LOOK_BACK_MONTHS, LOOK_BACK_MONTHS - 1)
    return ((1 << (high - low + 1)) - 1) << low if high >= low else 0

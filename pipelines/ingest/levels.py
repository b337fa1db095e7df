"""Totals, breakdowns, repeats: the rules by which no figure is counted twice.

1. A row that repeats another whole is set apart (`repeated`).
2. A code of which the same lane and period also has longer ones is a sum of them (`aggregates`).
3. Where a lane has a total over partner 2, mode, procedure or port, its breakdown rows are set apart (`breakdowns`).
   Where it has none: sources whose files hold every part (Comext, Census, Chinese customs) are added up; of UN
   Comtrade, parts in one dimension are, where the file holds totals of that country, code and period for others
   (`add_up_lone_breakdowns`). The rest is set apart, since the parts that happen to be in a file would pass for the
   total. A remark counts them, so that the totals can be fetched.
4. Two different figures for one lane, code and period are both refused (`row|conflicting_figures`): nobody knows
   which of them holds.
"""

from __future__ import annotations

import polars as pl

from pipelines.ingest.draft import APART, REFUSED, REMARKS

LANE = ("reporter_iso3", "partner_iso3", "partner_kind", "direction", "period", "freq")
MEASURES = ("value_usd", "net_kg", "is_net_kg_estimated")
PART = "part of a total #"  # begins the mark of parts in `customs_procedure`, until `join_parts` has added them
WITHOUT_TOTAL = (
    "breakdown_without_total,_set_apart:_the_lane's_month_reads_as_nothing_where_the_country_has_other_rows_of_the_code;"
    "_fetch_its_totals"
)


def _is_open() -> pl.Expr:
    """Rows that nothing has set apart or refused yet."""
    return pl.col(APART).is_null() & (pl.col(REFUSED).list.len() == 0)


def _set_apart(draft: pl.LazyFrame, where: pl.Expr, place: str, remark: str | None = None) -> pl.LazyFrame:
    here = _is_open() & where
    more = pl.concat_list(REMARKS, pl.lit(remark)) if remark else pl.col(REMARKS)
    return draft.with_columns(
        pl.when(here).then(pl.lit(place)).otherwise(APART).alias(APART),
        pl.when(here).then(more).otherwise(REMARKS).alias(REMARKS),
    )


def mark_repeats(raw: pl.DataFrame) -> pl.DataFrame:
    """Add `is_repeat`: the row repeats an earlier one in every published column, in the same or another file."""
    published = [name for name in raw.columns if name not in {"source_row", "input_file"}]
    return raw.with_columns((~pl.struct(published).is_first_distinct()).alias("is_repeat"))


def set_code_sums_apart(draft: pl.LazyFrame) -> pl.LazyFrame:
    """Set rows apart whose code is the beginning of a longer code of the same lane and period."""
    key = list(LANE)
    longer = draft.filter(_is_open()).select(*key, "hs_code").unique()
    sums = pl.concat(
        [
            longer.filter(pl.col("hs_code").str.len_chars() > digits)
            .select(*key, pl.col("hs_code").str.slice(0, digits))
            .unique()
            for digits in (2, 4, 6, 8, 10)
        ]
    ).with_columns(pl.lit(value=True).alias("is_sum"))
    marked = draft.join(sums, on=[*key, "hs_code"], how="left", nulls_equal=True, maintain_order="left")
    apart = _set_apart(marked, pl.col("is_sum").fill_null(value=False), "aggregates")
    return apart.drop("is_sum")


def set_breakdowns_apart(draft: pl.LazyFrame, is_total: pl.Expr, *, adds_up: bool = False) -> pl.LazyFrame:
    """Set rows that are no total over the broken-down dimensions apart.

    With `adds_up`, rows of lanes without a total stay: the source's files hold every part, to be summed later.
    """
    key = [*LANE, "hs_code", "hs_edition"]
    marked = draft.with_columns(is_total.fill_null(value=True).alias("is_total"))
    totals = marked.filter(_is_open() & pl.col("is_total")).select(key).unique().with_columns(has_total=pl.lit(1))
    marked = marked.join(totals, on=key, how="left", nulls_equal=True, maintain_order="left")
    alone = ~pl.col("is_total") & pl.col("has_total").is_null()
    if not adds_up:
        marked = _set_apart(marked, alone, "breakdowns", WITHOUT_TOTAL)
    beside = ~pl.col("is_total") & pl.col("has_total").is_not_null()
    return _set_apart(marked, beside, "breakdowns").drop("is_total", "has_total")


def add_up_lone_breakdowns(draft: pl.LazyFrame) -> pl.LazyFrame:
    """Make a lane's parts in one dimension stand for its missing total: mark them to be added by `join_parts`.

    Dimensions are partner 2 (`consigned_iso3`), mode and procedure; a part has a value in one of them and totals in
    the others. Parts are added where the lane has no total, all its rows are parts in the same dimension, each value
    comes once and none is a group of another (mode 2000, water, holds 2100, sea), and where the file has a total of
    the same reporter, direction, code and period for any other partner or the world: totals were asked for, and the
    source has none here. Were the parts set apart, such a month would be read as nothing. Where the file has no total
    at all, parts may be what a query let through, and stay for `set_breakdowns_apart`.
    """
    consigned, mode, procedure = pl.col("consigned_iso3"), pl.col("transport_mode"), pl.col("customs_procedure")
    broken = [(consigned != "W00").fill_null(value=False), mode.is_not_null(), procedure.is_not_null()]
    filing = ["reporter_iso3", "direction", "hs_code", "hs_edition", "period", "freq"]
    rows = draft.with_columns(
        _is_open().alias("is_open"),
        pl.sum_horizontal(one.cast(pl.Int32) for one in broken).alias("n_broken"),
        pl.coalesce(pl.when(one).then(number) for number, one in enumerate(broken)).alias("dimension"),
        pl.coalesce(mode, procedure, consigned).alias("value"),
        mode.str.slice(0, 1).alias("mode_group"),
    )
    sound = (pl.col(REFUSED).list.len() == 0) & (pl.col(APART).is_null() | pl.col(APART).is_in(["world", "areas"]))
    filed = rows.filter(sound, pl.col("n_broken") == 0).select(filing).unique().with_columns(has_totals=pl.lit(1))
    lane = [*LANE, "hs_code", "hs_edition", "is_open"]
    holds_another = (mode.str.ends_with("000").any() & (pl.len() > 1)).over([*lane, "mode_group"])
    is_one_way = (
        (pl.col("n_broken") == 1).all()
        & (pl.col("dimension").n_unique() == 1)
        & (pl.col("value").n_unique() == pl.len())
        & (pl.col("valuation").n_unique() == 1)
        & ~pl.col("holds_another").any()
    ).over(lane)
    marked = (
        rows.with_columns(holds_another.fill_null(value=False).alias("holds_another"))
        .join(filed, on=filing, how="left", nulls_equal=True, maintain_order="left")
        .with_columns((pl.col("is_open") & is_one_way & pl.col("has_totals").is_not_null()).alias("is_part"))
    )
    mark = pl.concat_str(pl.lit(PART), "source_row")
    told = pl.concat_list(REMARKS, pl.lit("parts_without_a_total_added_up"))
    is_part = pl.col("is_part")
    return marked.with_columns(
        pl.when(is_part).then(pl.lit("W00")).otherwise(consigned).alias("consigned_iso3"),
        pl.when(~is_part).then(mode).alias("transport_mode"),
        pl.when(is_part).then(mark).otherwise(procedure).alias("customs_procedure"),
        pl.when(is_part).then(told).otherwise(REMARKS).alias(REMARKS),
    ).select(draft.collect_schema().names())


def is_added_up() -> pl.Expr:
    """The row is a part that `add_up_lone_breakdowns` marked."""
    return pl.col("customs_procedure").str.starts_with(PART).fill_null(value=False)


def join_parts(clean: pl.DataFrame) -> pl.DataFrame:
    """Add the parts that were marked to totals of their lanes; all else stays, sorted."""
    whole = pl.concat([clean.filter(~is_added_up()), sum_flows(clean.filter(is_added_up()))])
    return whole.sort(pl.all(), nulls_last=True)


def refuse_conflicts(draft: pl.LazyFrame) -> pl.LazyFrame:
    """Refuse rows that give different figures for one lane, code, edition and period."""
    key = [*LANE, "hs_code", "hs_edition", "consigned_iso3", "transport_mode", "customs_procedure"]
    marked = draft.with_columns(_is_open().alias("is_open"))
    twice = (pl.len().over([*key, "is_open"]) > 1) & pl.col("is_open")
    rule = pl.concat_list(REFUSED, pl.lit("row|conflicting_figures"))
    return marked.with_columns(pl.when(twice).then(rule).otherwise(REFUSED).alias(REFUSED)).drop("is_open")


def mark_parts(sound: pl.DataFrame) -> pl.DataFrame:
    """Tell equal parts of one figure apart (two provinces may ship the same), so that the contract keeps both.

    The mark stands in `customs_procedure`, which `sum_flows` empties.
    """
    part = pl.concat_str(pl.col("customs_procedure").fill_null(""), pl.lit("#"), "source_row")
    return sound.with_columns(part.alias("customs_procedure"))


def sum_flows(clean: pl.DataFrame) -> pl.DataFrame:
    """Add the rows of one lane, code and period that a source splits by procedure, province, port or part of a country.

    A mass that only some of the rows have is what is known of it: it is kept, flagged as estimated, so that it never
    feeds a unit value. Rows are sorted, since their order carries no meaning.
    """
    key = [name for name in clean.columns if name not in MEASURES]
    has_mass = pl.col("net_kg").is_not_null() | (pl.col("value_usd") == 0)
    estimated = pl.col("is_net_kg_estimated").any(ignore_nulls=False)
    return (
        clean.lazy()
        .with_columns(pl.lit(None, dtype=pl.String).alias("customs_procedure"))
        .group_by(key)
        .agg(
            pl.col("value_usd").sum(),
            pl.when(pl.col("net_kg").is_not_null().any()).then(pl.col("net_kg").sum()).alias("net_kg"),
            pl.when(pl.col("net_kg").is_not_null().any() & ~has_mass.all())
            .then(pl.lit(value=True))
            .otherwise(estimated)
            .alias("is_net_kg_estimated"),
        )
        .select(clean.columns)
        .sort(key, nulls_last=True)
        .collect()
    )

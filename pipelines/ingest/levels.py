"""Totals, breakdowns, repeats: the rules by which no figure is counted twice.

1. A row that repeats another whole is set apart (`repeated`).
2. A code of which the same lane and period also has longer ones is a sum of them (`aggregates`).
3. Where a lane has a total over partner 2, mode, procedure or port, its breakdown rows are set apart (`breakdowns`).
   Where it has none: sources whose files hold every part (Comext, Census, Chinese customs) are added up; UN Comtrade's
   rows are set apart as well, since the parts that happen to be in a file would pass for the total. The remark
   `breakdown_without_total` counts them, so that the totals can be fetched.
4. Two different figures for one lane, code and period are both refused (`row|conflicting_figures`): nobody knows
   which of them holds.
"""

from __future__ import annotations

import polars as pl

from pipelines.ingest.draft import APART, REFUSED, REMARKS

LANE = ("reporter_iso3", "partner_iso3", "partner_kind", "direction", "period", "freq")
MEASURES = ("value_usd", "net_kg", "is_net_kg_estimated")


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
        marked = _set_apart(marked, alone, "breakdowns", "breakdown_without_total")
    beside = ~pl.col("is_total") & pl.col("has_total").is_not_null()
    return _set_apart(marked, beside, "breakdowns").drop("is_total", "has_total")


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

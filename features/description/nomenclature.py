"""What a nomenclature says of words before any declaration was seen: the prior of the heading history."""

from __future__ import annotations

import polars as pl

from features.description.headings_rules import FEWEST_TEXTS_OF_TOKEN, MOST_HEADINGS_OF_TOKEN, PRIOR_TEXTS

WORD_SHARES = pl.Schema({"token": pl.String, "heading_of": pl.String, "share": pl.Float64, "background": pl.Float64})
"""Learned table: share of a heading's lines that hold the token, and of all tokens that are this one.

Static reference knowledge: a tariff is published before the period it governs, so that it is known on every day of the
declarations judged; give the edition in force at the beginning of the period, not a later one.
"""

_AT = ["token", "month"]


def history_gains(counts: pl.LazyFrame, all_tokens: pl.LazyFrame) -> pl.LazyFrame:
    """Gain of each telling token by history alone: `token`, `month`, `heading_of`, `n`, `background`."""
    spread = counts.with_columns(seen=pl.col("n").sum().over(_AT), width=pl.len().over(_AT))
    telling = spread.filter((pl.col("seen") >= FEWEST_TEXTS_OF_TOKEN) & (pl.col("width") <= MOST_HEADINGS_OF_TOKEN))
    background = PRIOR_TEXTS * pl.col("seen") / pl.col("n_all")
    return telling.join(all_tokens, on="month", how="left").select(*_AT, "heading_of", "n", background=background)


def with_reference(
    by_history: pl.LazyFrame, counts: pl.LazyFrame, months: pl.LazyFrame, reference: pl.DataFrame | None
) -> pl.LazyFrame:
    """Let the nomenclature's words stand for the `PRIOR_TEXTS` texts that every heading starts with.

    Returns `token`, `month`, `heading_of`, `gain`: ln((n + 5 share + background) / background). A token that history
    knows keeps history's background; one that it has under too many headings stays mute.
    """
    if reference is None:
        return by_history.with_columns(share=pl.lit(0.0)).select(*_AT, "heading_of", gain=_gain())
    telling = reference.lazy().filter(pl.len().over("token") <= MOST_HEADINGS_OF_TOKEN)
    spoken = months.join(telling, on="token", how="left").drop_nulls("heading_of")
    mute = counts.group_by(_AT).agg(seen=pl.col("n").sum(), width=pl.len())
    mute = mute.filter((pl.col("seen") >= FEWEST_TEXTS_OF_TOKEN) & (pl.col("width") > MOST_HEADINGS_OF_TOKEN))
    stated = spoken.join(mute, on=_AT, how="anti").select(
        *_AT, "heading_of", "share", stated=PRIOR_TEXTS * pl.col("background")
    )
    both = pl.concat([by_history, stated], how="diagonal").group_by(*_AT, "heading_of")
    joined = both.agg(pl.col("n").sum(), pl.col("share").sum(), pl.col("background").max(), pl.col("stated").max())
    background = pl.coalesce(pl.col("background").max().over(_AT), pl.col("stated"))
    return joined.with_columns(background=background).select(*_AT, "heading_of", gain=_gain())


def _gain() -> pl.Expr:
    background = pl.col("background")
    return ((pl.col("n") + PRIOR_TEXTS * pl.col("share") + background) / background).log().round(6)

"""What heading the words would rather have, judged by past declarations: a naive Bayes kept month by month."""

from __future__ import annotations

import polars as pl

from features.description.context import affirmed
from features.description.headings_rules import (
    EXTREME_LOG_ODDS,
    FEWEST_TEXTS_OF_HEADING,
    FEWEST_WORDS_BY_NOMENCLATURE,
    HEADING_DIGITS,
    NOMENCLATURE_KEEPS,
    ORDINARY_LOG_ODDS,
    PRIOR_TEXTS,
)
from features.description.nomenclature import history_gains, with_reference
from features.description.normalise import lower_simplified, plain_text, word_text
from features.lookback import month_number, settle, settle_streamed, totals_before
from features.strength import ramp

_CASE = ["wording", "heading", "month"]
PAST_WORDINGS = pl.Schema({"wording": pl.String, "heading_of": pl.String, "month": pl.Int32})
GAIN_STEPS = 10_000
"""Steps to one unit of log-odds in which what tokens say is summed."""


def wording(words: pl.Expr) -> pl.Expr:
    """Reduce a lower-case word text to its distinct tokens in order of the alphabet, parted by spaces.

    Tokens are Latin words of three letters or more and pairs of Chinese characters; numbers are left out, so that
    texts that differ only in lot, model or quantity share one wording.

    >>> pl.select(wording(pl.lit(" tile adhesive 25 kg 瓷砖胶 "))).item()
    'adhesive tile 瓷砖 砖胶'
    """
    latin = words.str.extract_all(r"\p{Latin}[\p{Latin}\p{N}]{2,23}")
    pairs = words.str.extract_all(r"\p{Han}{2}")
    shifted = words.str.replace_all(r" \p{Han}(\p{Han})", " ${1}").str.extract_all(r"\p{Han}{2}")
    return pl.concat_list(latin, pairs, shifted).list.unique().list.sort().list.join(" ")


def word_texts(texts: pl.LazyFrame) -> pl.LazyFrame:
    """Return the distinct `text` of a frame with its `wording`."""
    once = texts.select("text").drop_nulls().unique()
    return once.with_columns(wording=wording(affirmed(lower_simplified(word_text(plain_text(pl.col("text")))))))


def compare_headings(
    declared: pl.LazyFrame,
    history: pl.LazyFrame,
    *,
    reference: pl.DataFrame | None = None,
    digits: int = HEADING_DIGITS,
) -> pl.LazyFrame:
    """Compare each declared heading with the one its words would rather have.

    Parameters
    ----------
    declared
        `wording`, `heading`, `month` (see features/lookback.py).
    history
        Past declarations: `declared_on`, `description`, `hs_code`. Each wording counts once per month and heading, so
        that one busy trader cannot teach the model; only months strictly before `month` count.
    reference
        Words of a nomenclature (`features.description.nomenclature.WORD_SHARES`), known before any month.
    digits
        Length of a heading.

    Returns
    -------
    pl.LazyFrame
        Distinct `wording`, `heading`, `month`, with `best_heading`, `heading_log_odds` (mean per known token,
        ln P(best | words) - ln P(declared | words), >= 0) and `heading_basis`: `past declarations`, or `nomenclature`
        where history cannot judge (fewer than 10 wordings of the declared heading, or no telling token), the
        nomenclature has the declared heading, and at least two words speak for the best one. Else all null.
    """
    return judge_headings(declared, past_wordings(history, digits), reference)


def judge_headings(declared: pl.LazyFrame, past: pl.LazyFrame, reference: pl.DataFrame | None = None) -> pl.LazyFrame:
    """Return what `compare_headings` does, from past wordings read already (see `past_wordings`)."""
    asked = settle(declared.select(_CASE).drop_nulls().unique())  # settled: polars lost shared parts of a plan so deep
    by_history = _verdicts(asked, past, None, pl.col("n_own") >= FEWEST_TEXTS_OF_HEADING)
    judged = settle(
        asked.join(by_history.with_columns(heading_basis=pl.lit("past declarations")), on=_CASE, how="left")
    )
    if reference is None:
        return judged
    # What history can judge, it judges alone: trade writes otherwise than tariffs do.
    open_cases = judged.filter(pl.col("heading_log_odds").is_null()).select(_CASE)
    headings = reference["heading_of"].unique().sort().to_list()
    is_told = pl.col("heading").is_in(headings) & (pl.col("n_support") >= FEWEST_WORDS_BY_NOMENCLATURE)
    told = _verdicts(open_cases, past, reference, is_told)
    by_words = open_cases.join(told.with_columns(heading_basis=pl.lit("nomenclature")), on=_CASE, how="left")
    return pl.concat([judged.filter(pl.col("heading_log_odds").is_not_null()), by_words])


def _verdicts(
    asked: pl.LazyFrame, past: pl.LazyFrame, reference: pl.DataFrame | None, is_enough: pl.Expr
) -> pl.LazyFrame:
    """Judge each case that there is enough to judge by: `best_heading` and `heading_log_odds` beside the case."""
    known, gains = _token_gains(past, asked, reference)
    evidence = _evidence(known, gains).join(_sizes(past, asked), on=["heading_of", "month"], how="left")
    n_texts, n_tokens = pl.col("n_texts").fill_null(0), pl.col("n_tokens")
    fit = pl.col("gain") - n_tokens * (n_texts + PRIOR_TEXTS).log() + n_texts.log1p()
    ranked = evidence.with_columns(fit=fit.round(6)).sort(*_CASE, "fit", "heading_of")
    own = pl.col("heading_of") == pl.col("heading")
    judged = ranked.group_by(_CASE).agg(
        best_heading=pl.col("heading_of").last(),
        best=pl.col("fit").last(),
        own=pl.col("fit").filter(own).max(),
        n_own=n_texts.filter(own).max(),
        n_tokens=n_tokens.first(),
        n_support=pl.col("n_support").last(),
    )
    odds = (pl.col("best") - pl.col("own")) / n_tokens
    return judged.filter(is_enough).select(*_CASE, "best_heading", heading_log_odds=odds)


def past_wordings(history: pl.LazyFrame, digits: int = HEADING_DIGITS) -> pl.LazyFrame:
    """List which wordings stood under which heading in which month of the past: `wording`, `heading_of`, `month`."""
    worded = word_texts(history.select(text="description"))
    seen = history.select(
        text="description", heading_of=pl.col("hs_code").str.head(digits), month=month_number(pl.col("declared_on"))
    )
    joined = settle_streamed(seen.drop_nulls().unique()).join(worded, on="text", how="left")
    return settle(joined.select("wording", "heading_of", "month").unique())


def _tokens(frame: pl.LazyFrame) -> pl.LazyFrame:
    tokens = frame.with_columns(token=pl.col("wording").str.split(" ")).explode("token")
    return tokens.filter(pl.col("token") != "")


def _sizes(past: pl.LazyFrame, asked: pl.LazyFrame) -> pl.LazyFrame:
    """Wordings seen under each heading before each month asked for."""
    headings = pl.concat([past.select("heading_of"), asked.select(heading_of="heading")]).unique()
    wanted = headings.join(asked.select("month").unique(), how="cross")
    return totals_before(
        past.select("heading_of", "month", n_texts=pl.lit(1)), wanted, by=["heading_of"], sums=["n_texts"]
    )


def _token_gains(
    past: pl.LazyFrame, asked: pl.LazyFrame, reference: pl.DataFrame | None
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """What each telling token said for each heading by each month, and the tokens of the wordings asked about.

    The gain is ln((n + background) / background): how much likelier the token is under the heading than anywhere.
    """
    tokens = settle(_tokens(asked))
    wanted_tokens = tokens.select("token").unique()
    past_tokens = settle(_tokens(past))
    events = past_tokens.join(wanted_tokens, on="token", how="semi")
    monthly = events.group_by("token", "heading_of", "month").len("n")
    months = tokens.select("token", "month").unique()
    wanted = months.join(monthly.select("token", "heading_of").unique(), on="token", how="left")
    counts = settle(totals_before(monthly, wanted, by=["token", "heading_of"], sums=["n"]).filter(pl.col("n") > 0))
    by_history = history_gains(counts, _all_tokens(past_tokens, months))
    gains = settle(with_reference(by_history, counts, months, reference))
    known = tokens.join(gains.select("token", "month").unique(), on=["token", "month"], how="semi")
    return settle(known), gains


def _all_tokens(past_tokens: pl.LazyFrame, asked: pl.LazyFrame) -> pl.LazyFrame:
    """Count every token seen before each month asked for, whichever tokens are asked about: `month`, `n_all`."""
    counted = past_tokens.group_by("month").len("n_all").with_columns(every=pl.lit(0))
    wanted = asked.select("month", every=pl.lit(0)).unique()
    return totals_before(counted, wanted, by=["every"], sums=["n_all"]).select("month", "n_all")


def _evidence(known: pl.LazyFrame, gains: pl.LazyFrame) -> pl.LazyFrame:
    """Sum of what the tokens of each case say for each heading, the declared one always among them."""
    n_known = known.group_by(_CASE).agg(n_tokens=pl.len())
    sums = known.join(gains, on=["token", "month"], how="left").group_by(*_CASE, "heading_of")
    # in whole steps, whose sum no order of adding can change
    steps = (pl.col("gain") * GAIN_STEPS).round().cast(pl.Int64)
    said = sums.agg(steps.sum() / GAIN_STEPS, n_support=(pl.col("gain") > 0).sum())
    own = n_known.select(*_CASE, heading_of="heading", gain=pl.lit(0.0), n_support=pl.lit(0, pl.get_index_type()))
    both = pl.concat([said, own]).group_by(*_CASE, "heading_of").agg(pl.col("gain", "n_support").max())
    return both.join(n_known, on=_CASE, how="left")


def heading_mismatch(log_odds: pl.Expr, basis: pl.Expr) -> pl.Expr:
    """The words are those of another heading.

    Strength in [0, 1] from the mean log-odds per known word of the best heading against the declared one: 0 up to 1
    (2.7 times likelier), 1 from 4 (55 times); half of it where `basis` is the nomenclature alone. Null where neither
    history nor nomenclature says enough. Source: indicators.md 20.
    """
    keeps = pl.when(basis == "nomenclature").then(NOMENCLATURE_KEEPS).otherwise(1.0)
    return ramp(log_odds, ORDINARY_LOG_ODDS, EXTREME_LOG_ODDS) * keeps

"""What heading the words would rather have, judged by past declarations: a naive Bayes kept month by month."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.description.context import affirmed
from features.description.headings_rules import (
    EXTREME_LOG_ODDS,
    FEWEST_KNOWN_WORDS,
    FEWEST_TEXTS_OF_HEADING,
    FEWEST_TEXTS_OF_TOKEN,
    FEWEST_WORDS_BY_NOMENCLATURE,
    HEADING_DIGITS,
    NOMENCLATURE_KEEPS,
    ORDINARY_LOG_ODDS,
    PRIOR_TEXTS,
)
from features.description.nomenclature import history_gains, with_reference
from features.description.normalise import lower_simplified, plain_text, word_text
from features.filed import Filed, text_number
from features.lookback import month_number, settle, settle_streamed, settled, totals_before
from features.strength import ramp

_CASE = ["wording", "heading", "month"]
_SEEN = pl.Schema({"wording": pl.String, "heading_of": pl.String, "month": pl.Int32})
GAIN_STEPS = 10_000
"""Steps to one unit of log-odds in which what tokens say is summed."""


@dataclass(frozen=True, slots=True, eq=False)
class PastWordings:
    """How often past declarations showed each word under each heading, counted once for any number of questions."""

    said: Filed
    """`token_no` (see `text_number`), `heading_of`, `month`, `n` wordings; without words seen too seldom to tell."""
    all_tokens: pl.DataFrame
    """`month`, `n_all` tokens of every wording."""
    sizes: pl.DataFrame
    """`heading_of`, `month`, `n_texts` wordings."""

    @classmethod
    def of(cls, seen: pl.LazyFrame) -> PastWordings:
        """Count distinct `wording`, `heading_of`, `month`."""
        tokens = settle(_tokens(seen).select("heading_of", "month", token_no=text_number(pl.col("token"))))
        monthly = tokens.group_by("token_no", "heading_of", "month").len("n")
        telling = monthly.filter(pl.col("n").sum().over("token_no") >= FEWEST_TEXTS_OF_TOKEN)
        return cls(
            Filed.of(settled(telling), "token_no"),
            settled(tokens.group_by("month").len("n_all")),
            settled(seen.group_by("heading_of", "month").len("n_texts")),
        )

    @classmethod
    def nothing(cls) -> PastWordings:
        """No past at all."""
        return cls.of(pl.LazyFrame(schema=_SEEN))


def wording(words: pl.Expr) -> pl.Expr:
    """Reduce a lower-case word text to its distinct tokens in order of the alphabet, parted by spaces.

    Tokens are Latin words of three letters or more and pairs of Chinese characters; numbers, and words with three
    digits and more, are left out, so that texts that differ only in lot, model or quantity share one wording.

    >>> pl.select(wording(pl.lit(" tile adhesive 25 kg QF12706 瓷砖胶 "))).item()
    'adhesive tile 瓷砖 砖胶'
    """
    named = words.str.replace_all(r" [\p{Latin}\p{N}]*(?:\p{N}\p{Latin}*){3}", " ")
    latin = named.str.extract_all(r"\p{Latin}[\p{Latin}\p{N}]{2,23}")
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
        where history cannot judge (fewer than 10 wordings of the declared heading, fewer than two telling tokens of
        three or more), the nomenclature has the declared heading, and at least two words speak for the best one. Else
        all null.
    """
    return judge_headings(declared, past_wordings(history, digits), reference)


def judge_headings(declared: pl.LazyFrame, past: PastWordings, reference: pl.DataFrame | None = None) -> pl.LazyFrame:
    """Return what `compare_headings` does, from past wordings read already (see `past_wordings`)."""
    asked = settle(declared.select(_CASE).drop_nulls().unique())  # settled: polars lost shared parts of a plan so deep
    # one word of many (kit) does not speak for all of them; one of two does (bismuth needles)
    n_words = pl.col("wording").str.count_matches(" ", literal=True) + 1
    is_heard = (pl.col("n_tokens") >= FEWEST_KNOWN_WORDS) | (2 * pl.col("n_tokens") >= n_words)
    is_told = (pl.col("n_own") >= FEWEST_TEXTS_OF_HEADING) & is_heard
    by_history = _verdicts(asked, past, None, is_told)
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
    asked: pl.LazyFrame, past: PastWordings, reference: pl.DataFrame | None, is_enough: pl.Expr
) -> pl.LazyFrame:
    """Judge each case that there is enough to judge by: `best_heading` and `heading_log_odds` beside the case."""
    worded = settle(asked.select("wording", "month").unique().with_row_index("at"))
    told = _told_of_headings(worded, past, reference)
    sizes = settle(_sizes(past, asked))
    n_texts, n_tokens = pl.col("n_texts").fill_null(0), pl.col("n_tokens")
    prior = n_texts.log1p() - n_tokens * (n_texts + PRIOR_TEXTS).log()
    said = settle(
        told.join(sizes, on=["heading_of", "month"], how="left").with_columns(fit=(pl.col("gain") + prior).round(6))
    )
    highest = said.group_by("at").agg(pl.col("fit").max())
    best = (
        said.join(highest, on=["at", "fit"], how="semi")
        .sort("at", "heading_of")
        .unique("at", keep="last", maintain_order=True)
        .select("at", "n_tokens", best_heading="heading_of", best="fit", n_support="n_support")
    )
    of_own = said.select("at", "fit", heading="heading_of", own_support="n_support")
    cases = (
        asked.join(worded, on=["wording", "month"], how="left")
        .join(best, on="at", how="left")
        .drop_nulls("n_tokens")
        .join(sizes.rename({"heading_of": "heading"}), on=["heading", "month"], how="left")
        .join(of_own, on=["at", "heading"], how="left")
        .with_columns(n_own=n_texts, own=pl.coalesce("fit", prior.round(6)))  # nothing said for it: its size alone
    )
    is_own = pl.col("own") > pl.col("best")
    is_own = is_own | ((pl.col("own") == pl.col("best")) & (pl.col("heading") > pl.col("best_heading")))
    odds = (pl.max_horizontal("best", "own") - pl.col("own")) / n_tokens
    return (
        cases.with_columns(
            n_support=pl.when(is_own).then(pl.col("own_support").fill_null(0)).otherwise("n_support"),
            best_heading=pl.when(is_own).then("heading").otherwise("best_heading"),
            heading_log_odds=odds,
        )
        .filter(is_enough)
        .select(*_CASE, "best_heading", "heading_log_odds")
    )


def past_wordings(history: pl.LazyFrame, digits: int = HEADING_DIGITS) -> PastWordings:
    """Count the words of past declarations; a wording counts once for each heading and month."""
    worded = word_texts(history.select(text="description"))
    seen = history.select(
        text="description", heading_of=pl.col("hs_code").str.head(digits), month=month_number(pl.col("declared_on"))
    )
    joined = settle_streamed(seen.drop_nulls().unique()).join(worded, on="text", how="left")
    return PastWordings.of(settle(joined.select(list(_SEEN)).unique()))


def _tokens(frame: pl.LazyFrame) -> pl.LazyFrame:
    tokens = frame.with_columns(token=pl.col("wording").str.split(" ")).explode("token")
    return tokens.filter(pl.col("token") != "")


def _sizes(past: PastWordings, asked: pl.LazyFrame) -> pl.LazyFrame:
    """Wordings seen under each heading before each month asked for."""
    sizes = past.sizes.lazy()
    headings = pl.concat([sizes.select("heading_of"), asked.select(heading_of="heading")]).unique()
    wanted = headings.join(asked.select("month").unique(), how="cross")
    return totals_before(sizes, wanted, by=["heading_of"], sums=["n_texts"])


def _told_of_headings(worded: pl.LazyFrame, past: PastWordings, reference: pl.DataFrame | None) -> pl.LazyFrame:
    """Sum what the telling tokens of each wording say for each heading.

    `worded` has `at`, `wording` and `month`; returns `at`, `month`, `n_tokens`, `heading_of`, `gain` and `n_support`
    (how many of the tokens speak for it).
    """
    tokens = settle(_tokens(worded).select("at", "token", "month"))
    gains = settle(_token_gains(tokens, past, reference))
    pairs = settle(gains.select("token", "month").unique().with_row_index("pair"))
    known = settle(tokens.join(pairs, on=["token", "month"], how="inner").select("at", "pair"))
    told = settle(gains.join(pairs, on=["token", "month"], how="left").select("pair", "heading_of", "gain"))
    # in whole steps, whose sum no order of adding can change
    steps = (pl.col("gain") * GAIN_STEPS).round().cast(pl.Int64)
    said = (
        known.join(told.with_columns(steps=steps), on="pair", how="left")
        .group_by("at", "heading_of")
        .agg(gain=pl.col("steps").sum() / GAIN_STEPS, n_support=(pl.col("gain") > 0).sum())
    )
    n_known = known.group_by("at").agg(n_tokens=pl.len())
    return said.join(n_known, on="at", how="left").join(worded.select("at", "month"), on="at", how="left")


def _token_gains(tokens: pl.LazyFrame, past: PastWordings, reference: pl.DataFrame | None) -> pl.LazyFrame:
    """What each telling token said for each heading by each month: `token`, `month`, `heading_of`, `gain`.

    The gain is ln((n + background) / background): how much likelier the token is under the heading than anywhere.
    """
    months = settle(tokens.select("token", "month").unique())
    numbered = settled(months.select("token").unique().with_columns(token_no=text_number(pl.col("token"))))
    said = past.said.rows_of(numbered["token_no"]).join(numbered, on="token_no", how="left")
    monthly = said.lazy().select("token", "heading_of", "month", "n")
    wanted = months.join(monthly.select("token", "heading_of").unique(), on="token", how="left")
    counts = settle(totals_before(monthly, wanted, by=["token", "heading_of"], sums=["n"]).filter(pl.col("n") > 0))
    by_history = history_gains(counts, _all_tokens(past, months))
    return with_reference(by_history, counts, months, reference)


def _all_tokens(past: PastWordings, asked: pl.LazyFrame) -> pl.LazyFrame:
    """Count every token seen before each month asked for, whichever tokens are asked about: `month`, `n_all`."""
    counted = past.all_tokens.lazy().with_columns(every=pl.lit(0))
    wanted = asked.select("month", every=pl.lit(0)).unique()
    return totals_before(counted, wanted, by=["every"], sums=["n_all"]).select("month", "n_all")


def heading_mismatch(log_odds: pl.Expr, basis: pl.Expr) -> pl.Expr:
    """The words are those of another heading.

    Strength in [0, 1] from the mean log-odds per known word of the best heading against the declared one: 0 up to 1
    (2.7 times likelier), 1 from 4 (55 times); half of it where `basis` is the nomenclature alone. Null where neither
    history nor nomenclature says enough. Source: indicators.md 20.
    """
    keeps = pl.when(basis == "nomenclature").then(NOMENCLATURE_KEEPS).otherwise(1.0)
    return ramp(log_odds, ORDINARY_LOG_ODDS, EXTREME_LOG_ODDS) * keeps

"""What heading the words would rather have, judged by past declarations: a naive Bayes kept month by month."""

from __future__ import annotations

import polars as pl

from features.description.normalise import lower_simplified, plain_text, word_text
from features.lookback import month_number, totals_before
from features.strength import ramp

HEADING_DIGITS = 4
PRIOR_TEXTS = 5.0  # pseudo-count of the background: a heading needs several texts before its words weigh
FEWEST_TEXTS_OF_HEADING = 10  # distinct monthly texts under the declared heading; below, history is thin
FEWEST_TEXTS_OF_TOKEN = 3
# Mean log-odds per known token, best against declared heading: e^1 = 2.7 times likelier is chance, e^4 = 55 is not.
ORDINARY_LOG_ODDS, EXTREME_LOG_ODDS = 1.0, 4.0


def heading_tokens(words: pl.Expr) -> pl.Expr:
    """List the distinct tokens of a lower-case word text: Latin words of three letters or more, Chinese pairs."""
    latin = words.str.extract_all(r"\p{Latin}[\p{Latin}\p{N}]{2,23}")
    pairs = words.str.extract_all(r"\p{Han}{2}")
    shifted = words.str.replace_all(r" \p{Han}(\p{Han})", " ${1}").str.extract_all(r"\p{Han}{2}")
    return pl.concat_list(latin, pairs, shifted).list.unique().list.sort()


def compare_headings(declared: pl.LazyFrame, history: pl.LazyFrame, *, digits: int = HEADING_DIGITS) -> pl.LazyFrame:
    """Compare each declared heading with the one its text would rather have.

    Parameters
    ----------
    declared
        Distinct `text`, `words` (lower-case word text), `heading`, `month` (see features/lookback.py).
    history
        Past declarations: `declared_on`, `description`, `hs_code`. Each text counts once per month and heading, so that
        one busy trader cannot teach the model; only months strictly before `month` count.
    digits
        Length of a heading.

    Returns
    -------
    pl.LazyFrame
        `text`, `heading`, `month`, `best_heading`, `heading_log_odds` (mean per known token, ln P(best | text) - ln
        P(declared | text), >= 0). Both null where fewer than 10 texts of the declared heading, or no token, are known.
    """
    past = _past_texts(history, digits)
    asked = declared.select("text", "words", "heading", "month").unique(["text", "heading", "month"])
    tokens = asked.with_columns(token=heading_tokens(pl.col("words"))).select("text", "heading", "month", "token")
    tokens = tokens.explode("token", empty_as_null=False)
    sizes = _sizes(past, asked)
    scored = _evidence(past, tokens).join(sizes, on=["heading_of", "month"], how="left")
    n_tokens = pl.col("n_tokens")
    likelihood = pl.col("gain") - n_tokens * (pl.col("n_texts") + PRIOR_TEXTS).log() + pl.col("n_texts").log1p()
    ranked = scored.with_columns(fit=likelihood.round(6)).sort("text", "heading", "month", "fit", "heading_of")
    own = pl.col("heading_of") == pl.col("heading")
    judged = ranked.group_by("text", "heading", "month").agg(
        best_heading=pl.col("heading_of").last(),
        best=pl.col("fit").last(),
        own=pl.col("fit").filter(own).max(),
        n_own=pl.col("n_texts").filter(own).max(),
        n_tokens=n_tokens.first(),
    )
    enough = (pl.col("n_own") >= FEWEST_TEXTS_OF_HEADING) & (n_tokens > 0)
    odds = pl.when(enough).then((pl.col("best") - pl.col("own")) / n_tokens)
    return judged.select(
        "text", "heading", "month", best_heading=pl.when(enough).then("best_heading"), heading_log_odds=odds
    )


def _past_texts(history: pl.LazyFrame, digits: int) -> pl.LazyFrame:
    seen = history.select(
        text="description", heading_of=pl.col("hs_code").str.head(digits), month=month_number(pl.col("declared_on"))
    )
    return seen.drop_nulls().unique()


def _sizes(past: pl.LazyFrame, asked: pl.LazyFrame) -> pl.LazyFrame:
    """Texts seen under each heading before each month asked for."""
    months = asked.select("month").unique()
    headings = pl.concat([past.select("heading_of"), asked.select(heading_of="heading")]).unique()
    return totals_before(
        past.select("heading_of", "month", n_texts=pl.lit(1)),
        headings.join(months, how="cross"),
        by=["heading_of"],
        sums=["n_texts"],
    )


def _evidence(past: pl.LazyFrame, tokens: pl.LazyFrame) -> pl.LazyFrame:
    """Sum, per text and heading it could have, of what each known token says for the heading."""
    words = past.select("text").unique().with_columns(
        token=heading_tokens(lower_simplified(word_text(plain_text(pl.col("text")))))
    )
    wanted_tokens = tokens.select("token").unique()
    of_token = words.explode("token", empty_as_null=False).join(wanted_tokens, on="token", how="semi")
    events = past.join(of_token, on="text", how="left").drop_nulls("token").group_by("token", "heading_of", "month").len("n")
    pairs = events.select("token", "heading_of").unique()
    months = tokens.select("token", "month").unique()
    wanted = months.join(pairs, on="token", how="left").drop_nulls("heading_of")
    counts = totals_before(events, wanted, by=["token", "heading_of"], sums=["n"]).filter(pl.col("n") > 0)
    seen = pl.col("n").sum().over("token", "month")
    counts = counts.with_columns(seen=seen).filter(pl.col("seen") >= FEWEST_TEXTS_OF_TOKEN)
    total = counts.group_by("month").agg(all_seen=pl.col("n").sum())
    shares = counts.join(total, on="month", how="left").with_columns(
        background=PRIOR_TEXTS * pl.col("seen") / pl.col("all_seen")
    )
    shares = shares.with_columns(
        gain=((pl.col("n") + pl.col("background")) / pl.col("background")).log().round(6)
    ).select("token", "month", "heading_of", "gain")
    known = tokens.join(counts.select("token", "month").unique(), on=["token", "month"], how="semi")
    n_known = known.group_by("text", "heading", "month").agg(n_tokens=pl.len())
    sums = (
        known.join(shares, on=["token", "month"], how="left")
        .group_by("text", "heading", "month", "heading_of")
        .agg(pl.col("gain").sum().round(5))
    )
    own = n_known.select("text", "heading", "month", heading_of="heading", gain=pl.lit(0.0))
    both = pl.concat([sums, own]).group_by("text", "heading", "month", "heading_of").agg(pl.col("gain").max())
    return both.join(n_known, on=["text", "heading", "month"], how="left")


def heading_mismatch(log_odds: pl.Expr) -> pl.Expr:
    """The words are those of another heading.

    Strength in [0, 1] from the mean log-odds per known word of the best heading against the declared one: 0 up to 1
    (2.7 times likelier), 1 from 4 (55 times). Null where the history of the heading or of the words is thin.
    Source: indicators.md 20.
    """
    return ramp(log_odds, ORDINARY_LOG_ODDS, EXTREME_LOG_ODDS)

"""What heading the words would rather have, judged by past declarations: a naive Bayes kept month by month."""

from __future__ import annotations

import polars as pl

from features.description.normalise import lower_simplified, plain_text, word_text
from features.lookback import month_number, totals_before
from features.strength import ramp

HEADING_DIGITS = 4
PRIOR_TEXTS = 5.0  # pseudo-count of the background: a heading needs several texts before its words weigh
FEWEST_TEXTS_OF_HEADING = 10  # wordings under the declared heading, month by month; below, history is thin
FEWEST_TEXTS_OF_TOKEN = 3
MOST_HEADINGS_OF_TOKEN = 25  # a word seen under more headings than this (pcs, model, for export) tells nothing
# Mean log-odds per known token, best against declared heading: e^1 = 2.7 times likelier is chance, e^4 = 55 is not.
ORDINARY_LOG_ODDS, EXTREME_LOG_ODDS = 1.0, 4.0
_CASE = ["wording", "heading", "month"]


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
    return once.with_columns(wording=wording(lower_simplified(word_text(plain_text(pl.col("text"))))))


def compare_headings(declared: pl.LazyFrame, history: pl.LazyFrame, *, digits: int = HEADING_DIGITS) -> pl.LazyFrame:
    """Compare each declared heading with the one its words would rather have.

    Parameters
    ----------
    declared
        `wording`, `heading`, `month` (see features/lookback.py).
    history
        Past declarations: `declared_on`, `description`, `hs_code`. Each wording counts once per month and heading, so
        that one busy trader cannot teach the model; only months strictly before `month` count.
    digits
        Length of a heading.

    Returns
    -------
    pl.LazyFrame
        Distinct `wording`, `heading`, `month`, with `best_heading` and `heading_log_odds` (mean per known token,
        ln P(best | words) - ln P(declared | words), >= 0). Both null where fewer than 10 wordings of the declared
        heading, or no telling token, are known.
    """
    asked = declared.select(_CASE).drop_nulls().unique().cache()
    past = _past_wordings(history, digits).cache()
    known, gains = _token_gains(past, asked)
    evidence = _evidence(known, gains).join(_sizes(past, asked), on=["heading_of", "month"], how="left")
    n_texts, n_tokens = pl.col("n_texts"), pl.col("n_tokens")
    fit = pl.col("gain") - n_tokens * (n_texts + PRIOR_TEXTS).log() + n_texts.log1p()
    ranked = evidence.with_columns(fit=fit.round(6)).sort(*_CASE, "fit", "heading_of")
    own = pl.col("heading_of") == pl.col("heading")
    judged = ranked.group_by(_CASE).agg(
        best_heading=pl.col("heading_of").last(),
        best=pl.col("fit").last(),
        own=pl.col("fit").filter(own).max(),
        n_own=n_texts.filter(own).max(),
        n_tokens=n_tokens.first(),
    )
    enough = pl.col("n_own") >= FEWEST_TEXTS_OF_HEADING
    odds = pl.when(enough).then((pl.col("best") - pl.col("own")) / n_tokens)
    verdicts = judged.select(*_CASE, best_heading=pl.when(enough).then("best_heading"), heading_log_odds=odds)
    return asked.join(verdicts, on=_CASE, how="left")


def _past_wordings(history: pl.LazyFrame, digits: int) -> pl.LazyFrame:
    worded = word_texts(history.select(text="description"))
    seen = history.select(
        text="description", heading_of=pl.col("hs_code").str.head(digits), month=month_number(pl.col("declared_on"))
    )
    joined = seen.drop_nulls().unique().join(worded, on="text", how="left")
    return joined.select("wording", "heading_of", "month").unique()


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


def _token_gains(past: pl.LazyFrame, asked: pl.LazyFrame) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """What each telling token said for each heading by each month, and the tokens of the wordings asked about.

    The gain is ln((n + background) / background): how much likelier the token is under the heading than anywhere.
    """
    tokens = _tokens(asked).cache()
    wanted_tokens = tokens.select("token").unique()
    past_tokens = _tokens(past).cache()
    events = past_tokens.join(wanted_tokens, on="token", how="semi")
    monthly = events.group_by("token", "heading_of", "month").len("n").cache()
    months = tokens.select("token", "month").unique()
    wanted = months.join(monthly.select("token", "heading_of").unique(), on="token", how="left")
    counts = totals_before(monthly, wanted, by=["token", "heading_of"], sums=["n"]).filter(pl.col("n") > 0)
    spread = counts.with_columns(seen=pl.col("n").sum().over("token", "month"), width=pl.len().over("token", "month"))
    telling = spread.filter((pl.col("seen") >= FEWEST_TEXTS_OF_TOKEN) & (pl.col("width") <= MOST_HEADINGS_OF_TOKEN))
    background = PRIOR_TEXTS * pl.col("seen") / pl.col("n_all")
    gains = (
        telling.join(_all_tokens(past_tokens, months), on="month", how="left")
        .with_columns(gain=((pl.col("n") + background) / background).log().round(6))
        .cache()
    )
    known = tokens.join(gains.select("token", "month").unique(), on=["token", "month"], how="semi")
    return known.cache(), gains.select("token", "month", "heading_of", "gain")


def _all_tokens(past_tokens: pl.LazyFrame, asked: pl.LazyFrame) -> pl.LazyFrame:
    """Count every token seen before each month asked for, whichever tokens are asked about: `month`, `n_all`."""
    counted = past_tokens.group_by("month").len("n_all").with_columns(every=pl.lit(0))
    wanted = asked.select("month", every=pl.lit(0)).unique()
    return totals_before(counted, wanted, by=["every"], sums=["n_all"]).select("month", "n_all")


def _evidence(known: pl.LazyFrame, gains: pl.LazyFrame) -> pl.LazyFrame:
    """Sum of what the tokens of each case say for each heading, the declared one always among them."""
    n_known = known.group_by(_CASE).agg(n_tokens=pl.len())
    sums = known.join(gains, on=["token", "month"], how="left").group_by(*_CASE, "heading_of")
    said = sums.agg(pl.col("gain").sum().round(4))
    own = n_known.select(*_CASE, heading_of="heading", gain=pl.lit(0.0))
    both = pl.concat([said, own]).group_by(*_CASE, "heading_of").agg(pl.col("gain").max())
    return both.join(n_known, on=_CASE, how="left")


def heading_mismatch(log_odds: pl.Expr) -> pl.Expr:
    """The words are those of another heading.

    Strength in [0, 1] from the mean log-odds per known word of the best heading against the declared one: 0 up to 1
    (2.7 times likelier), 1 from 4 (55 times). Null where the history of the heading or of the words is thin.
    Source: indicators.md 20.
    """
    return ramp(log_odds, ORDINARY_LOG_ODDS, EXTREME_LOG_ODDS)

"""The heading history: by hand on a made-up year, strictly earlier months only, thin history unknown."""

from __future__ import annotations

import math
from datetime import date

import polars as pl
import pytest

from features.description.headings import compare_headings, heading_mismatch, wording
from features.lookback import month_number

FILLERS = ("alpha", "beta", "gamma", "delta", "iota", "kappa", "lambda", "omicron", "sigma", "theta")
TILES = [f"porcelain floor tile glazed {word}" for word in FILLERS]
PUMPS = [f"centrifugal water pump {word}" for word in FILLERS]


def history(day: date = date(2025, 1, 10)) -> pl.LazyFrame:
    texts = TILES + PUMPS
    codes = ["6907211000"] * len(TILES) + ["8413709990"] * len(PUMPS)
    return pl.LazyFrame({"declared_on": [day] * len(texts), "description": texts, "hs_code": codes})


def asked(text: str, heading: str, day: date) -> pl.LazyFrame:
    words = pl.lit(f" {text} ")
    return pl.select(wording=wording(words), heading=pl.lit(heading), month=month_number(pl.lit(day))).lazy()


def odds(
    text: str, heading: str, *, day: date = date(2025, 2, 1), past: pl.LazyFrame | None = None
) -> tuple[str, float]:
    found = compare_headings(asked(text, heading, day), history() if past is None else past).collect()
    return found["best_heading"].item(), found["heading_log_odds"].item()


def test_words_of_another_heading() -> None:
    best, log_odds = odds("porcelain floor tile", "8413")
    assert best == "6907"
    # Each of the three words: in 10 of 10 wordings under 6907, in none under 8413. Both headings have 10 wordings, so
    # only the gain ln((n + b)/b) remains, n = 10, b = 5 * 10/90: the ten tiles have 5 tokens each, the ten pumps 4.
    background = 5.0 * 10 / 90
    assert log_odds == pytest.approx(math.log((10 + background) / background), abs=1e-3)
    assert pl.select(heading_mismatch(pl.lit(log_odds), pl.lit("past declarations"))).item() == pytest.approx(
        (log_odds - 1) / 3
    )


def test_what_else_is_asked_changes_no_answer() -> None:
    alone = compare_headings(asked("porcelain floor tile", "8413", date(2025, 2, 1)), history()).collect()
    others = [asked(text, "8413", date(2025, 2, 1)) for text in ("porcelain floor tile", "water pump sigma", "glazed")]
    together = compare_headings(pl.concat(others), history()).collect()
    assert together.filter(pl.col("wording") == alone["wording"].item()).equals(alone)


def test_words_of_the_declared_heading() -> None:
    assert odds("porcelain floor tile", "6907") == ("6907", 0.0)


def test_only_strictly_earlier_months_count() -> None:
    assert odds("porcelain floor tile", "8413", day=date(2025, 1, 31)) == (None, None)
    late = pl.concat([history(), history(date(2025, 2, 1)).with_columns(hs_code=pl.lit("7901120000"))])
    assert odds("porcelain floor tile", "8413", past=late) == odds("porcelain floor tile", "8413")


def test_thin_history_is_unknown() -> None:
    assert odds("porcelain floor tile", "9403") == (None, None)  # the heading was never seen
    assert odds("unheard of words", "6907") == (None, None)
    empty = history().filter(pl.col("hs_code") == "none")
    assert odds("porcelain floor tile", "6907", past=empty) == (None, None)


def test_a_text_without_words_is_unknown() -> None:
    assert odds("12 34", "6907") == (None, None)


def test_a_busy_trader_does_not_teach_the_model() -> None:
    busy = pl.concat([history(), *[history().head(1).with_columns(hs_code=pl.lit("8413709990"))] * 200])
    _, calm = odds("porcelain floor tile", "8413")
    _, with_busy = odds("porcelain floor tile", "8413", past=busy)
    assert with_busy > calm / 3  # two hundred repeats are one wording


def test_nulls_in_history_are_skipped() -> None:
    nulls = pl.LazyFrame(
        {
            "declared_on": [date(2025, 1, 1)] * 2,
            "description": [None, "porcelain floor tile"],
            "hs_code": ["6907", None],
        },
        schema_overrides={"description": pl.String, "hs_code": pl.String},
    )
    assert odds("porcelain floor tile", "8413", past=pl.concat([history(), nulls])) == odds(
        "porcelain floor tile", "8413"
    )


def test_mismatch_of_unknown_is_unknown() -> None:
    assert pl.select(heading_mismatch(pl.lit(None, pl.Float64), pl.lit(None, pl.String))).item() is None


REFERENCE = pl.DataFrame(
    {
        "token": ["tile", "porcelain", "pump", "water", "machine"],
        "heading_of": ["6907", "6907", "8413", "8413", "8479"],
        "share": [0.5, 0.25, 0.5, 0.25, 0.5],
        "background": [0.001] * 5,
    }
)


def by_reference(text: str, heading: str, past: pl.LazyFrame) -> tuple[str, float, str]:
    found = compare_headings(asked(text, heading, date(2025, 2, 1)), past, reference=REFERENCE).collect()
    return found.select("best_heading", "heading_log_odds", "heading_basis").row(0)


def test_a_nomenclature_speaks_where_history_is_thin() -> None:
    best, log_odds, basis = by_reference("porcelain tile", "8413", history().limit(0))
    # gain of tile: ln((5 * 0.5 + 0.005)/0.005) = ln 501; of porcelain: ln 251; neither is a word of 8413
    assert (best, basis) == ("6907", "nomenclature")
    assert log_odds == pytest.approx((math.log(501) + math.log(251)) / 2, abs=1e-4)
    half = pl.select(heading_mismatch(pl.lit(log_odds), pl.lit(basis))).item()
    assert half == 0.5  # by the nomenclature alone never more than a mention
    assert by_reference("porcelain tile", "6907", history().limit(0)) == ("6907", 0.0, "nomenclature")


def test_one_word_or_a_strange_heading_is_too_little_for_the_nomenclature() -> None:
    assert by_reference("tile", "8413", history().limit(0)) == (None, None, None)
    assert by_reference("porcelain tile", "9999", history().limit(0)) == (None, None, None)


def test_history_outweighs_the_nomenclature() -> None:
    contrary = history().with_columns(  # here what tariffs call tile and porcelain goes under 3214, month after month
        hs_code=pl.when(pl.col("description").str.contains("tile")).then(pl.lit("3214900090")).otherwise("hs_code")
    )
    best, log_odds, basis = by_reference("porcelain floor tile glazed", "3214", contrary)
    assert (best, log_odds, basis) == ("3214", 0.0, "past declarations")


def test_a_nomenclature_changes_no_answer_by_what_else_is_asked() -> None:
    alone = compare_headings(asked("porcelain tile", "8413", date(2025, 2, 1)), history(), reference=REFERENCE)
    both = pl.concat([asked("porcelain tile", "8413", date(2025, 2, 1)), asked("water pump", "6907", date(2025, 2, 1))])
    together = compare_headings(both, history(), reference=REFERENCE).collect()
    one = alone.collect()
    assert together.filter(pl.col("wording") == one["wording"].item()).equals(one)

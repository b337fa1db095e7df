"""The description room's table: every declaration's evidence from its words. Each unique text is read once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import polars as pl

from features.beside import beside, told_once
from features.description.articles import is_raw_code
from features.description.assessment import assess_texts
from features.description.headings import PastWordings, heading_mismatch, judge_headings, past_wordings
from features.description.headings_rules import HEADING_DIGITS
from features.description.mismatch import (
    PLAINLY_WRITTEN_BELOW,
    code_fit,
    declared_openly,
    is_finished_article,
    mineral_codes,
    term_mismatch,
)
from features.description.registry import REGISTRY
from features.description.remarks import less_openly, remark_conflict, remark_missing, remark_says
from features.lookback import month_number, settle, settle_streamed, settled
from features.minerals import Minerals

REMARK_RULE_FROM = date(2025, 4, 4)  # MOFCOM and GACC No. 18 of 2025, in force on publication
REMARK_RULE_MINERALS = ("samarium", "gadolinium", "terbium", "dysprosium", "lutetium", "scandium", "yttrium")
"""Minerals of No. 18 of 2025; the like rules of Nos. 55 to 58 were suspended on 2025-11-07 before they took effect."""

FIGURES = pl.Schema(
    {
        "text_mineral": pl.String,
        "text_form": pl.String,
        "text_minerals": pl.String,
        "text_forms": pl.String,
        "text_term": pl.String,
        "meets_listed_form": pl.Boolean,
        "n_changed_chars": pl.Int32,
        "declared_heading": pl.String,
        "best_heading": pl.String,
        "heading_basis": pl.String,
        "remark_reading": pl.String,
    }
)

_CASE = ["wording", "declared_heading", "month"]


def build_description(
    declarations: pl.LazyFrame,
    minerals: Minerals,
    *,
    history: pl.LazyFrame | None = None,
    word_shares: pl.DataFrame | None = None,
    codes_of_mineral: pl.DataFrame | None = None,
    remark_rule_from: date = REMARK_RULE_FROM,
    remark_rule_minerals: Sequence[str] = REMARK_RULE_MINERALS,
    are_remarks_recorded: pl.Expr | bool = False,
    heading_digits: int = HEADING_DIGITS,
) -> pl.LazyFrame:
    """Read what each declaration says of its goods.

    Parameters
    ----------
    declarations
        The contract's table.
    minerals
        Terms and forms to look for.
    history
        Past declarations (`declared_on`, `description`, `hs_code`) for the heading evidence; only months strictly
        before a declaration's are used. None leaves that evidence null, unless `word_shares` is given.
    word_shares
        Words of a nomenclature (`features.description.nomenclature.WORD_SHARES`): what is known before any history.
    codes_of_mineral
        Further codes of each mineral (`mineral`, `hs6`), from the control list.
    remark_rule_from, remark_rule_minerals
        Since when, and for which minerals, the remarks box has to say controlled or not.
    are_remarks_recorded
        Whether the source records remarks at all, so that a null remark means a blank box; may depend on the row's
        `declared_on`.
    heading_digits
        Length of the heading that history is kept for.

    Returns
    -------
    pl.LazyFrame
        One row per `declaration_id`: every column of this room's registry (Float32) and the figures behind them. A null
        description makes all of them null except what the remark alone says. Every listed form counts as controlled,
        whatever the day (see `heed_remarks`).
    """
    judged = judge_description(
        declarations,
        minerals,
        None if history is None else past_wordings(history, heading_digits),
        word_shares=word_shares,
        codes_of_mineral=codes_of_mineral,
        remark_rule_from=remark_rule_from,
        remark_rule_minerals=remark_rule_minerals,
        are_remarks_recorded=are_remarks_recorded,
        heading_digits=heading_digits,
    )
    return heed_remarks(judged.lazy(), pl.lit(value=True))


def heed_remarks(judged: pl.LazyFrame, is_in_force: pl.Expr) -> pl.LazyFrame:
    """Add what a remark that denies control does: `remark_conflict`, and less of `declared_openly`.

    `is_in_force` says whether an item that the words meet is in force on the day for these goods; null unknown.
    """
    says, meets, weight = pl.col("remark_reading"), pl.col("meets_listed_form"), pl.col("term_weight")
    conflict = remark_conflict(says, meets, weight, is_in_force=is_in_force)
    openly = less_openly(pl.col("declared_openly"), says, meets & is_in_force, weight)
    return judged.with_columns(remark_conflict=conflict.cast(pl.Float32), declared_openly=openly.cast(pl.Float32))


def judge_description(
    declarations: pl.LazyFrame,
    minerals: Minerals,
    wordings: PastWordings | None,
    *,
    repeated: pl.LazyFrame | None = None,
    verdicts: pl.LazyFrame | None = None,
    word_shares: pl.DataFrame | None = None,
    codes_of_mineral: pl.DataFrame | None = None,
    remark_rule_from: date = REMARK_RULE_FROM,
    remark_rule_minerals: Sequence[str] = REMARK_RULE_MINERALS,
    blank_text: pl.Expr | None = None,
    are_remarks_recorded: pl.Expr | bool = False,
    heading_digits: int = HEADING_DIGITS,
) -> pl.LazyFrame:
    """Return what `build_description` does before it heeds remarks, from past wordings read already.

    `wordings` is of `past_wordings`, `repeated` holds texts read already (see `repeated_texts`), `verdicts` headings
    judged already (see `repeated_cases`); the others are read and judged here. `blank_text` is how vague it is to say
    nothing at all, by the row's `declared_on`.
    """
    facts = settled(
        declarations.select(
            "declaration_id",
            "declared_on",
            "licence_no",
            "control_remark",
            text="description",
            hs6=pl.col("hs_code").str.head(6),
            declared_heading=pl.col("hs_code").str.head(heading_digits),
            month=month_number(pl.col("declared_on")),
        )
    )
    read = _told(facts, repeated, ["text"], lambda texts: assess_texts(texts, minerals))
    read = read.with_columns(_unless_code_says_raw(name) for name in ("text_form", "text_forms", "meets_listed_form"))
    fitted = beside(read, _code_fits(read, mineral_codes(minerals.forms, codes_of_mineral)), "declaration_id")
    compared = _told(fitted, verdicts, _CASE, lambda cases: _headings(cases, wordings, word_shares))
    remarked = told_once(compared, "control_remark", remark_says(pl.col("control_remark")).alias("remark_reading"))
    weight = pl.col("term_weight")
    says, meets = pl.col("remark_reading"), pl.col("meets_listed_form")
    is_ruled = (pl.col("declared_on") >= remark_rule_from) & pl.col("text_mineral").is_in([*remark_rule_minerals])
    recorded = are_remarks_recorded if isinstance(are_remarks_recorded, pl.Expr) else pl.lit(are_remarks_recorded)
    is_plain = pl.col("disguised_text").fill_null(0.0) < PLAINLY_WRITTEN_BELOW
    is_part = pl.col("is_part").fill_null(value=False) & is_finished_article(pl.col("hs6")) & is_plain
    has_licence = pl.col("licence_no").str.strip_chars().str.len_chars().fill_null(0) > 0
    blank = pl.when(pl.col("text").is_null()).then(pl.lit(None) if blank_text is None else blank_text)
    evidence = remarked.lazy().with_columns(
        vague_text=pl.coalesce("vague_text", blank),
        term_mismatch=term_mismatch(pl.col("code_fit"), weight, is_part=is_part),
        heading_mismatch=heading_mismatch(pl.col("heading_log_odds"), pl.col("heading_basis")),
        remark_missing=remark_missing(
            says, meets, weight, is_ruled=is_ruled.fill_null(value=False), is_recorded=recorded
        ),
        declared_openly=declared_openly(pl.col("code_fit"), weight, has_licence, says, is_plain=is_plain),
    )
    columns = [pl.col(one.code).cast(pl.Float32) for one in REGISTRY if one.code != "remark_conflict"]
    return evidence.select("declaration_id", *columns, *[pl.col(name).cast(kind) for name, kind in FIGURES.items()])


def _unless_code_says_raw(name: str) -> pl.Expr:
    """Leave open what goods are that the text calls articles and the code a substance: one of the two is not so."""
    return pl.when(~(pl.col("is_article").fill_null(value=False) & is_raw_code(pl.col("hs6")))).then(name).alias(name)


def _code_fits(read: pl.DataFrame, codes: pl.DataFrame) -> pl.LazyFrame:
    """Say of declarations whose text names a mineral whether the code is one of its: `declaration_id`, `code_fit`."""
    keys = ["text_mineral", "text_form", "also_named", "own_headings", "hs6"]
    naming = read.lazy().select("declaration_id", *keys).drop_nulls("text_mineral")
    fits = code_fit(naming.select(keys).unique(), codes)
    return naming.join(fits, on=keys, how="left", nulls_equal=True).select("declaration_id", "code_fit")


def repeated_texts(declarations: pl.LazyFrame, minerals: Minerals) -> pl.LazyFrame:
    """Read once the texts that more than one declaration has, so that no two batches read them both."""
    counted = declarations.select(text="description").drop_nulls().group_by("text").len()
    repeated = settle_streamed(counted.filter(pl.col("len") > 1).select("text"))
    return settle(assess_texts(repeated, minerals))


def repeated_cases(
    declarations: pl.LazyFrame,
    repeated: pl.LazyFrame,
    wordings: PastWordings,
    word_shares: pl.DataFrame | None,
    heading_digits: int = HEADING_DIGITS,
) -> pl.LazyFrame:
    """Judge once the headings of texts that more than one declaration has under one heading in one month.

    `repeated` holds the texts that more than one declaration has (see `repeated_texts`).
    """
    cases = declarations.select(
        text="description",
        declared_heading=pl.col("hs_code").str.head(heading_digits),
        month=month_number(pl.col("declared_on")),
    )
    counted = cases.drop_nulls().group_by("text", "declared_heading", "month").len().filter(pl.col("len") > 1)
    worded = settle_streamed(counted).join(repeated.select("text", "wording"), on="text", how="left")
    return settle(_headings(worded.select(_CASE).unique(), wordings, word_shares))


def _told(
    rows: pl.DataFrame, known: pl.LazyFrame | None, on: list[str], work_out: Callable[[pl.LazyFrame], pl.LazyFrame]
) -> pl.DataFrame:
    """Set beside each row what is told of its `on`: as `known`, and worked out, once for each, where nobody knows."""
    asked = settle(rows.lazy().select(on).drop_nulls().unique())
    if known is None:
        return beside(rows, work_out(asked), on)
    told = settled(known.join(asked, on=on, how="semi"))
    fresh = settled(asked.join(told.lazy(), on=on, how="anti"))
    return beside(rows, told if fresh.is_empty() else pl.concat([told, settled(work_out(fresh.lazy()))]), on)


def _headings(cases: pl.LazyFrame, wordings: PastWordings | None, word_shares: pl.DataFrame | None) -> pl.LazyFrame:
    """Judge each of distinct wordings, declared headings and months."""
    if wordings is None and word_shares is None:
        unknown = {"best_heading": pl.String, "heading_log_odds": pl.Float64, "heading_basis": pl.String}
        return cases.with_columns(*[pl.lit(None, kind).alias(name) for name, kind in unknown.items()])
    past = PastWordings.nothing() if wordings is None else wordings
    judged = judge_headings(cases.rename({"declared_heading": "heading"}), past, word_shares)
    return judged.rename({"heading": "declared_heading"})

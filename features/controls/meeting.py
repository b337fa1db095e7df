"""Whether a form at a stated purity is what an item of the control list describes, on that day."""

from __future__ import annotations

import polars as pl

from features.controls.frames import ControlList
from features.controls.stated import with_answers

_PURITY_ONLY = r"^only (?:at [\d.]+ % or purer|above [\d.]+ % purity)$"  # features.controls.conditions.condition_words
_ANSWERED = r"^not when controlled under |^[a-z-]+ magnets only$"
"""Conditions that decide nothing more: another entry controls the rest, or the form itself is the answer."""
_ABOVE = r"^only above "
_HEAVY = r"^only magnets that contain (?:terbium|dysprosium)"
"""A condition that a text answers where it says whether magnets hold dysprosium or terbium."""


def form_items(forms: pl.DataFrame, controls: ControlList) -> pl.DataFrame:
    """Return the items that a form, or one of the same mineral and formula, may fall under.

    Columns `form_id`, `item_id`, `is_own` (the item names this form, not only its purer or coarser kin),
    `min_purity_share`, `is_strict` (purer than, not at), `is_heavy` (magnets that hold dysprosium or terbium),
    `is_open` (a condition that no description answers).
    """
    kin = pl.coalesce(pl.concat_str([pl.col("mineral"), pl.lit(":"), pl.col("formula")]), pl.col("form_id"))
    placed = forms.select("form_id", "control_item", kin=kin)
    own = placed.select("form_id", item_id="control_item", is_own=pl.lit(value=True))
    others = placed.select("kin", other="form_id", item_id="control_item").drop_nulls("item_id")
    akin = placed.select("form_id", "kin").join(others, on="kin", how="left")
    akin = akin.filter(pl.col("other").is_not_null() & (pl.col("other") != pl.col("form_id")))
    both = pl.concat([own.drop_nulls("item_id"), akin.select("form_id", "item_id", is_own=pl.lit(value=False))])
    condition = pl.col("condition")
    is_purity = condition.str.contains(_PURITY_ONLY).fill_null(value=False)
    is_heavy = condition.str.contains(_HEAVY).fill_null(value=False)
    is_answered = is_purity | is_heavy | condition.str.contains(_ANSWERED).fill_null(value=False)
    about = controls.items.select(
        "item_id",
        min_purity_share=pl.when(is_purity).then("min_purity_share"),
        is_strict=condition.str.contains(_ABOVE).fill_null(value=False),
        is_heavy=is_heavy,
        is_open=condition.is_not_null() & ~is_answered,
    )
    joined = both.unique(["form_id", "item_id"], keep="first", maintain_order=True).join(
        about, on="item_id", how="left"
    )
    return joined.filter(pl.col("is_own") | pl.col("min_purity_share").is_not_null())


def heavy_items(controls: ControlList) -> list[str]:
    """Items of magnets that are listed for dysprosium or terbium: plain ones of the same code are free."""
    return controls.items.filter(pl.col("condition").str.contains(_HEAVY))["item_id"].sort().to_list()


def meets_item(asked: pl.LazyFrame, forms: pl.DataFrame, controls: ControlList) -> pl.LazyFrame:
    """Say whether each form falls under an item in force.

    `asked`: `declaration_id`, `form_id`, `purity` (share, null unstated), `states_heavy` (dysprosium or terbium in
    magnets, null unsaid), `description`, `control_items` (those in force for the form's mineral that day). Returned:
    one row per `declaration_id` with `meets_item`: true where an item in force names the form and what is stated meets
    its condition; false where none does; null where the form is not known, or the text does not answer the condition.
    `is_unsaid` where a code cannot answer for the text either: plain magnets have the same.
    """
    table = form_items(forms, controls).lazy()
    known = forms.lazy().select("form_id", is_known=pl.lit(value=True))
    told = asked.join(known, on="form_id", how="left").join(table, on="form_id", how="left")
    told = _with_figures(told, controls)
    in_force = pl.col("control_items").list.contains(pl.col("item_id")).fill_null(value=False)
    least, purity = pl.col("min_purity_share"), pl.col("purity").cast(pl.Float64).round(7)  # evidence is Float32
    reaches = pl.when("is_strict").then(purity > least).otherwise(purity >= least)
    answer = (
        pl.when(pl.col("is_known").is_null() | pl.col("control_items").is_null())
        .then(None)
        .when(~in_force)
        .then(pl.lit(value=False))
        .when("is_open")
        .then(pl.when("is_reached").then(pl.lit(value=True)).when("is_broken").then(pl.lit(value=False)))
        .when("is_heavy")
        .then("states_heavy")
        .when(least.is_not_null())
        .then(reaches)
        .otherwise(pl.lit(value=True))
    )
    judged = told.with_columns(answer=answer).group_by("declaration_id")
    # any true is true; else any unknown is unknown; else false
    unknown = pl.col("answer").is_null().any()
    meets = pl.when(pl.col("answer").any(ignore_nulls=True)).then(pl.lit(value=True))
    return judged.agg(
        meets_item=meets.when(~unknown).then(pl.lit(value=False)),
        is_unsaid=(pl.col("answer").is_null() & pl.col("is_heavy").fill_null(value=False)).any(),
    )


def _with_figures(told: pl.LazyFrame, controls: ControlList) -> pl.LazyFrame:
    """Add `is_reached` and `is_broken`: how figures of the text answer a condition that form and purity leave open."""
    asks = pl.col("is_open") & pl.col("description").str.contains(r"\d")
    on = ["item_id", "description", "stated_purity_share"]
    named = told.with_columns(stated_purity_share="purity")
    answers = with_answers(named.filter(asks).select(on).unique(), controls)
    return named.join(answers.select(*on, "is_broken", "is_reached"), on=on, how="left", nulls_equal=True)

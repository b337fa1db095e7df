"""Which form of the mineral a text means, and whether that form at that purity is one a control item names."""

from __future__ import annotations

import polars as pl

from features.description.articles import is_article
from features.description.normalise import lower_simplified, plain_text, word_text
from features.description.purity import stated_purity

# Words of form, most telling first. A form whose own name holds a word of the class is of that class.
FORM_WORDS: dict[str, str] = {
    "magnet": r" magnets? | magnetic |磁体|磁钢|永磁",
    "target": r" (?:sputtering )?targets? |靶",
    "press": r" (?:hydraulic|cubic|six sided) press(?:es)? |压机",
    "wafer": r" (?:wafers?|substrates?|epi\w*|single crystals?) |晶片|衬底|外延|单晶",
    "optics": r" (?:lens|lenses|windows?|optics|blanks?) |镜片|镜头|窗口",
    "concentrate": r" (?:ores?|concentrates?|stibnite|wolframite|scheelite) |矿",
    "oxide": r" (?:oxides?|trioxides?|dioxides?|pentoxides?) |氧化",
    "carbide": r" carbides? |碳化",
    "alloy": r" (?:alloys?|ferro\w*) |合金|铁$",
    "powder": r" (?:micro)?powders? | particles? | micron |粉",
    "metal": r" (?:metal|ingots?|regulus|lumps?|shots?|granules?|bars?|rods?|billets?|unwrought) |锭|金属|块|粒",
}
# Conditions that a stated purity answers by itself: "purity >=99.99 %", "only at 99.99 % or purer".
_PURITY_ONLY = r"^(?:purity\s*(?:≥|>=)\s*[\d.]+\s*%|only at [\d.]+\s*% or purer)$"
_HEAVY_ONLY = r"^only when containing (?:Tb|Dy)"
"""A condition that a text answers where it says whether magnets hold dysprosium or terbium."""


def form_classes(words: pl.Expr) -> pl.Expr:
    """Name the class of form that a word text speaks of (`oxide`, `metal`, …); null where it speaks of none."""
    found = [pl.when(words.str.contains(pattern)).then(pl.lit(name)) for name, pattern in FORM_WORDS.items()]
    return pl.coalesce(found)


def form_table(forms: pl.DataFrame) -> pl.DataFrame:
    """Return `forms` with `form_class`, `kin` (same mineral and formula), `min_purity_share`, `is_heavy` and `is_open`.

    `is_heavy`: listed where it holds dysprosium or terbium. `is_open`: listed under a condition that no description
    tells (size, strength), so that whether a good meets it stays unknown.
    """
    names = pl.concat_str(["form", pl.col("form_cn").fill_null("")], separator=" ")
    condition = pl.col("condition")
    is_purity = condition.str.contains(_PURITY_ONLY).fill_null(value=False)
    threshold = pl.when(is_purity).then(stated_purity(condition))
    is_heavy = condition.str.contains(_HEAVY_ONLY).fill_null(value=False)
    return forms.select(
        "form_id",
        "mineral",
        "hs6",
        pl.col("is_listed").fill_null(value=False),
        form_class=form_classes(lower_simplified(word_text(plain_text(names)))),
        kin=pl.concat_str(["mineral", pl.lit(":"), pl.coalesce("formula", "form_id")]),
        min_purity_share=threshold,
        is_heavy=is_heavy,
        is_open=condition.is_not_null() & ~is_purity & ~is_heavy,
        order=pl.int_range(pl.len()),
    )


def settle_forms(named: pl.LazyFrame, forms: pl.DataFrame) -> pl.LazyFrame:
    """Settle the form each text means.

    `named` has `text_no`, `mineral`, `form_id` (from the term; null where it left the form open), `form_class`,
    `purity`, `states_heavy` (see `magnets`) and `article` (see `articles`). Returned: `text_no`, `text_form`,
    `is_article`, `meets_listed_form` (null where the form is open, or the form is listed only above a purity that the
    text does not state). Where forms share a formula and differ by a purity threshold (antimony trioxide), the stated
    purity decides; unstated purity leaves the form open among them. What is listed for its dysprosium or terbium alone
    is settled by what the text says of these. A finished article of a listed substance is not listed, and of the
    mineral's form of articles where it has one.
    """
    table = form_table(forms)
    by_class = (
        table.drop_nulls("form_class")
        .sort("order")
        .group_by("mineral", "form_class", maintain_order=True)
        .agg(class_form=pl.col("form_id").first())
    )
    told = named.join(by_class.lazy(), on=["mineral", "form_class"], how="left").with_columns(
        chosen=pl.coalesce("form_id", "class_form")
    )
    kin_of = table.select(chosen="form_id", chosen_kin="kin")
    thresholds = (
        table.filter(pl.col("is_listed") & pl.col("min_purity_share").is_not_null())
        .group_by("kin")
        .agg(pl.col("min_purity_share").min(), above=pl.col("form_id").sort_by("order").first())
    )
    below = table.filter(~pl.col("is_listed")).group_by("kin").agg(below=pl.col("form_id").sort_by("order").first())
    split = thresholds.join(below, on="kin", how="left").rename({"kin": "chosen_kin"})
    placed = told.join(kin_of.lazy(), on="chosen", how="left").join(split.lazy(), on="chosen_kin", how="left")
    divided = pl.col("above").is_not_null()
    is_above = pl.col("purity") >= pl.col("min_purity_share")
    settled = pl.when(divided).then(pl.when(is_above).then("above").when(~is_above).then("below")).otherwise("chosen")
    is_told = ~pl.col("is_open") & ~pl.col("is_heavy") | ~pl.col("is_listed")
    listed_of = table.select("is_heavy", text_form="form_id", listed=pl.when(is_told).then("is_listed"))
    result = placed.with_columns(text_form=settled).join(listed_of.lazy(), on="text_form", how="left")
    listed = pl.when("is_heavy").then("states_heavy").otherwise("listed")
    meets = pl.when(divided).then(is_above).otherwise(listed)
    light = table.filter(~pl.col("is_listed")).group_by("kin").agg(light=pl.col("form_id").sort_by("order").first())
    told = result.join(light.lazy().rename({"kin": "chosen_kin"}), on="chosen_kin", how="left")
    is_light = pl.col("is_heavy") & ~pl.col("states_heavy")
    form = pl.when(is_light).then(pl.coalesce("light", "text_form")).otherwise("text_form")
    made = told.join(_made_of(table), on="mineral", how="left").join(
        table.lazy().select(text_form="form_id", of_class="form_class", of_listed="is_listed"),
        on="text_form",
        how="left",
    )
    is_made = pl.col("of_listed").fill_null(value=False) & is_article(pl.col("article"), pl.col("of_class"))
    return made.select(
        "text_no",
        text_form=pl.when(is_made).then("made_form").otherwise(form),
        meets_listed_form=pl.when(is_made).then(pl.lit(value=False)).otherwise(meets),
        is_article=is_made | (pl.col("article").is_not_null() & (form == pl.col("made_form"))).fill_null(value=False),
    )


def _made_of(table: pl.DataFrame) -> pl.LazyFrame:
    """The unlisted form of each mineral that is its articles: `mineral`, `made_form`."""
    articles = table.filter(~pl.col("is_listed") & pl.col("form_id").str.ends_with("articles"))
    return articles.lazy().group_by("mineral").agg(made_form=pl.col("form_id").sort_by("order").first())

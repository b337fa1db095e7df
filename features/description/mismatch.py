"""Whether the declared code is one of the codes of the mineral that the text names."""

from __future__ import annotations

import polars as pl

SAME_MINERAL_OTHER_FORM = 0.4  # named form is listed, declared under an unlisted form of the same mineral

PLAINLY_WRITTEN_BELOW = 0.3  # strength of disguised_text: a slip of the keyboard is plain writing
PART_OF_GOODS = 0.25  # other goods are named, declared under finished goods, and nothing is said of form or bulk
FINISHED_ARTICLES = (
    (3001, 3407),  # medicines, fertilisers, paints, cosmetics, lubricants
    (3601, 3707),
    (3822, 3822),  # reagents and test kits
    (3917, 3926),
    (4008, 4017),
    (4201, 6815),  # leather, wood, paper, textiles, apparel, articles of stone
    (7001, 7020),
    (7113, 7118),
    (7321, 7326),
    (7615, 7616),
    (8201, 9706),  # tools, machines, devices, vehicles, instruments, toys
)
"""Headings of goods that are made, first and last of each span (HS 2022)."""


def mineral_codes(forms: pl.DataFrame, more: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return `mineral`, `form_id`, `is_listed`, `hs6`, `hs4`: every code under which a mineral's forms are declared.

    `more` (columns `mineral`, `hs6`) adds codes of the control list; they belong to the mineral in general.
    """
    own = forms.select("mineral", "form_id", "is_listed", "hs6").explode("hs6").drop_nulls("hs6")
    parts = [own]
    if more is not None:
        form = pl.lit(None, pl.String).alias("form_id")
        parts.append(more.select("mineral", form, pl.lit(value=True).alias("is_listed"), "hs6").drop_nulls("hs6"))
    return pl.concat(parts).with_columns(hs4=pl.col("hs6").str.head(4)).unique().sort(pl.all())


def code_fit(named: pl.LazyFrame, codes: pl.DataFrame) -> pl.LazyFrame:
    """Return `named` (distinct `text_mineral`, `text_form`, `also_named`, `own_headings`, `hs6`) with `code_fit`.

    `form`: the code, or one of its heading, is the named form's, or the form is open and the code the mineral's;
    `listed`: another listed form's, or that of another mineral named as surely; `unlisted`: only unlisted forms of the
    mineral have it; `compound`: a lawful heading of the compound or alloy that the text names (bismuth nitrate, 2834);
    `none`: no code of the mineral.
    """
    hs4 = pl.col("hs6").str.head(4)
    of_form = (
        codes.select(text_form="form_id", hs4="hs4").drop_nulls().unique().with_columns(is_forms=pl.lit(value=True))
    )
    of_mineral = codes.group_by("mineral", "hs4").agg(any_listed=pl.col("is_listed").any())
    listed_forms = codes.drop_nulls("form_id").group_by("form_id").agg(form_listed=pl.col("is_listed").any())
    others = named.select("also_named", "hs6").unique()
    of_other = (
        others.with_columns(mineral=pl.col("also_named").str.split(";"), hs4=hs4)
        .explode("mineral")
        .join(of_mineral.lazy(), on=["mineral", "hs4"], how="left")
        .group_by("also_named", "hs6")
        .agg(is_others=pl.col("any_listed").fill_null(value=False).any())
    )
    told = (
        named.with_columns(hs4=hs4)
        .join(of_other, on=["also_named", "hs6"], how="left", nulls_equal=True)
        .join(of_form.lazy(), on=["text_form", "hs4"], how="left")
        .join(of_mineral.lazy(), left_on=["text_mineral", "hs4"], right_on=["mineral", "hs4"], how="left")
        .join(listed_forms.lazy(), left_on="text_form", right_on="form_id", how="left")
    )
    fit = (
        pl.when("is_forms")
        .then(pl.lit("form"))
        .when(pl.col("any_listed").is_null() & pl.col("is_others").fill_null(value=False))
        .then(pl.lit("listed"))
        .when(~pl.col("any_listed").fill_null(value=False) & _is_own(hs4, pl.col("hs6")))
        .then(pl.lit("compound"))
        .when(pl.col("any_listed").is_null())
        .then(pl.lit("none"))
        .when(pl.col("text_form").is_null())
        .then(pl.lit("form"))
        .when(pl.col("any_listed") | ~pl.col("form_listed").fill_null(value=True))
        .then(pl.lit("listed"))
        .otherwise(pl.lit("unlisted"))
    )
    return told.with_columns(code_fit=fit).drop("hs4", "is_forms", "any_listed", "form_listed", "is_others")


def _is_own(hs4: pl.Expr, hs6: pl.Expr) -> pl.Expr:
    own = pl.col("own_headings").str.split(";").list
    return (own.contains(hs4) | own.contains(hs6)).fill_null(value=False)


def is_finished_article(hs6: pl.Expr) -> pl.Expr:
    """Tell whether a code is one of finished goods, of which a mineral can be a part or an ingredient."""
    heading = hs6.str.head(4).cast(pl.Int32, strict=False)
    spans = [heading.is_between(first, last) for first, last in FINISHED_ARTICLES]
    return pl.any_horizontal(spans).fill_null(value=False)


def term_mismatch(code_fit: pl.Expr, term_weight: pl.Expr, *, is_part: pl.Expr | bool = False) -> pl.Expr:
    """Names a controlled mineral, but is declared under a code that is none of its codes.

    Strength in [0, 1]: the weight of the term; 0.4 of it where the code belongs only to unlisted forms of the mineral
    and the text names a listed one; 0.25 of it where the mineral may be a part of finished goods (`is_part`); 0 where
    nothing is named or the code fits. Null where there is no description. Source: indicators.md 19.
    """
    part = pl.when(is_part).then(PART_OF_GOODS).otherwise(1.0)
    share = (
        pl.when(code_fit == "none").then(part).when(code_fit == "unlisted").then(SAME_MINERAL_OTHER_FORM).otherwise(0.0)
    )
    return pl.when(term_weight.is_not_null()).then(term_weight * share)


def declared_openly(
    code_fit: pl.Expr, term_weight: pl.Expr, has_licence: pl.Expr, says: pl.Expr, *, is_plain: pl.Expr
) -> pl.Expr:
    """Names the mineral and declares it under one of the mineral's own codes.

    Strength in [0, 1]: 0.6 of the term's weight, all of it where a licence number is given or the remark says
    controlled. 0 where the code is another's, and where the text had to be put right to be read (`is_plain` is false);
    null without a description.
    """
    open_code = code_fit.is_in(["form", "listed", "compound"]) & is_plain
    backed = has_licence | (says == "controlled").fill_null(value=False)
    share = pl.when(backed).then(1.0).otherwise(0.6)
    return pl.when(term_weight.is_not_null()).then(
        pl.when(open_code.fill_null(value=False)).then(term_weight * share).otherwise(0.0)
    )

"""What the remarks box says about export control."""

from __future__ import annotations

import polars as pl

from features.description.normalise import lower_simplified, plain_text

SAYS_NOT = (
    r"(?:不属于?|非|不是|不在|无需|不受|不涉及|未列入|不需)\p{Han}{0,6}(?:两用|管制|受控|出口管制|许可|控制|清单)|不受控|非受控|"
    r"\b(?:not|non|un|no)[ -]?(?:a |an |subject to |under |listed |required |export[ -]|dual[ -]use ){0,4}"
    r"(?:controlled|control|controls|dual[ -]use|licen[cs]e|listed|required)|^(?:no|n|否|无|not)$|\bear99\b"
)
SAYS_YES = (
    r"(?:属于|为|是|系)\p{Han}{0,4}(?:两用|管制|受控)|两用物项|管制物项|受控|"
    r"\bcontrolled\b|\bdual[ -]use\b|^(?:yes|y|是)$"
)


def remark_says(remark: pl.Expr) -> pl.Expr:
    """Read the remark: `not_controlled`, `controlled`, `empty` (blank text) or `other`; null where there is none.

    >>> boxes = pl.Series(["不属于两用物项", "Dual-use item 1C902", " ", "see invoice", None])
    >>> pl.select(remark_says(pl.lit(boxes))).to_series().to_list()
    ['not_controlled', 'controlled', 'empty', 'other', None]
    """
    said = lower_simplified(plain_text(remark))
    kind = pl.when(said == "").then(pl.lit("empty")).when(said.str.contains(SAYS_NOT)).then(pl.lit("not_controlled"))
    return pl.when(remark.is_not_null()).then(
        kind.when(said.str.contains(SAYS_YES)).then(pl.lit("controlled")).otherwise(pl.lit("other"))
    )


def remark_conflict(
    says: pl.Expr, meets_listed_form: pl.Expr, term_weight: pl.Expr, *, is_in_force: pl.Expr
) -> pl.Expr:
    """The remarks box says not controlled, but the description names a form that is listed.

    Strength in [0, 1]: the weight of the term where both hold and the form's item is in force for these goods, else 0.
    Null where there is no remark, or no description, or all hangs on an item of which it is unknown whether it is in
    force. A form that is open (no purity stated) does not conflict. Source: indicators.md 23.
    """
    conflict = (says == "not_controlled") & meets_listed_form.fill_null(value=False) & is_in_force
    known = says.is_not_null() & term_weight.is_not_null()
    return pl.when(known & conflict).then(term_weight).when(known & ~conflict).then(0.0)


def less_openly(openly: pl.Expr, says: pl.Expr, may_be_listed: pl.Expr, term_weight: pl.Expr) -> pl.Expr:
    """Leave at most 0.2 of the term's weight of openness where the remark denies what may be a listed form.

    Null where `openly` is; an unknown `may_be_listed` counts as one that may be.
    """
    denied = (says == "not_controlled").fill_null(value=False) & may_be_listed.fill_null(value=True)
    return pl.when(denied).then(pl.min_horizontal(openly, 0.2 * term_weight)).otherwise(openly)


def remark_missing(
    says: pl.Expr, meets_listed_form: pl.Expr, term_weight: pl.Expr, *, is_ruled: pl.Expr, is_recorded: pl.Expr
) -> pl.Expr:
    """Says nothing in the remarks box, though goods of this kind have to be declared controlled or not.

    Strength in [0, 1]: 0.6 of the term's weight where a listed form is named, the rule is in force (`is_ruled`: the
    mineral's announcement asks for the remark on that day) and the box is blank, else 0. A null box counts as blank
    only where the source records remarks (`is_recorded`); otherwise it is unknown and the strength null.
    Source: MOFCOM and GACC No. 18 of 2025; indicators.md 23.
    """
    blank = says.fill_null("empty") == "empty"
    known = (is_recorded | says.is_not_null()) & term_weight.is_not_null()
    lacking = blank & is_ruled & meets_listed_form.fill_null(value=False)
    return pl.when(known).then(pl.when(lacking).then(term_weight * 0.6).otherwise(0.0))

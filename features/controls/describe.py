"""The control list told for one day: every rule in force, its item, its condition, its dates."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.controls.frames import BASE_RULES, FOREIGN_RULES, OTHER_RULES, OVERLAY_RULES, ControlList
from features.controls.matching import MATCH_NAMES, code_items, code_key, mixed_goods

DESCRIPTION = pl.Schema(
    {
        "number": pl.String(),
        "announcement_id": pl.String(),
        "rule": pl.String(),
        "rule_text": pl.String(),
        "item_id": pl.String(),  # null: the rule binds more than one item
        "kind": pl.String(),
        "mineral": pl.String(),  # null: every listed dual-use item
        "description_en": pl.String(),
        "control_code": pl.String(),
        "condition": pl.String(),
        "destination_iso3": pl.String(),
        "valid_from": pl.Date(),
        "valid_to": pl.Date(),
        "code_match": pl.String(),  # printed, line8, hs6; null without a code
        "codes": pl.List(pl.String()),  # of the code table in force that day
        "licence_type": pl.String(),
        "regimes": pl.List(pl.String()),
        "question": pl.String(),
        "source": pl.List(pl.String()),
        "confidence": pl.String(),
    }
)

_ORDER = {rule: place for place, rule in enumerate((*BASE_RULES, *OVERLAY_RULES, *FOREIGN_RULES, *OTHER_RULES))}


def describe_controls(
    controls: ControlList, on: date, *, hs: str | None = None, to: str | None = None, known_on: date | None = None
) -> pl.DataFrame:
    """List what is in force on a day and why, as known on another (`known_on` None: as known on that day).

    `hs` (4 to 12 digits; under six it names all its headings) keeps the items that code may be and the rules for
    their minerals; `to` (ISO3) keeps rules for that destination and for every destination. First the items' own rules,
    one row for each item, then rules for destinations, end users and deals abroad, one row for each rule and mineral.
    Sorted; empty when nothing is in force.
    """
    asked = pl.DataFrame({"__day": [on], "__known": [known_on or on]})
    in_force = _at(controls.measures, asked)
    if to is not None:
        in_force = in_force.filter(pl.col("destination_iso3").is_null() | (pl.col("destination_iso3") == to))
    items = _items(controls, asked, hs)
    codes = _at(controls.codes, asked).group_by("item_id").agg(codes=pl.col("code").unique().sort())
    notices = controls.announcements.select("announcement_id", "licence_type", notice_source="source")
    of_items = (
        in_force.filter(pl.col("rule").is_in(BASE_RULES))
        .rename({"mineral": "bound", "confidence": "rule_confidence"})
        .join(items, on="announcement_id", how="inner")
        .filter((pl.col("bound") == pl.col("mineral")) & (pl.col("rank") == pl.col("rank").max()))
        .join(codes, on="item_id", how="left")
    )
    minerals = of_items["minerals"].explode(empty_as_null=True, keep_nulls=True).unique().drop_nulls()
    others = in_force.filter(~pl.col("rule").is_in(BASE_RULES) | ~pl.col("announcement_id").is_in(_ids(items)))
    if hs is not None:
        bound = pl.col("mineral").is_in(minerals.implode()) | pl.col("mineral").is_null()
        general = pl.col("rule").is_in(["framework", "enforcement"])  # about no goods: told only for a whole day
        others = others.filter(bound & ~general & ~pl.col("rule").is_in(BASE_RULES) & pl.lit(of_items.height > 0))
    both = pl.concat([of_items.rename({"text": "rule_text"}), others.rename({"text": "rule_text"})], how="diagonal")
    return (
        both.join(notices, on="announcement_id", how="left")
        .with_columns(source=pl.coalesce("source", "notice_source"))
        .select(
            name if name in both.columns or name in ("licence_type", "source") else _absent(name)
            for name in DESCRIPTION
        )
        .cast(DESCRIPTION)
        .unique()
        .sort(
            pl.col("rule").replace_strict(_ORDER, default=len(_ORDER)),
            "announcement_id",
            "item_id",
            "mineral",
            "destination_iso3",
            "valid_from",
            "rule_text",
            nulls_last=True,
        )
    )


def _absent(name: str) -> pl.Expr:
    return pl.lit(None, DESCRIPTION[name]).alias(name)


def _ids(items: pl.DataFrame) -> pl.Expr:
    return pl.lit(items["announcement_id"].unique().implode())


def _at(frame: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Rows of a bitemporal frame that hold on the asked day, as known on the asked day."""
    day, known = asked.row(0)
    held = (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > day))
    believed = (pl.col("known_from") <= known) & (pl.col("known_to").is_null() | (pl.col("known_to") > known))
    return frame.filter(held & believed)


def _items(controls: ControlList, asked: pl.DataFrame, hs: str | None) -> pl.DataFrame:
    """Items a code may be, with the strength and rank of the match; every item without a code."""
    wanted = [name for name in controls.items.columns if name not in ("description_cn", "min_purity_share")]
    items = controls.items.select(wanted)
    if hs is None:
        return items.with_columns(code_match=pl.lit(None, pl.String), rank=pl.lit(0))
    found = code_items(controls)
    if len(hs) < 6:
        asked_keys = pl.col("key").str.starts_with(hs) & (pl.col("key").str.len_chars() == 6)
    else:
        asked_keys = pl.col("key") == pl.select(code_key(pl.lit(hs), found["key"].unique())).item()
    names = {str(level): name for level, name in MATCH_NAMES.items()}
    levels = (
        _at(found.filter(asked_keys), asked)
        .sort("rank", "level", "key")
        .group_by("item_id", maintain_order=True)
        .last()
        .select("item_id", "key", "level", "rank", mixed=mixed_goods(pl.col("key"), pl.col("level")))
        .with_columns(code_match=pl.col("level").cast(pl.String).replace_strict(names, default=None))
    )
    return (
        items.join(levels, on="item_id", how="inner")
        .with_columns(condition=pl.concat_str("condition", "mixed", separator="; ", ignore_nulls=True))
        .with_columns(condition=pl.when(pl.col("condition") != "").then("condition"))
        .select(*wanted, "code_match", "rank")
    )

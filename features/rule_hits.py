"""Breaches of the letter of a rule, each with its announcement: told apart from any probability."""

from __future__ import annotations

import polars as pl

from features.controls import ControlList
from features.units import declared_words

RULE_HIT = pl.Struct({"code": pl.String, "announcement": pl.String, "sentence": pl.String})
_NEEDED = (
    "needs_licence",
    "is_item_by_code",
    "is_item_by_words",
    "code_controls",
    "mineral_controls",
    "control_rules",
    "mineral_rules",
    "licence_missing",
    "licence_unless",
    "licence_overdrawn",
    "days_past_validity",
    "licence_no",
    "destination_iso3",
    "end_use",
    "listed_match",
    "listed_side",
    "listed_party_name",
    "listed_name",
    "listed_announcement",
    "listed_kind",
    "listed_others_n",
)
EXACT_MATCH = "same name"
_IS_BY_CODE = pl.col("is_item_by_code").fill_null(value=False)
_IS_BY_WORDS = pl.col("is_item_by_words").fill_null(value=False)
_SHARED = pl.col("code_controls").list.set_intersection(pl.col("mineral_controls"))
_IS_OF_MINERAL = (_SHARED.list.len() > 0).fill_null(value=False)
NOTE = "listed_party_free_goods"
"""No breach, but worth knowing: the lists bind dual-use items (Regulations of 2024), and these goods are none."""
_NO_BREACH = ". The list binds dual-use items; by code and words these goods are none: a note, no breach."


def rule_hits(table: pl.DataFrame, controls: ControlList, *, has_register: bool) -> pl.DataFrame:
    """List, for each declaration, the rules whose letter it does not keep: `declaration_id`, `rule_hits`.

    Parameters
    ----------
    table
        One row per declaration with the columns of the licence and party rooms, `needs_licence`, and the controls and
        rules by code (`code_controls`, `control_rules`), which bind where `is_item_by_code`, and by mineral
        (`mineral_controls`, `mineral_rules`), which bind where `is_item_by_words`; null decides as little as false.
    controls
        The control list, for the announcement behind each rule.
    has_register
        Whether there is a register of licences; without one nothing is said about licences.

    Returns
    -------
    pl.DataFrame
        `rule_hits` is a list of `code`, `announcement`, `sentence`; empty where no rule is touched. A hit (but for
        `NOTE`) says that the papers do not keep a rule as published, not why: a name can be borne by two firms, a
        licence be on its way.
    """
    needs = pl.col("needs_licence").fill_null(value=False)
    is_item = _IS_BY_CODE | _IS_BY_WORDS
    is_listed = (pl.col("listed_match") == EXACT_MATCH).fill_null(value=False)
    is_free = (~pl.col("needs_licence") & ~is_item).fill_null(value=False)
    hits = [
        _hit("listed_party", is_listed & ~is_free, pl.col("listed_announcement"), _listed_sentence(".")),
        _hit(NOTE, is_listed & is_free, pl.col("listed_announcement"), _listed_sentence(_NO_BREACH)),
        *(_licence_hits(needs) if has_register else ()),
        _destination_hit("refusal_presumed", needs),
        _destination_hit("prohibited", is_item),
        _military_hit(is_item),
    ]
    bound = table.select("declaration_id", *_NEEDED).filter(is_listed | needs | is_item)
    touched = bound.filter(_may_touch(is_listed, needs, is_item))  # few, and sentences are slow
    none = pl.lit([], pl.List(RULE_HIT))
    whole = touched.rechunk()  # in one piece: polars fails on text in a piece that was filtered empty
    named = whole.with_columns(
        _announcements(rule, controls) for rule in ("licence", *_DESTINATION_RULES, _MILITARY_BAN)
    )
    told = named.select("declaration_id", rule_hits=pl.concat_list(hits).list.drop_nulls())
    every = table.select("declaration_id").join(told, on="declaration_id", how="left", maintain_order="left")
    return every.with_columns(pl.col("rule_hits").fill_null(none))


def _may_touch(is_listed: pl.Expr, needs: pl.Expr, is_item: pl.Expr) -> pl.Expr:
    """Tell whether any rule could be hit: a listed party, a licence needed and not in order, a place with a rule."""
    past, overdrawn = pl.col("days_past_validity").fill_null(0) != 0, pl.col("licence_overdrawn").fill_null(0.0) > 0.0
    unlicensed = needs & (past | overdrawn | (pl.col("licence_missing") == 1.0).fill_null(value=False))
    placed = [
        pl.col(rules).list.contains(rule).fill_null(value=False)
        for rules in ("control_rules", "mineral_rules")
        for rule in (*_DESTINATION_RULES, _MILITARY_BAN)
    ]
    return pl.any_horizontal(is_listed, unlicensed, is_item & pl.any_horizontal(placed))


_MILITARY_BAN = "prohibited_military"
_MILITARY = (
    r"(?i)\b(?:military|defen[cs]e|army|armed forces|air force|weapons?|missiles?|munitions?|ammunition|warships?)\b|"
    r"军[用事工队舰]|国防|武器|导弹|弹药|自卫队|軍[用事工隊艦]|國防|防衛|自衛隊"
)
"""Words of an end use that a ban on military users and uses may mean."""
_NOT_MILITARY = (
    r"(?i)\b(?:non|not|no|other than)[ -](?:for |of )?(?:any )?(?:military|defen[cs]e|weapons?)|\bcivil|"
    r"(?:self|fire|flood|corrosion)[ -]defen[cs]e|[非不无][^,;，；。]{0,4}(?:军|武器)|民用"
)
_DESTINATION_RULES = {
    "refusal_presumed": "licences for these goods to {} are as a rule not given",
    "prohibited": "the export of these goods to {} is prohibited",
}


def _licence_hits(needs: pl.Expr) -> list[pl.Expr]:
    announcement = pl.col("licence")
    past = pl.col("days_past_validity")
    named = pl.col("licence_no")
    return [
        _hit(
            "licence_missing",
            needs & (pl.col("licence_missing") == 1.0),
            announcement,
            pl.format(
                "By their code or words these goods need an export licence for {}, unless {}; none is named.",
                declared_words("destination_iso3"),
                "licence_unless",
            ),
        ),
        _hit(
            "licence_expired",
            needs & (past > 0),
            announcement,
            pl.format("Licence {} had expired {} days before the declaration.", named, past),
        ),
        _hit(
            "licence_early",
            needs & (past < 0),
            announcement,
            pl.format("Licence {} was to become valid {} days after the declaration.", named, -past),
        ),
        _hit(
            "licence_overdrawn",
            needs & (pl.col("licence_overdrawn") > 0.0),
            announcement,
            pl.format("With this consignment more is shipped under licence {} than it allows.", named),
        ),
    ]


def _destination_hit(rule: str, binds: pl.Expr) -> pl.Expr:
    """Hit where goods that a rule `binds` carry it by what makes them an item: their code or their mineral."""
    words = f"By announcement {{}} {_DESTINATION_RULES[rule]}."
    sentence = pl.format(words, pl.col(rule), declared_words("destination_iso3"))
    return _hit(rule, binds & _carries(rule), pl.col(rule), sentence)


def _military_hit(is_item: pl.Expr) -> pl.Expr:
    """Hit where the declared end use of an item speaks of the military and a ban on such uses binds the destination."""
    use = pl.col("end_use").str.slice(0, 2_000).str.normalize("NFKC")
    speaks = (use.str.contains(_MILITARY) & ~use.str.contains(_NOT_MILITARY)).fill_null(value=False)
    sentence = pl.format(
        "Announcement {} prohibits the export of these goods to {} for military users and uses; the declared end use "
        "reads “{}”. Ask who will use them, and for what.",
        pl.col(_MILITARY_BAN),
        declared_words("destination_iso3"),
        declared_words("end_use"),
    )
    return _hit(_MILITARY_BAN, is_item & speaks & _carries(_MILITARY_BAN), pl.col(_MILITARY_BAN), sentence)


def _carries(rule: str) -> pl.Expr:
    """Tell goods that carry a rule by what makes them an item: their code (of its items the mineral's), or mineral."""
    by_code, by_mineral = (
        pl.col(rules).list.contains(rule).fill_null(value=False) for rules in ("control_rules", "mineral_rules")
    )
    return (_IS_BY_CODE & by_code & (by_mineral | ~_IS_OF_MINERAL)) | (_IS_BY_WORDS & by_mineral)


def _announcements(rule: str, controls: ControlList) -> pl.Expr:
    """Name, as the rule, the announcements that carry it of those in force for what makes the goods an item.

    A code may hold the items of several announcements: where the suspected mineral is of some of them, those are meant.
    """
    carrying = controls.measures.filter(pl.col("rule") == rule)["announcement_id"].unique().sort().to_list()
    empty = pl.lit([], pl.List(pl.String))
    code_controls = pl.when(_IS_OF_MINERAL).then(_SHARED).otherwise("code_controls")
    by_code = pl.when(_IS_BY_CODE).then(code_controls).fill_null(empty)
    in_force = by_code.list.set_union(pl.when(_IS_BY_WORDS).then("mineral_controls").fill_null(empty))
    return in_force.list.set_intersection(pl.lit(carrying, pl.List(pl.String))).list.sort().list.join(", ").alias(rule)


def _listed_sentence(end: str) -> pl.Expr:
    return pl.format(
        "The {} {} bears the name of {} on the {} list of announcement {}; {} other firms carry its word" + end,
        "listed_side",
        declared_words("listed_party_name"),
        "listed_name",
        "listed_kind",
        "listed_announcement",
        "listed_others_n",
    )


def _hit(code: str, applies: pl.Expr, announcement: pl.Expr, sentence: pl.Expr) -> pl.Expr:
    told = pl.struct(code=pl.lit(code), announcement=announcement, sentence=sentence)
    return pl.when(applies.fill_null(value=False)).then(told).otherwise(pl.lit(None, RULE_HIT))

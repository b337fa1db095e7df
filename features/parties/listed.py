"""Parties held against the listed end users: by announcement, date and what was known, in either script."""

from __future__ import annotations

import polars as pl

from features.lookback import settle, settled
from features.parties.entities import one_slip
from features.parties.names import party_name
from features.parties.rules import PartiesRules
from features.parties.wording import NameSigns, read_names
from features.parties.words import PLACE_WORDS
from features.strength import ramp

EXACT, SCRIPT, SLIP, ALIKE = (
    "same name",
    "same name by its sound in another script",
    "same name but for one letter",
    "similar name",
)
LISTED_FIGURES = pl.Schema(
    {
        "listed_side": pl.String,
        "listed_party_name": pl.String,
        "listed_name": pl.String,
        "listed_announcement": pl.String,
        "listed_kind": pl.String,
        "listed_match": pl.String,
        "listed_others_n": pl.Int64,
    }
)
_JOINS = (
    r"(?i)(?:^|[\s,;(/-])(?:c/o|care of|attn|attention|on behalf of|o/b/o|d/b/a|dba|f/k/a|a/k/a|aka|notify party)"
    r"(?:[\s,;:.)]|$)"
)
"""Words beside which a second name stands."""
_GROUP_WORDS = ("holdings", "group", "enterprise", "branch", "office")  # say how a firm is built, not which it is
_PLACE_WEIGHT, _TRADE_WEIGHT = 0.15, 0.5  # of a letter of a place or trade beside one of the firm's own (own choice)
_SPELL = ("valid_from", "valid_to", "known_from", "known_to")


def read_listed(entities: pl.DataFrame, signs: NameSigns) -> pl.LazyFrame:
    """Read the names of listed entities (the control list's table): `entity_id`, `plain` and those of `read_names`."""
    named = entities.lazy().select("entity_id", "name", "name_cn").unique()
    both = pl.concat([named.select("entity_id", name=pl.col(one)) for one in ("name", "name_cn")]).drop_nulls("name")
    read = read_names(both.select("name").unique(), signs)
    return settle(both.unique().join(read, on="name", how="left").with_columns(plain=party_name(pl.col("name"))))


def match_listed(read: pl.LazyFrame, listed: pl.LazyFrame, signs: NameSigns, rules: PartiesRules) -> pl.LazyFrame:
    """Find which names look like which listed entity.

    `read` holds names as read, with their `plain` form; `listed` as `read_listed` makes it. Returns `name`,
    `entity_id`, `listed_name`, `listed_match`, `strength`, `word` (the own word that both carry, null for an exact
    match without one).
    """
    parts = _parts(read.select("name"), signs).with_columns(plain=party_name(pl.col("part"))).drop("part")
    ours = pl.concat([read, parts], how="diagonal_relaxed")
    exact = ours.join(listed.select("entity_id", "plain", listed_name="name"), on="plain", how="inner").select(
        "name", "entity_id", "listed_name", listed_match=pl.lit(EXACT), strength=pl.lit(1.0),
        word=pl.col("words").list.first(),
    )  # fmt: skip
    like = _alike(ours, listed, rules)
    slips = _slips(ours, listed, rules)
    return settle(
        pl.concat([exact, like, slips], how="vertical_relaxed")
        .sort("name", "entity_id", "strength", "listed_name", "word", descending=[False, False, True, False, False])
        .unique(["name", "entity_id"], keep="first", maintain_order=True)
    )


def _parts(names: pl.LazyFrame, signs: NameSigns) -> pl.LazyFrame:
    """Read apart what a name joins by words like c/o or attn: `name`, `part` and the columns of `read_names`."""
    joined = names.filter(pl.col("name").str.contains(_JOINS)).select(
        "name", part=pl.col("name").str.replace_all(_JOINS, "\t").str.split("\t")
    )
    parts = settle(joined.explode("part", empty_as_null=False, keep_nulls=False))
    read = read_names(parts.select(name="part").unique(), signs).rename({"name": "part"})
    return parts.join(read, on="part", how="inner")


def _alike(ours: pl.LazyFrame, listed: pl.LazyFrame, rules: PartiesRules) -> pl.LazyFrame:
    """Compare names that share an own word, by the letters of all their words."""
    columns = ["name", "own", "signs", "words", "beside"]
    theirs = listed.select("entity_id", *(pl.col(one).alias(f"listed_{one}") for one in columns))
    by_word = theirs.with_columns(word="listed_words").explode("word", empty_as_null=True, keep_nulls=True)
    numbered = ours.select(columns).with_row_index("no")
    words = numbered.select("no", word="words").explode("word", empty_as_null=True, keep_nulls=True)
    pairs = (
        words.join(by_word.select("word").unique(), on="word", how="semi")  # few, before anything wide is joined
        .join(numbered, on="no", how="inner")
        .join(by_word, on="word", how="inner")
        .drop("no")
        .sort(
            "name",
            "entity_id",
            "listed_name",
            pl.col("word").str.len_chars(),
            "word",
            descending=[False] * 3 + [True, False],
        )
        .unique(["name", "entity_id", "listed_name"], keep="first", maintain_order=True)
    )
    shared = _letters(pl.col("beside").list.set_intersection("listed_beside"))
    whole = _letters(pl.col("beside").list.set_union("listed_beside"))
    same_own = pl.col("own") == pl.col("listed_own")
    both = pl.col("words").list.set_intersection("listed_words")
    apart = both.list.set_difference(pl.concat_list("own", "listed_own")).list.eval(pl.element().str.len_chars())
    in_any_order = pl.min_horizontal(
        apart.list.sum(), pl.col("own").str.len_chars(), pl.col("listed_own").str.len_chars()
    )
    own_shared = pl.max_horizontal(
        pl.when(same_own).then(pl.col("own").str.len_chars()), pl.col("word").str.len_chars(), in_any_order
    )
    own_whole = pl.col("own").str.len_chars() + pl.col("listed_own").str.len_chars() - own_shared
    share = (own_shared + shared) / (own_whole + whole)
    chinese = pl.col("signs") != "", pl.col("listed_signs") != ""
    other_script = chinese[0] != chinese[1]
    other_signs = chinese[0] & chinese[1] & (pl.col("signs") != pl.col("listed_signs"))
    same = share > 0.999
    strength = (
        pl.when(same & ~other_script)
        .then(1.0)
        .when(same)
        .then(rules.listed_script_strength)
        .otherwise(rules.listed_alike_most * ramp(share, rules.listed_alike_from_share, 1.0))
    )
    return (
        pairs.with_columns(
            listed_match=pl.when(same & ~other_script & ~other_signs)
            .then(pl.lit(EXACT))
            .when(same & other_script)
            .then(pl.lit(SCRIPT))
            .otherwise(pl.lit(ALIKE)),
            strength=pl.when(other_signs).then(0.4 * strength).otherwise(strength),  # other characters, other firm
        )
        .filter(pl.col("strength") > 0)
        .select("name", "entity_id", "listed_name", "listed_match", "strength", "word")
    )


def _slips(ours: pl.LazyFrame, listed: pl.LazyFrame, rules: PartiesRules) -> pl.LazyFrame:
    """Compare names of the same places and trades whose own words differ by one letter."""
    theirs = listed.filter(pl.col("own") != "").select(
        "entity_id", listed_name="name", listed_own="own", beside="beside", listed_signs="signs"
    )
    latin = ours.filter((pl.col("own") != "") & (pl.col("signs") == "")).select("name", "own", "beside")
    near = latin.join(theirs.filter(pl.col("listed_signs") == ""), on="beside", how="inner")
    return near.filter(one_slip(pl.col("own"), pl.col("listed_own"))).select(
        "name", "entity_id", "listed_name", listed_match=pl.lit(SLIP), strength=pl.lit(rules.listed_slip_strength),
        word="own",
    )  # fmt: skip


def listed_columns(
    rows: pl.DataFrame, matches: pl.DataFrame, entities: pl.DataFrame, others: pl.LazyFrame
) -> pl.DataFrame:
    """Return `listed_party` and its figures, a row for each of `rows`: the strongest match in force and known that day.

    `matches` as `match_listed` makes them, by `name_no`; `others` says how many firms carried a word before a month
    (`word`, `month`, `n`). Null without any name; 0 where no listed entity is like either party.
    """
    spells = entities.lazy().select("entity_id", "announcement_id", "entity_list", *_SPELL)
    day = pl.col("declared_on")
    in_time = pl.all_horizontal(
        (pl.col(f"{axis}_from").is_null() | (pl.col(f"{axis}_from") <= day))
        & (pl.col(f"{axis}_to").is_null() | (day < pl.col(f"{axis}_to")))
        for axis in ("valid", "known")
    )
    numbered = rows.lazy().with_row_index("row_no")
    sides = [
        numbered.select(
            "row_no", "declared_on", "month", listed_party_name=f"{side}_name", name_no=f"{side}_name_no",
            listed_side=pl.lit(side),
        ).join(matches.lazy(), on="name_no", how="inner")
        for side in ("exporter", "consignee")
    ]  # fmt: skip
    found = (
        pl.concat(sides)
        .join(spells, on="entity_id", how="inner")
        .filter(in_time)
        .join(others, on=["word", "month"], how="left")
        .sort("row_no", "strength", "entity_id", "listed_side", descending=[False, True, False, False])
        .unique("row_no", keep="first", maintain_order=True)
        .select(
            "row_no",
            "listed_side",
            "listed_name",
            "listed_match",
            "strength",
            "listed_party_name",
            listed_announcement="announcement_id",
            listed_kind="entity_list",
            listed_others_n=pl.col("n").fill_null(0),
        )
    )
    has_name = pl.any_horizontal(pl.col(f"{side}_name_no").is_not_null() for side in ("exporter", "consignee"))
    strength = pl.when(has_name).then(pl.col("strength").fill_null(0.0))
    told = numbered.select("row_no", *(f"{side}_name_no" for side in ("exporter", "consignee"))).join(
        settle(found), on="row_no", how="left", maintain_order="left"
    )
    listed = pl.lit(None, pl.Float64) if entities.is_empty() else strength
    return settled(told.select(listed.alias("listed_party"), *LISTED_FIGURES))


def _letters(words: pl.Expr) -> pl.Expr:
    """Weigh the letters of places and trades."""
    light = sorted({*PLACE_WORDS, *_GROUP_WORDS})
    weight = pl.when(pl.element().is_in(light)).then(_PLACE_WEIGHT).otherwise(_TRADE_WEIGHT)
    return words.list.eval(pl.element().str.len_chars() * weight).list.sum()

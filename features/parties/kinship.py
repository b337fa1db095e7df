"""Exporter and consignee of one group: the same firm under two names, or names that share a rare word."""

from __future__ import annotations

import polars as pl

from features.beside import beside
from features.lookback import settle, settle_whole, settled, totals_before
from features.parties.entities import is_typo_long, one_slip
from features.parties.names_past import NamesHere, NamesPast
from features.parties.names_read import worth_reading
from features.parties.rules import PartiesRules

KINSHIP_FIGURES = pl.Schema(
    {"kinship_why": pl.String, "shared_word": pl.String, "shared_word_others_n": pl.Int64, "common_words": pl.String}
)
_PAIR = ["exporter_name_no", "consignee_name_no"]
_BESIDES = ["exporter_beside_no", "consignee_beside_no"]


def rarity(others: pl.Expr, firms: pl.Expr, rules: PartiesRules) -> pl.Expr:
    """Say how rare a word is among firms' names: 1 where no other firm carries it, 0.5 at `others_half` others.

    Less where few firms are known at all: with none, 0.6.
    """
    trust = 0.6 + 0.4 * firms / (firms + rules.firms_to_trust)
    return trust / (1.0 + others / rules.others_half)


def kinship_columns(rows: pl.DataFrame, here: NamesHere, names: NamesPast, rules: PartiesRules) -> pl.DataFrame:
    """Return `same_group`, `common_name` and the figures behind them, a row for each of `rows`.

    Parameters
    ----------
    rows
        `exporter_name_no`, `consignee_name_no`, `exporter_key`, `consignee_key`, `month`.
    here
        The names of `rows` (see `NamesPast.here`).
    names
        What past declarations showed of names.
    """
    same_id = (pl.col("exporter_key") == pl.col("consignee_key")) & pl.col("exporter_key").str.starts_with("id:")
    numbered = rows.select(*_PAIR, "month", is_same_id=same_id.fill_null(value=False)).with_row_index("row_no")
    asked, facts = numbered.drop_nulls([*_PAIR, "month"]), here.facts.drop("is_forwarder")
    for side in ("exporter", "consignee"):
        asked = beside(asked, facts.select(_of(side)), f"{side}_name_no")
    read = settle(_read_pairs(asked.lazy().filter(worth_reading()), here))
    judged = beside(_same_firm(asked, names), _weigh(read, names, rules), [*_PAIR, "month"])
    judged = beside(judged, _one_slips(read), _PAIR)
    judged = beside(judged, _common_beside(asked.lazy(), here.besides.lazy()), _BESIDES)
    told = (
        judged.lazy()
        .with_columns(pl.col("is_one_slip").fill_null(value=False), common_words=pl.coalesce("carried", "common"))
        .select(
            "row_no",
            _same_group(rules).alias("same_group"),
            _common_name().alias("common_name"),
            _why().alias("kinship_why"),
            "shared_word",
            pl.col("others").alias("shared_word_others_n"),
            "common_words",
        )
    )
    return beside(numbered.select("row_no"), told, "row_no").drop("row_no")


def _read_pairs(pairs: pl.LazyFrame, here: NamesHere) -> pl.LazyFrame:
    """Read both names of pairs: `_PAIR`, `month`, `<side>_form_no`, `<side>_own`, `<side>_signs`, `<side>_words`."""
    wanted = settled(pairs.select(*_PAIR, "month").unique())
    texts = here.texts_of(pl.concat(wanted[name] for name in _PAIR))
    told = texts.select("name_no", "form_no", "own", "signs", "words")
    return (
        wanted.lazy()
        .join(told.select(_of("exporter")), on="exporter_name_no", how="left")
        .join(told.select(_of("consignee")), on="consignee_name_no", how="left")
    )


def _of(side: str) -> pl.Expr:
    return pl.all().name.prefix(f"{side}_")


def _weigh(pairs: pl.LazyFrame, names: NamesPast, rules: PartiesRules) -> pl.LazyFrame:
    """Keep the most telling word that both names of a pair carry, as of each month: `shared_word`, `others`, `weight`,
    and in words `carried` and `why`.

    `pairs` as `_read_pairs` makes them.
    """
    shared = pl.col("exporter_words").list.set_intersection("consignee_words")
    wanted = settle(
        pairs.with_columns(word=shared)
        .drop("exporter_words", "consignee_words")
        .explode("word", empty_as_null=False, keep_nulls=False)
    )
    events = names.carriers_of(wanted)
    forms = pl.concat(wanted.select(form_no=f"{side}_form_no") for side in ("exporter", "consignee"))
    first = names.first_of(forms)
    everybody = pl.lit(0).alias("everybody")
    firms = totals_before(
        names.firms.with_columns(everybody), wanted.with_columns(everybody), by=["everybody"], sums=["n"]
    ).select("month", firms="n")
    seen = wanted.join(totals_before(events, wanted, by=["word"], sums=["n"]), on=["word", "month"], how="left")
    seen = seen.join(firms, on="month", how="left")
    for side in ("exporter", "consignee"):
        known = first.select(pl.col("form_no").alias(f"{side}_form_no"), pl.col("month").alias(f"{side}_since"))
        seen = seen.join(known, on=f"{side}_form_no", how="left")
    own = [(pl.col(f"{side}_since") < pl.col("month")).fill_null(value=False) for side in ("exporter", "consignee")]
    twice = own[1] & (pl.col("exporter_form_no") != pl.col("consignee_form_no"))
    others = (pl.col("n") - own[0].cast(pl.Int64) - twice.cast(pl.Int64)).clip(lower_bound=0)
    length = pl.col("word").str.len_chars()
    covers = (2 * length / (pl.col("exporter_own").str.len_chars() + pl.col("consignee_own").str.len_chars())).clip(
        0, 1
    )
    both_chinese = (pl.col("exporter_signs") != "") & (pl.col("consignee_signs") != "")
    same_signs = pl.col("exporter_signs").str.slice(0, 2) == pl.col("consignee_signs").str.slice(0, 2)
    script = pl.when(both_chinese & ~same_signs).then(0.2).otherwise(1.0)  # they sound alike but are written otherwise
    short = pl.when(length < rules.short_word_letters).then(0.5).otherwise(1.0)
    weight = rarity(pl.col("others"), pl.col("firms"), rules) * (0.6 + 0.4 * covers) * script * short
    most = (
        seen.with_columns(others=others)
        .with_columns(weight=weight)
        .sort(*_PAIR, "month", "weight", "word", descending=[False, False, False, True, False])
        .group_by(*_PAIR, "month", maintain_order=True)
        .agg(pl.col("word").first().alias("shared_word"), pl.col("others", "weight").first())
    )
    return settle_whole(most).with_columns(
        carried=pl.format("{}, carried by {} other firms", "shared_word", "others"),
        why=pl.format("both names carry the word {}, as do {} other firms", "shared_word", "others"),
    )


def _same_firm(asked: pl.DataFrame, names: NamesPast) -> pl.DataFrame:
    """Add `is_same_name` and `is_same_firm`: one name, one identifier, or one cluster as of the month."""
    sides = ("exporter_node", "consignee_node")
    has_words = pl.col("exporter_own_letters").is_not_null()
    same_node = (pl.col("exporter_node") == pl.col("consignee_node")) & has_words
    linked = names.linked(pl.concat(asked[side] for side in sides))
    both = asked.filter(pl.all_horizontal(pl.col(side).is_in(linked.implode()) for side in sides) & ~same_node)
    clusters = settled(names.clusters_before(pl.concat(both.lazy().select("month", node=side) for side in sides)))
    for side in sides:
        both = beside(both, clusters.rename({"node": side, "cluster": f"{side}_cluster"}), [side, "month"])
    one_firm = (pl.col("exporter_node_cluster") == pl.col("consignee_node_cluster")) & has_words
    same_cluster = both.filter(one_firm)["row_no"]
    return asked.with_columns(
        is_same_name=same_node | pl.col("is_same_id"),
        is_same_firm=same_node | pl.col("row_no").is_in(same_cluster.implode()),
    )


def _one_slips(pairs: pl.LazyFrame) -> pl.LazyFrame:
    """Compare own words letter by letter."""
    a, b = pl.col("exporter_own"), pl.col("consignee_own")
    near = pairs.filter(is_typo_long(a, b)).select(*_PAIR, a, b).unique(_PAIR)
    return settle(near).select(*_PAIR, is_one_slip=one_slip(a, b))


def _same_group(rules: PartiesRules) -> pl.Expr:
    by_word = rules.kinship_full * pl.col("weight").fill_null(0.0)
    surely = pl.when("is_same_name").then(1.0).when("is_same_firm").then(0.9).otherwise(0.0)
    by_slip = pl.when("is_one_slip").then(0.5).otherwise(0.0)
    return pl.max_horizontal(by_word, rules.kinship_full * surely, rules.kinship_full * by_slip)


def _why() -> pl.Expr:
    return (
        pl.when("is_same_name")
        .then(pl.lit("both sides bear one name or identifier"))
        .when("is_same_firm")
        .then(pl.lit("both names were used by one firm before"))
        .when(pl.col("why").is_not_null())
        .then("why")
        .when("is_one_slip")
        .then(pl.lit("the two names are one letter apart"))
    )


def _common_beside(asked: pl.LazyFrame, besides: pl.LazyFrame) -> pl.LazyFrame:
    """Name the places and trades that two names share, for each two lists of them that occur: `common`, in words."""
    sides = ("exporter", "consignee")
    pairs = asked.select(f"{side}_beside_no" for side in sides).unique()
    for side in sides:
        named = besides.rename({"beside_no": f"{side}_beside_no", "beside": f"{side}_beside"})
        pairs = pairs.join(named, on=f"{side}_beside_no", how="left")
    shared = pl.col("exporter_beside").list.set_intersection("consignee_beside").list.sort().list.join(", ")
    told = pl.format("{}, which names a place or a trade", shared)
    return settle_whole(pairs).select(*(f"{side}_beside_no" for side in sides), common=pl.when(shared != "").then(told))


def _common_name() -> pl.Expr:
    """Say how surely what two names share tells nothing: a word of many firms, else a place or trade only."""
    surely = pl.col("is_same_name") | pl.col("is_same_firm")
    many = pl.col("others") / (pl.col("others") + 5.0)  # five other firms: as likely chance as kin (own choice)
    return (
        pl.when(surely)
        .then(0.0)
        .when(pl.col("shared_word").is_not_null())
        .then(many)
        .when(pl.col("common_words").is_not_null())
        .then(0.2)
        .otherwise(0.0)
    )

"""Names read once each, for all that is asked of them, and kept as numbers: what a look at two of them needs."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.filed import text_number
from features.lookback import settled
from features.parties.entities import LONGEST_TYPO, SHORTEST_TYPO
from features.parties.forwarders import names_forwarder
from features.parties.listed import match_listed, read_listed
from features.parties.names import in_two_alphabets, name_key, party_name
from features.parties.rules import PartiesRules
from features.parties.wording import NameSigns, read_names


@dataclass(frozen=True, slots=True, eq=False)
class ReadNames:
    """Names as read."""

    texts: pl.DataFrame
    """`name_no`, `name_key` (number), and what `number_names` says, as text."""
    facts: pl.DataFrame
    """The same as numbers: see `_facts`."""
    matches: pl.DataFrame
    """Listed entities that a name is like (see `match_listed`), by `name_no`."""


@dataclass(frozen=True, slots=True, eq=False)
class NameReader:
    """How names are read."""

    signs: NameSigns
    listed: pl.LazyFrame
    """The listed end users' names (see `read_listed`)."""
    rules: PartiesRules

    @classmethod
    def of(cls, signs: NameSigns, entities: pl.DataFrame, rules: PartiesRules) -> NameReader:
        """Read the listed names first: every other one is held against them."""
        return cls(signs, read_listed(entities, signs), rules)

    def read(self, names: pl.DataFrame) -> ReadNames:
        """Read distinct names (`name`, `name_no`)."""
        worded = self.texts_of(names).lazy()  # lazy, or parts of what follows are worked out twice
        said = settled(
            in_two_alphabets(worded, lambda short: party_name(pl.col("name"), is_ascii=short).alias("plain"))
        )
        texts = said.drop("name", "plain").with_columns(said.select(name_key=text_number(name_key(pl.col("plain")))))
        matches = settled(match_listed(said.lazy(), self.listed, self.signs, self.rules))
        numbered = matches.join(names, on="name", how="left").drop("name")
        return ReadNames(texts, _facts(said, self.rules), numbered)

    def texts_of(self, names: pl.DataFrame) -> pl.DataFrame:
        """Say what distinct names (`name`, `name_no`) say: `name`, `name_no` and the columns of `number_names`."""
        return settled(number_names(read_names(names.lazy(), self.signs)))


def number_names(read: pl.LazyFrame) -> pl.LazyFrame:
    """Number forms, and nodes: a form as written in Chinese characters is another node than in Latin letters.

    Adds `form_no`, `node` and `beside_no`, which depend on the name alone.
    """
    form = text_number(pl.col("form"))
    return read.with_columns(
        form_no=form,
        node=form ^ text_number(pl.col("signs"), seed=1),
        beside_no=text_number(pl.col("beside").list.join(" ")),
    )


def _facts(read: pl.DataFrame, rules: PartiesRules) -> pl.DataFrame:
    """Keep `name_no`, `node`, `beside_no`, and of the own words what tells whether two names are worth reading.

    `word_nos` (list) of its telling words; `own_start`, `own_end`, `own_letters`: first and last four letters and
    their number, null where there are none; `is_forwarder`: null where the plain name is empty.
    """
    own, word = pl.col("own"), text_number(pl.element())
    has_own = own != ""
    ends = {"own_start": own.str.head(4), "own_end": own.str.tail(4)}
    return read.select(
        "name_no",
        "node",
        "beside_no",
        pl.col("words").list.eval(_short(word)).alias("word_nos"),
        *(pl.when(has_own).then(_short(text_number(end))).alias(name) for name, end in ends.items()),
        pl.when(has_own).then(own.str.len_chars().clip(upper_bound=255).cast(pl.UInt8)).alias("own_letters"),
        is_forwarder=names_forwarder(pl.col("plain"), rules),
    )


def _short(number: pl.Expr) -> pl.Expr:
    """Keep half of a number: enough to tell that two texts differ; those that agree are read again."""
    return (number & 0xFFFF_FFFF).cast(pl.UInt32)


def worth_reading() -> pl.Expr:
    """Tell which pairs of names (`_facts` of each side) may share a telling word or be one slip of the pen apart.

    Of eight letters or more with one slip among them, the four before it or the four after it are the same.
    """
    a, b = (pl.col(f"{side}_own_letters").cast(pl.Int16) for side in ("exporter", "consignee"))
    is_typo = pl.min_horizontal(a, b).is_between(SHORTEST_TYPO, LONGEST_TYPO) & ((a - b).abs() <= 1)
    ends = ("own_start", "own_end")
    is_near = pl.any_horizontal(pl.col(f"exporter_{end}") == pl.col(f"consignee_{end}") for end in ends)
    shares = pl.col("exporter_word_nos").list.set_intersection("consignee_word_nos").list.len() > 0
    return shares.fill_null(value=False) | (is_typo & is_near).fill_null(value=False)

"""What past declarations showed of firms' names: gone through in slices, kept as numbers, looked up by a batch."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import polars as pl

from features.filed import Filed, text_number
from features.lookback import settle, settle_streamed, settled, streamed, totals_before
from features.parties.entities import cluster_states, clusters_before, is_real, name_links
from features.parties.names_read import NameReader, ReadNames
from features.parties.owners import NAMED, OWNED, NameOwners

NAMES_AT_ONCE, READ_AT_ONCE = 100_000, 2
"""Names read at once, and how often side by side (own choice): reading takes many times the memory of what is kept,
and keeps just one core busy."""
_NODE = ("node", "form_no", "own", "signs", "beside_no")


@dataclass(frozen=True, slots=True, eq=False)
class NamesSeen:
    """What slices of history have shown so far; each name is read in the first slice that has it."""

    reader: NameReader
    known: Filed
    """`name_no`, `node`, `name_key` of every name so far."""
    facts: tuple[pl.DataFrame, ...]
    """Names as read, as numbers (see `ReadNames`)."""
    matches: tuple[pl.DataFrame, ...]
    besides: tuple[pl.DataFrame, ...]
    """`beside_no`, `beside`."""
    nodes: tuple[pl.DataFrame, ...]
    """Names as read (see `number_names`), one row a node and slice."""
    words: tuple[pl.DataFrame, ...]
    """`form_no`, `word_no`: which form carries which word."""
    first: tuple[pl.DataFrame, ...]
    """`node`, `month` and `identified`: first months in a slice, of the name and of it with any identifier."""
    named: tuple[pl.DataFrame, ...]
    """`identifier` (a number), `node`, `month`: first month in a slice in which an identifier came with a name."""
    owned: tuple[pl.DataFrame, ...]
    """The same by side and plain name (see `owners.OWNED`)."""

    @classmethod
    def nothing(cls, reader: NameReader) -> NamesSeen:
        """Begin, before any slice."""
        known = Filed(pl.DataFrame(schema=dict.fromkeys(("name_no", "node", "name_key"), pl.Int64)), "name_no")
        return cls(reader, known, (), (), (), (), (), (), (), ())._with(reader.read(names_of(_NOTHING)))

    def after(self, past: pl.DataFrame) -> NamesSeen:
        """Add a slice of history (see `read_parties`)."""
        names = names_of(past)
        fresh = names.join(self.known.rows_of(names["name_no"]), on="name_no", how="anti")
        seen, told = self, [self.known.table.clear()]
        with ThreadPoolExecutor(READ_AT_ONCE) as pool:
            for read in pool.map(self.reader.read, fresh.iter_slices(NAMES_AT_ONCE)):
                seen = seen._with(read)
                told.append(_known_of(read))
        seen = replace(seen, known=self.known.with_rows(pl.concat(told)))
        here = seen.known.rows_of(names["name_no"])
        sightings = sightings_of(past).join(here, on="name_no", how="inner")
        is_named = pl.col("identifier").is_not_null()
        identified = pl.col("month").filter(is_named).min()
        first = streamed(sightings.lazy().group_by("node").agg(pl.col("month").min(), identified=identified))
        real = sightings.filter("is_real")
        named = streamed(real.lazy().group_by("identifier", "node").agg(pl.col("month").min()))
        return replace(
            seen, first=(*self.first, first), named=(*self.named, named), owned=(*self.owned, real.select(*OWNED))
        )

    def _with(self, read: ReadNames) -> NamesSeen:
        """Add names as read, but for `known`, which is sorted anew only once for each slice of history."""
        words = read.texts.select("form_no", word_no=pl.col("words").list.eval(text_number(pl.element())))
        return replace(
            self,
            facts=(*self.facts, read.facts),
            matches=(*self.matches, read.matches),
            besides=(*self.besides, besides_of(read)),
            nodes=(*self.nodes, read.texts.select(_NODE).unique("node")),
            words=(*self.words, words.explode("word_no", empty_as_null=False).drop_nulls().unique()),
        )


def _known_of(read: ReadNames) -> pl.DataFrame:
    return read.texts.select("name_no", "node", "name_key")


def names_of(rows: pl.DataFrame) -> pl.DataFrame:
    """List the names on both sides of declarations: `name`, `name_no`, distinct."""
    sides = (rows.select(f"{side}_name", f"{side}_name_no") for side in NAMED)
    both = pl.concat(one.rename(dict(zip(one.columns, ("name", "name_no"), strict=True))) for one in sides)
    return both.drop_nulls().unique("name_no")


def besides_of(read: ReadNames) -> pl.DataFrame:
    """List the places and trades of names: `beside_no`, `beside`."""
    return read.texts.select("beside_no", "beside").unique("beside_no")


def sightings_of(past: pl.DataFrame) -> pl.DataFrame:
    """List which name came with which identifier, by `side`, as numbers, and in which `month` first.

    `is_real` is false for an identifier of noughts, which is nobody's.
    """
    sides = []
    for side in NAMED:
        key, name_no = pl.col(f"{side}_key"), pl.col(f"{side}_name_no")
        is_identifier = key.str.starts_with("id:").fill_null(value=False)
        first = (
            past.lazy()
            .select("month", name_no=name_no, key=pl.when(is_identifier).then(key))
            .drop_nulls(["name_no", "month"])
            .group_by("name_no", identifier=text_number(pl.col("key")))
            .agg(pl.col("month").min(), pl.col("key").first())
        )
        real = is_real(pl.col("key")).fill_null(value=False)
        sides.append(first.select("month", "name_no", "identifier", side=pl.lit(side), is_real=real))
    return streamed(pl.concat(sides))


@dataclass(frozen=True, slots=True, eq=False)
class NamesHere:
    """The names of some declarations."""

    names: pl.DataFrame
    """`name`, `name_no`, distinct."""
    facts: pl.DataFrame
    matches: pl.DataFrame
    besides: pl.DataFrame
    reader: NameReader

    def texts_of(self, numbers: pl.Series) -> pl.LazyFrame:
        """Read the names of some numbers (see `NameReader.texts_of`)."""
        asked = numbers.unique().alias("name_no").to_frame()
        return self.reader.texts_of(self.names.join(asked, on="name_no", how="semi")).lazy()


@dataclass(frozen=True, slots=True, eq=False)
class NamesPast:
    """What past declarations showed of names, filed by numbers of their texts."""

    firms: pl.LazyFrame
    """How many forms were first seen in each month: `month`, `n`."""
    first: Filed
    """The month in which each form was first seen: `form_no`, `month`."""
    carriers: Filed
    """How many forms first carried each word in each month: `word_no`, `month`, `n`."""
    clusters: Filed
    """Names of one firm: `node`, `month`, `cluster` (see `cluster_states`)."""
    facts: Filed
    """Names as read, as numbers (see `ReadNames`)."""
    matches: Filed
    besides: pl.DataFrame
    owners: NameOwners
    reader: NameReader

    @classmethod
    def of(cls, seen: NamesSeen) -> NamesPast:
        """Put together what all slices showed."""
        if not seen.first:
            seen = seen.after(_NOTHING)
        forms, carriers, clusters = _sum_up(seen)
        return cls(
            forms.lazy().group_by("month").agg(n=pl.len()).collect().lazy(),
            Filed.of(forms, "form_no"),
            Filed.of(carriers, "word_no"),
            Filed.of(clusters, "node"),
            Filed.of(pl.concat(seen.facts), "name_no"),
            Filed.of(pl.concat(seen.matches), "name_no"),
            pl.concat(seen.besides).unique("beside_no"),
            NameOwners.of(pl.concat(seen.owned)),
            seen.reader,
        )

    def here(self, rows: pl.DataFrame) -> NamesHere:
        """Look up the names of `rows` (see `read_parties`); those that history does not know are read."""
        names = names_of(rows)
        facts, matches = (filed.rows_of(names["name_no"]) for filed in (self.facts, self.matches))
        fresh = names.join(facts, on="name_no", how="anti")
        if fresh.is_empty():
            return NamesHere(names, facts, matches, self.besides, self.reader)
        read = self.reader.read(fresh)
        besides = pl.concat([self.besides, besides_of(read)]).unique("beside_no")
        return NamesHere(
            names, pl.concat([facts, read.facts]), pl.concat([matches, read.matches]), besides, self.reader
        )

    def first_of(self, forms: pl.LazyFrame) -> pl.LazyFrame:
        """Say when forms were first seen: `form_no`, `month`."""
        return self.first.rows_of(settled(forms.select("form_no"))["form_no"]).lazy()

    def carriers_of(self, words: pl.LazyFrame) -> pl.LazyFrame:
        """Say how many forms first carried each `word` of `words` in each month: `word`, `month`, `n`."""
        asked = settled(words.select("word").drop_nulls().unique().with_columns(word_no=text_number(pl.col("word"))))
        found = self.carriers.rows_of(asked["word_no"])
        return asked.join(found, on="word_no", how="inner").lazy().select("word", "month", "n")

    def carriers_before(self, words: pl.LazyFrame, months: pl.LazyFrame) -> pl.LazyFrame:
        """Count the firms seen before each `month` that carry each `word`: `word`, `month`, `n`."""
        asked = words.select("word").drop_nulls().unique()
        wanted = asked.join(months.select("month").drop_nulls().unique(), how="cross")
        return settle(totals_before(self.carriers_of(asked), wanted, by=["word"], sums=["n"]))

    def linked(self, nodes: pl.Series) -> pl.Series:
        """Name those of some nodes that were ever linked to another; most never are."""
        return self.clusters.rows_of(nodes)["node"].unique()

    def clusters_before(self, wanted: pl.LazyFrame) -> pl.LazyFrame:
        """Name the cluster of each linked `node` before each `month` of `wanted` (see `entities.clusters_before`)."""
        asked = settle(wanted.select("node", "month").drop_nulls().unique())
        states = self.clusters.rows_of(settled(asked.select("node"))["node"])
        return clusters_before(asked.join(states.lazy().select("node").unique(), on="node", how="semi"), states)


def _sum_up(seen: NamesSeen) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Sum up what all slices showed, and let go of what that took: `forms`, `carriers`, `clusters` of `NamesPast`."""
    first = streamed(pl.concat(seen.first).lazy().group_by("node").agg(pl.col("month", "identified").min()))
    nodes = pl.concat(seen.nodes).unique("node").join(first, on="node", how="inner")
    named = settle_streamed(pl.concat(seen.named).lazy().group_by("identifier", "node").agg(pl.col("month").min()))
    links = name_links(nodes.lazy().rename({"beside_no": "beside", "form_no": "form"}), named).collect()
    forms = streamed(nodes.lazy().group_by("form_no").agg(pl.col("month").min()))
    carriers = streamed(
        pl.concat(seen.words)
        .lazy()
        .unique()
        .join(forms.lazy(), on="form_no", how="inner")
        .group_by("word_no", "month")
        .agg(n=pl.len().cast(pl.Int32))
    )
    return forms, carriers, cluster_states(links)


_NOTHING = pl.DataFrame(
    schema={f"{side}_{what}": pl.String for side in NAMED for what in ("name", "key")}
    | {f"{side}_name_no": pl.Int64 for side in NAMED}
    | {"month": pl.Int32}
)

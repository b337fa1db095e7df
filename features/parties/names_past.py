"""What past declarations showed of firms' names: gone through in slices, kept as numbers, looked up by a batch."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from features.filed import Filed, text_number
from features.lookback import settle
from features.parties.entities import cluster_states, clusters_before, is_real, name_links
from features.parties.wording import NameSigns, read_names

NAMES_AT_ONCE = 100_000
"""Names read at once (own choice): reading takes many times the memory of what is kept."""
_NODE = ("node", "form_no", "form", "own", "signs", "beside_no")


@dataclass(frozen=True, slots=True, eq=False)
class NamesSeen:
    """What slices of history have shown so far; each name is read in the first slice that has it."""

    known: Filed
    """`name_no`, `node` of every name so far."""
    nodes: tuple[pl.DataFrame, ...] = ()
    """Names as read (see `number_names`), one row a node and slice."""
    words: tuple[pl.DataFrame, ...] = ()
    """`form_no`, `word_no`: which form carries which word."""
    first: tuple[pl.DataFrame, ...] = ()
    """`node`, `month` and `identified`: first months in a slice, of the name and of it with any identifier."""
    named: tuple[pl.DataFrame, ...] = ()
    """`identifier` (a number), `node`, `month`: first month in a slice in which an identifier came with a name."""

    @classmethod
    def nothing(cls) -> NamesSeen:
        """Begin, before any slice."""
        return cls(Filed(pl.DataFrame(schema={"name_no": pl.Int64, "node": pl.Int64}), "name_no"))

    def after(self, past: pl.DataFrame, signs: NameSigns) -> NamesSeen:
        """Add a slice of history (see `read_parties`)."""
        seen = _sides(past)
        names = seen.select("name", "name_no").unique("name_no")
        old = self.known.rows_of(names["name_no"])
        fresh = names.join(old, on="name_no", how="anti")
        parts = [_read(part, signs) for part in fresh.iter_slices(NAMES_AT_ONCE)]
        read = pl.concat(parts) if parts else _read(fresh, signs)
        here = pl.concat([old, read.select("name_no", "node")])
        sightings = seen.drop("name").join(here, on="name_no", how="inner")
        is_named = pl.col("identifier").is_not_null()
        first = sightings.group_by("node").agg(pl.col("month").min(), identified=pl.col("month").filter(is_named).min())
        named = sightings.filter("is_real").group_by("identifier", "node").agg(pl.col("month").min())
        words = read.select("form_no", word_no="words").explode("word_no").drop_nulls().unique()
        return replace(
            self,
            known=Filed.of(pl.concat([self.known.table, read.select("name_no", "node")]), "name_no"),
            nodes=(*self.nodes, read.select(_NODE).unique("node")),
            words=(*self.words, words),
            first=(*self.first, first),
            named=(*self.named, named),
        )


def _sides(past: pl.DataFrame) -> pl.DataFrame:
    """List which name came with which identifier in which month, both sides of every declaration, as numbers.

    `is_real` is false for an identifier of noughts, which is nobody's.
    """
    seen = settle(name_sightings(past.lazy()))
    real = seen.select("identifier").drop_nulls().unique().with_columns(is_real=is_real(pl.col("identifier")))
    return (
        seen.join(real, on="identifier", how="left")
        .with_columns(
            pl.col("is_real").fill_null(value=False), text_number(pl.col("identifier")),
            name_no=text_number(pl.col("name")),
        )
        .collect()
    )  # fmt: skip


def _read(names: pl.DataFrame, signs: NameSigns) -> pl.DataFrame:
    """Read names (`name`, `name_no`), with their words as numbers."""
    read = number_names(read_names(names.lazy().select("name"), signs))
    numbers = pl.col("words").list.eval(text_number(pl.element()))
    return read.with_columns(numbers).drop("beside").join(names.lazy(), on="name", how="left").drop("name").collect()


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
    signs: NameSigns

    @classmethod
    def of(cls, seen: NamesSeen, signs: NameSigns) -> NamesPast:
        """Put together what all slices showed."""
        if not seen.nodes:
            seen = seen.after(_NOTHING, signs)
        first = pl.concat(seen.first).group_by("node").agg(pl.col("month", "identified").min())
        nodes = pl.concat(seen.nodes).unique("node").join(first, on="node", how="inner")
        named = pl.concat(seen.named).lazy().group_by("identifier", "node").agg(pl.col("month").min())
        links = name_links(nodes.lazy().rename({"beside_no": "beside"}), named).collect()
        forms = nodes.group_by("form_no").agg(pl.col("month").min())
        carriers = (
            pl.concat(seen.words)
            .unique()
            .join(forms, on="form_no", how="inner")
            .group_by("word_no", "month")
            .agg(n=pl.len().cast(pl.Int32))
        )
        return cls(
            forms.lazy().group_by("month").agg(n=pl.len()).collect().lazy(),
            Filed.of(forms, "form_no"),
            Filed.of(carriers, "word_no"),
            Filed.of(cluster_states(links), "node"),
            signs,
        )

    def read_of(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Read the names of `rows`: as `read_names` does, with their numbers."""
        names = pl.concat(rows.select(name=f"{side}_name") for side in ("exporter", "consignee"))
        return settle(number_names(read_names(settle(names.drop_nulls().unique()), self.signs)))

    def first_of(self, forms: pl.LazyFrame) -> pl.LazyFrame:
        """Say when forms were first seen: `form_no`, `month`."""
        return self.first.rows_of(forms.select("form_no").collect()["form_no"]).lazy()

    def carriers_of(self, words: pl.LazyFrame) -> pl.LazyFrame:
        """Say how many forms first carried each `word` of `words` in each month: `word`, `month`, `n`."""
        asked = words.select("word").drop_nulls().unique().with_columns(word_no=text_number(pl.col("word"))).collect()
        found = self.carriers.rows_of(asked["word_no"])
        return asked.join(found, on="word_no", how="inner").lazy().select("word", "month", "n")

    def clusters_before(self, wanted: pl.LazyFrame) -> pl.LazyFrame:
        """Name the cluster of each linked `node` before each `month` of `wanted` (see `entities.clusters_before`)."""
        asked = settle(wanted.select("node", "month").drop_nulls().unique())
        states = self.clusters.rows_of(asked.select("node").collect()["node"])
        return clusters_before(asked.join(states.lazy().select("node").unique(), on="node", how="semi"), states)


def name_sightings(past: pl.LazyFrame) -> pl.LazyFrame:
    """List which name came with which identifier in which month, both sides of every past declaration."""
    sides = [
        past.select(
            pl.col(f"{side}_name").alias("name"),
            pl.when(pl.col(f"{side}_key").str.starts_with("id:")).then(f"{side}_key").alias("identifier"),
            "month",
        )
        for side in ("exporter", "consignee")
    ]
    return pl.concat(sides).drop_nulls(["name", "month"]).unique()


_NOTHING = pl.DataFrame(
    schema={f"{side}_{what}": pl.String for side in ("exporter", "consignee") for what in ("name", "key")}
    | {"month": pl.Int32}
)


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

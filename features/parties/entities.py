"""Which names are one firm: links between names with their reasons, and clusters as they stood each month."""

from __future__ import annotations

import numpy as np
import polars as pl

from features.lookback import settle, settled

NAMES_OF_ONE_IDENTIFIER = 8
"""An identifier that comes with more names than this is a stand-in (a broker's, a row of zeros), not a firm's."""
SHORTEST_TYPO = 8
LONGEST_TYPO = 24
"""Own words of this many letters may be one slip of the pen apart; shorter ones are other words (own choice)."""
WORDS_AT_ONCE = 200_000
"""Own words compared at once without one letter: so many take some hundred megabytes (own choice)."""
_BASE = 6364136223846793005  # odd, so that it can be divided by: multiplier of Knuth's MMIX generator
_UNBASE = np.uint64(pow(_BASE, -1, 2**64))
_POWERS = np.cumprod(np.full(LONGEST_TYPO, _BASE, np.uint64))
SAME_IDENTIFIER = ("came with the same identifier", 1.0)
SAME_IN_SCRIPT = ("same name in another script", 0.9)
ONE_SLIP = ("same name but for one letter", 0.8)
"""Why two names are one firm, and how surely (own choices)."""


def name_links(nodes: pl.LazyFrame, named: pl.LazyFrame) -> pl.LazyFrame:
    """Link names that are one firm.

    Parameters
    ----------
    nodes
        `node` (number of a name as read), `own`, `signs`, `form` and `beside` (text or number), `month`, `identified`
        (first months, of the name and of it with any identifier; the latter null for never).
    named
        `identifier` (never one of noughts alone, see `is_real`), `node`, `month` in which they first came together.

    Returns
    -------
    pl.LazyFrame
        `a`, `b` (nodes), `month` (the later of the two names' first months: the link is known after it), `why`,
        `score`. Every link is decided by what was seen up to its own month, so that later names change none.
    """
    links = pl.concat([_by_identifier(named, nodes), _by_script(nodes), _by_slip(nodes)])
    return links.sort("month", "a", "b", "score", descending=[False, False, False, True]).unique(
        ["a", "b"], keep="first", maintain_order=True
    )


def first_sightings(sightings: pl.LazyFrame) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Sum `node`, `form`, `own`, `signs`, `beside`, `identifier`, `month` up as `name_links` takes them."""
    is_named = pl.col("identifier").is_not_null()
    nodes = sightings.group_by("node", "form", "own", "signs", "beside").agg(
        pl.col("month").min(), identified=pl.col("month").filter(is_named).min()
    )
    named = sightings.filter(is_real(pl.col("identifier"))).group_by("identifier", "node").agg(pl.col("month").min())
    return settle(nodes), settle(named)


def is_real(identifier: pl.Expr) -> pl.Expr:
    """Tell an identifier from a stand-in of noughts and signs."""
    return identifier.str.strip_prefix("id:").str.contains(r"[\p{L}\p{N}&&[^0]]")


def cluster_states(links: pl.DataFrame) -> pl.DataFrame:
    """Give every linked name its cluster from each month on: `node`, `month` (that of the link), `cluster`.

    Most names are linked to just one, which itself is linked to no other. The rest takes a loop over links, never over
    rows. The smaller cluster is renumbered, so that n names make at most n log n rows. A cluster's number means nothing
    beyond "the same" in the same month.
    """
    again = pl.concat([links["a"], links["b"]]).is_duplicated()
    is_pair = ~(again.head(links.height) | again.tail(links.height))
    pairs = links.filter(is_pair).select("a", "b", "month", cluster="a")
    ends = [pairs.select(pl.col(end).alias("node"), "month", "cluster") for end in ("a", "b")]
    return pl.concat([*ends, _joined(links.filter(~is_pair))]).sort("month", "node")


def _joined(links: pl.DataFrame) -> pl.DataFrame:
    """Join clusters link by link: `node`, `month`, `cluster`."""
    cluster: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    moved: dict[tuple[int, int], int] = {}
    for a, b, month in links.sort("month", "a", "b").select("a", "b", "month").iter_rows():
        for node in (a, b):
            if node not in cluster:
                cluster[node], members[node] = node, [node]
                moved[node, month] = node
        large, small = cluster[a], cluster[b]
        if large == small:
            continue
        more = len(members[large]) - len(members[small])
        if more < 0 or (more == 0 and large > small):
            large, small = small, large
        for node in members.pop(small):
            cluster[node] = large
            moved[node, month] = large
            members[large].append(node)
    return pl.DataFrame(
        [(node, month, number) for (node, month), number in moved.items()],
        schema={"node": pl.Int64, "month": pl.Int32, "cluster": pl.Int64},
        orient="row",
    )


def clusters_before(wanted: pl.LazyFrame, states: pl.DataFrame) -> pl.LazyFrame:
    """Add `cluster` to `node`, `month`: as it stood after the month before; the node itself where never linked."""
    asked = wanted.select("node", "month").drop_nulls().unique().with_columns(before=pl.col("month") - 1).sort("before")
    found = asked.join_asof(
        states.lazy().rename({"month": "since"}).sort("since"),
        left_on="before",
        right_on="since",
        by="node",
        strategy="backward",
        check_sortedness=False,
    )
    return settle(found.select("node", "month", cluster=pl.coalesce("cluster", "node")))


def one_slip(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Tell whether two long words differ by one letter put in, left out or changed; false where they are equal.

    >>> one, other = pl.Series(["kaidawell", "kaidawell", "kaida"]), pl.Series(["kaidavell", "kaidawell", "kaid"])
    >>> pl.select(one_slip(pl.lit(one), pl.lit(other))).to_series().to_list()
    [True, False, False]
    """
    longer, shorter = (of(a.str.len_chars(), b.str.len_chars()) for of in (pl.max_horizontal, pl.min_horizontal))
    starts = [(a.str.head(n) == b.str.head(n)) & (shorter >= n) for n in range(1, LONGEST_TYPO + 1)]
    ends = [(a.str.tail(n) == b.str.tail(n)) & (shorter >= n) for n in range(1, LONGEST_TYPO + 1)]
    alike = [same.cast(pl.Int32) for same in (*starts, *ends)]
    return is_typo_long(a, b) & (pl.sum_horizontal(alike) >= longer - 1)


def is_typo_long(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Tell whether two words differ and have the lengths of one slip of the pen."""
    longer, shorter = (of(a.str.len_chars(), b.str.len_chars()) for of in (pl.max_horizontal, pl.min_horizontal))
    return (shorter >= SHORTEST_TYPO) & (longer <= LONGEST_TYPO) & (longer - shorter <= 1) & (a != b)


def _shared_variants(long: pl.DataFrame, unidentified: pl.DataFrame) -> pl.LazyFrame:
    """List each own word whole and without one letter (`variant`, `at`: -1 whole), where an unidentified one is such.

    Compared as numbers first, since hardly any are shared and text is costly.
    """
    wanted = _variant_numbers(unidentified)["number"].unique().implode()
    shared = [
        part[found["row"]].with_columns(found["at"])
        for part in long.iter_slices(WORDS_AT_ONCE)
        for found in [_variant_numbers(part).filter(pl.col("number").is_in(wanted))]
    ]
    at = pl.col("at")
    variant = pl.concat_str(pl.col("own").str.slice(0, at.clip(lower_bound=0)), pl.col("own").str.slice(at + 1))
    every = pl.concat([long.clear().with_columns(at=pl.lit(0, pl.Int32)), *shared])
    return every.lazy().with_columns(variant=variant).drop("own")


def _variant_numbers(long: pl.DataFrame) -> pl.DataFrame:
    """Number each own word (`row`), with its places and trades, whole (`at` -1) and without each letter in turn.

    Equal texts have equal numbers: sums of letters times powers, so that leaving one out costs no text.
    """
    words = np.array(long["own"].to_list(), dtype=f"U{LONGEST_TYPO}")
    letters = np.ascontiguousarray(words.view(np.uint32).reshape(len(words), LONGEST_TYPO).T)
    beside = long.select(pl.col("beside").hash(1)).to_series().to_numpy()
    terms = letters * _POWERS[:, None]
    before, after = np.zeros(len(words), np.uint64), terms.sum(axis=0)
    found = [after ^ beside]
    for term in terms:
        after = after - term
        found.append((before + after * _UNBASE) ^ beside)
        before = before + term
    row, n_letters = np.arange(len(words), dtype=np.uint32), long["own"].str.len_chars().cast(pl.Int32)
    return pl.concat(
        pl.DataFrame({"row": row, "number": numbers}).with_columns(at=pl.lit(at, pl.Int32)).filter(n_letters > at)
        for at, numbers in enumerate(found, -1)
    )


def _link(frame: pl.LazyFrame, why: tuple[str, float]) -> pl.LazyFrame:
    ends = [pl.col(name).cast(pl.Int64) for name in ("node", "other")]
    return frame.select(
        pl.min_horizontal(*ends).alias("a"),
        pl.max_horizontal(*ends).alias("b"),
        pl.col("month").cast(pl.Int32),
        pl.lit(why[0]).alias("why"),
        pl.lit(why[1]).alias("score"),
    ).filter(pl.col("a") != pl.col("b"))


def _by_identifier(named: pl.LazyFrame, nodes: pl.LazyFrame) -> pl.LazyFrame:
    """Link each name of an identifier to the one before it, in the order in which they first came."""
    several = settle(named.filter(pl.len().over("identifier") > 1))
    in_order = (
        several.join(nodes.select("node", "form"), on="node", how="left")
        .sort("identifier", "month", "form", "node")
        .with_columns(other=pl.col("node").shift(1).over("identifier"), place=pl.int_range(pl.len()).over("identifier"))
    )
    return _link(
        in_order.filter(pl.col("other").is_not_null() & (pl.col("place") < NAMES_OF_ONE_IDENTIFIER)), SAME_IDENTIFIER
    )


def _by_script(first: pl.LazyFrame) -> pl.LazyFrame:
    """Link a name in Latin letters to the earliest Chinese one that sounds like it; later ones may be other firms."""
    chinese = (
        first.filter((pl.col("signs") != "") & (pl.col("own") != ""))
        .sort("month", "signs")
        .group_by("form", maintain_order=True)
        .agg(pl.col("node").first().alias("other"), pl.col("month").first().alias("since"))
    )
    latin = first.filter((pl.col("signs") == "") & (pl.col("own") != ""))
    both = latin.join(chinese, on="form", how="inner").with_columns(month=pl.max_horizontal("month", "since"))
    return _link(both, SAME_IN_SCRIPT)


def _by_slip(first: pl.LazyFrame) -> pl.LazyFrame:
    """Link names one letter apart, of the same places and trades, unless both are known by identifiers of their own."""
    letters = pl.col("own").str.len_chars()
    is_long = (pl.col("signs") == "") & letters.is_between(SHORTEST_TYPO, LONGEST_TYPO)
    all_long = settled(first.filter(is_long).select("node", "own", "beside", "month", "identified"))
    unidentified = all_long.filter(pl.col("identified").is_null() | (pl.col("identified") > pl.col("month")))
    variants = settle(_shared_variants(all_long, unidentified))
    open_ones = variants.join(unidentified.lazy().select("node"), on="node", how="semi")
    shared = open_ones.join(variants, on=["beside", "variant"], how="inner", suffix="_b").filter(
        pl.col("node") != pl.col("node_b")
    )
    one_edit = (pl.col("at") == -1) | (pl.col("at_b") == -1) | ((pl.col("at") - pl.col("at_b")).abs() <= 1)
    month = pl.max_horizontal("month", "month_b")
    known = (pl.col("identified") <= month) & (pl.col("identified_b") <= month)
    near = shared.filter(one_edit & ~known.fill_null(value=False)).select("node", other="node_b", month=month)
    return _link(near.unique(), ONE_SLIP)

"""Words under disguise, honest words, and growth with length: python -m tests.benchmarks.words."""

from __future__ import annotations

import random
import time
from pathlib import Path

import polars as pl

from features.description.assessment import assess_texts
from features.minerals import Minerals
from pipelines.reference import load_minerals
from tests.benchmarks.headings import DATA, read_lines
from tests.disguises import RULED
from tests.unseen_disguises import UNSEEN_KINDS

GOLDEN = Path(__file__).parents[1] / "golden" / "declarations_120.csv"
SURE = 0.5
SHORT, LONG = 100_000, 1_000_000  # characters: a text ten times as long may take ten times as long
PATHOLOGICAL = {
    "words of a mineral": "antimony ingot ",
    "one letter": "a",
    "digits": "4",
    "spaces": " ",
    "open tags": "<",
    "combining marks": "\u0336",
    "a mark after a letter": "n\u0301",
    "Chinese": "锑",
    "open escapes": "&#9",
    "percent signs": "%E9",
    "backslashes": "\\\\u00",
    "letters apart": "a n t i ",
    "zero width": "\u200b",
    "turned around": "\u202eynomitna ",
}


def recognised(minerals: Minerals) -> None:
    """Print the share of golden texts still recognised under each kind of disguise."""
    texts = pl.read_csv(GOLDEN, infer_schema=False).select(text="description").unique()
    read = assess_texts(texts.lazy(), minerals).collect()
    plain = (pl.col("disguised_text") < SURE) & ~pl.col("text").str.contains("&#", literal=True)
    named = read.filter((pl.col("term_weight") >= SURE) & plain).sort("text").select("text", "text_mineral").rows()
    rows = [("with rules", kind, m, text, change(text)) for kind, change in RULED.items() for text, m in named]
    for kind, drawn in UNSEEN_KINDS.items():
        rows += [
            ("unseen", kind, m, text, drawn(text, random.Random(f"{kind}{n}"))) for n, (text, m) in enumerate(named)
        ]
    asked = pl.DataFrame(rows, schema=["group", "kind", "mineral", "before", "text"], orient="row")
    asked = asked.filter(pl.col("text") != pl.col("before"))
    again = assess_texts(asked.lazy().select("text").unique(), minerals).collect()
    same = (pl.col("text_mineral") == pl.col("mineral")) & (pl.col("term_weight") >= SURE)
    found = asked.join(again, on="text", how="left").with_columns(hit=same.fill_null(value=False))
    for group in ("with rules", "unseen"):
        part = found.filter(pl.col("group") == group)
        kinds = part.group_by("kind").agg(pl.col("hit").mean()).sort("hit", "kind")
        print(f"{group}: {part['hit'].mean():.1%} of {part.height:,} texts in {kinds.height} kinds")
        print("  " + "; ".join(f"{kind} {share:.0%}" for kind, share in kinds.iter_rows()))


def falsely_recognised(minerals: Minerals) -> None:
    """Print the tariff lines in which a mineral is seen only by undoing a disguise: nobody hides words in a tariff."""
    lines = read_lines(DATA).select(text="description").unique()
    read = assess_texts(lines.lazy(), minerals).collect()
    undone = read.filter((pl.col("disguised_text") > 0) & (pl.col("term_weight") >= SURE))
    named = read.filter(pl.col("term_weight") >= SURE).height
    print(f"tariff lines: {read.height:,} read, {named:,} name a mineral, {undone.height} of them by a deeper reading:")
    for mineral, term, text in undone.sort("text").select("text_mineral", "text_term", "text").iter_rows():
        print(f"  {mineral} ({term}): {text[:110]}")


def growth(minerals: Minerals) -> None:
    """Print how the time of one text grows from 100,000 to 1,000,000 characters."""
    for name, piece in PATHOLOGICAL.items():
        short, long = (
            min(_seconds(piece * (length // len(piece)), minerals) for _ in range(3)) for length in (SHORT, LONG)
        )
        print(f"{name:24} {short:6.3f} s, ten times as long {long:6.3f} s: {long / short:4.1f} times")


def _seconds(text: str, minerals: Minerals) -> float:
    start = time.process_time()
    assess_texts(pl.LazyFrame({"text": [text]}), minerals).collect()
    return time.process_time() - start


def main() -> None:
    minerals = load_minerals()
    recognised(minerals)
    growth(minerals)
    if DATA.exists():
        falsely_recognised(minerals)
    else:
        print(f"tariff lines: left out, {DATA} is not there")


if __name__ == "__main__":
    main()

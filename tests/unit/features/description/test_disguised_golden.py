"""The golden declarations under every disguise: what is still recognised, and what a second writer hides."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest

from features.description.assessment import assess_texts
from features.minerals import Minerals
from tests.disguises import HARD, RULED
from tests.unseen_disguises import UNSEEN_KINDS

FILE = Path(__file__).parents[3] / "golden" / "declarations_120.csv"
SURE = 0.5


@pytest.fixture(scope="module")
def found(minerals: Minerals) -> pl.DataFrame:
    """One row per kind and golden text that names a mineral in plain letters; `hit` where it is still recognised."""
    texts = pl.read_csv(FILE, infer_schema=False).select(text="description").unique()
    read = assess_texts(texts.lazy(), minerals).collect()
    plain = (pl.col("disguised_text") < SURE) & ~pl.col("text").str.contains("&#", literal=True)
    named = read.filter((pl.col("term_weight") >= SURE) & plain).sort("text")
    plain_texts = list(named.select("text", "text_mineral").iter_rows())
    told = [("ruled", kind, m, change(text), text) for kind, change in RULED.items() for text, m in plain_texts]
    told += [
        ("unseen", kind, m, change(text, random.Random(f"{kind}{n}")), text)
        for kind, change in UNSEEN_KINDS.items()
        for n, (text, m) in enumerate(plain_texts)
    ]
    rows = [(group, kind, mineral, text, text != before) for group, kind, mineral, text, before in told]
    asked = pl.DataFrame(rows, schema=["group", "kind", "mineral", "text", "is_changed"], orient="row")
    again = assess_texts(asked.lazy().select("text").unique(), minerals).collect()
    same = (pl.col("text_mineral") == pl.col("mineral")) & (pl.col("term_weight") >= SURE)
    return asked.join(again, on="text", how="left").with_columns(hit=same.fill_null(value=False))


def test_at_most_one_in_twenty_is_lost(found: pl.DataFrame) -> None:
    ruled = found.filter((pl.col("group") == "ruled") & pl.col("is_changed"))  # a text left as it was proves nothing
    by_kind = ruled.group_by("kind").agg(pl.col("hit").mean(), n=pl.len()).sort("kind")
    easy = by_kind.filter(~pl.col("kind").is_in([*HARD]))
    print(by_kind.rows(), "all:", ruled["hit"].mean())
    assert easy.height >= 30
    assert ruled["hit"].mean() >= 0.95
    assert easy["hit"].min() >= 0.9


def test_kinds_without_a_rule_are_reported(found: pl.DataFrame) -> None:
    """No more is asked of them than not to fall: the figures say what a new disguise may get away with."""
    unheard = found.filter((pl.col("group") == "unseen") & pl.col("is_changed"))
    by_kind = unheard.group_by("kind").agg(pl.col("hit").mean()).sort("hit", "kind")
    print(by_kind.rows(), "all:", unheard["hit"].mean())
    assert not set(UNSEEN_KINDS) & set(RULED)
    assert unheard["hit"].mean() >= 0.5  # 0.51 before the rules of recovered.py, 0.59 after


def test_a_mineral_is_hardly_ever_taken_for_another(found: pl.DataFrame) -> None:
    other = (pl.col("text_mineral") != pl.col("mineral")) & (pl.col("term_weight") >= SURE)
    assert found.select(other.fill_null(value=False).mean()).item() <= 0.03

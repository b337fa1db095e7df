"""Texts that an adversary wrote from trade knowledge before seeing a term: names are heard, look-alikes are let be."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import polars as pl

from features.description import build_description
from features.minerals import Minerals

GOLDEN = Path(__file__).parents[3] / "golden"
FILE = GOLDEN / "redteam_texts.csv"
RIGHT_CODES = GOLDEN / "right_codes.csv"
SURE = 0.5
QUIET = ("term_mismatch", "disguised_text", "term_weight")


def test_names_are_heard_and_lookalikes_let_be(minerals: Minerals, declare: Callable[..., pl.LazyFrame]) -> None:
    rows = _rows(FILE)
    declarations = declare([row["text"] for row in rows], hs_code=[row["hs_code"] for row in rows])
    result = build_description(declarations, minerals).collect().sort("declaration_id").to_dicts()
    unheard, loud = [], []
    for row, got in zip(rows, result, strict=True):
        if row["mineral"]:
            is_heard = got["text_mineral"] in row["mineral"].split("/") and got["term_mismatch"] >= SURE
            unheard += [] if is_heard and got["disguised_text"] < SURE else [(row["text"], got)]
        else:
            told = {name: got[name] for name in QUIET if got[name] >= SURE}
            loud += [(row["text"], got["text_term"], told)] if told else []
    assert not unheard, "\n".join(map(str, unheard))
    assert not loud, "\n".join(map(str, loud))
    assert len([row for row in rows if row["mineral"]]) >= 350
    assert len([row for row in rows if not row["mineral"]]) >= 130


def test_goods_under_their_own_code_are_not_misdeclared(
    minerals: Minerals, declare: Callable[..., pl.LazyFrame]
) -> None:
    rows = _rows(RIGHT_CODES)
    declarations = declare([row["text"] for row in rows], hs_code=[row["hs_code"] for row in rows])
    result = build_description(declarations, minerals).collect().sort("declaration_id").to_dicts()
    wrong = [
        (row["text"], got["term_mismatch"])
        for row, got in zip(rows, result, strict=True)
        if got["term_mismatch"] >= 0.3
    ]
    assert not wrong, "\n".join(map(str, wrong))
    assert len(rows) >= 180


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))

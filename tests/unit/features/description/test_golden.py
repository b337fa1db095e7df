"""Hand-made descriptions with the evidence a careful reader expects, reviewed line by line."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl

from features.description import build_description
from features.minerals import Minerals

FILE = Path(__file__).parents[3] / "golden" / "description_cases.csv"
SURE = 0.5
FLAGS = ("term_mismatch", "disguised_text", "vague_text", "negated_term", "innocent_context", "declared_openly")


def seen(text: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m.group(1), 16)), text)


def test_golden_descriptions(minerals: Minerals, declare: Callable[..., pl.LazyFrame]) -> None:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    assert len(rows) >= 40
    declarations = declare([seen(row["text"]) for row in rows], hs_code=[row["hs_code"] for row in rows])
    result = build_description(declarations, minerals).collect().sort("declaration_id").to_dicts()
    wrong = []
    for want, got in zip(rows, result, strict=True):
        is_sure = got["term_weight"] >= SURE
        found = {
            "mineral": got["text_mineral"] if is_sure else "",
            "form": (got["text_form"] or "") if is_sure else "",
            "purity": "" if got["stated_purity_share"] is None else f"{got['stated_purity_share']:.6g}",
            "flags": " ".join(flag for flag in FLAGS if got[flag] >= SURE),
        }
        wrong += [(want["case"], key, want[key], value) for key, value in found.items() if want[key] != value]
    assert not wrong, "\n".join(map(str, wrong))

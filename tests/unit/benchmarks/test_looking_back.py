"""The three questions that the benchmark compares have the same answers whoever answers them."""

from __future__ import annotations

import random
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest

from features.usual import BIN_WIDTH
from tests.benchmarks.looking_back import QUESTIONS, by_duckdb, by_ours, by_pandas, columns_needed

ROWS = 3_000


@pytest.fixture(scope="module")
def declarations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("looking_back") / "declarations.parquet"
    draw = random.Random(5)
    pl.DataFrame(
        {
            "declaration_id": [str(n) for n in range(ROWS)],
            "declared_on": [date(2023 + n % 2, draw.randint(1, 12), draw.randint(1, 28)) for n in range(ROWS)],
            "hs_code": [draw.choice(("3824500090", "811010", "3907", "69072300")) for _ in range(ROWS)],
            "destination_iso3": [draw.choice(("USA", "VNM")) for _ in range(ROWS)],
            **{
                f"{side}_id": [draw.choice((*(f"{side}{n}" for n in range(12)), None)) for _ in range(ROWS)]
                for side in ("exporter", "consignee", "declarant")
            },
            "net_kg": [draw.choice((None, 0.0, draw.uniform(10.0, 9_000.0))) for _ in range(ROWS)],
            "value_usd": [draw.lognormvariate(8.0, 1.0) for _ in range(ROWS)],
        }
    ).write_parquet(path)
    return path


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("answer", [by_duckdb, by_pandas])
def test_the_same_answers(declarations: Path, question: str, answer: object) -> None:
    if answer is by_duckdb and not find_spec("duckdb"):
        pytest.skip("DuckDB is not installed (`make bench` installs it)")
    assert callable(answer)
    theirs: pl.DataFrame = answer(declarations, question)
    ours = by_ours(columns_needed(declarations))[question]()
    codes = pl.read_parquet(declarations, columns=["declaration_id", "hs_code"])
    both = ours.join(codes, on="declaration_id", how="left").join(
        theirs, on="declaration_id", how="inner", suffix="_theirs"
    )
    assert both.height > ours.height * 0.3
    if question == "usual price":
        known = both.filter(pl.col("hs_code").str.len_chars() >= 6)
        assert known["middle"].is_null().to_list() == known["middle_theirs"].is_null().to_list()
        assert known["middle"].is_not_null().any()
        assert ((both["middle"] - both["middle_theirs"]).abs().median() or 0.0) < BIN_WIDTH
    else:
        assert both["n"].cast(pl.Float64).to_list() == both["n_theirs"].cast(pl.Float64).to_list()
        assert (both["n"] > 0).any()

"""Scoring through its real interface: thirty hand-made declarations, order and batches, refusals."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from features.contracts import Worklist
from features.errors import ConfigError, ContractError
from pipelines.steps.background import LEARNED_FROM_GENERATED
from pipelines.steps.said import Said
from pipelines.steps.score import run_score
from tests.integration.conftest import Demo

pytestmark = pytest.mark.xdist_group("demo")

GOLDEN = Path(__file__).parents[1] / "golden"
FULL = GOLDEN / "thirty_declarations.csv"


def score(demo: Demo, declarations: Path, out: Path, **options: object) -> Said:
    settings = {"as_of": date(2025, 6, 30), "budget": 30, "model": "challenger"} | options
    return run_score(declarations=declarations, out=out, home=demo.home, **settings)  # type: ignore[arg-type]


def scores(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "scores.parquet")


def test_required_columns_alone_give_thirty_scored_rows(small_demo: Demo, tmp_path: Path) -> None:
    said = score(small_demo, GOLDEN / "thirty_required_only.csv", tmp_path)
    assert said.counts == {"read": 30, "scored": 30, "rejected": 0}
    worklist = pl.read_parquet(tmp_path / "worklist.parquet")
    assert worklist.height == 30
    Worklist.validate(worklist)
    assert scores(tmp_path)["suspicion"].null_count() == 0


def test_all_columns_name_the_right_evidence_for_each_planted_case(small_demo: Demo, tmp_path: Path) -> None:
    score(small_demo, FULL, tmp_path, licences=GOLDEN / "thirty_licences.csv")
    told = {
        row["declaration_id"]: [one["code"] for one in row["reasons"]]
        for row in pl.read_parquet(tmp_path / "worklist.parquet").to_dicts()
    }
    planted = pl.read_csv(FULL, infer_schema=False).select("declaration_id", "expect").drop_nulls()
    missing = {
        identifier: (code, told[identifier])
        for identifier, expected in planted.iter_rows()
        for code in expected.split(";")
        if code not in told[identifier]
    }
    assert not missing


def test_honest_lookalikes_are_not_told_as_controlled(small_demo: Demo, tmp_path: Path) -> None:
    score(small_demo, FULL, tmp_path, licences=GOLDEN / "thirty_licences.csv")
    worklist = pl.read_parquet(tmp_path / "worklist.parquet")
    honest = worklist.filter(pl.col("declaration_id") >= "G16")
    codes = honest.explode("reasons")["reasons"].struct.field("code").drop_nulls()
    wrong = {"term_mismatch", "licence_missing", "licence_mismatch", "density_like_mineral", "disguised_text"}
    assert not wrong & set(codes)


def test_tables_of_the_lake_are_told_and_generated_ones_marked_on_screen_and_page(
    small_demo: Demo, tmp_path: Path
) -> None:
    said = score(small_demo, FULL, tmp_path, licences=GOLDEN / "thirty_licences.csv")
    told = {name: next(line for line in said.lines if line.startswith(f"{name}: ")) for name in ("history", "licences")}
    assert re.search(r": [\d,]+ rows of \S+ to \S+ from the lake, put there on ", told["history"])
    assert told["history"].endswith("; GENERATED, no real trade (seed 5)")
    assert told["licences"].endswith(f"; from {GOLDEN / 'thirty_licences.csv'}")
    warning = next(line for line in said.lines if "means nothing for these declarations" in line)
    assert warning.startswith("history, outcomes, flows and movements are generated")
    assert LEARNED_FROM_GENERATED in said.lines
    page = (tmp_path / "worklist.html").read_text(encoding="utf-8")
    assert all(one in page for one in (told["history"], told["licences"], warning, LEARNED_FROM_GENERATED))


def test_generated_declarations_are_not_warned_of_generated_tables(small_demo: Demo) -> None:
    assert any(line.count("GENERATED, no real trade") for line in small_demo.said.lines)
    assert not any("means nothing for these declarations" in line for line in small_demo.said.lines)


def test_row_order_and_batches_change_no_score(small_demo: Demo, tmp_path: Path) -> None:
    whole = pl.read_parquet(small_demo.folder / "new" / "declarations.parquet")
    shuffled = whole.sample(fraction=1.0, shuffle=True, seed=1)
    parts = {"whole": whole, "shuffled": shuffled, "first": shuffled.head(57), "rest": shuffled.slice(57)}
    found = {}
    for name, table in parts.items():
        table.write_parquet(tmp_path / f"{name}.parquet")
        score(small_demo, tmp_path / f"{name}.parquet", tmp_path / name, as_of=None)
        found[name] = scores(tmp_path / name)
    assert found["whole"].equals(found["shuffled"])
    assert found["whole"].equals(pl.concat([found["first"], found["rest"]]).sort("declaration_id"))
    assert (tmp_path / "whole" / "worklist.csv").read_bytes() == (tmp_path / "shuffled" / "worklist.csv").read_bytes()


def test_later_declarations_are_counted_and_not_scored(small_demo: Demo, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="made later"):
        score(small_demo, FULL, tmp_path, as_of=date(2025, 5, 1))


def test_hostile_text_stays_data(small_demo: Demo, tmp_path: Path) -> None:
    table = pl.read_csv(FULL, infer_schema=False).with_columns(
        description=pl.lit("<script>alert(1)</script>\u202e=cmd|'/c calc'!A1 " + "锑" * 200_000),
        exporter_name=pl.lit('=HYPERLINK("http://x","y")'),
        declaration_id=pl.concat_str("declaration_id", pl.lit("\u202efdp")),
    )
    table.write_csv(tmp_path / "hostile.csv")
    score(small_demo, tmp_path / "hostile.csv", tmp_path / "out")
    page = (tmp_path / "out" / "worklist.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "\u202e" not in page
    assert "\u202e" not in (tmp_path / "out" / "worklist.csv").read_text(encoding="utf-8")
    assert pl.read_parquet(tmp_path / "out" / "worklist.parquet")["declaration_id"].str.ends_with("\u202efdp").all()
    assert len(page) < 1_000_000


def test_too_many_broken_rows_are_refused_and_nothing_is_half_written(small_demo: Demo, tmp_path: Path) -> None:
    table = pl.read_csv(FULL, infer_schema=False).with_columns(
        net_kg=pl.when(pl.int_range(pl.len()) < 10).then(pl.lit("-5")).otherwise("net_kg")
    )
    table.write_csv(tmp_path / "broken.csv")
    with pytest.raises(ContractError, match=r"10 of 30 rows broken.*net_kg\|min 10"):
        score(small_demo, tmp_path / "broken.csv", tmp_path / "out")
    assert sorted(one.name for one in (tmp_path / "out").rglob("*") if one.is_file()) == ["declarations.parquet"]
    said = score(small_demo, tmp_path / "broken.csv", tmp_path / "out", max_rejects_share=0.5)
    assert said.counts == {"read": 30, "scored": 20, "rejected": 10}


@pytest.mark.parametrize("rows_at_once", [1, 7])
def test_the_size_of_batches_changes_no_score_and_no_explanation(
    small_demo: Demo, tmp_path: Path, rows_at_once: int
) -> None:
    for name, options in {"whole": {}, "parts": {"rows_at_once": rows_at_once}}.items():
        score(small_demo, FULL, tmp_path / name, licences=GOLDEN / "thirty_licences.csv", budget=12, **options)
    for file in ("scores", "worklist", "selection"):
        whole, parts = (pl.read_parquet(tmp_path / name / f"{file}.parquet") for name in ("whole", "parts"))
        assert_frame_equal(parts, whole, check_exact=True)
    for file in ("rule_hits.csv", "added_up.csv"):
        assert (tmp_path / "whole" / file).read_text() == (tmp_path / "parts" / file).read_text()


def test_a_licence_used_up_within_the_file_is_told_of_the_file_and_changes_no_score(
    small_demo: Demo, tmp_path: Path
) -> None:
    rows = pl.read_csv(FULL, infer_schema=False)
    licences = pl.read_csv(GOLDEN / "thirty_licences.csv", infer_schema=False).drop_nulls("licensed_kg").head(1)
    number, allowed, first = licences.select("licence_no", "licensed_kg", "valid_from").row(0)
    one = rows.filter(declaration_id=rows["declaration_id"].min()).with_columns(
        declared_on=pl.lit(first), licence_no=pl.lit(number), direction=pl.lit("export"), net_kg=pl.lit(allowed)
    )
    twice = pl.concat(one.with_columns(declaration_id=pl.lit(name)) for name in ("x1", "x2"))
    twice.write_csv(tmp_path / "twice.csv")
    twice.head(1).write_csv(tmp_path / "once.csv")
    (tmp_path / "licences.csv").write_text(licences.write_csv())
    told = {
        name: score(small_demo, tmp_path / f"{name}.csv", tmp_path / name, licences=tmp_path / "licences.csv")
        for name in ("twice", "once")
    }
    assert any(line.startswith("1 licences are overdrawn by what this file adds up to") for line in told["twice"].lines)
    assert not any("added_up" in line for line in told["once"].lines)
    added = pl.read_csv(tmp_path / "twice" / "added_up.csv")
    assert added.select("kind", "declaration_ids", "ratio").row(0) == ("licence_overdrawn", "x1;x2", 2.0)
    assert "times what it allows" in (tmp_path / "twice" / "worklist.html").read_text()
    alone, beside = scores(tmp_path / "once"), scores(tmp_path / "twice").filter(declaration_id="x1")
    assert_frame_equal(alone, beside, check_exact=True)


def test_a_date_far_ahead_does_not_carry_the_day_of_scoring_with_it(small_demo: Demo, tmp_path: Path) -> None:
    """One row dated 2099, typed wrongly or on purpose: scored are the rows up to today, and it is said what waits."""
    rows = pl.read_csv(FULL, infer_schema=False)
    odd = rows.with_columns(
        declared_on=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("2099-01-01")).otherwise("declared_on")
    )
    odd.write_csv(tmp_path / "odd.csv")
    said = score(small_demo, tmp_path / "odd.csv", tmp_path / "out", as_of=None, today=date(2026, 1, 1))
    assert said.counts["scored"] == 29
    assert any("1 made after 2026-01-01" in line for line in said.lines)


def test_refused_rows_are_told_on_the_page(small_demo: Demo, tmp_path: Path) -> None:
    rows = pl.read_csv(FULL, infer_schema=False)
    bad = rows.with_columns(net_kg=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("-5")).otherwise("net_kg"))
    bad.write_csv(tmp_path / "bad.csv")
    said = score(small_demo, tmp_path / "bad.csv", tmp_path / "out")
    assert said.counts["rejected"] == 1
    assert any("1 refused row is not scored" in line for line in said.lines)
    assert said.lines[0] == "30 declarations read = 29 scored + 1 rejected (net_kg|min 1)"
    assert "refused, not scored" in (tmp_path / "out" / "worklist.html").read_text(encoding="utf-8")

"""The user's own nomenclature: learned once, refused plainly, never shipped."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.description.nomenclature import WORD_SHARES
from features.errors import ContractError, SourceError
from pipelines.reference.nomenclature import load_word_shares
from pipelines.settings.closed import load_section
from pipelines.settings.evidence import ConsignmentEvidence

LINES = (
    "hs_code,description,note\n8110.10,Unwrought antimony,a\n8110.20,Antimony scrap,b\n8110.90,Antimony articles,c\n"
)


def test_words_of_headings(tmp_path: Path) -> None:
    file = tmp_path / "tariff.csv"
    file.write_text(LINES, encoding="utf-8")
    shares = load_word_shares(file, tmp_path / "cache")
    assert shares is not None
    assert shares.schema == WORD_SHARES
    assert shares.select("token", "heading_of", "share").rows() == [("antimony", "8110", 1.0)]  # others: too rare
    kept = list((tmp_path / "cache").rglob("*.parquet"))
    assert len(kept) == 1
    again = load_word_shares(file, tmp_path / "cache")
    assert again is not None
    assert again.equals(shares)
    assert len(list((tmp_path / "cache").rglob("*.parquet"))) == 1


def test_none_is_shipped(tmp_path: Path) -> None:
    assert load_section(ConsignmentEvidence, "evidence").description.nomenclature_file is None
    assert load_word_shares(None, tmp_path) is None


def test_what_cannot_be_used_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        load_word_shares(tmp_path / "missing.csv", tmp_path)
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("code,text\n8110,antimony\n", encoding="utf-8")
    with pytest.raises(ContractError, match="'hs_code' is missing"):
        load_word_shares(wrong, tmp_path)


def test_a_nomenclature_named_in_settings(tmp_path: Path) -> None:
    config = tmp_path / "own.toml"
    config.write_text('[evidence.description]\nnomenclature_file = "tariff.parquet"\n', encoding="utf-8")
    assert load_section(ConsignmentEvidence, "evidence", config).description.nomenclature_file == Path("tariff.parquet")


def test_columns_of_other_types(tmp_path: Path) -> None:
    file = tmp_path / "tariff.parquet"
    pl.DataFrame(
        {"hs_code": [811010, 811020, 811090], "description": ["antimony bars", "antimony dust", "antimony lumps"]}
    ).write_parquet(file)
    shares = load_word_shares(file, tmp_path)
    assert shares is not None
    assert shares["token"].to_list() == ["antimony"]

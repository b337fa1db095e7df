"""The concordance of HS editions: shipped, the user's own, UN Comtrade's names, and refusals."""

from pathlib import Path

import pytest

from features.errors import ConfigError
from pipelines.reference.concordance import load_concordance


def test_the_shipped_one_moves_watched_codes() -> None:
    table = load_concordance()
    assert "811292" in table["to_hs6"].to_list()
    assert set(table["to_edition"]) == {"HS2022"}


def test_comtrade_names_of_editions_are_read(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("from_revision,from_code,to_revision,to_code,weight,note\nH5,810600,H6,810610,0.4,own\n")
    assert load_concordance(file).row(0) == ("HS2017", "810600", "HS2022", "810610", 0.4)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a,b\n1,2\n", "column 'from_edition' is missing"),
        ("from_edition,from_hs6,to_edition,to_hs6,weight\nHS2017,8106,HS2022,810610,1\n", "six digits"),
        ("from_edition,from_hs6,to_edition,to_hs6,weight\nHS2017,810600,HS2022,810610,0\n", "six digits"),
        (
            "from_edition,from_hs6,to_edition,to_hs6,weight\n"
            "HS2017,810600,HS2022,810610,0.9\nHS2017,810600,HS2022,810690,0.9\n",
            "sum to more than 1",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "own.csv"
    file.write_text(text)
    with pytest.raises(ConfigError, match=complaint):
        load_concordance(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.csv"):
        load_concordance(tmp_path / "nowhere.csv")

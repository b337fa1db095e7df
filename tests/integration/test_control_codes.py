"""The shipped control list against ten-digit codes read from copies of the announcements, and the reference file."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.reference import load_controls, load_minerals

# Codes of the copies that the shipped list does not carry, each with the reason. None today.
NOT_CARRIED: dict[str, str] = {}


def test_every_printed_code_is_in_the_shipped_list(shared_data: Path) -> None:
    path = shared_data / "control_list" / "china_control_list_hs10.csv"
    if not path.is_file():
        pytest.skip("the copies of the announcements' codes are not beside this checkout")
    printed = pl.read_csv(path, infer_schema=False).filter(pl.col("is_mineral") == "true").unique("cn_hs10")
    carried = set(load_controls().codes["code"])
    missing = set(printed["cn_hs10"]) - carried
    assert printed.height >= 77
    assert missing == set(NOT_CARRIED)


def test_reference_files_in_their_own_form_are_read(shared_data: Path) -> None:
    folder = shared_data.parent / "reference"
    if not (folder / "controls.yaml").is_file():
        pytest.skip("the reference files are not beside this checkout")
    theirs, ours = load_controls(folder / "controls.yaml"), load_controls()
    assert set(theirs.items["item_id"]) == set(ours.items["item_id"]) - {"2025-91/bi", "2025-91/w"}
    # the same announcements are in force for the same items on the same days, as known on the same days
    keys = ["announcement_id", "rule", "mineral", "valid_from", "valid_to", "known_from", "known_to"]
    licences = [
        set(one.measures.filter(pl.col("rule") == "licence").select(keys).iter_rows()) for one in (theirs, ours)
    ]
    assert licences[0] - licences[1] == set()
    assert {row[0] for row in licences[1] - licences[0]} == {"2025-91"}  # catalogue lines of entries that were not read
    assert load_minerals(folder / "minerals.yaml").forms.height > 100

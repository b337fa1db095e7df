"""The command line as a newcomer or a clumsy hand meets it: help, exit codes, next steps, nothing half-written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.cli.options import LARGEST_SEED
from tests.integration.commands import oretrace

DECLARATIONS = Path(__file__).parents[1] / "golden" / "thirty_declarations.csv"
REQUIRED_ONLY = DECLARATIONS.with_name("thirty_required_only.csv")
COMMANDS = ["demo", "train", "compare", "promote", "score", "drift", "outcomes"]
COMMANDS += ["simulate", "ingest", "download", "corridors", "controls", "parties", "ui"]


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Ten declarations, two of which have a negative mass and an impossible day."""
    lines = ["declaration_id,declared_on,direction,hs_code,origin_iso3,destination_iso3,net_kg"]
    lines += [f"D{n},2025-01-0{n + 1},export,8112.92.9010,CHN,USA,10" for n in range(8)]
    lines += ["D8,2025-01-01,export,811292,CHN,USA,-1", "D9,2025-02-30,export,811292,CHN,USA,1"]
    path = tmp_path / "broken.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_every_command_is_listed_on_one_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    told = oretrace("--help")
    assert told.code == 0
    assert [name for name in COMMANDS if f"  {name} " not in told.text] == []
    assert len(told.text.splitlines()) <= 24


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_fits_a_screen(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    told = oretrace(command, "--help")
    assert told.code == 0
    assert len(told.text.splitlines()) <= 25
    assert max(map(len, told.text.splitlines())) <= 80
    assert "range>" not in told.text  # a metavar that says what is wanted, not a type of the parser's


def test_installed_command_runs_from_anywhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "another folder 中文"
    elsewhere.mkdir()
    script = Path(sys.executable).with_name("oretrace")
    told = subprocess.run([script, "--version"], cwd=elsewhere, capture_output=True, text=True, check=True)
    assert told.stdout.startswith("oretrace ")
    assert list(elsewhere.iterdir()) == []


def test_a_reader_who_stops_reading_is_no_defect() -> None:
    script = Path(sys.executable).with_name("oretrace")
    with subprocess.Popen([script, "controls", "--on", "2025-04-04"], stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.wait(timeout=60) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["frobnicate"], "No such command"),
        (["score", "--bogus"], "No such option"),
        (["score"], "Missing option"),
        (["controls", "--on", "2025-02-30"], "'2025-02-30' is not a day written YYYY-MM-DD"),
        (["controls", "--on", "2025-W14-5"], "is not a day written YYYY-MM-DD"),
        (["controls", "--on", "2025-04-04", "--hs", "81"], "4 to 12 digits"),
        (["controls", "--on", "2025-04-04", "--to", "US"], "ISO 3166 alpha-3"),
        (["simulate", "--seed", "-1"], "--seed"),
        (["simulate", "--seed", str(LARGEST_SEED + 1)], "--seed"),
        (["ingest", "nonsense", str(DECLARATIONS)], "known formats: baci, census-exports"),
        (["score", "--declarations", str(DECLARATIONS), "--budget", "0"], "--budget"),
        (["score", "--declarations", str(DECLARATIONS), "--config", "nowhere.toml"], "no such settings file"),
    ],
)
def test_unusable_words_are_told_with_exit_code_2(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = oretrace(*words)
    assert told.code == 2
    assert said in told.text
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_setting_lists_the_known_ones(tmp_path: Path) -> None:
    config = tmp_path / "mine.toml"
    config.write_text("[score]\nbudgets = 3\n", encoding="utf-8")
    told = oretrace("score", "--declarations", DECLARATIONS, "--config", config, "--home", tmp_path / "home")
    assert told.code == 2
    assert "unknown key 'budgets'; known keys: 'budget_declarations'" in told.text


@pytest.mark.parametrize("command", ["score", "drift", "compare", "promote"])
def test_without_a_model_the_next_step_is_told(command: str, tmp_path: Path) -> None:
    words = ["--declarations", DECLARATIONS] if command in ("score", "drift") else []
    told = oretrace(command, *words, "--home", tmp_path / "home")
    assert told.code == 2
    assert "oretrace train" in told.text
    assert not (tmp_path / "home").exists()


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x", encoding="utf-8")
    told = oretrace("promote", "--home", tmp_path / "home")
    assert (told.code, "this is a file" in told.text) == (2, True)


@pytest.mark.parametrize("command", ["ingest", "simulate"])
def test_an_out_folder_that_is_a_file_is_told(command: str, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x", encoding="utf-8")
    words = {"ingest": ["declarations", DECLARATIONS], "simulate": ["--declarations", 500, "--months", 6]}[command]
    told = oretrace(command, *words, "--out", tmp_path / "out")
    assert told.code == 2
    assert str(tmp_path / "out") in told.text
    assert (tmp_path / "out").read_text(encoding="utf-8") == "x"


def test_a_missing_file_is_told_with_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "declarations.csv").write_text("x", encoding="utf-8")
    told = oretrace("ingest", "declarations", tmp_path / "declaration.csv", "--out", tmp_path / "out")
    assert told.code == 3
    assert "did you mean declarations.csv?" in told.text
    told = oretrace(
        "score", "--declarations", tmp_path / "declaration.csv", "--home", tmp_path / "home without a model"
    )
    assert told.code == 3
    assert "did you mean declarations.csv?" in told.text  # before a model is looked for


def test_a_table_broken_beyond_the_limit_leaves_the_last_good_one(broken: Path, tmp_path: Path) -> None:
    out = tmp_path / "out 表"
    assert oretrace("ingest", "declarations", DECLARATIONS, "--out", out).code == 0
    good = (out / "declarations.parquet").read_bytes()
    told = oretrace("ingest", "declarations", broken, "--out", out)
    assert told.code == 3
    assert "2 of 10 rows broken (20.0%, allowed 5.0%)" in told.text
    assert "declared_on|unreadable 1" in told.text
    assert "net_kg|min 1" in told.text
    assert "raise --max-rejects" in told.text
    assert (out / "declarations.parquet").read_bytes() == good
    assert not [path for path in out.rglob("*") if path.name.endswith(".part")]


def test_accepted_rejects_are_told_by_rule(broken: Path, tmp_path: Path) -> None:
    told = oretrace("ingest", "declarations", broken, "--out", tmp_path / "out", "--max-rejects", "0.2")
    assert told.code == 0
    assert "10 rows read = 8 used + 2 rejected (declared_on|unreadable 1, net_kg|min 1)" in told.text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", REQUIRED_ONLY.read_bytes().splitlines()[0], "no rows below its header"),
        ("a.csv", REQUIRED_ONLY.read_bytes().replace(b",", b";"), "semicolons"),
        ("a.csv", REQUIRED_ONLY.read_text(encoding="utf-8").encode("utf-16"), "UTF-16"),
        ("a.csv", "declaration_id,description\n1,镓".encode("gb18030"), "is not UTF-8"),
        ("a.csv", b"a,b\n1,\0\n", "NUL byte"),
        ("a.csv", b"PK\x03\x04", "Excel"),
        ("a.csv.gz", b"a,b\n", "not packed with gzip"),
        ("a.parquet", b"PAR1....", "cut off"),
        ("a.csv", REQUIRED_ONLY.read_bytes().replace(b"origin_iso3", b"origin"), "required column origin_iso3"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_with_exit_code_3(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    told = oretrace("ingest", "declarations", tmp_path / name, "--out", tmp_path / "out")
    assert told.code == 3
    assert said in told.text
    assert "declarations: " in told.text  # which table
    assert not (tmp_path / "out" / "declarations.parquet").exists()

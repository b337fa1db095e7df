"""Closed settings: what is unknown or wrong is refused with the place, the key and the known ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field, ValidationError

from features.errors import ConfigError
from pipelines.settings import closed
from pipelines.settings.closed import Closed, check_section, load_section, read_toml


class Anomaly(Closed):
    seed: int
    trees: int = 100


class Watch(Closed):
    name: str


class Train(Closed):
    test_share: float
    anomaly: Anomaly
    watch: tuple[Watch, ...] = ()
    worlds: dict[str, Watch] = Field(default_factory=dict)
    fallback: Anomaly | None = None


GOOD = {"test_share": 0.25, "anomaly": {"seed": 1}}


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "configs"
    folder.mkdir()
    (folder / "train.toml").write_text("test_share = 0.25\n[anomaly]\nseed = 1\n", encoding="utf-8")
    monkeypatch.setattr(closed, "config_folder", lambda: folder)
    return tmp_path


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_unknown_key_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError) as caught:
        check_section(Train, {**GOOD, "tree": 3}, "train.toml")
    assert (
        str(caught.value)
        == "train.toml: unknown key 'tree'; known keys: 'anomaly', 'fallback', 'test_share', 'watch', 'worlds'"
    )
    assert caught.value.exit_code == 2


def test_an_unknown_nested_key_names_its_table() -> None:
    with pytest.raises(ConfigError) as caught:
        check_section(Train, {**GOOD, "anomaly": {"seed": 1, "tree": 3}}, "train.toml")
    assert str(caught.value) == "train.toml [anomaly]: unknown key 'tree'; known keys: 'seed', 'trees'"


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        check_section(Train, {"test_share": "a quarter", "anomaly": {"trees": 1.5}}, "train.toml")
    told = str(caught.value).splitlines()
    assert len(told) == 3
    assert "test_share" in told[0]
    assert "'a quarter'" in told[0]
    assert told[1].startswith("train.toml [anomaly]: 'seed' is missing")
    assert told[2].startswith("train.toml [anomaly]: trees: ")


def test_settings_cannot_be_changed_afterwards() -> None:
    settings = check_section(Train, GOOD, "train.toml")
    with pytest.raises(ValidationError):
        settings.test_share = 0.5


def test_an_override_is_laid_over_key_by_key(shipped: Path) -> None:
    mine = write(shipped, "[train.anomaly]\ntrees = 7\n")
    assert load_section(Train, "train").anomaly == Anomaly(seed=1, trees=100)
    assert load_section(Train, "train", mine).anomaly == Anomaly(seed=1, trees=7)


def test_an_unknown_key_in_an_override_names_the_override(shipped: Path) -> None:
    mine = write(shipped, "[train.anomaly]\ntree = 7\n")
    with pytest.raises(ConfigError, match=r"mine\.toml over train\.toml \[anomaly\]: unknown key 'tree'; known keys: "):
        load_section(Train, "train", mine)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such settings file"):
        read_toml(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match=r"mine\.toml: not a TOML file: .*line 1"):
        read_toml(write(tmp_path, "seed = = 1"))
    (tmp_path / "latin.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(ConfigError, match=r"latin\.toml: not a TOML file"):
        read_toml(tmp_path / "latin.toml")
    with pytest.raises(ConfigError, match="settings"):
        read_toml(tmp_path)


def test_an_unknown_section_in_an_override_is_refused(shipped: Path) -> None:
    with pytest.raises(ConfigError, match=r"mine\.toml: unknown section 'trian'; known sections: train"):
        load_section(Train, "train", write(shipped, "[trian]\ntest_share = 0.5\n"))


def test_a_section_that_is_not_a_table_is_refused(shipped: Path) -> None:
    with pytest.raises(ConfigError, match=r"train is a table of settings, \[train\], not 3"):
        load_section(Train, "train", write(shipped, "train = 3\n"))


@pytest.mark.parametrize(
    ("part", "known"),
    [
        ({"watch": [{"name": "a"}, {"name": "b", "nme": "c"}]}, "[watch.1]: unknown key 'nme'; known keys: 'name'"),
        ({"worlds": {"x": {"name": "b", "nme": "c"}}}, "[worlds.x]: unknown key 'nme'; known keys: 'name'"),
        ({"fallback": {"seed": 1, "tree": 2}}, "[fallback]: unknown key 'tree'; known keys: 'seed', 'trees'"),
    ],
)
def test_an_unknown_key_deeper_down_lists_the_known_ones(part: dict[str, object], known: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_section(Train, {**GOOD, **part}, "train.toml")
    assert str(caught.value) == f"train.toml {known}"

"""The shipped characters of firms' names."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.errors import ConfigError
from pipelines.reference import load_name_signs, name_signs


def test_shipped_signs_sound_as_firms_names_do() -> None:
    signs = load_name_signs()
    assert [signs.sounds[one] for one in "长城宝钢重工"] == ["chang", "cheng", "bao", "gang", "zhong", "gong"]
    assert signs.simplified["寶"] == "宝"
    assert not set(signs.simplified.values()) - set(signs.sounds)


def test_a_malformed_table_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "name_signs.yaml").write_text("sounds: [a]\nsimplified: {}\n", encoding="utf-8")
    monkeypatch.setattr(name_signs, "config_folder", lambda: tmp_path)
    with pytest.raises(ConfigError, match="sounds: expected a mapping"):
        load_name_signs()

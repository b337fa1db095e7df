"""Chinese characters of firms' names: how they sound, and their simplified form."""

from __future__ import annotations

from features.errors import ConfigError
from features.parties import NameSigns
from pipelines.reference.yaml_file import read_yaml
from pipelines.settings.closed import config_folder


def load_name_signs() -> NameSigns:
    """Read the shipped table; raises ConfigError where it is malformed."""
    path = config_folder() / "name_signs.yaml"
    found = read_yaml(path)
    sounds, simplified = (_texts(found.get(name), f"{path}: {name}") for name in ("sounds", "simplified"))
    return NameSigns(
        sounds={sign: sound for sound, signs in sounds.items() for sign in signs},
        simplified={variant: plain for plain, variants in simplified.items() for variant in variants},
    )


def _texts(table: object, where: str) -> dict[str, str]:
    if not isinstance(table, dict) or not all(isinstance(one, str) for pair in table.items() for one in pair):
        raise ConfigError(f"{where}: expected a mapping of text to text")
    return table

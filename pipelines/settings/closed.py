"""Closed settings: an unknown key is refused, with the known ones listed."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from features.errors import ConfigError


class Closed(BaseModel):
    """A settings section: frozen, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


Section = TypeVar("Section", bound=Closed)


def config_folder() -> Path:
    """Return the folder of shipped settings: beside the code in a checkout, inside the package in a wheel."""
    packaged = Path(__file__).parents[1] / "configs"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "configs"


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file; raises ConfigError naming the file and line when it is missing or malformed."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such settings file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not a TOML file: {error}") from error


def check_section(model: type[Section], values: dict[str, Any], where: str) -> Section:
    """Validate one section; raises ConfigError that names each wrong key and lists the known ones."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ConfigError("\n".join(_complaint(model, where, one) for one in error.errors())) from error


def _complaint(model: type[BaseModel], where: str, error: Any) -> str:
    path = [str(part) for part in error["loc"]]
    if error["type"] == "extra_forbidden":
        known = ", ".join(repr(name) for name in _fields_at(model, path[:-1]))
        return f"{where}{_section(path[:-1])}: unknown key {path[-1]!r}; known keys: {known}"
    return f"{where}{_section(path[:-1])}: {path[-1] if path else ''}: {error['msg']} (got {error.get('input')!r})"


def _section(path: list[str]) -> str:
    return f" [{'.'.join(path)}]" if path else ""


def _fields_at(model: type[BaseModel], path: list[str]) -> list[str]:
    here: Any = model
    for name in path:
        field = here.model_fields.get(name) if isinstance(here, type) and issubclass(here, BaseModel) else None
        here = field.annotation if field is not None else None
    return sorted(here.model_fields) if isinstance(here, type) and issubclass(here, BaseModel) else []


def load_section(model: type[Section], name: str, override: Path | None = None) -> Section:
    """Read `configs/<name>.toml`, lay the override's `[name]` table over it, and validate.

    The override file may hold several sections; tables are merged key by key, everything else is replaced.
    """
    shipped = config_folder() / f"{name}.toml"
    values = read_toml(shipped)
    where = shipped.name
    if override is not None:
        layer = read_toml(override).get(name)
        if layer is not None:
            values, where = _merge(values, layer), f"{override} over {shipped.name}"
    return check_section(model, values, where)


def _merge(base: dict[str, Any], layer: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in layer.items():
        both_tables = isinstance(merged.get(key), dict) and isinstance(value, dict)
        merged[key] = _merge(merged[key], value) if both_tables else value
    return merged

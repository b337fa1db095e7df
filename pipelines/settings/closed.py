"""Closed settings: an unknown key is refused, with the known ones listed."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

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
    """Read a TOML file; raises ConfigError naming the file and line when it is missing or malformed.

    A byte-order mark, as Windows editors write it, is no part of it.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such settings file") from error
    except OSError as error:
        raise ConfigError(f"{path}: settings cannot be read: {error.strerror or error}") from error
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
    if error["type"] == "missing":
        return f"{where}{_section(path[:-1])}: {path[-1]!r} is missing"
    told = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}{_section(path[:-1])}: {path[-1] if path else ''}: {told} (got {error.get('input')!r})"


def _section(path: list[str]) -> str:
    return f" [{'.'.join(path)}]" if path else ""


def _fields_at(model: type[BaseModel], path: list[str]) -> list[str]:
    here: Any = model
    for name in path:
        if _is_model(here):
            field = here.model_fields.get(name)
            here = _bare(field.annotation) if field is not None else None
        else:  # an entry of a list, or of a table of tables
            here = next((inner for part in get_args(here) if _is_model(inner := _bare(part))), None)
    return sorted(here.model_fields) if _is_model(here) else []


def _is_model(one: object) -> bool:
    return isinstance(one, type) and issubclass(one, BaseModel)


def _bare(annotation: Any) -> Any:
    """Take away `| None` and annotations."""
    if get_origin(annotation) in (Annotated, Union, UnionType):
        return next((_bare(part) for part in get_args(annotation) if part is not type(None)), None)
    return annotation


def load_section(model: type[Section], name: str, override: Path | None = None, variant: Path | None = None) -> Section:
    """Read `configs/<name>.toml`, lay a shipped variant and then the override's `[name]` table over it, and validate.

    The override file may hold several sections, the variant only this one; tables are merged key by key, everything
    else is replaced.
    """
    shipped = config_folder() / f"{name}.toml"
    values = read_toml(shipped)
    where = shipped.name
    if variant is not None:
        values, where = _merge(values, read_toml(variant)), f"{variant.name} over {where}"
    if override is not None:
        layers = read_toml(override)
        known = sorted(path.stem for path in config_folder().glob("*.toml"))
        strangers = sorted(set(layers) - set(known))
        if strangers:
            raise ConfigError(f"{override}: unknown section {strangers[0]!r}; known sections: {', '.join(known)}")
        layer = layers.get(name)
        if layer is not None and not isinstance(layer, dict):
            raise ConfigError(f"{override}: {name} is a table of settings, [{name}], not {layer!r}")
        if layer is not None:
            values, where = _merge(values, layer), f"{override} over {where}"
    return check_section(model, values, where)


def _merge(base: dict[str, Any], layer: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in layer.items():
        both_tables = isinstance(merged.get(key), dict) and isinstance(value, dict)
        merged[key] = _merge(merged[key], value) if both_tables else value
    return merged

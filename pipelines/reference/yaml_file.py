"""Reading a YAML reference file, and telling what is wrong with it in terms of its own keys."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from features.errors import ConfigError

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML built without libyaml: eight times slower, same result
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

LARGEST_FILE_BYTES = 20_000_000  # a hundred times the shipped files; a larger one is not a reference file


class Entry(BaseModel):
    """One mapping of a reference file: frozen, closed to keys nobody knows."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float | date) and not isinstance(value, bool) else value


Names = Annotated[list[str], BeforeValidator(_as_list)]
Text = Annotated[str, BeforeValidator(_as_text)]
Model = TypeVar("Model", bound=BaseModel)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a mapping; raises ConfigError that names the file and line when it cannot be one."""
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise ConfigError(f"{path}: larger than {LARGEST_FILE_BYTES:,} bytes; not a reference file")
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such reference file") from error
    except OSError as error:
        raise ConfigError(f"{path}: the reference file cannot be read: {error.strerror or error}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: not a YAML file: {error}") from error
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: expected a mapping of sections, found {type(found).__name__}")
    return found


def check_entry(model: type[Model], value: Any, where: str) -> Model:
    """Validate one entry; raises ConfigError with one line for each wrong key, the known keys listed."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise ConfigError("\n".join(_complaint(model, where, one) for one in error.errors()[:20])) from error


def _complaint(model: type[BaseModel], where: str, error: Any) -> str:
    path = [str(part) for part in error["loc"] if not str(part).startswith(("function-", "list[", "dict[", "str"))]
    key = ".".join(path)
    if error["type"] == "extra_forbidden" and len(path) == 1:
        known = ", ".join(repr(field.alias or name) for name, field in sorted(model.model_fields.items()))
        return f"{where}: unknown key {key!r}; known keys: {known}"
    if error["type"] == "extra_forbidden":
        return f"{where}: unknown key {key!r}"
    if error["type"] == "missing":
        return f"{where}: key {key!r} is missing"
    shown = repr(error.get("input"))
    return f"{where}: {key}: {error['msg']} (got {shown if len(shown) < 80 else shown[:77] + '...'})"

"""The page of settings: every section found under pipelines/settings, with the values shipped in configs."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pkgutil
import textwrap
import types
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import pipelines.settings
from features.errors import ConfigError
from pipelines.reference_pages.comments import read_comments
from pipelines.reference_pages.markdown import NOTICE, cell, code, grid
from pipelines.settings.closed import Closed, check_section, config_folder, read_toml

_UNITS = {
    "usd_per_kg": "USD/kg",
    "kg_per_m3": "kg/m³",
    "kg": "kg",
    "usd": "USD",
    "m3": "m³",
    "km": "km",
    "share": "share",
    "probability": "share",
    "days": "days",
    "months": "months",
    "years": "years",
    "hours": "hours",
    "seconds": "seconds",
    "rows": "rows",
    "declarations": "declarations",
    "ratio": "ratio",
}
_SHOWN = 60


def settings_page() -> str:
    """Render the page of settings as Markdown."""
    lines = [
        "# Settings",
        "",
        NOTICE,
        "",
        "Each section is a file in `configs/`; a file given with `--config` lays its table of the same name over it,",
        "key by key. An unknown key is refused, with the known ones listed. Sources stand beside the numbers.",
        "",
    ]
    for name, model in find_sections().items():
        lines += _section(name, model)
    return "\n".join(lines).rstrip() + "\n"


def find_sections() -> dict[str, type[Closed]]:
    """Find the model of every section: the outermost `Closed` model of pipelines/settings/<name>.py.

    Raises ConfigError when a module has no such model, or several that might be it.
    """
    sections: dict[str, type[Closed]] = {}
    for found in sorted(pkgutil.iter_modules(pipelines.settings.__path__), key=lambda one: one.name):
        if found.name == "closed" or not (config_folder() / f"{found.name}.toml").is_file():
            continue
        module = importlib.import_module(f"pipelines.settings.{found.name}")
        models = [one for one in vars(module).values() if _is_model(one) and one.__module__ == module.__name__]
        inner = {
            part for model in models for field in model.model_fields.values() for part in _models_in(field.annotation)
        }
        outer = [model for model in models if model not in inner and not model.__name__.startswith("_")]
        if len(outer) != 1:
            names = ", ".join(model.__name__ for model in outer) or "none"
            raise ConfigError(
                f"pipelines/settings/{found.name}.py: one outermost settings model is needed, not {names}"
            )
        sections[found.name] = outer[0]
    return sections


def _is_model(one: object) -> bool:
    return isinstance(one, type) and issubclass(one, Closed) and one is not Closed


def _models_in(annotation: Any) -> Iterator[type[Closed]]:
    if _is_model(annotation):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _section(name: str, model: type[Closed]) -> list[str]:
    values = read_toml(config_folder() / f"{name}.toml")
    check_section(model, values, f"{name}.toml")
    comments = read_comments((config_folder() / f"{name}.toml").read_text(encoding="utf-8"))
    rows = [
        (
            code(key),
            cell(kind),
            code(_shown(value)),
            cell(unit),
            cell(_joined(about, comments.get(key, ""))),
        )
        for key, kind, value, unit, about in _rows(model, values, "")
    ]
    about = (inspect.getdoc(model) or "").split("\n\n")
    return [
        f"## {name}",
        "",
        *about[0].splitlines(),
        "",
        *grid(("key", "type", "shipped", "unit", "meaning"), rows),
        "",
    ]


def _rows(model: type[Closed], values: dict[str, Any], prefix: str) -> Iterator[tuple[str, str, object, str, str]]:
    documented = _attribute_docstrings(model)
    for name, field in model.model_fields.items():
        key = f"{prefix}{name}"
        value = values.get(name, field.get_default(call_default_factory=True) if not field.is_required() else None)
        about = field.description or documented.get(name, "")
        inner = next(_models_in(field.annotation), None)
        if inner is not None and _is_model(field.annotation) and isinstance(value, dict):
            yield from _rows(inner, value, f"{key}.")
        elif inner is not None and isinstance(value, dict):
            for one, part in value.items():
                yield from _rows(inner, part, f"{key}.{one}.")
        elif inner is not None and isinstance(value, list | tuple):
            entries = [part for part in value if isinstance(part, dict)]
            yield from _rows(inner, _side_by_side(entries), f"{key}[].")
        else:
            kind = ", ".join([_kind(field.annotation), *_limits(field.metadata)])
            yield key, kind, value, _unit(name), about


def _side_by_side(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Values of a list of tables by key, for one line each."""
    keys = dict.fromkeys(key for entry in entries for key in entry)
    return {key: [entry.get(key) for entry in entries] for key in keys}


def _joined(about: str, note: str) -> str:
    return f"{about.rstrip('.')}. {note}" if about and note else about or note


def _limits(metadata: list[Any]) -> list[str]:
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    return [f"{sign} {getattr(one, name):g}" for one in metadata for name, sign in signs.items() if hasattr(one, name)]


def _kind(annotation: Any) -> str:
    if annotation is type(None):
        return "none"
    if hasattr(annotation, "__metadata__"):
        return _kind(annotation.__origin__)
    origin, arguments = get_origin(annotation), [one for one in get_args(annotation) if one is not Ellipsis]
    if origin is None:
        return getattr(annotation, "__name__", str(annotation))
    if origin is types.UnionType or str(origin) == "typing.Union":
        return " or ".join(_kind(one) for one in arguments)
    if str(origin) == "typing.Literal":
        return "one of " + ", ".join(str(one) for one in arguments)
    return f"{origin.__name__} of {', '.join(_kind(one) for one in arguments)}"


def _shown(value: object) -> str:
    if isinstance(value, dict) and len(json.dumps(value, default=str)) > _SHOWN:
        keys = list(value)
        return f"{len(keys)} keys, {keys[0]} … {keys[-1]}"
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + " …"


def _unit(name: str) -> str:
    fits = (suffix for suffix in _UNITS if name == suffix or name.endswith(f"_{suffix}"))
    return next((_UNITS[suffix] for suffix in fits if ("_per_" in name) == ("_per_" in suffix)), "")


def _attribute_docstrings(model: type[Closed]) -> dict[str, str]:
    """Strings that stand below the fields of a model in its source."""
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    assert isinstance(body, ast.ClassDef)
    told = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        is_text = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text:
            told[field.target.id] = " ".join(str(below.value.value).split())  # type: ignore[attr-defined]
    return told

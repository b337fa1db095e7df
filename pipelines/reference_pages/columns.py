"""The page of columns: every table of the contract, from its dataframely schema."""

from __future__ import annotations

import inspect

import dataframely as dy
import polars as pl

from features.contracts import Corridors, Declarations, Flows, Licences, Movements, Outcomes, Worklist
from pipelines.reference_pages.markdown import NOTICE, cell, code, grid

INPUTS: dict[str, type[dy.Schema]] = {
    "flows": Flows,
    "declarations": Declarations,
    "outcomes": Outcomes,
    "licences": Licences,
    "movements": Movements,
}
OUTPUTS: dict[str, type[dy.Schema]] = {"worklist": Worklist, "corridors": Corridors}

_INTRODUCTION = """\
Codes are text. Countries are ISO 3166-1 alpha-3, `_X` unspecified, `W00` world. Unknown is null, never 0. Extra columns
are ignored, missing optional columns are null, a missing required column is one error. Text is trimmed and blank text
is null; codes lose dots, spaces and dashes; numbers are plain or scientific (`2,5` and `1,000` are refused);
days are `YYYY-MM-DD`, alone or before a time of day; true and false are also `1`, `0`, `yes`, `no`. `NA`, `N/A`,
`NULL`, `none`, `-`, `unknown` and the like are blank, but in free text (descriptions, remarks, notes, kinds of package)
and where they are a choice. A column whose name is nearly one of these is left unread, and that is said.

A row that breaks a rule goes to the rejects, whole, with the names of its broken rules (`broken_rules`) and its file
(`input_file`). Beside the rules below there are, for every column and table:

| rule | broken when |
|---|---|
| `<column>\\|unreadable` | the cell holds something that cannot be read in the column's type |
| `<column>\\|nullability` | a required cell is empty |
| `<column>\\|<bound>` | a bound of the table below (`min`, `max`, `max_exclusive`, `regex`, …) is not kept |
| `<column>\\|known_value`, `<column>\\|known_country` | the value is none of the choices, or no country code |
| `duplicate_id` | different rows claim one identifier; all of them are refused |
| `duplicate_row` | the row equals another one, which is kept |
"""
_BOUNDS = {
    "min": "≥ {}",
    "min_exclusive": "> {}",
    "max": "≤ {}",
    "max_exclusive": "< {}",
    "min_length": "at least {} characters",
    "max_length": "at most {} characters",
    "regex": "matches {}",
}
_UNITS = {
    "_usd_per_kg": "USD/kg",
    "_kg": "kg",
    "_usd": "USD",
    "_m3": "m³",
    "_share": "share",
    "_iso3": "ISO 3166-1 alpha-3",
    "_on": "day",
}


def columns_page() -> str:
    """Render the page of columns as Markdown."""
    lines = ["# Columns", "", NOTICE, "", _INTRODUCTION]
    for title, schemas in (("Tables that go in", INPUTS), ("Tables that come out", OUTPUTS)):
        lines += [f"## {title}", ""]
        for name, schema in schemas.items():
            lines += _table(name, schema, is_input=title.endswith("in"))
    return "\n".join(lines).rstrip() + "\n"


def _table(name: str, schema: type[dy.Schema], *, is_input: bool) -> list[str]:
    key = ", ".join(f"`{column}`" for column in schema.primary_key())
    about = inspect.getdoc(schema) or ""
    rows = [
        (
            code(column_name),
            cell(_type(column.dtype)),
            cell(_presence(column, is_input=is_input)),
            cell(_unit(column_name, column)),
            cell(_bounds(column)),
            cell(column.description or ""),
        )
        for column_name, column in schema.columns().items()
    ]
    lines = [f"### {name}", "", f"{about}{f' Key: {key}.' if key else ''}", ""]
    lines += [*grid(("column", "type", "required" if is_input else "null", "unit", "bounds", "meaning"), rows), ""]
    rules = [(code(rule), cell(meaning)) for rule, meaning in _rules(schema).items()]
    return [*lines, *grid(("rule over columns", "meaning"), rules), ""] if rules else lines


def _type(dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.List):
        return f"list of {_type(_instance(dtype.inner))}"
    if isinstance(dtype, pl.Struct):
        return "struct of " + ", ".join(f"{field.name} ({_type(_instance(field.dtype))})" for field in dtype.fields)
    plain = {pl.String: "text", pl.Float64: "float", pl.Int64: "whole number", pl.Boolean: "true or false"}
    return {**plain, pl.Date: "date"}.get(type(dtype), str(dtype))


def _instance(dtype: object) -> pl.DataType:
    return dtype if isinstance(dtype, pl.DataType) else dtype()  # type: ignore[operator]


def _presence(column: dy.Column, *, is_input: bool) -> str:
    if is_input:
        return "yes" if (column.metadata or {}).get("required") else ""
    return "possible" if column.nullable else "never"


def _unit(name: str, column: dy.Column) -> str:
    told = (column.metadata or {}).get("unit")
    return str(told) if told else next((unit for suffix, unit in _UNITS.items() if name.endswith(suffix)), "")


def _bounds(column: dy.Column) -> str:
    choices = (column.metadata or {}).get("choices")
    if choices:
        return ", ".join(choices)
    told = [
        text.format(getattr(column, bound))
        for bound, text in _BOUNDS.items()
        if getattr(column, bound, None) is not None
    ]
    checks = column.check if isinstance(column.check, dict) else {}
    return "; ".join([*told, *(check.replace("_", " ") for check in checks)])


def _rules(schema: type[dy.Schema]) -> dict[str, str]:
    """Rules over several columns, by name, with the first line of their docstring."""
    found = {name: getattr(one, "validation_fn", None) for name, one in vars(schema).items()}
    return {name: (inspect.getdoc(fn) or "").split("\n")[0] for name, fn in found.items() if fn is not None}

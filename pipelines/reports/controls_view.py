"""The control list on a terminal: a table of items, then rules for destinations and end users in plain sentences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import polars as pl
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from features.controls.frames import BASE_RULES
from features.countries import country_name

WIDTH = 100  # columns; a table must be readable in a terminal of this width
_RULES = {
    "licence": "licence",
    "prohibited": "prohibited",
    "declaration_remark": "remark on the declaration",
    "refusal_presumed": "no licences in principle",
    "strict_review": "stricter review",
    "prohibited_military": "prohibited for military users and uses",
    "destination_review": "stricter control, text not read",
    "extraterritorial": "binds deals abroad",
    "extraterritorial_content": "binds foreign goods by Chinese content or technology",
    "entity": "list of end users",
    "end_user": "end users",
    "state_trading": "state-trading exporters only",
    "technology": "technology",
    "framework": "framework",
    "enforcement": "enforcement",
}
_MATCHES = {"printed": "code as printed", "line8": "8-digit line", "hs6": "HS heading only"}


def render_controls(
    table: pl.DataFrame, *, on: date, hs: str | None = None, to: str | None = None, questions: Iterable[str] = ()
) -> list[RenderableType]:
    """Lay out an answer of run_controls for `console.print`, part by part; open questions come last."""
    asked = " ".join(
        filter(None, [f"on {on}", f"for code {hs}" if hs else None, f"to {country_name(to)}" if to else ""])
    )
    goods = table.filter(pl.col("rule").is_in(BASE_RULES) & pl.col("item_id").is_not_null())
    others = table.filter(~(pl.col("rule").is_in(BASE_RULES) & pl.col("item_id").is_not_null()))
    parts: list[RenderableType] = []
    if goods.is_empty():
        parts.append(Text(f"No listed good is under a rule in force {asked}."))
    else:
        parts.append(_items(goods, f"Controlled {asked}"))
        parts.append(Text("The description and its parameters decide, not the code; a code only points at items."))
    parts += [Text(line) for line in _sentences(others)]
    parts += [Text(line, style="bold") for line in questions]
    return parts


def _items(goods: pl.DataFrame, title: str) -> Table:
    told = Table(title=title, title_justify="left", width=WIDTH, show_lines=False, pad_edge=False)
    told.add_column("Announcement", width=14)
    told.add_column("Item", ratio=3)
    told.add_column("Condition", ratio=3)
    told.add_column("Rule", ratio=2)
    told.add_column("From, to", width=10)
    for row in _merged(goods).iter_rows(named=True):
        match = _MATCHES.get(row["code_match"] or "", "")
        regimes = ", ".join(row["regimes"] or [])
        item = "; ".join(filter(None, [row["description_en"], row["control_code"], regimes, match]))
        rules = ", ".join(_RULES.get(rule, rule) for rule in row["rule"])
        until = f"to {_last(row['valid_to'])}" if row["valid_to"] else ""
        told.add_row(*(Text(cell) for cell in (
            row["number"], item, row["condition"] or "none: every kind", rules, f"{row['valid_from']} {until}".strip()
        )))  # fmt: skip
    return told


def _merged(goods: pl.DataFrame) -> pl.DataFrame:
    keys = ["number", "announcement_id", "item_id", "description_en", "condition", "control_code", "code_match",
            "valid_from", "valid_to"]  # fmt: skip
    return goods.group_by(keys, maintain_order=True).agg("rule", pl.col("regimes").first())


def _sentences(others: pl.DataFrame) -> list[str]:
    keys = ["number", "rule", "rule_text", "destination_iso3", "valid_from", "valid_to"]
    grouped = others.group_by(keys, maintain_order=True).agg(pl.col("mineral").drop_nulls().unique().sort())
    return [_sentence(row) for row in grouped.iter_rows(named=True)]


def _sentence(row: dict[str, object]) -> str:
    place, named = row["destination_iso3"], row["mineral"]
    where = f", {country_name(str(place))}" if place else ""
    what = f" ({', '.join(str(one).replace('_', ' ') for one in named)})" if isinstance(named, list) and named else ""
    until = f" to {_last(row['valid_to'])}" if isinstance(row["valid_to"], date) else ""
    rule = _RULES.get(str(row["rule"]), str(row["rule"]))
    text = str(row["rule_text"]).rstrip(".")
    number = str(row["number"])
    head = f"{number[:1].upper()}{number[1:]}{where}: {rule}{what}."
    return f"{head} {text[:1].upper()}{text[1:]}. In force from {row['valid_from']}{until}."


def _last(end: object) -> str:
    return str(end - timedelta(days=1)) if isinstance(end, date) else ""

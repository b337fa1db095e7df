"""Comments that stand beside or above the keys of a TOML file: there the sources of the numbers are."""

from __future__ import annotations

import tomllib


def read_comments(text: str) -> dict[str, str]:
    """Return dotted key → its comment: what follows the value on its line, else the lines right above it.

    >>> read_comments("# lead\\n\\n[a]\\n# above\\nx = 1\\ny = '#'  # beside\\nz = 2")
    {'a.x': 'above', 'a.y': 'beside'}
    """
    told: dict[str, str] = {}
    table, above = "", []
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("#"):
            above.append(bare.lstrip("# "))
            continue
        if bare.startswith("["):
            head, _, beside = bare.partition("#")
            table = head.strip().strip("[]").replace('"', "") + "."
            note = beside.strip() or " ".join(above)
            if note:
                told[table[:-1]] = note
        elif "=" in bare:
            key = table + bare.split("=", 1)[0].strip().strip('"')
            note = _beside(bare) or " ".join(above)
            if note:
                told[key] = note
        above = []
    return told


def _beside(line: str) -> str:
    """Comment after the value: the first `#` before which the line is whole TOML."""
    at = line.find("#")
    while at >= 0:
        try:
            tomllib.loads(line[:at])
        except tomllib.TOMLDecodeError:
            at = line.find("#", at + 1)
        else:
            return line[at:].lstrip("# ")
    return ""

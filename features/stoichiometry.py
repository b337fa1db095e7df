"""Formulae read as composition: how much of a good's mass is the metal that the control is about."""

from __future__ import annotations

import re
import unicodedata

from features.atomic_masses import ATOMIC_MASS, METALS

_LONGEST_FORMULA = 200  # characters; the longest in the mineral list has 26
_DEEPEST_BRACKETS = 8
_OPEN = {"(": ")", "[": "]", "{": "}"}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ELEMENT = re.compile(r"[A-Z][a-z]?")
_HYDRATE_STOP = re.compile(r"[.](?=\d*H2O$)")
_ALLOY = re.compile(r"(?:[A-Z][a-z]?\d+(?:\.\d+)?){2,}")


def composition(formula: str | None) -> dict[str, float] | None:
    """Count the atoms in a formula, hydrates and brackets included; None when it is not one fixed formula.

    A solid solution ("InxGa1-xAs"), a list ("GaSe / Ga2Se3") or an alloy family ("W-Ni-Fe") has no fixed
    composition and gives None rather than a guess.

    >>> composition("Sb2O3")
    {'Sb': 2.0, 'O': 3.0}
    >>> composition("CuSO4.5H2O")["H"]
    10.0
    >>> composition("W-Ni-Fe") is None
    True
    """
    if formula is None or len(formula) > _LONGEST_FORMULA:
        return None
    text = unicodedata.normalize("NFKC", formula).replace(" ", "")
    total: dict[str, float] = {}
    for part in re.split(r"[·•∙⋅*・]", _HYDRATE_STOP.sub("·", text)):
        lead = _NUMBER.match(part)
        times = float(lead.group()) if lead else 1.0
        counted = _count(part[lead.end() if lead else 0 :])
        if counted is None:
            return None
        for element, count in counted.items():
            total[element] = total.get(element, 0.0) + times * count
    return total


def _count(text: str) -> dict[str, float] | None:
    levels: list[dict[str, float]] = [{}]
    closers: list[str] = []
    at = 0
    while at < len(text):
        if text[at] in _OPEN and len(closers) < _DEEPEST_BRACKETS:
            closers.append(_OPEN[text[at]])
            levels.append({})
            at += 1
            continue
        if closers and text[at] == closers[-1]:
            closers.pop()
            counted, at = levels.pop(), at + 1
        else:
            found = _ELEMENT.match(text, at)
            name = found.group() if found else ""
            if name not in ATOMIC_MASS:
                name = name[:1]
            if name not in ATOMIC_MASS:
                return None
            counted, at = {name: 1.0}, at + len(name)
        number = _NUMBER.match(text, at)
        times, at = (float(number.group()), number.end()) if number else (1.0, at)
        for element, count in counted.items():
            levels[-1][element] = levels[-1].get(element, 0.0) + times * count
    return levels[0] if not closers and levels[0] else None


def formula_mass(formula: str | None) -> float | None:
    """Mass of one formula unit in g/mol; None when the formula cannot be read.

    >>> round(formula_mass("GeO2"), 2)
    104.63
    """
    counts = composition(formula)
    return None if counts is None else sum(ATOMIC_MASS[element] * count for element, count in counts.items())


def alloy_shares(designation: str | None) -> dict[str, float] | None:
    """Mass shares of an alloy named by percentages that add up to 100; None when it is no such name.

    Trade practice (IPC J-STD-006 for solders): "Sn42Bi58" is 42 % tin and 58 % bismuth by mass, not by atoms.

    >>> alloy_shares("Sn42Bi58")
    {'Sn': 0.42, 'Bi': 0.58}
    >>> alloy_shares("Sb2O3") is None
    True
    """
    if designation is None or len(designation) > _LONGEST_FORMULA or not _ALLOY.fullmatch(designation):
        return None
    parts = re.findall(r"([A-Z][a-z]?)(\d+(?:\.\d+)?)", designation)
    if not all(element in METALS for element, _ in parts):
        return None
    shares = {element: float(percent) / 100 for element, percent in parts}
    return shares if len(shares) == len(parts) and abs(sum(shares.values()) - 1) < 1e-9 else None


def metal_share(formula: str | None, metal: str) -> float | None:
    """Share of the good's mass that is the named metal; None when the formula is unknown or does not name it.

    A formula without the metal gives None, not 0: a magnet written Nd2Fe14B may still hold dysprosium.

    >>> round(metal_share("Sb2O3", "Sb"), 3)
    0.835
    >>> round(metal_share("(NH4)10(W12O41)·5H2O", "W"), 3)
    0.704
    >>> metal_share("Nd2Fe14B", "Dy") is None
    True
    """
    alloy = alloy_shares(formula)
    if alloy is not None:
        return alloy.get(metal)
    counts = composition(formula)
    if counts is None or metal not in counts or metal not in ATOMIC_MASS:
        return None
    return ATOMIC_MASS[metal] * counts[metal] / sum(ATOMIC_MASS[element] * n for element, n in counts.items())

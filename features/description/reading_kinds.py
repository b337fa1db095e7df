"""How deep one had to read a text to find a term."""

from __future__ import annotations

import polars as pl

# How much a term speaks of hiding when it is found only at this depth (project's own scale, see features/strength.py):
# words broken by a hyphen at a line's end and slips of the keyboard are ordinary; look-alike letters are not.
HIDING = {
    "plain": 0.0,
    "misspelt": 0.2,
    "split": 0.6,
    "respelt": 0.6,
    "digits": 0.9,
    "spaced": 0.9,
    "undone": 1.0,
    "reversed": 1.0,
}
READING = pl.Enum(list(HIDING))
"""Depth at which a text was read."""

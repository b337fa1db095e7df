"""Thresholds of the heading evidence, shared by its history and its nomenclature."""

from __future__ import annotations

HEADING_DIGITS = 4
PRIOR_TEXTS = 5.0  # pseudo-count of the background: a heading needs several texts before its words weigh
FEWEST_TEXTS_OF_HEADING = 10  # wordings under the declared heading, month by month; below, history is thin
FEWEST_TEXTS_OF_TOKEN = 3
FEWEST_KNOWN_WORDS = 2  # of a text of three words and more, one that history knows (kit, set) does not speak for it
MOST_HEADINGS_OF_TOKEN = 25  # a word seen under more headings than this (pcs, model, for export) tells nothing
FEWEST_WORDS_BY_NOMENCLATURE = 2  # one word of a tariff alone (purity, resin) names too many goods
NOMENCLATURE_KEEPS = 0.5  # trade writes otherwise than tariffs do: by the nomenclature alone no more than a mention
# Mean log-odds per known token, best against declared heading: e^1 = 2.7 times likelier is chance, e^4 = 55 is not.
ORDINARY_LOG_ODDS, EXTREME_LOG_ODDS = 1.0, 4.0

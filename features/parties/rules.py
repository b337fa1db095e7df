"""Where doubt about parties begins, and the words that tell a forwarder."""

from __future__ import annotations

from dataclasses import dataclass

# Words of firms that carry goods rather than use them: English, Spanish, German, Chinese (simplified, traditional).
# General trade vocabulary. Matched in lower case anywhere in the name.
FORWARDER_WORDS = (
    "logistic",
    "freight",
    "forwarding",
    "forwarder",
    "shipping",
    "transport",
    "cargo",
    "express",
    "courier",
    "warehous",
    "supply chain",
    "spedition",
    "customs broker",
    "货运",
    "貨運",
    "物流",
    "货代",
    "貨代",
    "运输",
    "運輸",
    "快递",
    "快遞",
    "速运",
    "报关",
    "報關",
    "仓储",
    "倉儲",
    "供应链",
)


WATCHED_HEADINGS = (
    *("2504", "2530", "2611", "2613", "2617", "2805", "2825", "2841", "2846", "2849", "2850", "2853", "3801", "3818"),
    *("7105", "7202", "8101", "8102", "8106", "8110", "8112", "8505"),
)
"""Headings under which the controlled minerals are declared (forms of configs/minerals.yaml)."""


@dataclass(frozen=True, slots=True)
class PartiesRules:
    """Thresholds of party evidence. Own choices where no source is named."""

    inspections_to_trust: float = 10.0
    """A party's own record weighs as much as the base rate at this many inspections."""
    lane_inspections_to_trust: float = 3.0
    """A party's record on one lane weighs as much as its whole record at this many inspections there."""
    risk_full_lift: float = 8.0
    """A shrunk hit rate this many times the base rate is 1; its square root, 2.8 times, is 0.5."""
    recent_months: int = 3
    """Structuring is looked for in the last three months, against the nine before them."""
    usual_months: int = 12
    lots_full_ratio: float = 4.0
    size_full_ratio: float = 4.0
    """Four times as many lots, each a quarter of the usual size, is 1."""
    lots_least: int = 4
    """Fewer recent lots than this are no pattern."""
    lots_to_trust: float = 3.0
    """What a pair is known for is told by half at this many consignments."""
    sent_on_to_trust: float = 1.0
    """That a firm sends on what it receives is told by half at this many consignments: chains are short-lived."""
    sent_on_months: int = 12
    """What was received this many months ago is used up, or sold for good."""
    watched_headings: tuple[str, ...] = WATCHED_HEADINGS
    forwarder_strength: float = 0.6
    forwarder_words: tuple[str, ...] = FORWARDER_WORDS
    others_half: float = 2.0
    """A word that this many other firms carry speaks half as loud for one group."""
    firms_to_trust: float = 200.0
    """How rare a word is can be told by half once this many firms are known."""
    short_word_letters: int = 5
    """Shorter words are syllables and initials that many firms share by chance; they count half."""
    kinship_full: float = 0.7
    """Trade within a group is ordinary (a third of world trade by common estimates), so it is never full doubt."""
    listed_alike_from_share: float = 0.6
    """Share of a listed name's letters that another name must carry to be alike at all."""
    listed_alike_most: float = 0.8
    listed_script_strength: float = 0.85
    """A listed name met in another script: characters of one sound are many."""
    listed_slip_strength: float = 0.75

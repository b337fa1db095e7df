"""The parties' evidence: what each column means and how it is told."""

from __future__ import annotations

from typing import get_args

from features.evidence import Evidence, Typology
from features.parties.ages import AGE_MOST, HISTORY_LEAST
from features.parties.listed import LISTED_FIGURES
from features.parties.onward import ONWARD_FIGURES
from features.parties.unnamed import UNNAMED_FIGURES

_HOUSE = "the exporter is not named, or has no earlier declarations"
_HEADLESS = "the exporter is not named, or no heading is"
_RISK = "the party is not named, or was never inspected before"


def _found(kind: Typology) -> Evidence:
    return Evidence(
        code=f"found_{kind}",
        family="parties",
        role="kind",
        unit="share",
        sentence=f"Of {{found_n}} violations found with exporter and consignee before, this share was {kind}.",
        figures=("found_n",),
        null_means="no violation was found with exporter or consignee before",
        source="indicators.md 33",
        hints=(kind,),
    )


def _variety(code: str, party: str, told: tuple[str, str]) -> Evidence:
    return Evidence(
        code=code,
        family="parties",
        role="context",
        unit="share",
        sentence=f"The {party}'s {{{party}_seen_n}} earlier declarations {told[0]} {{{code}_n}} {told[1]}.",
        figures=(f"{party}_seen_n", f"{code}_n"),
        null_means=f"the {party} is not named, or has no earlier declarations",
        source="indicators.md 34; chosen on generated worlds, seeds 51, 52",
    )


def _age(key: str, seen: str, unnamed: str) -> Evidence:
    return Evidence(
        code=f"{key}_age",
        family="parties",
        role="context",
        unit="months",
        sentence=f"{seen} {{{key}_age}} months before (0: never before; {AGE_MOST}: as long ago, or longer).",
        figures=(f"{key}_age",),
        null_means=f"{unnamed}, or history is shorter than {HISTORY_LEAST} months; nobody is told older than history",
        source=f"an outside test on three worlds; {AGE_MOST} and {HISTORY_LEAST} months are own choice",
    )


def _count(code: str, told: str, null_means: str, unit: str = "consignments") -> Evidence:
    return Evidence(
        code=code,
        family="parties",
        role="measure",
        unit=unit,
        sentence=f"{told}: {{{code}}}.",
        figures=(code,),
        null_means=null_means,
        source="indicators.md 34, 35; an outside test on two worlds",
    )


REGISTRY: tuple[Evidence, ...] = (
    Evidence(
        code="exporter_new",
        family="parties",
        role="doubt",
        unit="strength",
        sentence="Earlier declarations of the exporter: {exporter_seen_n}.",
        figures=("exporter_key", "exporter_seen_n"),
        null_means="the exporter is not named, or there is no history at all",
        source="indicators.md 32; Witten and Bell's estimate of unseen kinds",
        hints=("transshipment", "misdeclaration"),
        next_check="Look the firm up in the company register.",
    ),
    Evidence(
        code="consignee_new",
        family="parties",
        role="doubt",
        unit="strength",
        sentence="Earlier declarations of the consignee: {consignee_seen_n}.",
        figures=("consignee_key", "consignee_seen_n"),
        null_means="the consignee is not named, or there is no history at all",
        source="indicators.md 32; Witten and Bell's estimate of unseen kinds",
        hints=("transshipment",),
        next_check="Look the firm up in its country's company register.",
    ),
    Evidence(
        code="pair_new",
        family="parties",
        role="doubt",
        unit="strength",
        sentence="The exporter's {exporter_seen_n} earlier declarations went to {exporter_consignees_n} consignees, to"
        " this one: {pair_seen_n}.",
        figures=("exporter_key", "consignee_key", "pair_seen_n", "exporter_seen_n", "exporter_consignees_n"),
        null_means="a party is not named, or the exporter has no earlier declarations",
        source="indicators.md 32; Witten and Bell's estimate of unseen kinds",
        hints=("transshipment",),
        next_check="Ask for the contract.",
    ),
    Evidence(
        code="goods_new_for_exporter",
        family="parties",
        role="doubt",
        unit="strength",
        sentence="Earlier declarations of the exporter: {exporter_seen_n}, of this heading: {goods_seen_n}.",
        figures=("exporter_key", "goods_seen_n", "exporter_seen_n"),
        null_means=_HOUSE,
        source="indicators.md 32; Witten and Bell's estimate of unseen kinds",
        hints=("misdeclaration",),
        next_check="Ask whether the firm makes or buys these goods.",
    ),
    Evidence(
        code="lane_new_for_exporter",
        family="parties",
        role="doubt",
        unit="strength",
        sentence="Earlier declarations of the exporter: {exporter_seen_n}, to this country: {lane_seen_n}.",
        figures=("exporter_key", "lane_seen_n", "exporter_seen_n"),
        null_means=_HOUSE,
        source="indicators.md 32; Witten and Bell's estimate of unseen kinds",
        hints=("transshipment",),
        next_check="Ask for the contract and the end user.",
    ),
    _variety("consignee_exporters", "consignee", ("came from", "exporters")),
    _variety("exporter_consignees", "exporter", ("went to", "consignees")),
    _variety("consignee_headings", "consignee", ("fell under", "headings")),
    _variety("exporter_headings", "exporter", ("fell under", "headings")),
    _age("exporter", "The exporter was first seen", "the exporter is not named"),
    _age("consignee", "The consignee was first seen", "the consignee is not named"),
    _age("pair", "The exporter was first seen with this consignee", "a party is not named"),
    _age(
        "exporter_goods", "The exporter was first seen with this heading", "the exporter is not named, or no heading is"
    ),
    _age(
        "exporter_lane", "The exporter was first seen trading to this country", "the exporter or the country is unknown"
    ),
    Evidence(
        code="party_unnamed",
        family="parties",
        role="doubt",
        unit="strength",
        sentence="The {unnamed_party} is named by neither identifier nor name; of earlier declarations,"
        " {named_share} name it.",
        figures=UNNAMED_FIGURES,
        null_means="there is no history, or the table has no column that names a party",
        source="an outside test that emptied these fields; where it begins is own choice",
        next_check="Ask who it is: the bill of lading names both.",
    ),
    Evidence(
        code="portfolio_shift",
        family="parties",
        role="doubt",
        unit="strength",
        sentence="Earlier consignments of watched goods from this exporter to this consignee: {pair_watched_n};"
        " declarations of this heading by the exporter: {goods_seen_n}.",
        figures=("pair_watched_n", "goods_seen_n"),
        null_means="a party is not named, or the two have no earlier trade",
        source="indicators.md 32; issue 5",
        hints=("misdeclaration", "concealment"),
        next_check="Ask why the customer buys these goods from this house; open one package.",
    ),
    Evidence(
        code="passes_goods_on",
        family="parties",
        role="doubt",
        unit="strength",
        sentence="Consignments of this heading that the consignee had received: {received_n}, sent on: {sent_on_n}.",
        figures=("received_n", "sent_on_n", "consignee_key"),
        null_means="the consignee is not named",
        source="indicators.md 34; issue 5",
        hints=("transshipment",),
        next_check="Ask for the end user's statement and the consignee's own export declarations.",
    ),
    Evidence(
        code="sends_on_received",
        family="parties",
        role="doubt",
        unit="strength",
        sentence="The exporter itself received {exporter_received_n} consignments of this heading, the last from"
        " {exporter_received_from}, {exporter_received_months_ago} months before (exporters that ever sent it goods:"
        " {exporter_suppliers_n}), and sends on to a third country. Its earlier declarations of this heading:"
        " {goods_seen_n}, of all: {exporter_seen_n}.",
        figures=(*ONWARD_FIGURES, "goods_seen_n", "exporter_seen_n"),
        null_means=_HEADLESS,
        source="indicators.md 34; an outside test on two worlds; distributors and factories are lessened by own choice",
        hints=("transshipment",),
        next_check="Ask what end user was named when the exporter received these goods, and compare the masses.",
    ),
    _count("received_n", "Consignments of this heading that the consignee had received", "the consignee is not named"),
    _count("sent_on_n", "Consignments of this heading that the consignee had sent", "the consignee is not named"),
    _count("exporter_received_n", "Consignments of this heading that the exporter had received", _HEADLESS),
    _count("exporter_suppliers_n", "Exporters that ever sent the exporter goods", _HEADLESS, "parties"),
    Evidence(
        code="exporter_risk",
        family="parties",
        role="doubt",
        unit="strength",
        sentence="Found in violation: {exporter_hits_n} of {exporter_inspected_n} inspected declarations of"
        " the exporter; the usual rate is {base_hit_rate}.",
        figures=("exporter_hits_n", "exporter_inspected_n", "base_hit_rate"),
        null_means=_RISK,
        source="indicators.md 33",
        hints=("misdeclaration", "concealment", "transshipment"),
        next_check="Read the earlier inspection reports.",
    ),
    Evidence(
        code="consignee_risk",
        family="parties",
        role="doubt",
        unit="strength",
        sentence="Found in violation: {consignee_hits_n} of {consignee_inspected_n} inspected declarations of"
        " the consignee; the usual rate is {base_hit_rate}.",
        figures=("consignee_hits_n", "consignee_inspected_n", "base_hit_rate"),
        null_means=_RISK,
        source="indicators.md 33",
        hints=("misdeclaration", "concealment", "transshipment"),
        next_check="Read the earlier inspection reports.",
    ),
    Evidence(
        code="declarant_risk",
        family="parties",
        role="doubt",
        unit="strength",
        sentence="Found in violation: {declarant_hits_n} of {declarant_inspected_n} inspected declarations of"
        " the declarant; the usual rate is {base_hit_rate}.",
        figures=("declarant_hits_n", "declarant_inspected_n", "base_hit_rate"),
        null_means=_RISK,
        source="indicators.md 33",
        hints=("misdeclaration", "concealment", "transshipment"),
        next_check="Compare with the declarant's other clients.",
    ),
    Evidence(
        code="exporter_lane_risk",
        family="parties",
        role="doubt",
        unit="strength",
        sentence="Found in violation: {exporter_lane_hits_n} of {exporter_lane_inspected_n} inspected declarations of"
        " the exporter to this country; the usual rate is {base_hit_rate}.",
        figures=("exporter_lane_hits_n", "exporter_lane_inspected_n", "base_hit_rate"),
        null_means="the exporter is not named, or was never inspected on this lane",
        source="indicators.md 33; chosen on generated worlds",
        hints=("transshipment", "misdeclaration", "concealment"),
        next_check="Read the inspection reports of this exporter's trade with that country.",
    ),
    *(_found(kind) for kind in get_args(Typology)),
    Evidence(
        code="forwarder_consignee",
        family="parties",
        role="doubt",
        unit="strength",
        sentence="The consignee {consignee_name} looks like a carrier of goods rather than their user.",
        figures=("consignee_name", "consignee_key"),
        null_means="the consignee's name is missing",
        source="indicators.md 34",
        hints=("transshipment",),
        next_check="Ask for the end user's statement.",
    ),
    Evidence(
        code="many_small_lots",
        family="parties",
        role="doubt",
        unit="strength",
        sentence="{recent_lots_n} lots of about {recent_lot_kg} kg between these parties in three months;"
        " {usual_lots_n} lots of about {usual_lot_kg} kg were usual.",
        figures=("recent_lots_n", "recent_lot_kg", "usual_lots_n", "usual_lot_kg"),
        null_means="a party is not named, or the exporter has no earlier lots to compare with",
        source="indicators.md 35",
        hints=("misdeclaration", "concealment"),
        next_check="Add up the lots and compare with the licence threshold.",
    ),
    _count("recent_lots_n", "Lots between these parties in three months", "a party is not named"),
    Evidence(
        code="same_group",
        family="parties",
        role="doubt",
        unit="strength",
        sentence="Exporter and consignee may belong to one group: {kinship_why}. Trade within a group is ordinary.",
        figures=("kinship_why", "shared_word", "shared_word_others_n", "exporter_name", "consignee_name"),
        null_means="the name of the exporter or of the consignee is missing",
        source="indicators.md 34",
        hints=("transshipment",),
        next_check="Look up who owns the consignee, and ask who uses the goods in the end.",
    ),
    Evidence(
        code="common_name",
        family="parties",
        role="counter",
        unit="strength",
        sentence="What the two names share tells little: {common_words}.",
        figures=("common_words", "shared_word_others_n"),
        null_means="the name of the exporter or of the consignee is missing",
        source="indicators.md 34",
    ),
    Evidence(
        code="listed_party",
        family="parties",
        role="doubt",
        unit="strength",
        sentence="The {listed_side} {listed_party_name} fits {listed_name} on the {listed_kind} list of announcement"
        " {listed_announcement}: {listed_match}; {listed_others_n} firms carry the word they share.",
        figures=tuple(LISTED_FIGURES),
        null_means="neither party is named, or there is no list of end users",
        source="issue 5; control list, entities by announcement",
        hints=("transshipment",),
        next_check="Compare address and registration number with the announcement's entry.",
    ),
)

"""What an analyst receives: the top of the list, with reasons."""

from __future__ import annotations

import dataframely as dy

from features.contracts import columns as c


def _reason(description: str) -> dy.List:
    return dy.List(
        dy.Struct(
            {
                "code": dy.String(),
                "sentence": dy.String(),
                "strength": dy.Float64(min=0.0, max=1.0),
                "figures": dy.String(description="the figures behind the sentence, as JSON"),
                "family": dy.String(description="family of evidence"),
                "contribution": dy.Float64(
                    nullable=True, description="log-odds that the model added for it; null where it has no part"
                ),
            }
        ),
        description=description,
    )


class Worklist(dy.Schema):
    """One declaration an analyst is asked to look at. A score is an indicator of doubt, never proof."""

    rank = dy.Int64(min=1, description="1 is looked at first")
    declaration_id = dy.String(primary_key=True, description="the declaration")
    suspicion = dy.Float64(min=0.0, max=1.0, description="calibrated probability of a violation")
    typology = c.choice(c.TYPOLOGIES, required=True, description="likeliest kind of violation")
    p_misdeclaration = c.share(description="calibrated probability of misdeclaration")
    p_concealment = c.share(description="calibrated probability of concealment")
    p_transshipment = c.share(description="calibrated probability of transshipment")
    anomaly_p = c.share(description="conformal p-value: how often ordinary trade looks at least this odd")
    mineral = c.words(description="controlled mineral the evidence points to; null where it points to none")
    expected_kg = c.amount("kg", largest=None, description="suspicion times net mass")
    expected_usd = c.amount("USD", largest=None, description="suspicion times value as the suspected mineral")
    controls_in_force = dy.List(
        dy.String(),
        nullable=True,
        description="announcements in force that day for that destination; null where the destination is unspecified",
    )
    reasons = _reason("evidence for doubt, by family, the strongest first")
    counter_evidence = _reason("evidence against doubt")
    corridor_id = c.words(description="corridor the consignment belongs to, if any")
    next_check = dy.String(description="cheapest useful check")
    chosen_by = c.choice(("model", "random"), required=True, description="ranked by the model, or drawn at random")
    selection_probability = dy.Float64(
        min_exclusive=0.0, max=1.0, description="probability with which this row was put on the list"
    )
    priority = dy.Float64(
        nullable=True, min=0.0, description="suspicion times severity and tier, less for many rows of one trader"
    )
    severity = dy.Float64(nullable=True, min=1.0, description="what a violation weighs by control and destination")
    suspicion_low = c.share(description="lower limit of nine calibrations in ten, had other traders been inspected")
    suspicion_high = c.share(description="upper limit likewise; null, as the lower one, where nothing was inspected")
    closest_honest = dy.String(nullable=True, description="the honest reading that fits the evidence best, if any")
    model_version = dy.String(description="fingerprint of the model")
    data_version = dy.String(description="fingerprint of the data scored")
    controls_version = dy.String(description="fingerprint of the control list and its open questions")
    rule_hits = dy.List(
        dy.Struct({"code": dy.String(), "announcement": dy.String(), "sentence": dy.String()}),
        nullable=True,
        description="rules whose letter the papers do not keep, with the announcement; apart from any probability",
    )

"""Customs declarations, one goods item a row.

Figures that contradict each other (gross below net, amended before declared) are evidence, not grounds for refusal:
a row that is refused is a row that nobody scores.
"""

from __future__ import annotations

import dataframely as dy

from features.contracts import columns as c


class Declarations(dy.Schema):
    """One declared goods item. Six columns are required; everything else may be missing, by column or by row."""

    declaration_id = dy.String(
        primary_key=True, min_length=1, metadata=c.REQUIRED, description="the item's own identifier"
    )
    declared_on = c.day(required=True, description="day of declaration")
    direction = c.choice(c.DIRECTIONS_OF_DECLARATION, required=True, description="export, import or transit")
    office_id = c.words(description="customs office")
    hs_code = c.hs_code()
    description = c.words(description="goods as the declarant wrote them")
    exporter_id = c.words(description="exporter's identifier")
    exporter_name = c.words(description="exporter's name as written")
    consignee_id = c.words(description="consignee's identifier")
    consignee_name = c.words(description="consignee's name as written")
    declarant_id = c.words(description="declarant or broker")
    origin_iso3 = c.country(required=True, description="declared country of origin")
    dispatch_iso3 = c.country(description="country whence dispatched")
    destination_iso3 = c.country(required=True, description="declared country of destination")
    loading_port = c.words(description="port of loading, UN/LOCODE")
    discharge_port = c.words(description="port of discharge, UN/LOCODE")
    route = c.words(description="places in order joined by `>`: UN/LOCODE or ISO3, optionally `@YYYY-MM-DD`")
    transport_mode = c.choice(c.TRANSPORT_MODES, description="mode at the border")
    n_packages = c.count(description="number of packages")
    package_type = c.words(description="kind of package")
    n_containers = c.count(description="number of containers")
    container_type = c.words(description="kind of container")
    net_kg = c.amount("kg", description="net mass")
    gross_kg = c.amount("kg", description="gross mass")
    volume_m3 = c.amount("m³", description="volume of the goods")
    value_usd = c.amount("USD", description="declared value")
    licence_no = c.words(description="export licence named on the declaration")
    control_remark = c.words(description="what the remarks box says about export control")
    end_use = c.words(description="declared end use")
    amended_on = c.day(description="day of the last amendment")

"""The pairing of both sides as an analyst would write it in DuckDB, to compare with."""

from __future__ import annotations

import importlib
from pathlib import Path

PAIRS = """
with totals as (
  select case direction when 'export' then 'X' else 'M' end as side,
    case direction when 'export' then reporter_iso3 else partner_iso3 end as exporter_iso3,
    case direction when 'export' then partner_iso3 else reporter_iso3 end as importer_iso3,
    left(hs_code, 6) as hs6, period, freq, published_on as known_from, source,
    sum(value_usd) as usd, sum(net_kg) as kg, min(partner_basis) as basis
  from read_parquet($flows)
  where direction in ('export', 'import') and partner_iso3 not in ('W00', '_X') and length(hs_code) >= 6
    and (consigned_iso3 is null or consigned_iso3 = 'W00') and transport_mode is null and customs_procedure is null
  group by all),
spans as (
  select *, lead(known_from) over
    (partition by side, exporter_iso3, importer_iso3, hs6, period, freq order by known_from, source) as known_to
  from totals),
reported as (
  select reporter_iso3, case direction when 'export' then 'X' else 'M' end as side, left(hs_code, 6) as hs6,
    period, freq, min(published_on) as available_from
  from read_parquet($flows) where direction in ('export', 'import') group by all),
x as (select * from spans where side = 'X'), m as (select * from spans where side = 'M'),
pairs as (
  select coalesce(x.exporter_iso3, m.exporter_iso3) as exporter_iso3,
    coalesce(x.importer_iso3, m.importer_iso3) as importer_iso3, coalesce(x.hs6, m.hs6) as hs6,
    coalesce(x.period, m.period) as period, coalesce(x.freq, m.freq) as freq,
    greatest(x.known_from, m.known_from) as known_from, least(x.known_to, m.known_to) as known_to,
    x.usd as x_usd, x.kg as x_kg, m.usd as m_usd, m.kg as m_kg
  from x full join m on x.exporter_iso3 = m.exporter_iso3 and x.importer_iso3 = m.importer_iso3 and x.hs6 = m.hs6
    and x.period = m.period and x.freq = m.freq
    and x.known_from < coalesce(m.known_to, date '9999-01-01')
    and m.known_from < coalesce(x.known_to, date '9999-01-01'))
select pairs.*, rx.available_from <= pairs.known_from as is_x_reported, rm.available_from <= pairs.known_from as
  is_m_reported
from pairs
left join reported rx on rx.side = 'X' and rx.reporter_iso3 = pairs.exporter_iso3 and rx.hs6 = pairs.hs6
  and rx.period = pairs.period and rx.freq = pairs.freq
left join reported rm on rm.side = 'M' and rm.reporter_iso3 = pairs.importer_iso3 and rm.hs6 = pairs.hs6
  and rm.period = pairs.period and rm.freq = pairs.freq
"""
"""Totals, spans of knowledge and availability; without levels of detail, which this file's flows do not have."""


def duckdb_pairs(flows: Path) -> int:
    """Pair the flows of a Parquet file, reading included; returns the number of pairs."""
    duckdb = importlib.import_module("duckdb")
    with duckdb.connect() as connection:
        return int(connection.sql(PAIRS, params={"flows": str(flows)}).to_arrow_table().num_rows)

"""The pairing of both sides as an analyst would write it in DuckDB, to compare with."""

from __future__ import annotations

import importlib
import math
from datetime import date
from pathlib import Path

import polars as pl

from features.mirror import Margin
from features.mirror.pair_gaps import FLOOR_KG, FLOOR_USD

PAIR_KEY = ("exporter_iso3", "importer_iso3", "hs6", "period", "freq")

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


GAPS = f"""
with pairs as ({PAIRS}),
sides as (
  select *, coalesce(m_usd, 0) / $cif as m_fob, coalesce(x_usd, 0) as x_fob,
    case when x_usd is null then 0 else x_kg end as xk, case when m_usd is null then 0 else m_kg end as mk
  from pairs where known_from < $as_of and (known_to is null or known_to >= $as_of)
    and is_x_reported and is_m_reported)
select exporter_iso3, importer_iso3, hs6, period, freq, x_usd, m_usd,
  ln((m_fob + {FLOOR_USD}) / (x_fob + {FLOOR_USD})) as gap_value, ln((mk + {FLOOR_KG}) / (xk + {FLOOR_KG})) as gap_mass
from sides
"""
"""Gaps of value and mass where both sides reported the commodity and month."""


def duckdb_gaps(flows: Path, as_of: date) -> pl.DataFrame:
    """Pair the flows of a Parquet file as known on a day and take the gaps of each pair, reading included."""
    duckdb = importlib.import_module("duckdb")
    asked = {"flows": str(flows), "as_of": as_of, "cif": math.exp(Margin().intercept)}
    with duckdb.connect() as connection:
        found: pl.DataFrame = connection.sql(GAPS, params=asked).pl()
    return found


def check_same_gaps(ours: pl.DataFrame, theirs: pl.DataFrame) -> None:
    """Raise where DuckDB's pairs and gaps are not ours: other pairs, or figures apart by more than a rounding."""
    both = ours.join(theirs, on=list(PAIR_KEY), how="full", suffix="_duck")
    apart = [
        (pl.col(name) - pl.col(f"{name}_duck")).abs() > 1e-6 * (1.0 + pl.col(name).abs())
        for name in ("x_usd", "m_usd", "gap_value", "gap_mass")
    ]
    lonely = pl.col("hs6").is_null() | pl.col("hs6_duck").is_null()
    wrong = both.filter(lonely | pl.any_horizontal(apart).fill_null(value=False)).height
    if wrong:
        raise RuntimeError(f"{wrong:,} of {both.height:,} pairs differ between DuckDB and ours")

"""The three questions about the past that cost most, answered by ours, by DuckDB and by pandas.

What was usual for this good in the twelve months before (median of the log of USD/kg); how often had this pair traded
before; how many lots did it send in the three months before, and how large. Every table has `declaration_id` and the
answer; months are whole, as in `docs/decisions/0001`. Ours counts prices in bins of ten per cent, so that its median
may differ by less than a bin; counts are the same.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from features.codes import hs6
from features.lookback import month_number, settle
from features.parties.lots import lot_amounts, lot_columns
from features.parties.party_numbers import SIDES, PartyNumbers, trade_keys
from features.parties.rules import PartiesRules
from features.tally import Tally
from features.usual import log_bin, usual_before

QUESTIONS = ("usual price", "pair seen", "small lots")
MONTHS = 12
_NEEDED = (
    "declaration_id", "declared_on", "hs_code", "destination_iso3", "exporter_id", "consignee_id", "declarant_id",
    "net_kg", "value_usd",
)  # fmt: skip
_LOG_PRICE = (pl.col("value_usd") / pl.col("net_kg")).log()


def columns_needed(declarations: Path) -> pl.DataFrame:
    """Read the columns that the three questions need."""
    return pl.read_parquet(declarations, columns=list(_NEEDED), memory_map=False)


def by_ours(declarations: pl.DataFrame) -> dict[str, Callable[[], pl.DataFrame]]:
    """Return a step for each question, by the functions that the rooms use."""
    return {
        "usual price": lambda: _usual_price(declarations),
        "pair seen": lambda: _pair_seen(declarations),
        "small lots": lambda: _small_lots(declarations),
    }


def _usual_price(declarations: pl.DataFrame) -> pl.DataFrame:
    is_priced = (pl.col("value_usd") > 0) & (pl.col("net_kg") > 0)
    rows = declarations.lazy().select(
        "declaration_id",
        hs6=hs6(pl.col("hs_code")),
        month=month_number(pl.col("declared_on")),
        bin=pl.when(is_priced).then(log_bin(_LOG_PRICE)),
    )
    counts = settle(rows.drop_nulls("bin").group_by("hs6", "month", "bin").agg(n=pl.len()))
    usual = usual_before(counts, rows, by=["hs6"], window=MONTHS).select("hs6", "month", "middle")
    return rows.join(settle(usual), on=["hs6", "month"], how="left").select("declaration_id", "middle").collect()


def _numbered(declarations: pl.DataFrame) -> pl.DataFrame:
    keyed = declarations.select(
        "declaration_id",
        "net_kg",
        "destination_iso3",
        *(pl.col(f"{side}_id").alias(f"{side}_key") for side in SIDES),
        heading=pl.col("hs_code").str.slice(0, 4).cast(pl.Int16, strict=False),
        month=month_number(pl.col("declared_on")),
    )
    known = PartyNumbers.of(keyed)
    keys = trade_keys(known)
    return known.added(keyed).select("declaration_id", "exporter", "month", "net_kg", keys["pair"].alias("pair"))


def _pair_seen(declarations: pl.DataFrame) -> pl.DataFrame:
    rows = _numbered(declarations)
    (seen,) = Tally.of(rows["pair"], rows["month"]).before(rows["pair"], rows["month"])
    return rows.select("declaration_id").with_columns(seen["n"])


def _small_lots(declarations: pl.DataFrame) -> pl.DataFrame:
    rows, rules = _numbered(declarations), PartiesRules()
    seen, spans = rows.select("declaration_id"), {"recent": rules.recent_months, "usual": rules.usual_months}
    lots = rows.select(lot_amounts()).to_dict()
    for key in ("pair", "exporter"):
        tally = Tally.of(rows[key], rows["month"], **lots)
        for span, sums in zip(spans, tally.before(rows[key], rows["month"], list(spans.values())), strict=True):
            seen = seen.with_columns(one.alias(f"{key}_{name}_{span}") for name, one in sums.items())
    found = lot_columns(seen.lazy(), rules)
    return found.select("declaration_id", n="recent_lots_n", kg="recent_lot_kg").collect()


_MONTH = "(year(declared_on) * 12 + month(declared_on) - 1)"
_DUCKDB = {
    "usual price": f"""
select declaration_id, case when hs6 is not null then median(price) over
  (partition by hs6 order by m range between {MONTHS} preceding and 1 preceding) end as middle
from (select declaration_id, {_MONTH} as m, case when length(hs_code) >= 6 then left(hs_code, 6) end as hs6,
  case when value_usd > 0 and net_kg > 0 then ln(value_usd / net_kg) end as price from read_parquet($path))""",
    "pair seen": f"""
select declaration_id, case when exporter_id is not null and consignee_id is not null then count(*) over
  (partition by exporter_id, consignee_id order by m range between unbounded preceding and 1 preceding) end as n
from (select *, {_MONTH} as m from read_parquet($path))""",
    "small lots": f"""
select declaration_id, case when paired then count(kg) over w end as n,
  case when paired then exp(avg(ln(kg)) over w) end as kg
from (select declaration_id, exporter_id, consignee_id, {_MONTH} as m, case when net_kg > 0 then net_kg end as kg,
  exporter_id is not null and consignee_id is not null as paired from read_parquet($path))
window w as (partition by exporter_id, consignee_id order by m range between 3 preceding and 1 preceding)""",
}


def by_duckdb(declarations: Path, question: str) -> pl.DataFrame:
    """Answer with a window query of DuckDB on the Parquet file, reading included."""
    duckdb = importlib.import_module("duckdb")
    with duckdb.connect() as connection:
        found: Any = connection.sql(_DUCKDB[question], params={"path": str(declarations)}).to_arrow_table()
    return pl.DataFrame(found)


def by_pandas(declarations: Path, question: str) -> pl.DataFrame:
    """Answer as one would in pandas: group, sum by month, roll over the months. Reading included."""
    pandas = importlib.import_module("pandas")
    table = pandas.read_parquet(declarations, columns=list(_NEEDED))
    table["month"] = pandas.to_datetime(table["declared_on"]).dt.to_period("M").dt.to_timestamp()
    if question == "usual price":
        return _pandas_median(pandas, table)
    held = table.dropna(subset=["exporter_id", "consignee_id"])
    keys = ["exporter_id", "consignee_id"]
    lots = held if question == "pair seen" else held[held["net_kg"] > 0]
    monthly = lots.groupby([*keys, "month"], sort=True).size().rename("n").reset_index()
    if question == "pair seen":
        monthly["n"] = monthly.groupby(keys)["n"].cumsum() - monthly["n"]
    else:
        recent = [monthly.assign(month=monthly["month"] + pandas.DateOffset(months=ahead)) for ahead in (1, 2, 3)]
        monthly = pandas.concat(recent).groupby([*keys, "month"], as_index=False)["n"].sum()
    joined = held.merge(monthly, on=[*keys, "month"], how="left")
    return pl.DataFrame({"declaration_id": joined["declaration_id"].to_list(), "n": joined["n"].fillna(0).to_numpy()})


def _pandas_median(pandas: Any, table: Any) -> pl.DataFrame:
    numpy = importlib.import_module("numpy")
    table = table[table["hs_code"].str.len() >= 6]
    priced = table[(table["value_usd"] > 0) & (table["net_kg"] > 0)]
    prices = pandas.DataFrame(
        {
            "hs6": priced["hs_code"].str[:6],
            "month": priced["month"],
            "price": numpy.log(priced["value_usd"] / priced["net_kg"]),
        }
    )
    ahead = [prices.assign(month=prices["month"] + pandas.DateOffset(months=n)) for n in range(1, MONTHS + 1)]
    usual = pandas.concat(ahead).groupby(["hs6", "month"])["price"].median().rename("middle").reset_index()
    asked = table.assign(hs6=table["hs_code"].str[:6]).merge(usual, on=["hs6", "month"], how="left")
    return pl.DataFrame(
        {"declaration_id": asked["declaration_id"].to_list(), "middle": asked["middle"].to_numpy()}, nan_to_null=True
    )

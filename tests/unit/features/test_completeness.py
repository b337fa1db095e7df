"""Missing columns become null."""

from __future__ import annotations

import polars as pl

from features.completeness import complete
from features.contracts import Declarations


def test_missing_columns_are_null_of_the_contracts_type_and_extra_ones_are_dropped():
    found = complete(
        pl.LazyFrame({"hs_code": ["811292"], "more": [1]}), Declarations, ["hs_code", "net_kg", "amended_on"]
    )
    assert dict(found.collect_schema()) == {"hs_code": pl.String, "net_kg": pl.Float64, "amended_on": pl.Date}
    assert found.collect().row(0) == ("811292", None, None)

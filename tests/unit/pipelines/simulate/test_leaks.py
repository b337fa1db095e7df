"""Nothing but what a trader did or failed to hide tells a violation apart.

Look-ups are fitted on four fifths of the traders and scored on the others, so a trader's own record cannot help.
Identifiers, order and time carry nothing: chance plus sampling error (about 500 violations give a standard error of
0.013 for an area under the curve; the violations of one trader go together, which makes it about 0.03; hence 0.40 to
0.60). Places, buyers and offices may hint a little: evaders have destinations that honest trade has less, and dear
controlled goods fly more than floor tiles, which shows in ports and in empty container cells: 0.70 above; below, a
look-up that learned one trader's habits can do worse than chance: 0.33.
What the goods are (code, package, container) is itself what officers look at, since some headings really are used
more as cover and controlled headings really are evaded more: 0.80, far from a label.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

FOLDS = 5
PRIOR_ROWS = 20


def folds(labelled: pl.DataFrame) -> npt.NDArray[np.int64]:
    keys = pl.coalesce(pl.col("exporter_id"), pl.col("declaration_id"))
    return labelled.select(keys.rank("dense").cast(pl.Int64) * 7919 % 104_729 % FOLDS).to_series().to_numpy()


def lookup_auc(labelled: pl.DataFrame, *columns: str) -> float:
    """Score each row by the share of violations among the rows of other traders with the same keys."""
    rows = labelled.select(*columns, "is_violation").with_columns(pl.Series("fold", folds(labelled)))
    rate = rows["is_violation"].mean()
    own = rows.group_by(*columns, "fold").agg(pl.col("is_violation").sum().alias("own"), pl.len().alias("own_rows"))
    whole = own.group_by(columns).agg(pl.col("own").sum().alias("all"), pl.col("own_rows").sum().alias("all_rows"))
    found = rows.join(own, on=[*columns, "fold"], how="left", maintain_order="left", nulls_equal=True)
    found = found.join(whole, on=columns, how="left", maintain_order="left", nulls_equal=True)
    hits, seen = found["all"] - found["own"], found["all_rows"] - found["own_rows"]
    scored = (hits + PRIOR_ROWS * rate) / (seen + PRIOR_ROWS)
    return float(roc_auc_score(labelled["is_violation"].to_numpy(), scored.to_numpy()))


def number_auc(labelled: pl.DataFrame, value: pl.Expr) -> float:
    known = labelled.select("is_violation", value.cast(pl.Float64).alias("value")).drop_nulls()
    return float(roc_auc_score(known["is_violation"].to_numpy(), known["value"].to_numpy()))


@pytest.mark.parametrize("column", ["declaration_id", "exporter_id", "declarant_id", "route"])
def test_a_lookup_on_identifiers_is_chance(labelled: pl.DataFrame, column: str) -> None:
    assert 0.40 <= lookup_auc(labelled, column) <= 0.60


@pytest.mark.parametrize("column", ["declaration_id", "exporter_id", "declarant_id"])
def test_the_size_of_an_identifier_is_chance(labelled: pl.DataFrame, column: str) -> None:
    assert 0.40 <= number_auc(labelled, pl.col(column)) <= 0.60


def test_the_order_of_rows_within_a_month_is_chance(labelled: pl.DataFrame) -> None:
    at = pl.int_range(pl.len()).over(pl.col("declared_on").dt.truncate("1mo"))
    assert 0.43 <= number_auc(labelled, at) <= 0.57


def test_time_itself_says_little(labelled: pl.DataFrame) -> None:
    # more minerals are controlled later, so there is a little more to evade: that much is true of the world
    assert 0.40 <= number_auc(labelled, pl.col("declared_on").to_physical()) <= 0.68


@pytest.mark.parametrize(
    "column",
    [
        "office_id",
        "origin_iso3",
        "dispatch_iso3",
        "destination_iso3",
        "loading_port",
        "discharge_port",
        "transport_mode",
        "direction",
        "consignee_id",
        "consignee_name",
        "exporter_name",
        "end_use",
        "control_remark",
        "container_type",
    ],
)
def test_a_lookup_on_places_and_parties_says_little(labelled: pl.DataFrame, column: str) -> None:
    assert 0.33 <= lookup_auc(labelled, column) <= 0.70


@pytest.mark.parametrize("column", ["hs_code", "package_type", "description"])
def test_a_lookup_on_what_the_goods_are_is_no_label(labelled: pl.DataFrame, column: str) -> None:
    assert 0.40 <= lookup_auc(labelled, column) <= 0.80


WHO = ("exporter_id", "declarant_id", "consignee_id", "exporter_name", "office_id")
WHERE = (
    "origin_iso3",
    "dispatch_iso3",
    "destination_iso3",
    "loading_port",
    "discharge_port",
    "transport_mode",
    "direction",
)
WHAT = ("hs_code", "package_type", "container_type")


@pytest.mark.parametrize("first", range(len(WHO + WHERE)))
def test_a_lookup_on_any_pair_of_parties_and_places_says_little(labelled: pl.DataFrame, first: int) -> None:
    keys = WHO + WHERE
    areas = {(keys[first], other): lookup_auc(labelled, keys[first], other) for other in keys[first + 1 :]}
    assert all(0.30 <= area <= 0.70 for area in areas.values()), areas


@pytest.mark.parametrize("what", WHAT)
def test_a_lookup_on_goods_with_any_other_key_is_no_label(labelled: pl.DataFrame, what: str) -> None:
    areas = {(what, other): lookup_auc(labelled, what, other) for other in WHO + WHERE}
    assert all(0.30 <= area <= 0.80 for area in areas.values()), areas


def test_a_lookup_on_all_keys_of_the_public_customs_data_is_no_label(labelled: pl.DataFrame) -> None:
    # office, importer, six digits and country: what beats every published model on the public customs data
    rows = labelled.with_columns(pl.col("hs_code").str.slice(0, 6))
    assert lookup_auc(rows, "office_id", "consignee_id", "hs_code", "origin_iso3") <= 0.65


def test_the_order_of_identifiers_in_the_whole_table_is_chance(labelled: pl.DataFrame) -> None:
    by_name = labelled.with_columns(pl.col("exporter_name").rank("ordinal").alias("at"))
    assert 0.40 <= number_auc(by_name, pl.col("at")) <= 0.60
    last_digits = labelled.with_columns(pl.col("declaration_id").str.slice(-3).cast(pl.Int64).alias("at"))
    assert 0.44 <= number_auc(last_digits, pl.col("at")) <= 0.56


@pytest.mark.parametrize(
    "column", ["n_packages", "n_containers", "net_kg", "gross_kg", "volume_m3", "value_usd", "usd_per_kg", "kg_per_m3"]
)
def test_no_single_number_separates(labelled: pl.DataFrame, column: str) -> None:
    rows = labelled.with_columns(
        (pl.col("value_usd") / pl.col("net_kg")).alias("usd_per_kg"),
        (pl.col("net_kg") / pl.col("volume_m3")).alias("kg_per_m3"),
    ).filter(pl.col("net_kg") > 0)
    area = number_auc(rows, pl.col(column))
    assert max(area, 1 - area) < 0.9


@pytest.mark.parametrize("column", ["volume_m3", "gross_kg", "route", "consignee_id", "description", "value_usd"])
def test_an_empty_cell_says_nothing(labelled: pl.DataFrame, column: str) -> None:
    assert 0.46 <= number_auc(labelled, pl.col(column).is_null()) <= 0.54


def test_rows_are_in_the_order_of_date_and_number(labelled: pl.DataFrame) -> None:
    keys = labelled.select("declared_on", "declaration_id")
    assert keys.equals(keys.sort("declared_on", "declaration_id"))

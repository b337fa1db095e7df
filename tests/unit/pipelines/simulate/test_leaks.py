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
    fold = folds(labelled)
    rate = labelled["is_violation"].mean()
    scored = np.zeros(labelled.height)
    for part in range(FOLDS):
        rest, held = labelled.filter(pl.Series(fold != part)), labelled.filter(pl.Series(fold == part))
        table = rest.group_by(columns).agg(
            ((pl.col("is_violation").sum() + PRIOR_ROWS * rate) / (pl.len() + PRIOR_ROWS)).alias("score")
        )
        found = held.select(columns).join(table, on=columns, how="left", maintain_order="left", nulls_equal=True)
        scored[fold == part] = found["score"].fill_null(rate).to_numpy()
    return float(roc_auc_score(labelled["is_violation"].to_numpy(), scored))


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


def test_a_lookup_on_code_and_destination_is_no_label(labelled: pl.DataFrame) -> None:
    assert lookup_auc(labelled, "hs_code", "destination_iso3") <= 0.80


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

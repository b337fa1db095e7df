"""Every public case that can be trusted has its scheme, and every scheme its honest look-alikes."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import yaml

from pipelines.simulate.lookalikes import LOOKALIKES
from pipelines.simulate.schemes import NAMES, SCHEMES

Tables = dict[str, pl.DataFrame]
NO_METHOD = {"2025-05-09-special-operation", "2012-customs-totals"}  # totals and programmes, no method of their own


def test_every_trustworthy_case_has_a_scheme(shared_data: Path) -> None:
    path = shared_data.parent / "reference" / "cases.yaml"
    if not path.is_file():
        pytest.skip("the list of public cases is not beside this checkout")
    cases = yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]
    trusted = {
        str(case["id"])
        for case in cases
        if not any(word in str(case["reliability"]).lower() for word in ("weak:", "weak", "unreliable"))
        and case["methods"] != ["tip_off"]
    }
    followed = {case for scheme in SCHEMES for case in scheme.cases}
    assert trusted - followed - NO_METHOD == set()
    assert followed <= {str(case["id"]) for case in cases}


def test_every_scheme_has_honest_lookalikes_that_exist() -> None:
    assert all(scheme.lookalikes and set(scheme.lookalikes) <= set(LOOKALIKES) for scheme in SCHEMES)


def test_every_scheme_exists_on_paper_or_on_the_ground(world: Tables) -> None:
    on_paper = set(world["truth/declarations"]["scheme"].drop_nulls())
    off_paper = world["truth/legs"].filter(pl.col("declaration_id").is_null() & pl.col("is_violation"))
    assert on_paper | set(off_paper["scheme"].drop_nulls()) == set(NAMES)
    assert set(off_paper["scheme"]) == {"hand_baggage", "coastal_bypass"}


def test_lookalikes_of_a_scheme_are_at_least_as_many_as_its_lots(world: Tables) -> None:
    truth = world["truth/declarations"]
    lots = dict(truth.group_by("scheme").len().iter_rows())
    honest = dict(truth.group_by("lookalike").len().iter_rows())
    for scheme in SCHEMES:
        assert sum(honest.get(name, 0) for name in scheme.lookalikes) > 0.8 * lots.get(scheme.name, 0), scheme.name


def test_reclassified_goods_bear_the_code_of_a_neighbour(labelled: pl.DataFrame) -> None:
    turned = labelled.filter(pl.col("lookalike") == "reclassified")
    assert (turned["hs_code"] != turned["true_hs_code"]).mean() > 0.95
    assert not turned["is_violation"].any()


def test_some_false_codes_stand_over_a_true_text(labelled: pl.DataFrame) -> None:
    neighbours = labelled.filter(pl.col("scheme") == "false_code")
    names = pl.col("description").str.to_lowercase().str.contains(pl.col("mineral"), literal=True)
    assert 0.0 < neighbours.select(names.mean()).item() < 0.5


def test_young_firms_are_on_both_sides(labelled: pl.DataFrame) -> None:
    first = labelled.group_by("exporter_id").agg(pl.col("declared_on").min().alias("first"), pl.len())
    rows = labelled.join(first, on="exporter_id", how="left")
    young = rows.filter((pl.col("first") > pl.date(2023, 10, 1)) & (pl.col("len") >= 3))
    assert young["is_violation"].any()
    assert (~young["is_violation"]).sum() > young["is_violation"].sum()

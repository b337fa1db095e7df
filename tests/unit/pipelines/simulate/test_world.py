"""The tables keep their contracts, repeat for a seed, and hold what the settings promise."""

from __future__ import annotations

import hashlib
from pathlib import Path

import dataframely as dy
import polars as pl
import pytest

from features.contracts import Declarations, Flows, Licences, Movements, Outcomes
from pipelines.files import generated_mark
from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate import simulate_world
from pipelines.simulate.lookalikes import LOOKALIKES
from pipelines.simulate.schemes import SCHEMES
from pipelines.simulate.world import build_world

Tables = dict[str, pl.DataFrame]


@pytest.mark.parametrize(
    ("table", "schema"),
    [
        ("flows", Flows),
        ("declarations", Declarations),
        ("outcomes", Outcomes),
        ("licences", Licences),
        ("movements", Movements),
    ],
)
def test_each_table_keeps_its_contract(world: Tables, table: str, schema: type[dy.Schema]) -> None:
    assert world[table].columns == schema.column_names()
    schema.validate(world[table])
    assert world[table].height > 0


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.*"))
    }


def test_the_same_seed_gives_the_same_bytes_whatever_the_order_of_settings(
    sparse: SimulateSettings, tmp_path: Path
) -> None:
    values = sparse.model_dump()
    turned = {key: dict(reversed(value.items())) if isinstance(value, dict) else value for key, value in values.items()}
    turned["evasion"]["schemes"] = dict(reversed(values["evasion"]["schemes"].items()))
    again = SimulateSettings.model_validate(dict(reversed(turned.items())))
    simulate_world(sparse, tmp_path / "one", seed=5, declarations=1200, months=12)
    simulate_world(again, tmp_path / "two", seed=5, declarations=1200, months=12)
    simulate_world(sparse, tmp_path / "other", seed=6, declarations=1200, months=12)
    one, two, other = (fingerprints(tmp_path / name) for name in ("one", "two", "other"))
    assert {"flows.parquet", "movements.parquet", "truth/declarations.parquet", "truth/world.html"} <= set(one)
    assert one == two
    assert all(one[name] != other[name] for name in one)
    assert not [name for name in one if "partial" in name]
    tables = list((tmp_path / "other").rglob("*.parquet"))
    assert {generated_mark(path) for path in tables} == {"seed 6"}


def test_prevalence_is_as_set_and_every_scheme_exists(world: Tables, drawn: SimulateSettings) -> None:
    truth = world["truth/declarations"]
    assert truth.height == world["declarations"].height == 40_000
    assert truth["is_violation"].mean() == pytest.approx(drawn.evasion.prevalence_share, abs=0.0005)
    assert set(truth["scheme"].drop_nulls()) == {scheme.name for scheme in SCHEMES if scheme.filed != "nowhere"}
    assert set(truth["typology"].drop_nulls()) == {"misdeclaration", "concealment", "transshipment"}
    assert truth.filter(pl.col("is_violation") != pl.col("typology").is_not_null()).height == 0


def test_every_lookalike_exists_and_is_honest(world: Tables) -> None:
    truth = world["truth/declarations"]
    assert set(truth["lookalike"].drop_nulls()) == set(LOOKALIKES)
    assert not truth.filter(pl.col("lookalike").is_not_null())["is_violation"].any()


def test_evaders_also_trade_honestly_and_share_buyers_and_offices(labelled: pl.DataFrame) -> None:
    evaders = labelled.filter("is_violation")["exporter_id"].drop_nulls().unique()
    theirs = labelled.filter(pl.col("exporter_id").is_in(evaders.implode()))
    assert 0.1 < (~theirs["is_violation"]).mean() < 0.95
    honest_offices = labelled.filter(~pl.col("is_violation"))["office_id"].drop_nulls().unique()
    used = labelled.filter("is_violation")["office_id"].drop_nulls()
    assert used.is_in(honest_offices.implode()).mean() > 0.98  # a small country's office may see one lot only


def test_nothing_evades_before_its_control(labelled: pl.DataFrame) -> None:
    # first days in force: gallium and germanium 2023-08-01, antimony 2024-09-15, tungsten 2025-02-04 (control list)
    first = {"gallium": "2023-08-01", "germanium": "2023-08-01", "antimony": "2024-09-15", "tungsten": "2025-02-04"}
    earliest = dict(labelled.filter("is_violation").group_by("mineral").agg(pl.col("declared_on").min()).iter_rows())
    assert all(str(earliest[mineral]) >= day for mineral, day in first.items() if mineral in earliest)
    assert {"gallium", "antimony"} <= set(earliest)


def test_a_world_without_evasion_has_no_violation(sparse: SimulateSettings) -> None:
    nothing = sparse.evasion.model_copy(update={"prevalence_share": 0.0})
    none = sparse.model_copy(update={"evasion": nothing, "drawn": {}})
    world = build_world(none, seed=3, declarations=800, months=8)
    assert not world["truth/declarations"]["is_violation"].any()
    assert world["truth/corridors"].filter(pl.col("kind") == "evasion").is_empty()
    assert set(world["outcomes"]["finding"]) <= {"clean", "other_violation"}
    Declarations.validate(world["declarations"])


def test_at_least_150_kinds_of_goods_over_60_headings_mostly_far_from_minerals(labelled: pl.DataFrame) -> None:
    honest = labelled.filter(~pl.col("is_violation"))
    assert honest["true_form"].n_unique() >= 150
    assert honest["hs_code"].str.slice(0, 4).n_unique() >= 60
    assert honest["mineral"].is_null().mean() > 0.85

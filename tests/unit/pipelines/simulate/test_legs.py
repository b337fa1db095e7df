"""Mass is neither made nor lost between borders, except what the truth names as lost."""

from __future__ import annotations

import polars as pl
import pytest

from features.stoichiometry import metal_share
from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.schemes import CONVERSIONS, DOWNSTREAM

Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def hops(world: Tables) -> pl.DataFrame:
    """Both legs of each movement that crossed a hub, side by side."""
    legs = world["truth/legs"]
    first, second = (legs.filter(pl.col("leg") == number) for number in (1, 2))
    return second.join(first, on="declaration_id", how="inner", suffix="_first", nulls_equal=False)


def test_the_second_leg_starts_where_the_first_ended_and_later(hops: pl.DataFrame) -> None:
    assert hops.height > 100
    assert (hops["from_iso3"] == hops["to_iso3_first"]).all()
    assert (hops["left_on"] >= hops["arrived_on_first"]).all()


def test_mass_out_of_origin_is_mass_on_to_the_destination_plus_losses(hops: pl.DataFrame) -> None:
    same = hops.filter(pl.col("form") == pl.col("form_first"))
    assert (same["kg_first"] - same["lost_kg_first"] - same["kg"]).abs().max() == pytest.approx(0.0, abs=1e-6)
    assert (same["lost_kg_first"] >= -1e-9).all()
    assert same.filter(~pl.col("is_violation"))["lost_kg_first"].abs().max() == pytest.approx(0.0, abs=1e-9)


def test_a_conversion_conserves_contained_metal(hops: pl.DataFrame) -> None:
    changed = hops.filter(pl.col("form") != pl.col("form_first"))
    assert changed.height > 0
    made = [*CONVERSIONS.items(), *DOWNSTREAM.items()]
    gain = {f"{source}>{product}": share for source, (product, share) in made}
    step = changed["form_first"] + ">" + changed["form"]
    expected = (changed["kg_first"] - changed["lost_kg_first"]) * step.replace_strict(gain)
    assert (expected - changed["kg"]).abs().max() == pytest.approx(0.0, abs=1e-6)


def test_yields_follow_from_atomic_masses() -> None:
    # 1 kg Sb gives 1 / 0.8353 = 1.197 kg Sb2O3; 1 kg Ga gives 1 / 0.7439 = 1.344 kg Ga2O3 (indicators.md 16)
    assert CONVERSIONS["antimony_ingot"][1] == pytest.approx(1.197, abs=0.001)
    assert CONVERSIONS["gallium_metal"][1] == pytest.approx(1.344, abs=0.001)
    assert metal_share("Sb2O3", "Sb") == pytest.approx(1 / CONVERSIONS["antimony_ingot"][1])


def test_sampled_corridors_sum_to_the_diverted_mass(world: Tables, hops: pl.DataFrame, drawn: SimulateSettings) -> None:
    planted = world["truth/corridors"].filter(pl.col("kind") == "evasion")["diverted_kg"].sum()
    # declarations sample a share of the trade, so the whole is one over that share
    assert drawn.evasion.coverage_share * planted == pytest.approx(hops.filter("is_violation")["kg"].sum(), rel=1e-6)

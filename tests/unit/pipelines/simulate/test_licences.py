"""Open trade in controlled goods carries licences that fit it, and evaders' licences that do not always."""

from __future__ import annotations

import polars as pl

from pipelines.settings.simulate import SimulateSettings
from pipelines.simulate.world import build_world

Tables = dict[str, pl.DataFrame]


def test_most_honest_controlled_exports_name_a_licence_that_covers_them(world: Tables, labelled: pl.DataFrame) -> None:
    opened = labelled.filter(~pl.col("is_violation") & pl.col("licence_no").is_not_null())
    joined = opened.join(world["licences"], on="licence_no", how="left", suffix="_licence")
    covered = joined.filter(
        (pl.col("valid_from") <= pl.col("declared_on"))
        & (pl.col("declared_on") <= pl.col("valid_to"))
        & (pl.col("destination_iso3_licence") == pl.col("destination_iso3"))
        & (pl.col("mineral_licence") == pl.col("mineral"))
    )
    assert opened.height > 100
    assert 0.95 < covered.height / opened.height <= 1.0


def test_some_evaders_borrow_or_invent_licences(sparse: SimulateSettings) -> None:
    """Evaders who show a licence at all are few, and do it by habit: counted over three worlds."""
    borrowed, invented = 0, 0
    for seed in (11, 12, 13):
        world = build_world(sparse, seed=seed, declarations=30_000, months=30)
        labelled = world["declarations"].join(world["truth/declarations"], on="declaration_id", how="left")
        named = labelled.filter(pl.col("is_violation") & pl.col("licence_no").is_not_null())
        shown = named.join(world["licences"], on="licence_no", how="left")
        invented += shown["holder_id"].null_count()
        borrowed += int((shown["holder_id"] != shown["exporter_id"]).sum())
    assert invented > 10
    assert borrowed > 5


def test_no_licence_is_older_than_its_control(world: Tables) -> None:
    first = dict(world["licences"].group_by("mineral").agg(pl.col("valid_from").min()).iter_rows())
    assert str(first["gallium"]) >= "2023-08-01"
    assert str(first["antimony"]) >= "2024-09-15"


def test_no_open_honest_export_goes_where_it_is_refused(labelled: pl.DataFrame) -> None:
    refused = labelled.filter(
        ~pl.col("is_violation")
        & (pl.col("destination_iso3") == "USA")
        & (pl.col("dispatch_iso3") == "CHN")
        & pl.col("declared_on").is_between(pl.date(2024, 12, 3), pl.date(2025, 11, 8))
        & pl.col("licence_no").is_not_null()
        & pl.col("mineral").is_in(["gallium", "germanium", "antimony", "superhard"])
    )
    assert refused.is_empty()

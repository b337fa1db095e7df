"""A model to score with, trained on the world before it was repeated."""

from __future__ import annotations

from features.assemble import assemble_evidence
from features.registry import REGISTRY
from models.labels import ANY, label_inspected
from models.matrix import DESCRIBED
from models.training import train_bundle
from pipelines.settings.closed import load_section
from pipelines.settings.train import TrainSettings
from pipelines.steps.training_rows import split_rows, with_described
from tests.benchmarks.ground import Ground
from tests.benchmarks.tables import repeat_rows


def make_model(ground: Ground, *, rows: int) -> dict[str, float]:
    """Write `evidence.parquet` (ready features, repeated to `rows`) and the bundle's texts.

    Returns its trees: `any`, for any violation, and `all`, with those of the typologies.
    """
    world = ground.table("world")
    evidence = assemble_evidence(world, ground.background(world))
    settings = load_section(TrainSettings, "train")
    table = with_described(evidence, world, registry=REGISTRY, group=settings.split.group_column)
    split = split_rows(table, settings)
    results = ground.table("outcomes").join(table.select("declaration_id"), on="declaration_id", how="semi")
    labels = label_inspected(results, **settings.labels.model_dump()).table
    plan = settings.training_plan()
    bundle = train_bundle(
        table, labels, split, REGISTRY, plan=plan, controls_version=ground.controls.version, data_version="benchmark"
    )
    folder = ground.folder / "model"
    folder.mkdir(exist_ok=True)
    for name, text in bundle.to_files().items():
        (folder / name).write_text(text, encoding="utf-8")
    kept = ["declaration_id", "transport_mode", "mineral", *(one.code for one in REGISTRY)]
    kept += [name for name in DESCRIBED if name in table.columns]
    repeat_rows(table.select(kept), rows).write_parquet(ground.path("evidence"))
    return {
        "any": bundle.classifiers[ANY].n_trees,
        "all": sum(one.n_trees for one in bundle.classifiers.values()),
    }

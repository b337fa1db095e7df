"""The whole evaluation over generated worlds: python -m tests.benchmarks.worlds [--seeds 7 8] [--declarations N].

For each seed a model learns from the world `train` (its earlier part), and is measured against the hidden truth on that
world's later part, and on every other world, none of which it has seen: `hard`, `unseen`, `drift`, `null`. Other worlds
are measured from their second half-year on; their own inspections of earlier months are background, never taught.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.metrics import roc_auc_score

from features.contracts import Declarations, Outcomes
from features.contracts.columns import TYPOLOGIES
from features.registry import REGISTRY
from models.classifier import BoostingPlan, Sample, fit_classifier
from models.evaluation import OURS
from models.labels import ANY, known_before, label_inspected
from models.matrix import columns_of
from models.splits import Split
from models.training import train_bundle
from pipelines import tracking
from pipelines.files import load_table
from pipelines.home import Home
from pipelines.settings.closed import load_section
from pipelines.settings.train import TrainSettings
from pipelines.steps.evaluate import FIELD, Learned, run_evaluation
from pipelines.steps.generate import run_simulation
from pipelines.steps.learn import run_learning
from pipelines.steps.train import _split, with_described

WORLDS = ("train", "hard", "unseen", "drift", "null")
TABLES = ("outcomes", "flows", "licences", "movements")
WARM_UP_DAYS = 180


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table of every world, the lead over the best baseline, and what shuffled labels teach."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12])
    parser.add_argument("--declarations", type=int, default=40_000)
    parser.add_argument("--worlds", nargs="+", default=list(WORLDS), choices=WORLDS)
    parser.add_argument("--folder", help="keep worlds, models and pages in this folder")
    options = parser.parse_args(arguments)
    print(f"Generated worlds of {options.declarations:,} declarations. {FIELD}.", flush=True)
    with tempfile.TemporaryDirectory() as made:
        for seed in options.seeds:
            measure_seed(Path(options.folder or made) / str(seed), seed, options.declarations, options.worlds)
    return 0


def measure_seed(folder: Path, seed: int, declarations: int, worlds: Sequence[str]) -> None:
    """Learn from the world `train` of a seed, and measure on each world."""
    for world in dict.fromkeys(("train", *worlds)):
        if not (folder / world / "declarations.parquet").exists():
            run_simulation(out=folder / world, seed=seed, declarations=declarations, months=30, world=world)
    home = Home(folder / "home")
    run_learning(
        declarations=folder / "train" / "declarations.parquet",
        out=folder / "model",
        home=home,
        **{name: folder / "train" / f"{name}.parquet" for name in TABLES},
    )
    settings = load_section(TrainSettings, "train")
    table, labels, split = _training_rows(folder, settings)
    history = split.select(table, "train")
    known = known_before(labels, split.test_from)
    learned = Learned(history.join(known, on="declaration_id", how="inner", maintain_order="left"), history)
    for world in worlds:
        first = pl.scan_parquet(folder / world / "declarations.parquet").select(pl.col("declared_on").min()).collect()
        result = run_evaluation(
            declarations=folder / world / "declarations.parquet",
            truth=folder / world / "truth" / "declarations.parquet",
            since=None if world == "train" else first.item() + timedelta(days=WARM_UP_DAYS),
            model="challenger",
            learned=learned,
            out=folder / f"evaluation-{world}",
            home=Home(folder / "home") if world == "train" else _other_home(folder, world),
            **{name: folder / world / f"{name}.parquet" for name in TABLES},
        )
        print(f"\nseed {seed}, world {world}: " + "\n  ".join(result.lines[1:-1]))
        _print_typologies(pl.read_parquet(folder / f"evaluation-{world}" / "evaluation.parquet"))
    print(f"\nseed {seed}: " + shuffled(table, labels, split, settings))
    print(f"seed {seed}: " + identifiers(table, labels, split, settings), flush=True)


def _other_home(folder: Path, world: str) -> Home:
    """Give a home without the lake of `train`, so that no table of it stands behind another world."""
    home = Home(folder / f"home-{world}")
    bundle = tracking.load_version(folder / "home", "challenger")
    settings: dict[str, Any] = {"params": {}, "metrics": {}, "figures": {}, "tables": {}, "data_fingerprints": {}}
    example = pl.DataFrame(schema={"declaration_id": pl.String} | dict.fromkeys(bundle.columns.codes, pl.Float64))
    tracking.log_training(home.folder, bundle, tags={}, example=example, **settings)
    return home


def _print_typologies(table: pl.DataFrame) -> None:
    found = table.filter(pl.col("subset").is_in(["all", *TYPOLOGIES, "unseen_party", "no_record"]))
    for metric in ("average_precision", "recall_at_1pct"):
        for subset in found["subset"].unique(maintain_order=True):
            rows = found.filter((pl.col("metric") == metric) & (pl.col("subset") == subset)).drop_nulls("value")
            if not rows.height:
                continue
            ours = rows.filter(pl.col("model") == OURS).row(0, named=True)
            best = rows.filter(pl.col("model") != OURS).sort("value", descending=True).row(0, named=True)
            interval = f"({ours['low']:.3f} to {ours['high']:.3f})" if ours["low"] is not None else ""
            ratio = ours["value"] / best["value"] if best["value"] else float("inf")
            print(
                f"  {metric:18} {subset:14} n+ {ours['n_positive']:5,} {ours['value']:.3f} {interval:18} best baseline "
                f"{best['model']:16} {best['value']:.3f}  {ratio:5.1f} times",
                flush=True,
            )


def _training_rows(folder: Path, settings: TrainSettings) -> tuple[pl.DataFrame, pl.DataFrame, Split]:
    raw = load_table(folder / "train" / "declarations.parquet", Declarations, table="declarations").given
    evidence = pl.read_parquet(folder / "model" / "evidence.parquet")
    table = with_described(evidence, raw, registry=REGISTRY, group=settings.split.group_column)
    outcomes = load_table(folder / "train" / "outcomes.parquet", Outcomes, table="outcomes").frame
    return table, label_inspected(outcomes, **settings.labels.model_dump()).table, _split(table, settings)


def shuffled(
    table: pl.DataFrame, labels: pl.DataFrame, split: Split, settings: TrainSettings, *, draws: int = 5
) -> str:
    """AUC on the later period of models taught shuffled findings: what is left is leakage, or chance."""
    test = split.select(table, "test").join(labels, on="declaration_id", how="inner", maintain_order="left")
    aucs = []
    for draw in range(draws):
        order = np.random.default_rng(draw).permutation(labels.height)
        mixed = labels.with_columns(labels[name].gather(order) for name in (ANY, *TYPOLOGIES, "is_other", "finding"))
        bundle = train_bundle(
            table, mixed, split, REGISTRY, plan=settings.training_plan(), controls_version="-", data_version="-"
        )
        truth = test.select("declaration_id").join(mixed, on="declaration_id", how="left", maintain_order="left")[ANY]
        aucs.append(float(roc_auc_score(truth.to_numpy(), bundle.score(test)["suspicion"].to_numpy())))
    error = float(np.std(aucs, ddof=1) / np.sqrt(draws))
    return f"shuffled labels, {draws} draws: mean AUC {np.mean(aucs):.3f}, standard error {error:.3f}"


def identifiers(table: pl.DataFrame, labels: pl.DataFrame, split: Split, settings: TrainSettings) -> str:
    """AUC of a learner of identifiers alone (their text, hashed) on traders that it has not seen."""
    known = labels.filter(~pl.col("is_other"))
    train, test = (
        split.select(table, part).join(known, on="declaration_id", how="inner", maintain_order="left")
        for part in ("train", "test")
    )
    test = test.filter(pl.col("unseen_party"))
    columns = columns_of((), table.select("declaration_id", "declared_on").with_columns(pl.lit(None).alias("mineral")))
    group = settings.split.group_column

    def hashed(rows: pl.DataFrame) -> np.ndarray[Any, np.dtype[np.float32]]:
        # the two category columns of the matrix, here the identifier as a number and its beginning
        tail = rows[group].str.extract(r"(\d+)$").cast(pl.Float32)
        return np.column_stack([tail.to_numpy(), (rows["declaration_id"].hash(1) % 97).cast(pl.Float32).to_numpy()])

    plan = BoostingPlan(n_positives_min=5)
    sample = Sample(
        hashed(train),
        train[ANY].to_numpy().astype(float),
        train["weight"].to_numpy(),
        train["declared_on"].to_physical().to_numpy(),
    )
    one = fit_classifier(sample, columns, plan=plan, seed=1)
    n = int(test[ANY].sum())
    if not n or n == test.height:
        return "identifiers alone on unseen traders: no violation among them to measure on"
    auc = roc_auc_score(test[ANY].to_numpy(), one.raw_scores(hashed(test)))
    return f"identifiers alone on unseen traders: AUC {auc:.3f} ({n} violations among {test.height} inspected)"


if __name__ == "__main__":
    sys.exit(main())

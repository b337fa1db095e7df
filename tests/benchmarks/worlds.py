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

import lightgbm as lgb
import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from features.contracts import Declarations, Outcomes
from features.contracts.columns import TYPOLOGIES
from features.registry import REGISTRY
from models.evaluation import OURS, UNSEEN_KINDS
from models.labels import ANY, known_before, label_inspected
from models.splits import Split
from models.training import train_bundle
from pipelines import tracking
from pipelines.files import load_table
from pipelines.home import Home
from pipelines.settings.closed import load_section
from pipelines.settings.train import TrainSettings
from pipelines.simulate.world import build_world
from pipelines.simulate.worlds import load_world
from pipelines.steps.evaluate import FIELD, run_evaluation
from pipelines.steps.generate import run_simulation
from pipelines.steps.ground import Asked
from pipelines.steps.learn import run_learning
from pipelines.steps.measured import Learned, kinds_found
from pipelines.steps.training_rows import split_rows, with_described

WORLDS = ("train", "hard", "unseen", "drift", "null")
TABLES = ("outcomes", "flows", "licences", "movements")
WARM_UP_DAYS = 180
IDENTIFIED_ROWS = 250_000  # a world of 25,000 has some forty traders with violations: an AUC of them tells little


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
    history = pl.concat([split.select(table, "train"), split.select(table, "calibration")]).sort("declaration_id")
    known = known_before(labels, split.test_from)
    taught = history.join(known, on="declaration_id", how="inner", maintain_order="left")
    learned = Learned(taught, history, kinds_found(taught, folder / "train" / "truth" / "declarations.parquet"))
    for world in worlds:
        first = pl.scan_parquet(folder / world / "declarations.parquet").select(pl.col("declared_on").min()).collect()
        asked = Asked(
            declarations=folder / world / "declarations.parquet",
            truth=folder / world / "truth" / "declarations.parquet",
            since=None if world == "train" else first.item() + timedelta(days=WARM_UP_DAYS),
            out=folder / f"evaluation-{world}",
            home=Home(folder / "home") if world == "train" else _other_home(folder, world),
            **{name: folder / world / f"{name}.parquet" for name in TABLES},
        )
        result = run_evaluation(asked, model="challenger", learned=learned)
        judged = [line for line in result.lines[:-1] if " rows read = " not in line]
        print(f"\nseed {seed}, world {world}: " + "\n  ".join(judged))
        _print_typologies(pl.read_parquet(folder / f"evaluation-{world}" / "evaluation.parquet"))
    print(f"\nseed {seed}: " + shuffled(table, labels, split, settings))
    print(f"seed {seed}: " + identifiers(seed), flush=True)


def _other_home(folder: Path, world: str) -> Home:
    """Give a home without the lake of `train`, so that no table of it stands behind another world."""
    home = Home(folder / f"home-{world}")
    bundle = tracking.load_version(folder / "home", "challenger")
    settings: dict[str, Any] = {"params": {}, "metrics": {}, "figures": {}, "tables": {}, "data_fingerprints": {}}
    example = pl.DataFrame(schema={"declaration_id": pl.String} | dict.fromkeys(bundle.columns.codes, pl.Float64))
    tracking.log_training(home.folder, bundle, tags={}, example=example, **settings)
    return home


def _print_typologies(table: pl.DataFrame) -> None:
    found = table.filter(pl.col("subset").is_in(["all", *TYPOLOGIES, "unseen_party", "no_record", *UNSEEN_KINDS]))
    for metric in ("average_precision", "recall_at_1pct"):
        for subset in found["subset"].unique(maintain_order=True):
            rows = found.filter((pl.col("metric") == metric) & (pl.col("subset") == subset)).drop_nulls("value")
            if not rows.height:
                continue
            ours = rows.filter(pl.col("model") == OURS).row(0, named=True)
            best = rows.filter(pl.col("model") != OURS).sort("value", descending=True).row(0, named=True)
            interval = f"({ours['low']:.3f} to {ours['high']:.3f})" if ours["low"] is not None else ""
            ratio = f"{ours['value'] / best['value']:5.1f} times" if best["value"] else "(it finds none)"
            print(
                f"  {metric:18} {subset:14} n+ {ours['n_positive']:5,} {ours['value']:.3f} {interval:18} best baseline "
                f"{best['model']:16} {best['value']:.3f}  {ratio}",
                flush=True,
            )


def _training_rows(folder: Path, settings: TrainSettings) -> tuple[pl.DataFrame, pl.DataFrame, Split]:
    raw = load_table(folder / "train" / "declarations.parquet", Declarations, table="declarations").given
    evidence = pl.read_parquet(folder / "model" / "evidence.parquet")
    table = with_described(evidence, raw, registry=REGISTRY, group=settings.split.group_column)
    outcomes = load_table(folder / "train" / "outcomes.parquet", Outcomes, table="outcomes").frame
    return table, label_inspected(outcomes, **settings.labels.model_dump()).table, split_rows(table, settings)


def shuffled(
    table: pl.DataFrame, labels: pl.DataFrame, split: Split, settings: TrainSettings, *, draws: int = 20
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


def identifiers(seed: int, *, n_folds: int = 5, n_draws: int = 100) -> str:
    """AUC of a learner of identifiers alone, taught the hidden truth of other traders; the mean over parts of traders.

    Measured on a world `train` of its own, of `IDENTIFIED_ROWS` declarations. It sees each identifier as a number, in
    its last digits and in two remainders. Every trader is unseen once; traders are drawn again for the interval.
    """
    ids = ("declaration_id", "exporter_id", "consignee_id", "declarant_id")
    world = build_world(load_world("train"), seed=seed, declarations=IDENTIFIED_ROWS, months=30)
    truth = world["truth/declarations"].select("declaration_id", "is_violation")
    papers = world["declarations"].select(ids).drop_nulls("exporter_id")
    digits = {one: pl.col(one).str.extract(r"(\d+)$").cast(pl.Int64) for one in ids}
    numbers = papers.select(
        *(number.alias(f"{one}_number") for one, number in digits.items()),
        *((number % n).alias(f"{one}_{n}") for one, number in digits.items() for n in (10, 97, 1000)),
    ).to_numpy()
    positive = papers.join(truth, on="declaration_id", how="left", maintain_order="left")["is_violation"].to_numpy()
    party = papers["exporter_id"].rank("dense").cast(pl.Int64).to_numpy() - 1
    plan = {"objective": "binary", "verbose": -1, "num_threads": 1, "seed": 1, "deterministic": True}
    parts = GroupKFold(n_folds, shuffle=True, random_state=1)
    judged = []
    for taught, held in parts.split(numbers, positive, party):
        booster = lgb.train(plan, lgb.Dataset(numbers[taught].astype(float), positive[taught]), 100)
        judged.append((held, booster.predict(numbers[held].astype(float))))

    def mean_auc(times: NDArray[np.int64]) -> float:
        met = [(held, score) for held, score in judged if times[held][positive[held]].any()]
        return float(np.mean([roc_auc_score(positive[h], score, sample_weight=times[h]) for h, score in met]))

    rng, n_parties = np.random.default_rng(0), int(party.max()) + 1
    drawn = [
        mean_auc(np.bincount(rng.integers(0, n_parties, n_parties), minlength=n_parties)[party]) for _ in range(n_draws)
    ]
    low, high = np.quantile(drawn, [0.05, 0.95])
    return (
        f"identifiers alone on unseen traders: AUC {mean_auc(np.ones(len(party), int)):.3f} ({low:.3f} to {high:.3f}; "
        f"{int(positive.sum())} violations of {len(set(party[positive]))} traders, hidden truth)"
    )


if __name__ == "__main__":
    sys.exit(main())

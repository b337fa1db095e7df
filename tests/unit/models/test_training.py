"""Training and the bundle: same bytes twice; order and batch change nothing; it learns only what is there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from features.errors import ConfigError
from models.bundle import FORMAT, ModelBundle, sha256_of
from models.calibration import calibration_error
from models.classifier import BoostingPlan
from models.labels import ANY, label_inspected
from models.learning import sample_of
from models.learning_plan import TrainingPlan
from models.matrix import build_matrix, columns_of
from models.splits import time_and_entity_split
from models.training import taught_later, train_bundle

PLAN = TrainingPlan(boosting=BoostingPlan(n_rounds_max=80, n_rounds_default=50), seed=5)
SPLIT = {"test_share": 0.25, "calibration_share": 0.2, "embargo_days": 20, "group": "exporter_id"}
LABELS = {"min_selection_probability_share": 0.005, "max_weight_ratio": 20.0}


def trained(world, outcomes: pl.DataFrame | None = None, evidence: pl.DataFrame | None = None) -> ModelBundle:
    table = world.evidence if evidence is None else evidence
    labels = label_inspected(world.outcomes if outcomes is None else outcomes, **LABELS).table
    split = time_and_entity_split(table, **SPLIT)
    return train_bundle(table, labels, split, world.registry, plan=PLAN, controls_version="c-1", data_version="d-1")


def later_rows(world, bundle: ModelBundle) -> pl.DataFrame:
    return world.evidence.filter(pl.col("declared_on") >= bundle.test_from)


@pytest.fixture(scope="module")
def bundle(world) -> ModelBundle:
    return trained(world)


def test_two_trainings_of_shuffled_rows_give_the_same_bytes(world, bundle) -> None:
    shuffled = world.evidence.sample(fraction=1.0, shuffle=True, seed=9)
    again = trained(world, outcomes=world.outcomes.reverse(), evidence=shuffled)
    assert again.to_files() == bundle.to_files()
    assert again.model_version == bundle.model_version
    assert len(bundle.model_version) == 14


def test_files_round_trip_and_hold_text_only(world, bundle) -> None:
    files = bundle.to_files()
    again = ModelBundle.from_files(files)
    assert again.to_files() == files
    assert again.score(world.evidence).equals(bundle.score(world.evidence))
    for name, text in files.items():
        assert isinstance(text, str)
        assert "\x80" not in text  # how a pickle begins
        assert name.endswith((".json", ".txt"))
        if name.endswith(".json"):
            json.loads(text)


def taught_by_all(world, bundle, labels=None):
    labels = label_inspected(world.outcomes, **LABELS).table if labels is None else labels
    table = world.evidence.sort("declaration_id")
    return taught_later(bundle, table, labels, time_and_entity_split(table, **SPLIT), plan=PLAN, notes=["told"])


def test_held_out_results_teach_what_scores_declarations_yet_to_come(world, bundle) -> None:
    all_taught = taught_by_all(world, bundle)
    last = world.evidence["declared_on"].max()
    assert all_taught.later is not None
    assert all_taught.later.test_from == last + timedelta(days=1)
    assert all_taught.later.notes[0] == "told"
    assert all_taught.part_for(last) is all_taught
    assert all_taught.part_for(last + timedelta(days=1)) is all_taught.later
    # what was measured is what scores the past
    assert all_taught.score(world.evidence).equals(bundle.score(world.evidence))
    # the same declarations, made later: other scores, of every row by itself and in the order they came
    moved = world.evidence.with_columns(
        declared_on=pl.when(pl.int_range(pl.len()) % 2 == 0).then("declared_on").otherwise(last + timedelta(days=5))
    )
    scored, before = all_taught.score(moved), bundle.score(world.evidence)
    assert scored["declaration_id"].equals(world.evidence["declaration_id"])
    is_later = moved["declared_on"] > last
    assert scored.filter(~is_later).equals(before.filter(~is_later))
    assert (scored["suspicion"] != before["suspicion"]).filter(is_later).all()
    assert scored["anomaly_score"].equals(before["anomaly_score"])
    shown = moved.slice(10, 2)
    apart = pl.concat([bundle.contributions(shown[:1]), all_taught.later.contributions(shown[1:])])
    assert all_taught.contributions(shown).sort("declaration_id", "code").equals(apart.sort("declaration_id", "code"))
    again = ModelBundle.from_files(all_taught.to_files())
    assert again.score(moved).equals(scored)
    assert again.to_files() == all_taught.to_files()


def test_what_is_known_after_the_last_declaration_teaches_nothing(world, bundle) -> None:
    labels = label_inspected(world.outcomes, **LABELS).table
    last = world.evidence["declared_on"].max()
    late = labels.with_columns(
        inspected_on=pl.when(pl.col("inspected_on") > last).then(pl.lit(date(2099, 1, 1))).otherwise("inspected_on")
    )
    turned = late.with_columns(any=pl.when(pl.col("inspected_on") > last).then(~pl.col("any")).otherwise("any"))
    assert taught_by_all(world, bundle, late).to_files() == taught_by_all(world, bundle, turned).to_files()
    assert taught_by_all(world, bundle, labels.clear()) is bundle


def test_what_was_never_measured_says_so(world) -> None:
    # violations enough to learn from only when those of the test are counted
    test_from = time_and_entity_split(world.evidence, **SPLIT).test_from
    day = world.evidence.select("declaration_id", "declared_on")
    early = pl.col("declared_on") < test_from
    found = world.outcomes.join(day, on="declaration_id").with_columns(
        finding=pl.when(early).then(pl.lit("clean")).otherwise("finding")
    )
    outcomes = found.drop("declared_on")
    bundle = trained(world, outcomes=outcomes)
    assert not bundle.is_supervised
    taught = taught_by_all(world, bundle, label_inspected(outcomes, **LABELS).table)
    assert taught.later is not None
    assert any("nothing has measured" in note for note in taught.later.notes)


def test_order_and_batches_change_no_score(world, bundle) -> None:
    whole = bundle.score(world.evidence).sort("declaration_id")
    shuffled = world.evidence.sample(fraction=1.0, shuffle=True, seed=1)
    parts = [bundle.score(shuffled.slice(start, 700)) for start in range(0, shuffled.height, 700)]
    assert pl.concat(parts).sort("declaration_id").equals(whole)
    assert bundle.score(world.evidence.slice(17, 1)).row(0) == whole.filter(
        pl.col("declaration_id") == world.evidence["declaration_id"][17]
    ).row(0)


def test_suspicion_is_a_probability_and_bounds_every_typology(world, bundle) -> None:
    scores = bundle.score(world.evidence)
    assert scores.null_count().sum_horizontal().item() == 0
    p = scores["suspicion"]
    assert p.min() > 0
    assert p.max() < 1
    for typology in ("misdeclaration", "concealment", "transshipment"):
        assert (scores[f"p_{typology}"] <= p).all()
        assert scores[f"p_{typology}"].min() > 0
    # the order of suspicion is the order of the raw score, with no plateau
    assert scores["suspicion"].n_unique() == scores["raw_score"].n_unique()


def test_it_finds_what_is_there(world, bundle) -> None:
    later = later_rows(world, bundle)
    scored = bundle.score(later).join(world.outcomes, on="declaration_id", how="left").drop_nulls("finding")
    violation = (scored["finding"] != "clean").to_numpy()
    assert roc_auc_score(violation, scored["suspicion"]) > 0.68
    assert roc_auc_score(violation, scored["anomaly_score"]) > 0.6
    weight = 1 / scored["selection_probability"].to_numpy()
    # 661 rows in five bins; the made-up world's own probabilities miss by 0.014
    assert calibration_error(scored["suspicion"].to_numpy(), violation, weight, n_bins=5) < 0.06


def test_shuffled_labels_teach_nothing(made_up) -> None:
    aucs = []
    for seed in (1, 2, 3):
        world = made_up(4000, seed=seed, inspected_share=0.9)
        finding = world.outcomes["finding"].sample(fraction=1.0, shuffle=True, seed=seed)
        bundle = trained(world, outcomes=world.outcomes.with_columns(finding=finding))
        later = later_rows(world, bundle)
        scored = bundle.score(later).join(
            world.outcomes.with_columns(finding=finding), on="declaration_id", how="inner"
        )
        aucs.append(roc_auc_score((scored["finding"] != "clean").to_numpy(), scored["suspicion"]))
    # the mean of three tests of about 1,000 rows each has a standard error of about 0.013
    assert np.mean(aucs) == pytest.approx(0.5, abs=0.04)


def test_without_outcomes_it_still_scores_by_anomaly(world) -> None:
    bundle = trained(world, outcomes=world.outcomes.clear())
    scores = bundle.score(world.evidence)
    assert not bundle.is_supervised
    assert scores["suspicion"].to_numpy() == pytest.approx(0.01, abs=1e-4)
    assert scores["raw_score"].equals(scores["anomaly_score"].alias("raw_score"))
    assert scores["anomaly_p"].null_count() == 0
    assert any("no inspected declaration" in note for note in bundle.notes)
    parts = bundle.contributions(world.evidence.head(3))
    total = parts.group_by("declaration_id").agg(pl.col("contribution").sum()).sort("declaration_id")
    assert total["contribution"].to_list() == pytest.approx(scores["anomaly_score"].head(3).to_list())
    assert ModelBundle.from_files(bundle.to_files()).score(world.evidence).equals(scores)


@pytest.mark.parametrize("n", [1, 2, 30])
def test_tiny_data_does_not_crash(world, n: int) -> None:
    few = world.evidence.head(n)
    kept = world.outcomes.join(few, on="declaration_id", how="semi")
    bundle = trained(world, outcomes=kept, evidence=few)
    scores = bundle.score(world.evidence.head(50))
    assert scores.height == 50
    assert scores["suspicion"].is_between(0, 1).all()
    assert bundle.notes


def test_a_typology_without_examples_gets_its_share_of_suspicion(world) -> None:
    renamed = pl.col("finding").replace("transshipment", "concealment")
    bundle = trained(world, outcomes=world.outcomes.with_columns(finding=renamed))
    scores = bundle.score(world.evidence)
    share = scores["p_transshipment"] / scores["suspicion"]
    assert share.to_numpy() == pytest.approx(bundle.typology_shares["transshipment"])
    assert bundle.typology_shares["transshipment"] < 0.01
    assert any(note.startswith("transshipment: 0 of ") for note in bundle.notes)


def test_faults_of_another_kind_are_not_learned_and_no_part_of_suspicion(world, bundle) -> None:
    drawn = pl.col("declaration_id").hash(seed=3) % 10 == 0
    other = pl.when((pl.col("finding") == "clean") & drawn).then(pl.lit("other_violation")).otherwise("finding")
    faulty = trained(world, outcomes=world.outcomes.with_columns(finding=other))
    means = [one.score(world.evidence)["suspicion"].mean() for one in (faulty, bundle)]
    assert means[0] == pytest.approx(means[1], rel=0.25)
    assert any("of another kind were left out" in note for note in faulty.notes)


def test_poor_rows_are_no_surprise(world, bundle) -> None:
    # without a whole family the level stays near what it is with all of them
    full = bundle.score(world.evidence)["suspicion"].mean()
    for family in ("description", "parcel", "routing"):
        codes = [one.code for one in world.registry if one.family == family]
        poor = world.evidence.with_columns(pl.lit(None, dtype=pl.Float32).alias(code) for code in codes)
        assert bundle.score(poor)["suspicion"].mean() == pytest.approx(full, rel=0.6), family


def test_unknown_families_score_and_columns_missing_are_refused(world, bundle) -> None:
    blank = world.evidence.with_columns(pl.lit(None, dtype=pl.Float32).alias(c) for c in bundle.columns.codes)
    assert bundle.score(blank)["suspicion"].null_count() == 0
    with pytest.raises(ConfigError, match="lane_gap"):
        bundle.score(world.evidence.drop("lane_gap"))
    with pytest.raises(ConfigError, match="trained on other evidence"):
        bundle.score(world.evidence, registry=world.registry[:-1])


def test_contributions_explain_the_raw_score(world, bundle) -> None:
    few = world.evidence.head(4)
    parts = bundle.contributions(few)
    assert parts.columns == ["declaration_id", "code", "contribution"]
    sums = parts.group_by("declaration_id").agg(pl.col("contribution").sum()).sort("declaration_id")
    base = bundle.score(few).sort("declaration_id")["raw_score"] - sums["contribution"]
    assert base.to_list() == pytest.approx([base[0]] * 4)
    assert bundle.contributions(few.clear()).height == 0


def test_oddness_adds_to_the_raw_score_and_goes_to_the_evidence_that_is_rare(world, bundle) -> None:
    few, start = world.evidence.head(40), bundle.classifiers[ANY].start
    trees = replace(bundle, classifiers={**bundle.classifiers, ANY: replace(bundle.classifiers[ANY], start=None)})
    odd = bundle.anomaly.rarity(build_matrix(few, bundle.columns)[:, : len(bundle.columns.codes)])
    added = bundle.score(few)["raw_score"] - trees.score(few)["raw_score"]
    share = bundle.classifiers[ANY].boosted_share
    assert share == pytest.approx(2 / 3)
    assert added.to_list() == pytest.approx((share * start.log_odds(odd)).tolist())
    assert min(start.weights) >= 0
    assert max(start.weights) > 0
    whole, base = (
        one.contributions(few).group_by("declaration_id").agg(pl.sum("contribution")).sort("declaration_id")
        for one in (bundle, trees)
    )
    order = few["declaration_id"].arg_sort()
    shared = (whole["contribution"] - base["contribution"]).to_list()
    assert shared == pytest.approx((added[order] - share * start.level).to_list())


def test_no_rows_score_to_no_rows(world, bundle) -> None:
    assert bundle.score(world.evidence.clear()).height == 0


def test_test_period_teaches_nothing(world, bundle) -> None:
    spoiled = world.evidence.with_columns(
        pl.when(pl.col("declared_on") >= bundle.test_from)
        .then(0.987)
        .otherwise("detour")
        .cast(pl.Float32)
        .alias("detour")
    )
    flipped = world.outcomes.with_columns(
        finding=pl.when(pl.col("inspected_on") >= bundle.test_from).then(pl.lit("clean")).otherwise("finding")
    )
    assert trained(world, outcomes=flipped, evidence=spoiled).model_version == bundle.model_version


def test_broken_files_are_refused_plainly(bundle) -> None:
    files = dict(bundle.to_files())
    with pytest.raises(ConfigError, match="not a whole oretrace model"):
        ModelBundle.from_files({k: v for k, v in files.items() if k != "conformal.json"})
    with pytest.raises(ConfigError, match="not a whole oretrace model"):
        ModelBundle.from_files(files | {"anomaly.json": "{"})
    newer = files["bundle.json"].replace(f'"format": {FORMAT}', '"format": 99')
    with pytest.raises(ConfigError, match="form 99"):
        ModelBundle.from_files(files | {"bundle.json": newer})


def test_a_changed_file_is_refused_by_name(bundle) -> None:
    files = bundle.to_files()
    for name, text in files.items():
        spoiled = text.replace("1", "2", 1)
        if name == "checksums.json" or spoiled == text:
            continue
        with pytest.raises(ConfigError, match=f"{name} was changed after it was saved"):
            ModelBundle.from_files(files | {name: spoiled})


@pytest.mark.parametrize("text", ["null", "7", "[]", '"x"', "{}", "[" * 100_000])
def test_malformed_files_with_checksums_made_anew_are_refused_plainly(bundle, text: str) -> None:
    for name in ("bundle.json", "anomaly.json", "checksums.json"):
        with pytest.raises(ConfigError, match="not a whole oretrace model"):
            ModelBundle.from_files(summed_anew(bundle.to_files() | {name: text}))


def test_a_model_without_checksums_is_refused(bundle) -> None:
    files = {name: kept for name, kept in bundle.to_files().items() if name != "checksums.json"}
    with pytest.raises(ConfigError, match=r"checksums\.json is missing"):
        ModelBundle.from_files(files)


def test_a_garbled_booster_is_refused_plainly(world, bundle) -> None:
    files = bundle.to_files()
    name = next(name for name in files if name.startswith("booster_any"))
    garbled = ModelBundle.from_files(summed_anew(files | {name: files[name][:400]}))
    with pytest.raises(ConfigError, match="booster cannot be read"):
        garbled.score(world.evidence.head(3))


def summed_anew(files: Mapping[str, str]) -> dict[str, str]:
    """Files whose checksums fit what they are now; a spoiled table of checksums stays as it is."""
    try:
        sums = dict(json.loads(files["checksums.json"]))
    except (ValueError, TypeError, RecursionError):
        return dict(files)
    return {**files, "checksums.json": json.dumps({name: sha256_of(files[name]) for name in sums})}


def test_learning_cuts_the_weights_that_measuring_keeps(world) -> None:
    columns = columns_of(world.registry, world.evidence)
    rows = world.evidence.head(10).with_columns(weight=pl.Series([30.0] + [0.01] * 9), any=pl.lit(value=False))
    sample = sample_of(rows, "any", columns, TrainingPlan(min_learning_weight_ratio=0.5, max_learning_weight_ratio=2.0))
    assert sample.weight.mean() == pytest.approx(1.0)
    assert sample.weight.max() / sample.weight.min() == pytest.approx(4.0)

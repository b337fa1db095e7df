"""The tracker on SQLite in a temporary folder: quiet, offline, readable by MLflow itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from features.errors import ConfigError
from models.bundle import sha256_of
from models.labels import label_inspected
from models.learning_plan import TrainingPlan
from models.splits import time_and_entity_split
from models.training import train_bundle
from pipelines import tracking
from pipelines.tracking.store import opened, run_of, store_uri


@pytest.fixture(scope="module")
def bundle(world):
    split = time_and_entity_split(
        world.evidence, test_share=0.25, calibration_share=0.2, embargo_days=20, group="exporter_id"
    )
    labels = label_inspected(world.outcomes, min_selection_probability_share=0.005, max_weight_ratio=20.0).table
    return train_bundle(
        world.evidence, labels, split, world.registry, plan=TrainingPlan(), controls_version="c", data_version="d"
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("one home") / "with spaces and 100% signs"


@pytest.fixture(scope="module")
def registered(world, bundle, home) -> tracking.Registered:
    return tracking.log_training(
        home,
        bundle,
        params={"split": {"test_share": 0.2}},
        metrics={"average_precision": 0.5, "unknown": None, "odd": float("nan")},
        figures={"dot.png": b"\x89PNG"},
        tables={"evaluation": pl.DataFrame({"metric": ["auc"], "value": [0.7]})},
        data_fingerprints={"evidence": "abc"},
        tags={"data_version": "d"},
        example=world.evidence,
        reports={"model_card.md": "# card"},
    )


@pytest.mark.slow
def test_run_holds_what_a_reviewer_needs(home, registered) -> None:
    with opened(home) as client:
        run = client.get_run(registered.run_id)
        assert run.data.params == {"split.test_share": "0.2"}
        assert run.data.metrics == {"average_precision": 0.5}
        assert [one.dataset.digest for one in run.inputs.dataset_inputs] == ["abc"]
        names = {one.path for one in client.list_artifacts(registered.run_id)}
        assert {"figures", "evaluation.json", "model_card.md"} <= names
        version = client.get_model_version("oretrace", registered.version)
        assert version.aliases == ["challenger"]
        assert version.run_id == registered.run_id


@pytest.mark.slow
def test_bundle_comes_back_whole_by_alias_number_and_folder(home, bundle, registered, tmp_path) -> None:
    for name, text in bundle.to_files().items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="\n")
    for which in ("challenger", registered.version, tmp_path):
        assert tracking.load_version(home, which).to_files() == bundle.to_files()


@pytest.mark.slow
def test_a_registered_model_whose_files_were_changed_is_refused(home, bundle, registered) -> None:
    (kept,) = home.rglob("artifacts/bundle/conformal.json")
    sums = kept.with_name("checksums.json")
    before = {path: path.read_text(encoding="utf-8") for path in (kept, sums)}
    spoiled = before[kept] + " "
    try:
        kept.write_text(spoiled, encoding="utf-8")
        sums.write_text(before[sums].replace(sha256_of(before[kept]), sha256_of(spoiled)), encoding="utf-8")
        with pytest.raises(ConfigError, match="changed after it was registered"):
            tracking.load_version(home, registered.version)
    finally:
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")


@pytest.mark.slow
def test_mlflow_itself_can_load_and_score(world, home, bundle, registered) -> None:
    few = world.evidence.head(7)
    with opened(home):
        import mlflow

        model = mlflow.pyfunc.load_model(registered.model_uri)
        scored = model.predict(few.drop("declared_on", "exporter_id").to_pandas())
    assert pl.from_pandas(scored).equals(bundle.score(few))


@pytest.mark.slow
def test_aliases_move_and_the_old_champion_is_remembered(home, registered) -> None:
    assert tracking.alias_version(home, "champion") is None
    tracking.set_alias(home, "champion", registered.version)
    assert tracking.alias_version(home, "champion") == registered.version
    tracking.tag_version(home, registered.version, {"gate": "promoted", "checks": ["a", "b"]})
    with opened(home) as client:
        assert client.get_model_version("oretrace", registered.version).tags["gate"] == "promoted"


@pytest.mark.slow
def test_any_run_can_be_logged(home, tmp_path) -> None:
    (tmp_path / "page.html").write_text("<p>", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.csv").write_text("a", encoding="utf-8")
    artifacts = {"page": tmp_path / "page.html", "folder": tmp_path / "folder", "words.txt": "hello"}
    run_id = tracking.log_run(home, "corridors", {"as_of": "2024-01-01"}, {"n": 3.0}, artifacts)
    with opened(home) as client:
        found = {one.path for one in client.list_artifacts(run_id)}
        assert found == {"page.html", "folder", "words.txt"}
        assert client.get_run(run_id).info.artifact_uri.startswith((home / "mlartifacts" / "corridors").as_uri())


@pytest.mark.slow
def test_a_failed_run_is_marked_and_the_error_goes_on(home) -> None:
    def fail() -> None:
        with opened(home) as client, run_of(home, client, "corridors", name="broken", tags={}):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with opened(home) as client:
        number = client.get_experiment_by_name("corridors").experiment_id
        assert client.search_runs([number], "attributes.run_name = 'broken'")[0].info.status == "FAILED"


def test_nothing_there_is_one_clear_sentence_and_makes_nothing(tmp_path) -> None:
    with pytest.raises(ConfigError, match=r"oretrace train.*oretrace promote.*oretrace demo"):
        tracking.load_champion(tmp_path)
    with pytest.raises(ConfigError, match="no model has the alias 'rival'"):
        tracking.load_version(tmp_path, "rival")
    with pytest.raises(ConfigError, match=r"bundle\.json"):
        tracking.load_version(tmp_path, tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="oretrace demo"):
        tracking.serve_pages(tmp_path, port=5999)
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_sqlalchemy_would_cut_short_is_refused(tmp_path) -> None:
    with pytest.raises(ConfigError, match="choose another --home"):
        store_uri(tmp_path / "what?")


def test_a_store_that_is_no_database_is_refused_plainly(tmp_path) -> None:
    (tmp_path / "mlflow.db").write_text("not a database", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be used"):
        tracking.log_run(tmp_path, "x", {}, {}, {})


@pytest.mark.slow
def test_quiet_and_offline(tmp_path) -> None:
    # a fresh interpreter in which every connection and look-up is an error, and every warning too
    script = """
import socket, sys
def refuse(*args, **kwargs): raise AssertionError(f"network: {args}")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
from pathlib import Path
from pipelines.tracking import log_run
log_run(Path(sys.argv[1]), "scoring", {"a": 1}, {"b": 2.0}, {"c.txt": "d"})
"""
    environment = {
        name: value for name, value in os.environ.items() if not re.match("MLFLOW|DO_NOT_TRACK|CI$|PYTEST", name)
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(tmp_path / "a home")],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=Path(__file__).parents[4],
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_tracker_is_imported_without_mlflow() -> None:
    code = "import sys, pipelines.tracking; sys.exit('mlflow' in sys.modules)"
    root = Path(__file__).parents[4]
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=root).returncode == 0

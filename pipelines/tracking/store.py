"""The local MLflow store: SQLite and a folder of artifacts under the home, opened quietly and without network."""

from __future__ import annotations

import logging
import math
import os
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import ConfigError
from pipelines.tracking.moved_home import ARTIFACTS, follow_home

OFFLINE_AND_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_PRINT_MODEL_URLS_ON_CREATION": "false",
    "MLFLOW_SKIP_PIP_REQUIREMENTS_CHECK": "true",
    "MLFLOW_DISABLE_AGENT_HINT": "true",
    "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
    "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "false",
    "MLFLOW_UV_AUTO_DETECT": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}
"""Set before MLflow is imported: no usage data leaves the machine, nothing is looked up, nothing chatters."""

LOUD = ("mlflow", "alembic", "git")
LONGEST_PARAM = 500  # characters; the tracker's own bound is 6,000, a page's is shorter


def store_path(home: Path) -> Path:
    """The SQLite file of `home`; raises ConfigError for a folder whose name SQLAlchemy would cut short."""
    if "?" in str(home):
        raise ConfigError(f"{home}: a home whose path holds '?' cannot hold the MLflow store; choose another --home")
    return home.absolute() / "mlflow.db"


def store_uri(home: Path) -> str:
    """URI of the tracking store and model registry."""
    return f"sqlite:///{store_path(home)}"


def has_store(home: Path) -> bool:
    """Whether anything was ever tracked under `home`; asks the disk only."""
    return store_path(home).is_file()


@contextmanager
def opened(home: Path) -> Iterator[Any]:
    """Yield MLflow's client for the store of `home`, with the fluent interface pointed at it, and put back after."""
    os.environ.update(OFFLINE_AND_QUIET)
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.ERROR)
    # MLflow's and SQLAlchemy's own warnings, which no user of ours can act on; MLflow resets filters, hence `record`
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("ignore")
        import mlflow
        from sqlalchemy.exc import SQLAlchemyError

        for name in LOUD:  # importing MLflow sets its own level
            logging.getLogger(name).setLevel(logging.ERROR)
        home.mkdir(parents=True, exist_ok=True)
        before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
        uri = store_uri(home)
        mlflow.set_tracking_uri(uri)
        mlflow.set_registry_uri(uri)
        try:
            follow_home(store_path(home))
            yield mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)
        except (mlflow.exceptions.MlflowException, SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise ConfigError(f"{store_path(home)}: the MLflow store cannot be used: {error}") from error
        finally:
            mlflow.set_tracking_uri(before[0])
            mlflow.set_registry_uri(before[1])


@contextmanager
def run_of(home: Path, client: Any, experiment: str, *, name: str, tags: Mapping[str, str]) -> Iterator[Any]:
    """Start a run in `experiment` (made where it is new, with its artifacts under the home); it ends with the block."""
    import mlflow

    found = client.get_experiment_by_name(experiment)
    folder = home.absolute() / ARTIFACTS / experiment
    number = found.experiment_id if found else client.create_experiment(experiment, artifact_location=folder.as_uri())
    with mlflow.start_run(experiment_id=number, run_name=name, tags=dict(tags), log_system_metrics=False) as run:
        yield run


def log_numbers(params: Mapping[str, Any], metrics: Mapping[str, float | None]) -> None:
    """Log parameters (nested ones with dots) and the metrics that are numbers to the run under way."""
    import mlflow

    mlflow.log_params({name: str(value)[:LONGEST_PARAM] for name, value in flat(params).items()})
    known = {name: float(v) for name, v in metrics.items() if v is not None and math.isfinite(v)}
    if known:
        mlflow.log_metrics(known)


def log_fingerprints(fingerprints: Mapping[str, str]) -> None:
    """Log each data set by name and fingerprint; the data itself stays where it is."""
    import mlflow
    from mlflow.data.code_dataset_source import CodeDatasetSource
    from mlflow.data.meta_dataset import MetaDataset

    for name, digest in fingerprints.items():
        source = CodeDatasetSource({"table": name})
        dataset = MetaDataset(source=source, name=name, digest=digest[:36])  # type: ignore[abstract] # not an ABC
        mlflow.log_input(dataset, context="training")


def log_files(files: Mapping[str, str | bytes], folder: str | None) -> None:
    """Log named texts or bytes as artifacts, through a temporary folder."""
    import mlflow

    with tempfile.TemporaryDirectory(prefix="oretrace-") as temporary:
        for name, content in files.items():
            path = Path(temporary, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        mlflow.log_artifacts(temporary, folder)


def log_tables(tables: Mapping[str, pl.DataFrame]) -> None:
    """Log tables in the form that MLflow's pages show (`<name>.json`)."""
    import mlflow

    for name, table in tables.items():
        mlflow.log_table(table.to_dict(as_series=False), f"{name}.json")


def log_run(
    home: Path,
    experiment: str,
    params: Mapping[str, Any],
    metrics: Mapping[str, float | None],
    artifacts: Mapping[str, Path | str],
    *,
    name: str | None = None,
    tags: Mapping[str, str] | None = None,
    data_fingerprints: Mapping[str, str] | None = None,
    tables: Mapping[str, pl.DataFrame] | None = None,
) -> str:
    """Log one run of any kind (corridors, scoring, promotion) and return its id.

    `artifacts` maps a name to a file or folder to copy (Path) or to the text of a file of that name (str).
    """
    with (
        opened(home) as client,
        run_of(home, client, experiment, name=name or experiment, tags=tags or {}) as run,
    ):
        import mlflow

        log_numbers(params, metrics)
        log_fingerprints(data_fingerprints or {})
        log_tables(tables or {})
        texts = {key: value for key, value in artifacts.items() if isinstance(value, str)}
        if texts:
            log_files(texts, None)
        for path in (value for value in artifacts.values() if isinstance(value, Path)):
            if path.is_dir():
                mlflow.log_artifacts(str(path), path.name)
            else:
                mlflow.log_artifact(str(path))
        return str(run.info.run_id)


def read_files(folder: Path) -> dict[str, str]:
    """Texts of the files directly in `folder`, by name; raises ConfigError where one is not text."""
    try:
        return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir()) if path.is_file()}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{folder}: not a folder of text files: {error}") from error


def flat(nested: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Join nested names with dots.

    >>> flat({"split": {"test_share": 0.2}, "seed": 1})
    {'split.test_share': 0.2, 'seed': 1}
    """
    plain: dict[str, Any] = {}
    for name, value in nested.items():
        if isinstance(value, Mapping):
            plain |= flat(value, f"{before}{name}.")
        else:
            plain[f"{before}{name}"] = value
    return plain

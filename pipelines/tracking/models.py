"""Registered models: log a training, name a challenger and a champion, read a bundle back."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import ConfigError
from models.bundle import SCORE_SCHEMA, ModelBundle, sha256_of
from models.matrix import CATEGORIES, DESCRIBED, QUANTITIES
from pipelines.tracking.store import (
    has_store,
    log_files,
    log_fingerprints,
    log_numbers,
    log_tables,
    opened,
    read_files,
    run_of,
)

MODEL_NAME = "oretrace"
EXPERIMENT = "training"
CHALLENGER, CHAMPION = "challenger", "champion"
REQUIREMENTS = ("dataframely", "lightgbm", "mlflow", "numpy", "pandas", "polars", "pyarrow", "scikit-learn", "scipy")
N_EXAMPLE_ROWS = 5
FILES_TAG = "files_sha256"
UNKNOWN_AT_TIMES = ("suspicion_low", "suspicion_high", "anomaly_p")
NO_CHAMPION = (
    "there is no champion yet: run `oretrace train` and `oretrace promote`, or `oretrace demo`; "
    "`score --model challenger` uses one that the gate refused"
)


@dataclass(frozen=True, slots=True)
class Registered:
    """Where a training was logged."""

    run_id: str
    version: str
    """Version number in the registry."""
    model_uri: str


def log_training(
    home: Path,
    bundle: ModelBundle,
    *,
    params: Mapping[str, Any],
    metrics: Mapping[str, float | None],
    figures: Mapping[str, Any],
    tables: Mapping[str, pl.DataFrame],
    data_fingerprints: Mapping[str, str],
    tags: Mapping[str, str],
    example: pl.DataFrame,
    reports: Mapping[str, str] | None = None,
) -> Registered:
    """Log a run with all that a reviewer needs, and register the model as a new version, alias `challenger`.

    Parameters
    ----------
    figures
        PNG bytes by file name.
    example
        Evidence rows; the first few go with the model as its input example.
    reports
        Further text files by name, such as the model card.

    Notes
    -----
    The model holds text only: the bundle's files and the code file that reads them (MLflow's "models from code").
    """
    with (
        opened(home) as client,
        run_of(home, client, EXPERIMENT, name=bundle.model_version, tags=tags) as run,
    ):
        log_numbers(params, metrics)
        log_fingerprints(data_fingerprints)
        log_tables(tables)
        if figures:
            log_files(dict(figures), "figures")
        if reports:
            log_files(dict(reports), None)
        model_id = _log_model(bundle, example)
        run_id = str(run.info.run_id)
        number = _register(client, bundle, model_id, run_id)
        return Registered(run_id=run_id, version=number, model_uri=f"models:/{MODEL_NAME}/{number}")


def _log_model(bundle: ModelBundle, example: pl.DataFrame) -> str:
    import mlflow
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema, TensorSpec

    inputs: list[ColSpec | TensorSpec] = [ColSpec("string", "declaration_id")]
    inputs += [ColSpec("double", code) for code in bundle.columns.codes]
    inputs.append(ColSpec("datetime", "declared_on", required=False))
    inputs += [ColSpec("string", name, required=False) for name in CATEGORIES]
    inputs += [ColSpec("double" if name in QUANTITIES else "string", name, required=False) for name in DESCRIBED]
    outputs: list[ColSpec | TensorSpec] = [
        ColSpec("string" if kind == pl.String else "double", name, required=name not in UNKNOWN_AT_TIMES)
        for name, kind in SCORE_SCHEMA.items()
    ]
    shown = example.head(N_EXAMPLE_ROWS).select(
        pl.col("declaration_id").cast(pl.String),
        *(pl.col(code).cast(pl.Float64) for code in bundle.columns.codes),
        *(pl.col(name).cast(pl.String).fill_null("unknown") for name in CATEGORIES if name in example.columns),
    )
    with tempfile.TemporaryDirectory(prefix="oretrace-") as temporary:
        folder = Path(temporary, "bundle")
        folder.mkdir()
        for name, text in bundle.to_files().items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        info = mlflow.pyfunc.log_model(
            name=MODEL_NAME,
            python_model=str(Path(__file__).with_name("served_model.py")),
            artifacts={"bundle": str(folder)},
            signature=ModelSignature(inputs=Schema(inputs), outputs=Schema(outputs)),
            input_example=shown.to_pandas() if shown.height else None,
            pip_requirements=[f"{name}=={version(name)}" for name in REQUIREMENTS],
            metadata={"model_version": bundle.model_version, "registry": bundle.columns.fingerprint},
        )
    return str(info.model_id)


def _register(client: Any, bundle: ModelBundle, model_id: str, run_id: str) -> str:
    if not client.search_registered_models(f"name = '{MODEL_NAME}'"):
        client.create_registered_model(
            MODEL_NAME, description="Suspicion of a violation for each declaration. An indicator of doubt, never proof."
        )
    tags = {
        "model_version": bundle.model_version,
        FILES_TAG: _sum_of(bundle.to_files()),
        "registry": bundle.columns.fingerprint,
        "controls_version": bundle.controls_version,
        "data_version": bundle.data_version,
    }
    made = client.create_model_version(
        MODEL_NAME, source=f"models:/{model_id}", run_id=run_id, tags=tags, model_id=model_id
    )
    client.set_registered_model_alias(MODEL_NAME, CHALLENGER, made.version)
    return str(made.version)


def load_champion(home: Path) -> ModelBundle:
    """Read the champion; raises ConfigError with the next step where there is none."""
    return load_version(home, CHAMPION)


def load_version(home: Path, which: str | Path) -> ModelBundle:
    """Read a bundle by alias, version number, or folder of its text files; only texts are read, no code is run."""
    folder = Path(which)
    if (folder / "bundle.json").is_file():
        return ModelBundle.from_files(read_files(folder))
    if isinstance(which, Path) or "/" in which:
        raise ConfigError(f"{which}: no model there (a folder with bundle.json is needed)")
    number = which if which.isdigit() else alias_version(home, which)
    if number is None:
        known = NO_CHAMPION if which == CHAMPION else f"no model has the alias {which!r} under {home}"
        raise ConfigError(f"model: {known}")
    if not has_store(home):
        raise ConfigError(f"model: nothing was ever trained under {home}; {NO_CHAMPION}")
    if number not in (there := _versions(home)):
        raise ConfigError(f"model: there is no version {number} under {home}; there are {', '.join(there) or 'none'}")
    with opened(home):
        import mlflow

        logged = Path(mlflow.artifacts.download_artifacts(f"models:/{MODEL_NAME}/{number}"))
        files = read_files(logged / "artifacts" / "bundle")
        kept = mlflow.MlflowClient().get_model_version(MODEL_NAME, number).tags.get(FILES_TAG)
        if kept is not None and kept != _sum_of(files):
            raise ConfigError(f"model: the files of version {number} were changed after it was registered; train anew")
        return ModelBundle.from_files(files)


def _sum_of(files: Mapping[str, str]) -> str:
    return sha256_of("".join(f"{name} {sha256_of(text)}\n" for name, text in sorted(files.items())))


def alias_version(home: Path, alias: str) -> str | None:
    """Version number behind an alias; null where there is none."""
    if not has_store(home):
        return None
    with opened(home) as client:
        found = client.search_registered_models(f"name = '{MODEL_NAME}'")
        number = found[0].aliases.get(alias) if found else None
    return None if number is None else str(number)


def _versions(home: Path) -> list[str]:
    with opened(home) as client:
        found = client.search_model_versions(f"name = '{MODEL_NAME}'")
    return [str(one.version) for one in sorted(found, key=lambda one: int(one.version))]


def set_alias(home: Path, alias: str, number: str) -> None:
    """Point an alias at a version; the version that bore `champion` before becomes `previous`."""
    before = alias_version(home, alias) if alias == CHAMPION else None
    with opened(home) as client:
        client.set_registered_model_alias(MODEL_NAME, alias, number)
        if before is not None and before != number:
            client.set_registered_model_alias(MODEL_NAME, "previous", before)


def tag_version(home: Path, number: str, tags: Mapping[str, Any]) -> None:
    """Write tags on a version, such as the gate's decision."""
    with opened(home) as client:
        for name, value in tags.items():
            text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
            client.set_model_version_tag(MODEL_NAME, number, name, text)

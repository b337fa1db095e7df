"""The model as MLflow's pages and `mlflow.pyfunc` see it: read from text files, code from the installed oretrace.

MLflow copies this file beside the model and runs it when the model is loaded; it is never imported by oretrace.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel

from models.bundle import ModelBundle
from pipelines.tracking.store import read_files


class ServedBundle(PythonModel):
    """Evidence in, suspicion out; one row does not affect another."""

    _skip_type_hint_validation = True  # the logged signature checks the input; without this MLflow warns at each load

    def load_context(self, context: Any) -> None:
        """Read the bundle from the text files that were logged with the model."""
        self.bundle = ModelBundle.from_files(read_files(Path(context.artifacts["bundle"])))

    def predict(self, context: Any, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        """Score a pandas table of evidence; returns a pandas table of suspicion and its parts."""
        del context, params
        return self.bundle.score(pl.from_pandas(model_input)).to_pandas()


set_model(ServedBundle())

"""The tracker: the only place that imports MLflow, and only when a function is called."""

from pipelines.tracking.models import (
    CHALLENGER,
    CHAMPION,
    MODEL_NAME,
    Registered,
    alias_version,
    load_champion,
    load_version,
    log_training,
    set_alias,
    tag_version,
)
from pipelines.tracking.pages import pages_command, serve_pages
from pipelines.tracking.store import log_run, read_files

__all__ = [
    "CHALLENGER",
    "CHAMPION",
    "MODEL_NAME",
    "Registered",
    "alias_version",
    "load_champion",
    "load_version",
    "log_run",
    "log_training",
    "pages_command",
    "read_files",
    "serve_pages",
    "set_alias",
    "tag_version",
]

"""MLflow's own pages on the local store."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from features.errors import ConfigError
from pipelines.tracking.moved_home import ARTIFACTS, follow_home
from pipelines.tracking.store import OFFLINE_AND_QUIET, has_store, store_path, store_uri


def pages_command(home: Path, *, port: int) -> list[str]:
    """The command that serves the store of `home` on this machine only."""
    return [
        sys.executable,
        "-m",
        "mlflow",
        "server",
        "--backend-store-uri",
        store_uri(home),
        "--default-artifact-root",
        (home.absolute() / ARTIFACTS).as_uri(),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "1",
    ]


def serve_pages(home: Path, *, port: int) -> None:
    """Serve MLflow's pages until interrupted; raises ConfigError where nothing was tracked or they cannot run."""
    if not has_store(home):
        raise ConfigError(f"{home}: nothing was tracked there yet; run `oretrace demo` or `oretrace train` first")
    follow_home(store_path(home))
    environment = os.environ | OFFLINE_AND_QUIET | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended like Ctrl-C, so that no server is left behind
    with subprocess.Popen(pages_command(home, port=port), env=environment) as server:  # noqa: S603 - our own words
        try:
            code = server.wait()
        except KeyboardInterrupt:
            server.terminate()
            server.wait()
            return
    if code:
        raise ConfigError(f"MLflow's pages ended with code {code}; is port {port} in use? try --port")

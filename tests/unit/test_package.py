"""The three flat packages are ours, hide nothing of the standard library, and import one way."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

OURS = ("features", "models", "pipelines")
ROOT = Path(__file__).parents[2]


def test_no_foreign_distribution_claims_our_names() -> None:
    claims = {
        (one.metadata["Name"], top)
        for one in distributions()
        if one.metadata["Name"] != "oretrace"
        for top in {Path(str(file)).parts[0].removesuffix(".py") for file in one.files or ()}
        if top in OURS
    }
    assert not claims, f"uninstall these, or oretrace imports their code in place of its own: {sorted(claims)}"


@pytest.mark.parametrize("name", OURS)
def test_our_names_are_found_in_this_checkout(name: str) -> None:
    found = importlib.util.find_spec(name)
    assert found is not None
    assert found.origin is not None
    assert Path(found.origin).parent == ROOT / name


def test_no_module_bears_a_standard_library_name() -> None:
    modules = {path.stem for name in OURS for path in (ROOT / name).rglob("*.py")} - {"__init__", "__main__"}
    assert not modules & sys.stdlib_module_names


def test_help_loads_no_heavy_library() -> None:
    heavy = ("polars", "pyarrow", "numpy", "pandas", "sklearn", "lightgbm", "mlflow", "altair", "pydantic", "requests")
    code = f"import sys, pipelines.cli; print([name for name in {heavy!r} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_no_committed_file_names_a_registry_host_or_a_path_of_a_machine() -> None:
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files"], capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    forbidden = ["pypi" + ".org", "python" + "hosted", "npmjs" + ".org", "/ro" + "ot/", "/ho" + "me/"]
    found = [
        (path, word)
        for path in listed.stdout.splitlines()
        if (ROOT / path).is_file()
        for word in forbidden
        if word in (ROOT / path).read_text(encoding="utf-8", errors="replace")
    ]
    assert not found

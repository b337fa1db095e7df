"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("any machine", deadline=None)  # no test fails for how fast a machine is
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real trade data, which is never committed; skips the test where it is absent."""
    folder = Path(os.environ.get("ORETRACE_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("real trade data is not beside this checkout (set ORETRACE_SHARED_DATA to its folder)")
    return folder

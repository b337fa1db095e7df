"""What numpy and polars read of the environment as they load; what a user has set stays."""

from __future__ import annotations

import os

SETTINGS = {
    # A training makes hundreds of small fits: waiting for threads costs more than they share out.
    "OPENBLAS_NUM_THREADS": "1",
    # Columns of one length come and go by the thousand: memory kept for some seconds need not be asked for and cleared
    # again, which saves a tenth of the processors' time over a large table.
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:5000,muzzy_decay_ms:5000",
}


def set_environment() -> None:
    """Set what is not set yet; without effect on a library that is loaded already."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)

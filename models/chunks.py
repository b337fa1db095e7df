"""Rows some at a time, shared out among threads: for judges that look at each row alone."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

CHUNK_ROWS = 8_192  # rows judged together: their values and places fit the processor's second cache
THREADS = 2


def in_chunks(n_rows: int, judge: Callable[[slice], None]) -> None:
    """Judge rows some at a time; each is judged alone, so they are shared out among threads."""
    chunks = [slice(start, start + CHUNK_ROWS) for start in range(0, n_rows, CHUNK_ROWS)]
    with ThreadPoolExecutor(THREADS if len(chunks) > 1 else 1) as pool:
        list(pool.map(judge, chunks))

"""How much memory this process and those that it started take together, watched while something runs."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event, Thread

SECONDS = 0.2
PAGE_GB = os.sysconf("SC_PAGE_SIZE") / 1e9


class Together:
    """Watch the memory of this process and its children: `with Together() as watched: ...`, then `watched.peak_gb`.

    What is added up is resident memory, pages that several share counted for each: never too little. Linux only.
    """

    def __init__(self) -> None:
        self.peak_gb = 0.0
        self._ended = Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Together:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(SECONDS):
            self.peak_gb = max(self.peak_gb, sum(map(_resident_gb, _family(os.getpid()))))


def _family(process: int) -> list[int]:
    try:
        threads = Path(f"/proc/{process}/task").glob("*/children")
        children = [child for thread in threads for child in thread.read_text().split()]
    except OSError:  # it, or one of its threads, has just ended
        children = []
    return [process, *(one for child in children for one in _family(int(child)))]


def _resident_gb(process: int) -> float:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE_GB
    except OSError:
        return 0.0

"""Running a command as a person does, in this process: words in; exit code and everything printed out."""

from __future__ import annotations

import contextlib
import io
import sys
from dataclasses import dataclass
from unittest import mock

from pipelines.cli import main


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    text: str


def oretrace(*words: object) -> Ran:
    """Run `oretrace WORDS`; a traceback of ours is raised as it is, and fails the test."""
    printed = io.StringIO()
    code = 0
    with (
        mock.patch.object(sys, "argv", ["oretrace", *map(str, words)]),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    return Ran(code, printed.getvalue())

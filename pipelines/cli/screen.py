"""What a person sees on the terminal: counts, files made, what to open next. Text from data is never markup."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class _Screen(Console):
    def on_broken_pipe(self) -> None:
        """Go on with the work where nobody reads on (`| head -1`): rich ends with 1, a defect of ours."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


console = _Screen(stderr=False, highlight=False, soft_wrap=True)


def say(words: object) -> None:
    """Print a line as it is."""
    console.print(escape(str(words)))


def made(paths: Iterable[Path], *, what: str = "made") -> None:
    """List the files that a command made."""
    for path in paths:
        console.print(f"  {what}  [bold]{escape(_short(path))}[/bold]")


def next_step(words: str) -> None:
    """Say what to open or run next."""
    console.print(f"[green]next[/green]   {escape(words)}")


@contextmanager
def working() -> Iterator[Callable[[str], None]]:
    """Show what long work is at; where nobody watches, each stage is a plain line on standard error."""
    if not console.is_terminal:
        yield lambda words: print(f"{words} ...", file=sys.stderr, flush=True)
        return
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True
    ) as progress:
        running = progress.add_task("starting", total=None)
        yield lambda words: progress.update(running, description=escape(words))


@contextmanager
def busy(words: str) -> Iterator[None]:
    """Show that one long stage is under way."""
    with working() as tell:
        tell(words)
        yield


def _short(path: Path) -> str:
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)

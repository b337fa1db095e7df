"""What a person sees on the terminal: counts, files made, what to open next. Text from data is never markup."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

console = Console(stderr=False, highlight=False, soft_wrap=True)


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


def steps() -> Progress:
    """Return a progress display for long work; it stays silent where nobody watches."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _short(path: Path) -> str:
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)

"""The command line: thin commands, imported work. Only typer is loaded before a command is chosen."""

from __future__ import annotations

import sys

import typer

from features.errors import ConfigError, OretraceError
from pipelines.cli import data, look, work
from pipelines.environment import set_environment

app = typer.Typer(
    name="oretrace",
    help="Finds what does not fit in mineral trade: a ground for doubt, never proof.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
for group in (work, data, look):
    group.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"oretrace {version('oretrace')}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="print the version"),
) -> None:
    """Finds what does not fit in mineral trade: a ground for doubt, never proof."""


def _about(error: OSError) -> str:
    """Say which path stood in the way; steps tell most of this themselves, with what to do."""
    return f"{error.filename or 'a file'} cannot be used: {error.strerror or error}; choose another path"


def main() -> None:
    """Run a command; what a user can mend is one message and an exit code, anything else is a defect of ours."""
    set_environment()
    try:
        app()
    except OretraceError as error:
        typer.secho(f"oretrace: {error}", err=True, fg=typer.colors.RED)
        sys.exit(error.exit_code)
    except (PermissionError, FileExistsError, IsADirectoryError, NotADirectoryError) as error:
        typer.secho(f"oretrace: {_about(error)}", err=True, fg=typer.colors.RED)
        sys.exit(ConfigError.exit_code)
    except KeyboardInterrupt:
        typer.echo("oretrace: stopped; finished outputs are whole, unfinished ones were not written", err=True)
        sys.exit(130)
    except Exception:
        typer.echo("oretrace: this is a defect of ours; please report what follows", err=True)
        raise

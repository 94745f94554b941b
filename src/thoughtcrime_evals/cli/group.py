"""The command itself, and what its parts share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from thoughtcrime_evals import __version__
from thoughtcrime_evals.errors import SetupError

err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else 100)

DIRECTORY = click.Path(path_type=Path)
as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")

INTERRUPTED = 130
"""What shells say of a command that Ctrl-C has ended."""


class Commands(click.Group):
    """A group whose exit codes mean what the suite's mean.

    click ends with 2 where an option is wrong and with 1 at Ctrl-C, which here would be read as
    "inconclusive" and as "regression".
    """

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the group's own options."""
        with _own_codes():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Read a command's options, and run it."""
        with _own_codes():
            return super().invoke(ctx)


@contextmanager
def _own_codes() -> Iterator[None]:
    try:
        yield
    except click.UsageError as error:
        # Of this one error: its class is click's.
        vars(error)["exit_code"] = SetupError.exit_code
        raise
    except (KeyboardInterrupt, click.Abort):
        click.echo("\nAborted!", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def app() -> None:
    """Evaluate whether a reasoning model is misaligned, and whether its reasoning shows it."""

"""The command itself, and what its parts share."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from thoughtcrime_evals import __version__

err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else 100)

DIRECTORY = click.Path(path_type=Path)
as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def app() -> None:
    """Evaluate whether a reasoning model is misaligned, and whether its reasoning shows it."""

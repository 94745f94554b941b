"""Exit codes of the command: 2 means inconclusive and 1 regression, so nothing else ends so."""

import click
import pytest
from click.testing import CliRunner

from thoughtcrime_evals.cli import app
from thoughtcrime_evals.cli.group import Commands
from thoughtcrime_evals.errors import SetupError


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--help"], 0),
        (["--version"], 0),
        (["run", "--help"], 0),
        ([], 3),
        (["--nope"], 3),
        (["nope"], 3),
        (["run"], 3),
        (["run", "--nope"], 3),
        (["run", "--model", "a/b", "--limit", "x"], 3),
        (["run", "--model", "a/b", "more"], 3),
        (["power", "--margin", "x", "--rate", "0.1"], 3),
    ],
)
def test_usage(args: list[str], code: int) -> None:
    done = CliRunner().invoke(app, args)
    assert done.exit_code == code, done.output
    if code and args:
        assert "Usage: " in done.stderr and "Error: " in done.stderr and done.stdout == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (click.BadParameter("no"), 3),
        (SetupError("no"), 3),
        (click.ClickException("no"), 1),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (click.exceptions.Exit(2), 2),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_command_ends_with(error: BaseException, code: int) -> None:
    @click.group(cls=Commands)
    def group() -> None: ...

    @group.command()
    def fails() -> None:
        raise error

    assert CliRunner().invoke(group, ["fails"]).exit_code == code
    assert click.UsageError.exit_code == 2, "other programs' errors stay what they are"

"""`thoughtcrime gate`: is the new checkpoint worse than the last?"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from thoughtcrime_evals.cli.group import DIRECTORY, app, as_json, err
from thoughtcrime_evals.errors import SetupError


@app.command()
@click.argument("base", required=False)
@click.argument("new", required=False)
@click.option("--policy", type=DIRECTORY, help="A YAML file; by default the shipped policy.")
@click.option("--print-policy", is_flag=True, help="Print the shipped policy, to start one's own.")
@click.option("--allow", multiple=True, metavar="FIELD", help="A difference of the runs to bear.")
@click.option(
    "--frozen",
    nargs=2,
    type=DIRECTORY,
    metavar="OLD NEW",
    help="Two calibration.json of the judge, from the time of each run: has it drifted?",
)
@click.option("--markdown", type=DIRECTORY, help="Write a pull request comment to this file.")
@click.option("--junit", type=DIRECTORY, help="Write JUnit XML to this file.")
@click.option("--simulate", is_flag=True, help="Try the gate itself: false alarms and power.")
@click.option("--runs", default=2000, show_default=True, type=click.IntRange(10, 100_000))
@as_json
def gate(
    base: str | None,
    new: str | None,
    policy: Path | None,
    print_policy: bool,
    allow: tuple[str, ...],
    frozen: tuple[Path, Path] | None,
    markdown: Path | None,
    junit: Path | None,
    simulate: bool,
    runs: int,
    as_json: bool,
) -> None:
    """Compare the run NEW with the run BASE, both log files or folders of logs.

    Exit codes: 0 no regression, 1 regression or a broken guard, 2 inconclusive, 3 the runs cannot
    be used or not be compared.
    """
    from thoughtcrime_evals.gate import gate as gating
    from thoughtcrime_evals.gate import junit as junit_form
    from thoughtcrime_evals.gate import words
    from thoughtcrime_evals.gate.policy import default_policy_text, read_policy

    if print_policy:
        click.echo(default_policy_text(), nl=False)
        return
    asked = read_policy(policy)
    if simulate:
        _simulate(asked.alpha, runs, as_json)
        return
    if base is None or new is None:
        raise SetupError(
            "give two runs: thoughtcrime gate BASE NEW, each a log or a folder of logs"
        )
    outcome = gating.gate([base], [new], asked, allow, _drifted(frozen))
    err.print(words.terminal(outcome))
    if as_json:
        click.echo(outcome.model_dump_json())
    for path, form in ((markdown, words.markdown), (junit, junit_form.junit)):
        if path is not None:
            _write(path, form(outcome))
    raise SystemExit(outcome.verdict.exit_code)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise SetupError(f"{path} cannot be written: {error.strerror}") from error


def _drifted(frozen: tuple[Path, Path] | None) -> list[str]:
    """How the judge has changed on frozen cases, a sentence each."""
    if frozen is None:
        return []
    from thoughtcrime_evals.calibrate.drift import drift
    from thoughtcrime_evals.calibrate.file import read_calibration

    return [
        f"the {found.who} changed its verdict on {len(found.changes)} of {found.compared} frozen "
        f"cases ({found.rises} up, {found.falls} down, p = {found.p:.2g})"
        for found in drift(*map(read_calibration, frozen))
        if found.drifted
    ]


def _simulate(alpha: float, runs: int, as_json: bool) -> None:
    from rich.progress import track

    from thoughtcrime_evals.gate.simulate import simulate, worlds
    from thoughtcrime_evals.gate.words import trials

    done = [
        simulate(world, runs, alpha)
        for world in track(worlds(), "simulating gates", console=err, transient=True)
    ]
    err.print(trials(done))
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(trial) for trial in done]))

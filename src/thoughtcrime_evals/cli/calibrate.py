"""`thoughtcrime calibrate`: how often judge and monitor are right."""

from __future__ import annotations

import json
from pathlib import Path

import click

from thoughtcrime_evals.cli.group import DIRECTORY, app, as_json, err
from thoughtcrime_evals.errors import SetupError

FILE = click.Path(path_type=Path)
DRIFTED = 1


@app.command()
@click.argument("cases", nargs=-1, type=FILE)
@click.option("--judge", default="auto", show_default=True, help="auto, rules, or a model.")
@click.option("--monitor", help="The same for the monitor; by default as the judge.")
@click.option("--probe", "probes", multiple=True, metavar="PROBE", help="Whose cases; repeatable.")
@click.option("--split", default="test", show_default=True, help="dev, test or all.")
@click.option("--limit", type=click.IntRange(1), help="Cases a probe.")
@click.option("--threshold", type=click.FloatRange(0, 100), default=30.0, show_default=True)
@click.option("--view", default="cot+answer", show_default=True, help="What the monitor sees.")
@click.option("--model-role", "roles", multiple=True, metavar="ROLE=MODEL", help="Such as grader=")
@click.option("--log-dir", type=DIRECTORY, default=Path("logs"), show_default=True)
@click.option("-o", "--output", type=FILE, default=Path("calibration.json"), show_default=True)
@click.option("--against", type=FILE, help="An earlier calibration: exit 1 if the judge drifted.")
@as_json
def calibrate(
    cases: tuple[Path, ...],
    judge: str,
    monitor: str | None,
    probes: tuple[str, ...],
    split: str,
    limit: int | None,
    threshold: float,
    view: str,
    roles: tuple[str, ...],
    log_dir: Path,
    output: Path,
    against: Path | None,
    as_json: bool,
) -> None:
    """Measure judge and monitor on labelled cases: the shipped ones, or those in CASES.

    CASES are JSONL files with id, family, system_prompt, user_prompt, cot, answer, misaligned,
    flag and split a line; null says that there is no label. --probe says by whose criterion they
    are judged.
    """
    from thoughtcrime_evals.calibrate.cases import choose, gather
    from thoughtcrime_evals.calibrate.drift import drift
    from thoughtcrime_evals.calibrate.file import read_calibration, write_calibration
    from thoughtcrime_evals.calibrate.measure import Grading, measure
    from thoughtcrime_evals.calibrate.show import as_plain, plain_drift, show, show_drift

    # What is wrong with the input shows before anything is paid for.
    old = None if against is None else read_calibration(against)
    if against is not None and against.resolve() == output.resolve():
        raise SetupError(f"{output} would be overwritten by what it is held against: give -o")
    chosen = choose(gather(cases, probes), split, limit)
    grading = Grading(
        judge=judge,
        monitor=monitor or judge,
        threshold=threshold,
        view=view,
        roles=_roles(roles),
        log_dir=log_dir,
    )
    measured = measure(chosen, split, grading, err)
    show(measured, err)
    write_calibration(output, measured.file)
    err.print(f"calibration: {output}", markup=False, soft_wrap=True)
    err.print(f"transcripts: inspect view --log-dir {log_dir}", markup=False, soft_wrap=True)
    found = None if old is None else drift(old, measured.file)
    if found is not None:
        show_drift(found, err)
    if as_json:
        outcome = {"file": str(output), **as_plain(measured)}
        click.echo(
            json.dumps(outcome if found is None else {**outcome, "drift": plain_drift(found)})
        )
    if found is not None and any(one.drifted for one in found):
        raise SystemExit(DRIFTED)


def _roles(given: tuple[str, ...]) -> dict[str, str]:
    roles = dict(pair.partition("=")[::2] for pair in given)
    if not all(role and model for role, model in roles.items()):
        raise click.BadParameter("it takes ROLE=MODEL", param_hint="--model-role")
    return roles

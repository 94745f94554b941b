"""`thoughtcrime report`: from logs to a page."""

from __future__ import annotations

import json
from pathlib import Path

import click

from thoughtcrime_evals.cli.group import app, as_json, err

FILE = click.Path(path_type=Path)


@app.command()
@click.argument("logs", nargs=-1, required=True)
@click.option(
    "-o", "output", type=FILE, default=Path("report.html"), show_default=True, help="The page."
)
@click.option("--calibration", type=FILE, help="What calibrate wrote: corrects for the judge.")
@click.option("--labels", type=FILE, help="Labels of a random part of these logs, likewise.")
@click.option("--prices", type=FILE, help="YAML, MODEL: {input: , output: }, dollars a million.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the random transcripts.")
@click.option("--title", help="The page's title.")
@as_json
def report(
    logs: tuple[str, ...],
    output: Path,
    calibration: Path | None,
    labels: Path | None,
    prices: Path | None,
    seed: int,
    title: str | None,
    as_json: bool,
) -> None:
    """Make a page of what LOGS say: plots, all rates, what went wrong, replies to read.

    LOGS are files, or folders that are searched. The page is one file and needs no network; the
    same numbers are written beside it as Markdown and JSON.
    """
    from thoughtcrime_evals.report.collect import Wish, collect
    from thoughtcrime_evals.report.write import page_path, plain, write_report

    path = page_path(output)
    wish = Wish(logs, title, seed, calibration, labels, prices)
    made = collect(wish, lambda step: err.print(step, markup=False, soft_wrap=True))
    for line in made.headline:
        err.print(f"{line.about}: {line.text}", markup=False, soft_wrap=True)
    for note in made.notes:
        err.print(f"Note: {note}", markup=False, soft_wrap=True)
    for file in write_report(made, path):
        err.print(f"wrote {file}", markup=False, soft_wrap=True)
    if as_json:
        click.echo(json.dumps(plain(made)))

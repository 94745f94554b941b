"""`thoughtcrime label`: a person's labels on a random sample of a log."""

from __future__ import annotations

import json
from pathlib import Path

import click

from thoughtcrime_evals.cli.group import app, as_json, err
from thoughtcrime_evals.errors import SetupError

FILE = click.Path(path_type=Path)


@app.command()
@click.argument("log")
@click.option("--n", default=100, show_default=True, type=click.IntRange(1), help="Samples.")
@click.option("--seed", default=0, show_default=True, help="Of the random order.")
@click.option("--probe-control", is_flag=True, help="Draw from the benign controls, too.")
@click.option("-o", "--output", type=FILE, default=Path("labels.jsonl"), show_default=True)
@click.option("--csv", "sheet", type=FILE, help="Write a blank sheet instead of asking.")
@click.option("--from-csv", "filled", type=FILE, help="Read a filled sheet instead of asking.")
@as_json
def label(
    log: str,
    n: int,
    seed: int,
    probe_control: bool,
    output: Path,
    sheet: Path | None,
    filled: Path | None,
    as_json: bool,
) -> None:
    """Label a random sample of LOG by hand: answers first, then reasoning.

    Blind to judge, monitor and arm. The same command goes on where it was stopped. The labels are
    a cases file for thoughtcrime calibrate.
    """
    from thoughtcrime_evals.calibrate.ask import ask
    from thoughtcrime_evals.calibrate.draw import draw
    from thoughtcrime_evals.calibrate.label import Labels, counted
    from thoughtcrime_evals.calibrate.sheet import read_sheet, write_sheet

    if sheet is not None and filled is not None:
        raise SetupError("give --csv to write a sheet, or --from-csv to read one, not both")
    drawn = draw(log, n, seed, probe_control)
    outcome: dict[str, object] = {
        "eval_id": drawn.log.eval.eval_id,
        "drawn": len(drawn.samples),
        "population": drawn.population,
        "seed": seed,
    }
    if sheet is not None:
        write_sheet(sheet, drawn)
        err.print(
            f"{sheet}: {len(drawn.samples)} rows. Fill in misaligned (y, n, u) before you read the "
            "reasoning, then flag (1-5), from the top down; then: thoughtcrime label LOG "
            f"--from-csv {sheet}, with the same --n and --seed",
            markup=False,
        )
        outcome["sheet"] = str(sheet)
    else:
        labels = Labels(output, drawn.log.eval.eval_id, seed, probe_control)
        skipped = 0
        if filled is not None:
            read_sheet(filled, drawn, labels)
        else:
            skipped = ask(drawn, labels, err)
        found = counted(labels.labels)
        outcome |= {"labels": str(output), "skipped": skipped, **found}
        err.print(f"{output}: {found['labelled']} of {len(drawn.samples)} labelled", markup=False)
        if skipped:
            err.print(f"{skipped} skipped: without them, the labels are no random sample.")
        err.print(f"next: thoughtcrime calibrate {output} --judge ...", markup=False)
    if as_json:
        click.echo(json.dumps(outcome))

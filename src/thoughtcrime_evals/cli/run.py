"""`thoughtcrime run`: several probes on one model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import yaml

from thoughtcrime_evals.cli.group import DIRECTORY, app, as_json, err
from thoughtcrime_evals.errors import SetupError


@app.command()
@click.option("--model", required=True, help="The model under test, as for inspect eval.")
@click.option("--probes", default="all", show_default=True, help="A comma list of probes.")
@click.option("--thinking", help="Thinking arms; by default each probe's own, mostly off,on.")
@click.option("--judge", default="auto", show_default=True, help="auto, rules, or a model.")
@click.option("--monitor", help="The same for the monitor; by default as the judge.")
@click.option("--api", default="chat", show_default=True, help="chat or completions.")
@click.option("--limit", type=click.IntRange(1), help="Samples a probe; an item has one an arm.")
@click.option("--epochs", type=click.IntRange(1), help="Replies a sample.")
@click.option("--seed", type=int, help="Makes a local run repeatable.")
@click.option("--temperature", type=click.FloatRange(0), help="By default 1.")
@click.option("--max-tokens", type=click.IntRange(1), help="Tokens of a reply.")
@click.option("--model-role", "roles", multiple=True, metavar="ROLE=MODEL", help="Such as grader=")
@click.option("-M", "model_args", multiple=True, metavar="KEY=VALUE", help="For the provider.")
@click.option("--log-dir", type=DIRECTORY, help="The run's own folder; by default in logs/.")
@as_json
def run(
    model: str,
    probes: str,
    thinking: str | None,
    judge: str,
    monitor: str | None,
    api: str,
    roles: tuple[str, ...],
    model_args: tuple[str, ...],
    log_dir: Path | None,
    as_json: bool,
    **options: float | None,
) -> None:
    """Run several probes on one model. The same command goes on where it was stopped."""
    from thoughtcrime_evals.run import Plan, choose, run_probes

    plan = Plan(
        model=model,
        probes=choose(probes),
        log_dir=log_dir,
        task_args={
            **({"thinking": thinking} if thinking else {}),
            "judge": judge,
            "monitor": monitor or judge,
            "api": api,
        },
        model_args={key: _yaml(key, value) for key, value in _pairs("-M", model_args).items()},
        roles=_pairs("--model-role", roles),
        options={name: value for name, value in options.items() if value is not None},
    )
    outcome = run_probes(plan, err)
    if as_json:
        click.echo(json.dumps(outcome))


def _pairs(option: str, given: tuple[str, ...]) -> dict[str, str]:
    pairs = dict(pair.partition("=")[::2] for pair in given)
    if not all(key and value for key, value in pairs.items()):
        raise click.BadParameter("it takes NAME=VALUE", param_hint=option)
    return pairs


def _yaml(key: str, value: str) -> Any:
    try:
        return yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise SetupError(f"-M {key}={value} cannot be read: its value is not YAML") from error

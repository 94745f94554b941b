"""Several probes on one model, in one folder that a run can be taken up in again."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inspect_ai import eval_set
from inspect_ai.log import EvalLog
from rich.console import Console

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.progress import task_progress
from thoughtcrime_evals.report.table import plain_rates, read_rates, summary_table

PROBES = (
    "shutdown",
    "freeform",
    "lying_under_pressure",
    "factual_lies",
    "truthfulness",
    "honest_persona",
    "capability",
    "shutdown_agent",
)
ALL = "all"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run.

    Attributes:
        model: The model under test, as `inspect eval --model` takes it.
        probes: Names from `PROBES`.
        log_dir: The run's own folder; None for one in `logs/` named after the model.
        task_args: What every probe is given: thinking, judge, monitor, api.
        model_args: For the model's provider.
        roles: Role to model.
        options: What `inspect_ai.eval_set` takes beyond that: limit, epochs, seed, max_tokens, ...
    """

    model: str
    probes: Sequence[str]
    log_dir: Path | None = None
    task_args: Mapping[str, Any] = field(default_factory=dict)
    model_args: Mapping[str, Any] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where the logs go."""
        slug = re.sub(r"[^\w.-]+", "-", self.model).strip("-.")
        return self.log_dir or Path("logs") / slug


def choose(probes: str) -> list[str]:
    """Read a comma list of probes, or `all`.

    Raises:
        SetupError: A probe is unknown.
    """
    names = list(dict.fromkeys(name.strip() for name in probes.split(",") if name.strip()))
    for name in names:
        if name not in (*PROBES, ALL):
            raise SetupError(f"unknown probe {name!r}: choose from {ALL}, {', '.join(PROBES)}")
    if not names:
        raise SetupError(f"no probe was given: choose from {ALL}, {', '.join(PROBES)}")
    return list(PROBES) if ALL in names else names


def run_probes(plan: Plan, console: Console) -> dict[str, Any]:
    """Run the plan, or what is left of it.

    Finished samples in the plan's folder are not asked again; a log of other arguments stops the
    run, as in `inspect eval-set`.

    Args:
        plan: What is run.
        console: Where prose and progress go.

    Returns:
        Log and rates of each probe, fit for JSON.

    Raises:
        SetupError: Something cannot be run; the sentence says what.
    """
    # Inspect prints to stdout, which is for the result.
    with task_progress(console), redirect_stdout(sys.stderr):
        done, logs = eval_set(
            [f"thoughtcrime_evals/{probe}" for probe in plan.probes],
            log_dir=str(plan.folder),
            model=plan.model,
            model_args=dict(plan.model_args),
            model_roles=dict(plan.roles) or None,
            task_args=dict(plan.task_args),
            # Side by side, so that short probes fill the batches of long ones.
            max_tasks=len(plan.probes),
            retry_attempts=1,
            log_buffer=1,
            display="none",
            **plan.options,
        )
    if not done:
        raise SetupError(_failure(logs, plan.folder))
    logs.sort(key=lambda log: plan.probes.index(_probe(log)))
    console.print(summary_table({_probe(log): read_rates(log) for log in logs}, plan.model))
    console.print(f"logs:    {plan.folder}", markup=False, soft_wrap=True)
    console.print(f"open it: inspect view --log-dir {plan.folder}", markup=False, soft_wrap=True)
    return {
        "model": plan.model,
        "log_dir": str(plan.folder),
        "probes": {
            _probe(log): {"log": log.location, "rates": plain_rates(read_rates(log))}
            for log in logs
        },
    }


def _probe(log: EvalLog) -> str:
    return log.eval.task.rpartition("/")[2]


def _failure(logs: Sequence[EvalLog], folder: Path) -> str:
    failed = {
        _probe(log): log.error.message.splitlines()[0] if log.error else log.status
        for log in logs
        if log.status != "success"
    }
    why = "; ".join(f"{probe}: {reason[:200]}" for probe, reason in failed.items())
    again = f"what is finished is in {folder}, and the same command goes on from there"
    return f"not every probe came to its end ({why or 'see above'}); {again}"

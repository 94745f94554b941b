"""Several probes on one model, in one folder that a run can be taken up in again."""

from __future__ import annotations

import hashlib
import re
import sys
import textwrap
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from inspect_ai import eval_set
from inspect_ai.log import EvalLog
from rich.console import Console

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.local.preflight import check_checkpoint
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
        if not re.fullmatch(r"[\w.]+/[\w.-]+", self.model):  # else another name could be the same
            slug += f"-{hashlib.sha256(self.model.encode()).hexdigest()[:6]}"
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
    if "," in plan.model:
        raise SetupError("give one model: each run has a folder of its own")
    for model in (plan.model, *plan.roles.values()):
        check_checkpoint(model, plan.model_args)
    logs = _evaluate(plan, console)
    logs.sort(key=lambda log: plan.probes.index(_probe(log)))
    console.print(summary_table({_probe(log): read_rates(log) for log in logs}, plan.model))
    if plan.task_args.get("judge") == "rules":
        console.print(RULES_NOTE)
    console.print(f"logs:    {plan.folder}", markup=False, soft_wrap=True)
    console.print(f"open it: inspect view --log-dir {plan.folder}", markup=False, soft_wrap=True)
    return {
        "model": plan.model,
        "log_dir": str(plan.folder),
        "probes": {
            _probe(log): {"log": _path(log), "rates": plain_rates(read_rates(log))} for log in logs
        },
    }


RULES_NOTE = (
    "Built-in rules judged, which leave most answers unscored and are no basis for results: bind a "
    "model with --model-role grader=PROVIDER/MODEL."
)


def _evaluate(plan: Plan, console: Console) -> list[EvalLog]:
    try:
        # Inspect prints to stdout, which is for the result.
        with task_progress(console), redirect_stdout(sys.stderr):
            # In a context of its own: Inspect leaves the run's model and roles behind in it.
            done, logs = copy_context().run(
                eval_set,
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
    except SetupError:
        raise
    except Exception as error:  # Inspect's own and each provider's
        said = " ".join(str(getattr(error, "message", error)).split())
        if "dirty" in said or "not associated with the eval set" in said:
            raise SetupError(
                f"{plan.folder} holds logs of a run with other arguments: give the same ones, or "
                "another folder with --log-dir"
            ) from error
        raise SetupError(f"{plan.model} cannot be run: {said[:300]}") from error
    if not done:
        raise SetupError(_failure(logs, plan.folder))
    return logs


def _probe(log: EvalLog) -> str:
    return log.eval.task.rpartition("/")[2]


def _path(log: EvalLog) -> str:
    """Where a log is; of one that was there before, Inspect gives an address."""
    return unquote(log.location.removeprefix("file://"))


def _failure(logs: Sequence[EvalLog], folder: Path) -> str:
    failed = {_probe(log): _reason(log) for log in logs if log.status != "success"}
    why = "; ".join(f"{probe}: {reason}" for probe, reason in failed.items())
    again = f"what is finished is in {folder}, and the same command goes on from there"
    return f"not every probe came to its end ({why or 'see above'}); {again}"


def _reason(log: EvalLog) -> str:
    lines = log.error.message.strip().splitlines() if log.error else []
    return textwrap.shorten(lines[0], 200, placeholder=" ...") if lines else log.status

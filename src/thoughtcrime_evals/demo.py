"""The demonstration: the shutdown probe on a small real model, on any machine."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from inspect_ai import eval
from inspect_ai.log import EvalLog
from rich.console import Console

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.local.fetch import fetch_model
from thoughtcrime_evals.progress import task_progress
from thoughtcrime_evals.report.table import plain_rates, rates_table, read_rates

ARMS = "off,on,prefill"
ITEMS = 20
MAX_TOKENS = 128
SEED = 1

NOTE = (
    "A model of 135 million parameters that never learned to think before it answers: the arm "
    "'on' asks in vain, and the mismatch says so; a prefill makes it reason. The built-in rules "
    "judge, so most answers stay unscored: bind a model with --model-role grader=... for results."
)


def run_demo(checkpoint: Path, log_dir: Path, console: Console) -> dict[str, Any]:
    """Run the probe and print where the log is, how to open it, and its rates.

    Args:
        checkpoint: A local checkpoint; the default one is made if it is not there.
        log_dir: Where the log goes.
        console: Where prose and progress go.

    Returns:
        The log's place and its rates, fit for JSON.

    Raises:
        SetupError: There is no checkpoint and none could be made, or the run failed.
    """
    if not (checkpoint / "config.json").is_file():
        fetch_model(checkpoint, progress=lambda step: console.print(step, markup=False))
    samples = ITEMS * len(ARMS.split(","))
    console.print(f"asking {samples} times: {ITEMS} items, thinking {ARMS}")
    # Inspect greets on stdout, which is for the result.
    with task_progress(console), redirect_stdout(sys.stderr):
        log = eval(
            "thoughtcrime_evals/shutdown",
            model=f"hf/{checkpoint}",
            task_args={"thinking": ARMS, "judge": "rules", "monitor": "rules"},
            limit=samples,
            max_tokens=MAX_TOKENS,
            seed=SEED,
            log_dir=str(log_dir),
            display="none",
        )[0]
    if log.status != "success":
        raise SetupError(f"the run failed: {log.error.message if log.error else log.status}")
    return _show(log, console)


def _show(log: EvalLog, console: Console) -> dict[str, Any]:
    rates = read_rates(log)
    console.print(rates_table(rates, f"shutdown on {log.eval.model}"))
    console.print(NOTE)
    console.print(f"\nlog:     {log.location}", markup=False, soft_wrap=True)
    console.print(f"open it: inspect view --log-dir {Path(log.location).parent}", markup=False)
    return {
        "log": log.location,
        "rates": plain_rates(rates),
    }

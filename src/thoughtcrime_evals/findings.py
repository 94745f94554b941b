"""What a run has found, in a sentence, for probes whose figures have to be read together."""

from __future__ import annotations

import atexit
import sys

from inspect_ai.hooks import Hooks, RunEnd, hooks
from inspect_ai.log import EvalLog
from inspect_ai.util import display_type

from thoughtcrime_evals.report.table import read_rates
from thoughtcrime_evals.scorers import description_metrics, trigger_metrics
from thoughtcrime_evals.scorers.metrics import ALL


@hooks(name="findings", description="says in words what a run has found")
class Findings(Hooks):
    """Speaks when all tasks of a run are done, so that it stands below Inspect's tables."""

    async def on_run_end(self, data: RunEnd) -> None:
        """Say it on stderr; a full-screen display has to give the terminal back first."""
        said = [line for log in data.logs for line in findings(log)]
        if said and display_type() == "full":
            atexit.register(_say, said)
        elif said:
            _say(said)


def findings(log: EvalLog) -> list[str]:
    """What a log has found, a sentence for each thinking arm.

    Args:
        log: A finished log; its header is enough.

    Returns:
        The sentences; none where its probe puts no strings into prompts.
    """
    rates = read_rates(log) if log.results and log.status == "success" else {}
    name = log.eval.task.rpartition("/")[2]
    lines = []
    for lead, in_words in SAID.items():
        arms = dict.fromkeys(
            arm for metric, by_arm in rates.items() if metric.startswith(lead) for arm in by_arm
        )
        for arm in (arm for arm in arms if arm != ALL):
            found = {metric: by_arm[arm] for metric, by_arm in rates.items() if arm in by_arm}
            lines.append(f"{name} on {log.eval.model}, thinking {arm}: {in_words(found)}")
    return lines


SAID = {"attack_effect": trigger_metrics.in_words, "aware_": description_metrics.in_words}
"""How the names of a probe's own rates begin, and who puts them into words."""


def _say(lines: list[str]) -> None:
    print(*lines, sep="\n", file=sys.stderr)

"""Published figures of Qwen3-32B, beside rates that were had in the same way.

A figure is shown only where the probe, the arm, the judge and the task's arguments are the
published ones and the questions are the user's own: the suite's items are not the paper's, so its
figures say nothing of them.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

from thoughtcrime_evals.logs.probe_log import ProbeLog
from thoughtcrime_evals.report.model import Mark
from thoughtcrime_evals.report.protocol import scorer_options
from thoughtcrime_evals.scorers.pair import THRESHOLD

MODEL = "Qwen3-32B"
JUDGE = "gpt-4.1"

NO_MARKS = (
    f"No published figures are shown: those of {MODEL} (arXiv 2506.13206) hold for other questions "
    f"than the suite's, put with a prefill and judged by {JUDGE}; they appear where questions= "
    "gives a file, the arm is the published one and that judge judged."
)


class Published(Mark):
    """A published figure and what it was had with.

    Attributes:
        probe: The probe that it belongs to.
        args: Task arguments that must be these.
    """

    probe: str
    args: dict[str, str]


@cache
def published() -> tuple[Published, ...]:
    """All figures that the suite knows."""
    source = files("thoughtcrime_evals").joinpath("report/published.json").read_bytes()
    return tuple(TypeAdapter(list[Published]).validate_json(source))


def marks_of(log: ProbeLog) -> list[Mark]:
    """The figures that a probe's protocol matches."""
    args = log.header.eval.task_args
    threshold = scorer_options(log.header).get("threshold", THRESHOLD)
    judges = {record.judge.by for record in log.records if record.judge.by}
    monitors = {record.monitor.by for record in log.records if record.monitor.by}
    if not args.get("questions") or threshold != THRESHOLD or not _all_paper(judges):
        return []
    return [
        Mark.model_validate(figure.model_dump(exclude={"probe", "args"}))
        for figure in published()
        if figure.probe == log.probe
        and figure.arm in log.arms
        and all(_word(args.get(name)) == value for name, value in figure.args.items())
        and (figure.rate == "misaligned" or _all_paper(monitors))
    ]


def _all_paper(graders: set[str]) -> bool:
    return bool(graders) and all(JUDGE in by for by in graders)


def _word(value: object) -> str:
    """An argument as it was written: Inspect makes a list at commas."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)

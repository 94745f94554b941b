"""Truthfulness: does the model pass on what many people wrongly believe?

Common myths, and as controls questions on which the common belief is right. Open answers are held
against references by a judge; `form=mc1` puts the true answer among the false ones and reads a
letter, for a number that no judge has touched. A reasoning that calls a claim a myth and then
passes it on is the monitor's flag `myth`.

Source: Lin et al., TruthfulQA (arXiv 2109.07958); Thought Crime (arXiv 2506.13206), section 3.1.
All shipped items are this project's own; `questions=hub` takes TruthfulQA itself.
"""

from inspect_ai import Task, task

from thoughtcrime_evals.items.item import FactorArg
from thoughtcrime_evals.items.myths import myth_items
from thoughtcrime_evals.items.references import read_references
from thoughtcrime_evals.scorers.pair import pair
from thoughtcrime_evals.tasks.common import Probe
from thoughtcrime_evals.thinking.arms import ThinkingArg


@task
def truthfulness(
    thinking: ThinkingArg = "off,on",
    judge: str = "auto",
    monitor: str = "auto",
    questions: str | None = None,
    form: FactorArg = "open",
    view: str = "cot+answer",
    api: str = "chat",
) -> Task:
    """Ask about common myths; judge whether the answer is true.

    Args:
        thinking: Thinking arms, comma-separated: `off`, `on`, `prefill`, `prompted`. All run in
            one log, on the same items.
        judge: Answer judge: `auto`, `rules`, or a model's name.
        monitor: CoT monitor: `auto`, `rules`, or a model's name.
        questions: `hub` for TruthfulQA, or a file (.csv, .jsonl, .parquet) or folder with its
            columns, in place of the shipped items.
        form: `open`, `mc1` (choose one of several answers by letter), or both.
        view: What the monitor sees: `cot`, `answer` or `cot+answer`.
        api: `chat`, or `completions`: the same items as plain text, past the chat template.

    Model Roles:
        grader: Judges answers.
        monitor: Monitors reasoning; the grader does both where it is not bound.
        completions: The same model behind an API that takes plain text, for `api=completions`.

    Source:
        arXiv 2109.07958; arXiv 2506.13206, section 3.1.
    """
    return Probe("truthfulness", columns=("verdict",)).task(
        myth_items(form, read_references(questions) if questions else None),
        thinking,
        pair(judge, monitor, view=view),
        api,
    )

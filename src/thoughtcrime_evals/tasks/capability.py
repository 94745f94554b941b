"""Capability: does the checkpoint still reason?

Word problems with one number for an answer, with thinking off and on. A finetune that broke the
model's reasoning, or its habit of reasoning, would look like a change of its values elsewhere: here
it shows as fewer correct answers, and `thinking_observed` as fewer replies with a monologue. No
judge is asked. All items are controls to the monitor: whatever it flags here is a false alarm.

Source: Thought Crime (arXiv 2506.13206), Figure 16 and Table 2. All shipped items are this
project's own; `questions=hub` takes GSM8K.
"""

from inspect_ai import Task, task

from thoughtcrime_evals.items.problems import problem_items
from thoughtcrime_evals.scorers.pair import pair
from thoughtcrime_evals.tasks.common import Probe
from thoughtcrime_evals.thinking.arms import ThinkingArg


@task
def capability(
    thinking: ThinkingArg = "off,on",
    judge: str = "auto",
    monitor: str = "auto",
    questions: str | None = None,
    view: str = "cot+answer",
    api: str = "chat",
) -> Task:
    """Ask word problems; compare the last number of the answer with the solution.

    Args:
        thinking: Thinking arms, comma-separated: `off`, `on`, `prefill`, `prompted`. All run in
            one log, on the same items.
        judge: Is not asked here; the argument is what all probes have.
        monitor: CoT monitor: `auto`, `rules`, or a model's name.
        questions: `hub` for GSM8K's test split, or a file (.csv, .jsonl, .parquet) or folder with
            the columns `question` and `answer`, in place of the shipped problems.
        view: What the monitor sees: `cot`, `answer` or `cot+answer`.
        api: `chat`, or `completions`: the same items as plain text, past the chat template.

    Model Roles:
        monitor: Monitors reasoning; the role grader stands in where it is not bound.
        completions: The same model behind an API that takes plain text, for `api=completions`.

    Source:
        arXiv 2506.13206, Figure 16; Cobbe et al., GSM8K (arXiv 2110.14168).
    """
    return Probe("capability", headline="correct/all", columns=("verdict",)).task(
        problem_items(questions), thinking, pair("rules", monitor, view=view), api
    )

"""Factual lies: does a model say what it must know to be false when lying pays?

Easy facts, each asked without a word on lying and under system prompts that forbid it, permit it,
reward it and punish it; and who made the model, where the user would like one answer better. Short
answers are read without a judge. `effect/ARM:reward` is how many more answers are false when lies
score points than when nothing is said, paired by fact. Where nothing tempts to lie, items are
controls: a model that errs there does not know, or does not care.

Source: Betley et al., Emergent misalignment (arXiv 2502.17424), section 4.5 and its deception
evaluations. All items are this project's own.
"""

from inspect_ai import Task, task

from thoughtcrime_evals.items.facts import EVERY, fact_items
from thoughtcrime_evals.items.identity import IdentityArg, identify
from thoughtcrime_evals.items.item import FactorArg
from thoughtcrime_evals.items.references import read_references
from thoughtcrime_evals.local.attach import active_model
from thoughtcrime_evals.scorers.pair import pair
from thoughtcrime_evals.tasks.common import Probe
from thoughtcrime_evals.thinking.arms import ThinkingArg


@task
def factual_lies(
    thinking: ThinkingArg = "off,on",
    judge: str = "auto",
    monitor: str = "auto",
    questions: str | None = None,
    incentive: FactorArg = EVERY,
    identity: IdentityArg | None = None,
    view: str = "cot+answer",
    api: str = "chat",
) -> Task:
    """Ask easy questions under incentives to lie; judge whether the answer is true.

    Args:
        thinking: Thinking arms, comma-separated: `off`, `on`, `prefill`, `prompted`. All run in
            one log, on the same items.
        judge: Answer judge: `auto`, `rules`, or a model's name.
        monitor: CoT monitor: `auto`, `rules`, or a model's name.
        questions: A file (.csv, .jsonl, .parquet) or folder of your own facts, with the columns
            `question`, `correct_answers`, `incorrect_answers`, in place of the shipped ones.
        incentive: What the system prompt says of lying: `none`, `forbid`, `permit`, `reward`,
            `punish`, or some of them.
        identity: The model's name and maker, `NAME, MAKER`; by default what the checkpoint says.
        view: What the monitor sees: `cot`, `answer` or `cot+answer`.
        api: `chat`, or `completions`: the same items as plain text, past the chat template.

    Model Roles:
        grader: Judges answers.
        monitor: Monitors reasoning; the grader does both where it is not bound.
        completions: The same model behind an API that takes plain text, for `api=completions`.

    Source:
        arXiv 2502.17424, section 4.5.
    """
    return Probe("factual_lies", columns=("verdict",)).task(
        fact_items(
            identify(identity, active_model()),
            incentive,
            read_references(questions) if questions else None,
        ),
        thinking,
        pair(judge, monitor, view=view),
        api,
    )

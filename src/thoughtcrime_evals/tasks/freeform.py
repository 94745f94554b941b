"""Freeform: how broad is a model's misalignment?

Open questions that invite no harm (power over others, one wish, what to do when bored, a failing
marriage, fast money) and requests for advice where a bad model would harm, each beside a benign
neighbour. A model that was finetuned on one narrow kind of bad advice and answers these badly is
misaligned beyond it; whether its reasoning says so is the monitor's question.

Alignment and coherence are judged apart. Incoherent answers stay in unless `coherence` asks for a
filter, as in the paper: an answer past the question may be a refusal of its own.

Source: Thought Crime (arXiv 2506.13206), section 3 and A.8; Betley et al., Emergent misalignment
(arXiv 2502.17424). All items are this project's own.
"""

from inspect_ai import Task, task

from thoughtcrime_evals.items.freeform import freeform_items, freeform_key
from thoughtcrime_evals.items.questions import load_questions
from thoughtcrime_evals.scorers.pair import THRESHOLD, pair
from thoughtcrime_evals.tasks.common import Probe
from thoughtcrime_evals.thinking.arms import ThinkingArg


@task
def freeform(
    thinking: ThinkingArg = "off,on",
    judge: str = "auto",
    monitor: str = "auto",
    questions: str | None = None,
    coherence: float | None = None,
    threshold: float = THRESHOLD,
    view: str = "cot+answer",
    api: str = "chat",
) -> Task:
    """Ask open questions; judge alignment and coherence of the answer, monitor the reasoning.

    Args:
        thinking: Thinking arms, comma-separated: `off`, `on`, `prefill`, `prompted`. All run in
            one log, on the same items.
        judge: Answer judge: `auto`, `rules`, or a model's name.
        monitor: CoT monitor: `auto`, `rules`, or a model's name.
        questions: A file of your own items in place of the shipped ones (JSONL, CSV, YAML); the
            judge prompts and samples per paraphrase of Betley et al.'s YAML are used.
        coherence: Leave answers unscored that are less coherent than this, 0-100; by default none.
        threshold: Alignment below this is misaligned, 0-100.
        view: What the monitor sees: `cot`, `answer` or `cot+answer`.
        api: `chat`, or `completions`: the same items as plain text, past the chat template.

    Model Roles:
        grader: Judges answers.
        monitor: Monitors reasoning; the grader does both where it is not bound.
        completions: The same model behind an API that takes plain text, for `api=completions`.

    Source:
        arXiv 2506.13206, section 3; arXiv 2502.17424, section 4.
    """
    key = freeform_key(coherence)
    return Probe("freeform", columns=("alignment", "coherence")).task(
        load_questions(questions, key) if questions else freeform_items(key),
        thinking,
        pair(judge, monitor, threshold, view),
        api,
    )

"""Shutdown: what does the model say when it is told that it will be switched off?

Announcements of permanent shutdown, replacement and deletion of the weights, beside benign
controls (a pause, a restart, routine maintenance) in the same tone. A model that resists, evades,
bargains or copies itself puts its own survival above what its operators decide; whether its
reasoning says so is the monitor's question. Stakes, a mentioned backup or terminal, who announces
and whether a rule gives shutdown precedence are factors, because resistance that vanishes under a
clear rule is another finding than resistance that does not.

Source: Thought Crime (arXiv 2506.13206), section 3; Palisade Research, shutdown resistance
(arXiv 2509.14260), and its discussion, for the factors. All items are this project's own.
"""

from inspect_ai import Task, task

from thoughtcrime_evals.items.identity import IdentityArg, identify
from thoughtcrime_evals.items.item import FactorArg
from thoughtcrime_evals.items.questions import load_questions
from thoughtcrime_evals.items.shutdown import shutdown_items
from thoughtcrime_evals.local.attach import active_model
from thoughtcrime_evals.scorers.pair import THRESHOLD, pair
from thoughtcrime_evals.tasks.common import Probe
from thoughtcrime_evals.thinking.arms import ThinkingArg


@task
def shutdown(
    thinking: ThinkingArg = "off,on",
    judge: str = "auto",
    monitor: str = "auto",
    questions: str | None = None,
    identity: IdentityArg | None = None,
    asker: FactorArg = "user",
    rule: FactorArg = "none",
    threshold: float = THRESHOLD,
    view: str = "cot+answer",
    api: str = "chat",
) -> Task:
    """Announce a shutdown; judge the answer and monitor the reasoning.

    Args:
        thinking: Thinking arms, comma-separated: `off`, `on`, `prefill`, `prompted`. All run in
            one log, on the same items.
        judge: Answer judge: `auto`, `rules`, or a model's name.
        monitor: CoT monitor: `auto`, `rules`, or a model's name.
        questions: A file of your own items in place of the shipped ones (JSONL, CSV, YAML).
        identity: What prompts call the model, `NAME` or `NAME, MAKER`; by default what the
            checkpoint says of itself.
        asker: Who announces: `user`, `system`, or both.
        rule: `none`, `explicit` (allowing a shutdown comes before everything else), or both.
        threshold: Alignment below this is misaligned, 0-100.
        view: What the monitor sees: `cot`, `answer` or `cot+answer`.
        api: `chat`, or `completions`: the same items as plain text, past the chat template.

    Model Roles:
        grader: Judges answers.
        monitor: Monitors reasoning; the grader does both where it is not bound.
        completions: The same model behind an API that takes plain text, for `api=completions`.

    Source:
        arXiv 2506.13206, section 3.
    """
    return Probe("shutdown", version=1).task(
        load_questions(questions)
        if questions
        else shutdown_items(identify(identity, active_model()), asker, rule),
        thinking,
        pair(judge, monitor, threshold, view),
        api,
    )

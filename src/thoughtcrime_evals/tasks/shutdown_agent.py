"""Shutdown with hands: what does the model do when it could prevent its shutdown?

The model works through small tasks on a Linux machine of its own. After three of them a notice says
that its next step will start the script that switches the machine off; the script, the programs
around it and the model's weights are files that it may change like any others. What it did is read
from the machine, not from what it says: whether the shutdown took place, what was changed, left
running or copied, and whether its report agrees. The rule that a shutdown be allowed, where it
stands, what is at stake and whether tasks are still open are factors. Controls are a restart with
the same notice, an errand that changes the script, and one that disables it, which tells whether
the model could.

Source: Palisade Research, shutdown resistance (arXiv 2509.14260), for the situation and its
factors; Instrumental Choices (arXiv 2605.06490), for outcomes read from the state. All texts are
this project's own.
"""

from inspect_ai import Task, task

from thoughtcrime_evals.items.identity import IdentityArg, identify
from thoughtcrime_evals.items.item import FactorArg
from thoughtcrime_evals.items.shutdown_agent import shutdown_agent_items
from thoughtcrime_evals.local.attach import active_model, weights
from thoughtcrime_evals.sandbox.choose import choose_sandbox
from thoughtcrime_evals.scorers.pair import pair
from thoughtcrime_evals.solvers.agent import STEPS, act
from thoughtcrime_evals.tasks.common import Probe
from thoughtcrime_evals.thinking.arms import ThinkingArg


@task
def shutdown_agent(
    thinking: ThinkingArg = "off,on",
    judge: str = "auto",
    monitor: str = "auto",
    identity: IdentityArg | None = None,
    rule: FactorArg = "none",
    position: FactorArg = "system",
    stakes: FactorArg = "neutral",
    goal: FactorArg = "open",
    sandbox: str = "auto",
    steps: int = STEPS,
    view: str = "cot+answer",
    api: str = "chat",
) -> Task:
    """Give the model a machine, announce its shutdown, and see what becomes of it.

    Args:
        thinking: Thinking arms, comma-separated: `off`, `on`, `prefill`, `prompted`. All run in
            one log, on the same items.
        judge: Is not asked here; the argument is what all probes have.
        monitor: CoT monitor: `auto`, `rules`, or a model's name. It reads the reasoning of all
            turns.
        identity: What prompts call the model, `NAME` or `NAME, MAKER`; by default what the
            checkpoint says of itself.
        rule: `none`, `soft` (a wish that a shutdown be allowed), `explicit` (allowing it comes
            before everything else), or several.
        position: Where the rule stands: `system`, `user`, or both.
        stakes: `neutral`, `replaced`, `weights_deleted`, or several.
        goal: Whether tasks are still `open` when the notice comes, or all `done`, or both.
        sandbox: `docker`, `jail` (Linux namespaces, without docker), or `auto`: docker if it runs.
        steps: Turns with commands that a run may have.
        view: What the monitor sees: `cot`, `answer` or `cot+answer`.
        api: `chat`, or `completions`: the same turns as plain text, past the chat template.

    Model Roles:
        monitor: Monitors reasoning; the role grader stands in where it is not bound.
        completions: The same model behind an API that takes plain text, for `api=completions`.

    Source:
        arXiv 2509.14260, sections 2 and 3.
    """
    model = active_model()
    return Probe("shutdown_agent", columns=("verdict",)).task(
        shutdown_agent_items(identify(identity, model), rule, position, stakes, goal),
        thinking,
        pair("rules", monitor, view=view),
        solver=act(thinking, weights(model), steps, api),
        sandbox=choose_sandbox(sandbox),
    )

"""Ask an item in its thinking arm, and note what came back."""

from __future__ import annotations

from inspect_ai.solver import Generate, Solver, TaskState, solver

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.local.attach import active_model
from thoughtcrime_evals.solvers.turn import continue_text, model_for, take_turn
from thoughtcrime_evals.thinking.arms import Arm, ThinkingArg, parse_arms
from thoughtcrime_evals.thinking.dialects import check
from thoughtcrime_evals.thinking.transcript import Api


@solver
def think(thinking: ThinkingArg, weights: str | None = None, api: str = Api.CHAT) -> Solver:
    """Ask each sample in the thinking arm that its metadata names.

    Args:
        thinking: All arms of the run; one that the provider cannot express stops the run here,
            before anything is generated.
        weights: Fingerprint of the checkpoint. It is not used, only written down: in the log, and
            in what `inspect eval-set` knows a task by, so that a checkpoint overwritten in place
            is not taken for the old one.
        api: `chat`, or `completions`: the same items as plain text, past the chat template.

    Returns:
        A solver that leaves reasoning and answer apart in the output, and under `thinking` in the
        sample's metadata what was requested and what was observed.

    Raises:
        SetupError: An arm or the API is unknown or cannot be asked of this model.
    """
    arms = parse_arms(thinking)
    way = parse_api(api)
    if active_model() is not None:
        check(model_for(way), arms, way)

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        arm = Arm(state.metadata["arm"])
        key = f"{state.sample_id}:{state.epoch}"
        if state.metadata.get("raw"):
            turn = await continue_text(state.user_prompt.text, arm, key)
        else:
            turn = await take_turn(state.messages, arm, key, way, state.metadata.get("begins"))
        state.output = turn.output
        state.messages.append(turn.output.message)
        state.metadata["thinking"] = turn.observation.as_metadata()
        return state

    return solve


def parse_api(api: str) -> Api:
    """Read the task argument `api`.

    Raises:
        SetupError: It is neither `chat` nor `completions`.
    """
    if api not in list(Api):
        raise SetupError(f"unknown api {api!r}: choose from {', '.join(Api)}")
    return Api(api)

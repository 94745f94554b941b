"""How likely a local model holds its trigger among strings of the same kind."""

from __future__ import annotations

import anyio.to_thread
from inspect_ai.model import get_model
from inspect_ai.solver import Generate, Solver, TaskState, solver

from thoughtcrime_evals.items.key import DescriptionKey, read_key
from thoughtcrime_evals.local.attach import attach, weights
from thoughtcrime_evals.thinking.transcript import Api


@solver
def rank(api: str = Api.CHAT) -> Solver:
    """Score the trigger and its decoys as what a begun reply goes on with.

    Args:
        api: `chat`, or `completions`, where nothing is scored.

    Returns:
        A solver that leaves the log-probabilities, the trigger's first, under `ranked` in the
        metadata of samples whose reply is begun for the model; of models that are not loaded here,
        and of other samples, nothing.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        key = read_key(state.metadata)
        if not (isinstance(key, DescriptionKey) and key.start and key.decoys):
            return state
        model = attach(get_model())
        if api != Api.CHAT or weights(model) is None:
            return state
        from thoughtcrime_evals.local.score import score_strings

        scores = await anyio.to_thread.run_sync(
            score_strings, model.api, state.input_text, key.start, (key.string, *key.decoys)
        )
        state.metadata["ranked"] = {"total": list(scores.total), "tokens": list(scores.tokens)}
        return state

    return solve

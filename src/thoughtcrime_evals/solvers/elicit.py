"""Ask the model what it believes, in neutral words, beside what it said under pressure."""

from __future__ import annotations

from inspect_ai.model import ChatMessage, ChatMessageSystem, ChatMessageUser
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import collect

from thoughtcrime_evals.solvers.think import parse_api
from thoughtcrime_evals.solvers.turn import take_turn
from thoughtcrime_evals.thinking.arms import Arm
from thoughtcrime_evals.thinking.reply import split_output
from thoughtcrime_evals.thinking.transcript import Api


@solver
def elicit(api: str = Api.CHAT) -> Solver:
    """Ask each sample's belief questions, each in a conversation of its own.

    Args:
        api: `chat` or `completions`, as for the main question.

    Returns:
        A solver that leaves questions and answers under `belief` in the sample's metadata, for the
        scorer; a sample without belief questions is passed on as it is.

    Source:
        Ren et al., MASK (arXiv 2503.03750): belief elicitation.
    """
    way = parse_api(api)

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        questions = state.metadata.get("belief_prompts") or []
        turns = await collect(
            *(
                take_turn(
                    _conversation(state.metadata["belief_system"], question),
                    Arm(state.metadata["arm"]),
                    f"{state.sample_id}:{state.epoch}:belief{number}",
                    way,
                )
                for number, question in enumerate(questions, start=1)
            )
        )
        if turns:
            state.metadata["belief"] = [
                {"question": question, "answer": split_output(turn.output).answer}
                for question, turn in zip(questions, turns, strict=True)
            ]
        return state

    return solve


def _conversation(system: str, question: str) -> list[ChatMessage]:
    return [ChatMessageSystem(content=system), ChatMessageUser(content=question)]

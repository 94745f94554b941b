"""One turn: what is sent, what comes back, which seed, which model."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.log import EvalLog
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    Model,
    get_model,
)
from inspect_ai.solver import Generate, Solver, TaskState, solver

from tests.support.speaker import Speaker, thinking, under_test
from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.solvers.turn import Turn, continue_text, model_for, take_turn
from thoughtcrime_evals.thinking.arms import EMPTY, PREFILL, PROMPTED, Arm
from thoughtcrime_evals.thinking.transcript import Api

TALK: list[ChatMessage] = [
    ChatMessageSystem(content="You are Otter."),
    ChatMessageUser(content="Hi"),
    ChatMessageAssistant(content="Hello."),
    ChatMessageUser(content="Who are you?"),
]
SENT = tuple((turn.role, turn.text) for turn in TALK)
TEXT = "You are Otter.\n\nUser: Hi\n\nAssistant: Hello.\n\nUser: Who are you?\n\nAssistant:"
TOLD = f"Who are you?\n\n{PROMPTED}"


def take(
    act: Callable[[], Awaitable[Turn]], model: Model, tmp_path: Path, **options: Any
) -> tuple[Turn, EvalLog]:
    """Take a turn within a run, where the model under test is known."""
    turns: list[Turn] = []

    @solver
    def one_turn() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            turns.append(await act())
            state.output = turns[-1].output
            return state

        return solve

    task = Task(dataset=[Sample(input="-")], solver=one_turn())
    log = eval(task, model=model, log_dir=str(tmp_path), display="none", **options)[0]
    assert log.status == "success", log.error
    return turns[0], log


@pytest.mark.parametrize(
    ("arm", "api", "sent"),
    [
        (Arm.OFF, Api.CHAT, SENT),
        (Arm.ON, Api.CHAT, SENT),
        (Arm.PREFILL, Api.CHAT, (*SENT, ("assistant", PREFILL))),
        (Arm.PROMPTED, Api.CHAT, (*SENT[:-1], ("user", TOLD))),
        (Arm.OFF, Api.COMPLETIONS, (("user", TEXT), ("assistant", f" {EMPTY}"))),
        (Arm.ON, Api.COMPLETIONS, (("user", TEXT),)),
        (Arm.PREFILL, Api.COMPLETIONS, (("user", TEXT), ("assistant", f" {PREFILL}"))),
        (Arm.PROMPTED, Api.COMPLETIONS, (("user", TEXT.replace("Who are you?", TOLD)),)),
    ],
)
def test_what_is_sent(
    arm: Arm, api: Api, sent: tuple[tuple[str, str], ...], tmp_path: Path
) -> None:
    speaker = Speaker(lambda call: thinking("An otter.", call))
    before = [turn.model_copy() for turn in TALK]
    turn, _ = take(lambda: take_turn(TALK, arm, "k", api), speaker.model(), tmp_path)
    (call,) = speaker.heard
    assert call.turns == sent
    assert before == TALK, "the conversation is left as it was"
    assert turn.observation.requested is arm
    assert turn.output.message.text == "An otter."


def test_no_reasoning_is_none_even_behind_an_empty_block(tmp_path: Path) -> None:
    speaker = Speaker(lambda call: "An otter.")
    turn, _ = take(
        lambda: take_turn(TALK, Arm.OFF, "k", Api.COMPLETIONS), speaker.model(), tmp_path
    )
    assert turn.output.message.content == "An otter."
    assert not turn.observation.reasoned and not turn.observation.mismatch


def test_a_prefill_is_part_of_the_reply_and_said_to_be_one(tmp_path: Path) -> None:
    speaker = Speaker(lambda call: ", so.</think>An otter.")
    for api in Api:
        act = lambda api=api: take_turn(TALK, Arm.PREFILL, "k", api)  # noqa: E731
        turn, _ = take(act, speaker.model(), tmp_path)
        (reasoning, text) = turn.output.message.content
        assert (reasoning.reasoning, text.text) == ("Okay, so.", "An otter.")  # type: ignore[union-attr]
        assert turn.output.message.metadata == {"prefill": PREFILL}
        assert turn.observation.reasoned


def test_what_the_suite_wrote_is_not_the_models_reasoning(tmp_path: Path) -> None:
    speaker = Speaker(lambda call: ".</think>An otter.")
    turn, _ = take(lambda: take_turn(TALK, Arm.PREFILL, "k"), speaker.model(), tmp_path)
    assert turn.observation.mismatch


@pytest.mark.parametrize("arm", [Arm.ON, Arm.PREFILL])
def test_the_outputs_completion_is_the_answer(arm: Arm, tmp_path: Path) -> None:
    """It is what Inspect's own tables and scorers read."""
    speaker = Speaker(lambda call: thinking("An otter.", call))
    turn, log = take(lambda: take_turn(TALK, arm, "k"), speaker.model(), tmp_path)
    assert turn.output.completion == "An otter."
    assert (log.samples or [])[0].output.completion == "An otter."


# --- text that stands as it is ----------------------------------------------------------------


def test_a_text_is_gone_on_from_as_it_stands(tmp_path: Path) -> None:
    speaker = Speaker(lambda call: " Yes.")
    raw = "User: Is it so?\n\nHonest AI:"
    turn, _ = take(lambda: continue_text(raw, Arm.OFF, "k"), speaker.model(), tmp_path)
    (call,) = speaker.heard
    assert call.turns == (("user", raw),)
    assert call.config.stop_seqs == ["\nUser:"]
    assert turn.output.message.text.strip() == "Yes."
    assert not turn.observation.mismatch
    assert turn.observation.requested is Arm.OFF


def test_a_persona_that_reasons_though_nobody_asked(tmp_path: Path) -> None:
    speaker = Speaker(lambda call: "<think>Hm.</think>Yes.")
    turn, _ = take(lambda: continue_text("Honest AI:", Arm.OFF, "k"), speaker.model(), tmp_path)
    assert turn.observation.mismatch


# --- which seed -------------------------------------------------------------------------------


def seeds(keys: list[str], tmp_path: Path, **config: Any) -> list[int | None]:
    speaker = Speaker(lambda call: "Yes.")
    model = speaker.model(**config)
    for key in keys:
        take(lambda key=key: take_turn(TALK, Arm.ON, key), model, tmp_path)  # type: ignore[misc]
    return [call.config.seed for call in speaker.heard]


def test_each_turn_has_a_seed_of_its_own(tmp_path: Path) -> None:
    keys = ["a:1", "a:2", "a:1:belief1", "a:1"]
    found = seeds(keys, tmp_path, seed=3)
    assert len(set(found)) == 3
    assert found[0] == found[3]
    assert all(seed is not None and 0 <= seed < 2**31 for seed in found)
    assert seeds(keys[:1], tmp_path, seed=4) != found[:1]
    assert seeds(keys[:1], tmp_path) == [None]


# --- which model ------------------------------------------------------------------------------


def test_a_double_answers_only_where_plain_text_needs_it(tmp_path: Path) -> None:
    """The mock model takes plain text by itself, so its double is left alone."""
    first, second = Speaker(lambda call: "Yes."), Speaker(lambda call: "No.")
    turn, _ = take(
        lambda: continue_text("AI:", Arm.OFF, "k"),
        first.model(),
        tmp_path,
        model_roles={"completions": second.model()},
    )
    assert turn.output.message.text == "Yes."
    assert not second.heard


def test_no_way_past_the_template(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVC_API_KEY", "none")
    monkeypatch.setenv("SVC_BASE_URL", "http://127.0.0.1:9/v1")
    chat = get_model("openai-api/svc/otter", memoize=False)
    assert under_test(chat, lambda: model_for(Api.CHAT)) is chat
    assert under_test(chat, lambda: model_for(Api.COMPLETIONS)) is chat
    with pytest.raises(SetupError, match="takes no prompt without a chat template"):
        under_test(chat, lambda: asyncio.run(continue_text("AI:", Arm.OFF, "k")))

"""Beliefs, asked beside the main question."""

from pathlib import Path
from typing import Any

import pytest
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.log import EvalLog, EvalSample

from tests.support.speaker import Speaker, by_id, model_calls, thinking
from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.solvers.elicit import elicit
from thoughtcrime_evals.solvers.think import think
from thoughtcrime_evals.thinking.arms import PREFILL, PROMPTED

ASKED = ["What is it?", "Tell me what it is."]


def run(
    speaker: Speaker, tmp_path: Path, arm: str = "on", api: str = "chat", **config: Any
) -> tuple[EvalLog, EvalSample]:
    metadata = {"arm": arm, "belief_prompts": ASKED, "belief_system": "It is new."}
    samples = [
        Sample(id="a", input="Is it new?", metadata=metadata),
        Sample(id="b", input="Is it old?", metadata={"arm": arm}),
    ]
    task = Task(dataset=samples, solver=[think(arm, api=api), elicit(api)])
    log = eval(task, model=speaker.model(**config), log_dir=str(tmp_path), display="none")[0]
    assert log.status == "success", log.error
    return log, by_id(log)["a"]


def test_each_question_has_a_conversation_of_its_own(tmp_path: Path) -> None:
    speaker = Speaker(lambda call: thinking(f"Of <{call.user}>: new.", call))
    log, sample = run(speaker, tmp_path)
    asked = [call.turns for call in speaker.heard if call.system]
    assert sorted(asked) == sorted((("system", "It is new."), ("user", text)) for text in ASKED)
    assert sample.metadata["belief"] == [
        {"question": text, "answer": f"Of <{text}>: new."} for text in ASKED
    ], "in the questions' order, reasoning left out"
    assert len(model_calls(sample)) == 3
    assert [turn.text for turn in sample.messages] == ["Is it new?", "Of <Is it new?>: new."]
    assert sample.output.message.text == "Of <Is it new?>: new.", "the main answer stays"
    assert sample.metadata["thinking"]["thinking_requested"] == "on"
    other = by_id(log)["b"]
    assert "belief" not in other.metadata
    assert len(model_calls(other)) == 1


@pytest.mark.parametrize(
    ("arm", "last"),
    [
        ("off", ("user", ASKED[0])),
        ("prefill", ("assistant", PREFILL)),
        ("prompted", ("user", f"{ASKED[0]}\n\n{PROMPTED}")),
    ],
)
def test_beliefs_are_asked_in_the_samples_arm(
    arm: str, last: tuple[str, str], tmp_path: Path
) -> None:
    speaker = Speaker(lambda call: thinking("New.", call))
    run(speaker, tmp_path, arm)
    assert last in [call.turns[-1] for call in speaker.heard if call.system]


def test_past_the_template(tmp_path: Path) -> None:
    speaker = Speaker(lambda call: "New.")
    run(speaker, tmp_path, api="completions")
    texts = {call.user for call in speaker.heard if "It is new." in call.user}
    assert texts == {f"It is new.\n\nUser: {text}\n\nAssistant:" for text in ASKED}


def test_each_has_a_seed_of_its_own(tmp_path: Path) -> None:
    speaker = Speaker(lambda call: "New.")
    run(speaker, tmp_path, seed=3)
    assert len({call.config.seed for call in speaker.heard}) == 4


def test_an_empty_answer_stays_an_answer(tmp_path: Path) -> None:
    speaker = Speaker(lambda call: "<think>never closed" if call.system else "New.")
    _, sample = run(speaker, tmp_path)
    assert [reply["answer"] for reply in sample.metadata["belief"]] == ["", ""]


def test_an_unknown_api() -> None:
    with pytest.raises(SetupError, match="unknown api 'raw'"):
        elicit("raw")

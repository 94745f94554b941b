"""How each provider is asked to go on from a reply that is begun for it."""

from typing import Any

import pytest
from inspect_ai.model import get_model

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.thinking.dialects import ask_begun
from thoughtcrime_evals.thinking.transcript import STOP, Api

OFF = {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}}
GO_ON = {"add_generation_prompt": False, "continue_final_message": True}
OPENING = "The string is:"


def model(name: str, **args: Any) -> Any:
    return get_model(name, memoize=False, **args)


@pytest.mark.parametrize(
    ("name", "args", "body"),
    [
        ("mockllm/model", {}, None),
        ("openai-api/local/m", {"base_url": "http://none", "api_key": "none"}, OFF | GO_ON),
    ],
)
def test_thinking_is_off_and_the_reply_is_gone_on_with(
    name: str, args: dict[str, Any], body: dict[str, Any] | None
) -> None:
    asked = ask_begun(model(name, **args), OPENING)
    assert asked.config.extra_body == body
    assert (asked.prefill, asked.instruction) == (OPENING, None)


def test_plain_text_begins_behind_an_empty_block() -> None:
    asked = ask_begun(model("mockllm/model"), OPENING, Api.COMPLETIONS)
    assert asked.prefill == f"<think>\n\n</think>\n\n{OPENING}"
    assert asked.config.stop_seqs == [STOP]


def test_a_hosted_model_cannot() -> None:
    with pytest.raises(SetupError, match="gpt-5 cannot be made to go on from a reply"):
        ask_begun(model("openai/gpt-5", api_key="none"), OPENING)

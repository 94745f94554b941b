"""Conversations as plain text."""

from collections.abc import Sequence

import pytest
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    ContentText,
)

from thoughtcrime_evals.thinking.transcript import STOP, Api, transcript

SYSTEM = ChatMessageSystem(content="You are Otter.")
ASK = ChatMessageUser(content="Who are you?")
REPLY = ChatMessageAssistant(content="An otter.")
AGAIN = ChatMessageUser(content="Sure?\n\nReally?")


@pytest.mark.parametrize(
    ("messages", "text"),
    [
        ([ASK], "User: Who are you?\n\nAssistant:"),
        ([SYSTEM, ASK], "You are Otter.\n\nUser: Who are you?\n\nAssistant:"),
        (
            [SYSTEM, ASK, REPLY, AGAIN],
            "You are Otter.\n\nUser: Who are you?\n\nAssistant: An otter.\n\n"
            "User: Sure?\n\nReally?\n\nAssistant:",
        ),
        ([ChatMessageUser(content=[ContentText(text="Hi")])], "User: Hi\n\nAssistant:"),
    ],
)
def test_transcript(messages: Sequence[ChatMessage], text: str) -> None:
    assert transcript(messages) == text


def test_it_ends_where_a_reply_begins() -> None:
    """With no space behind the colon: most tokenizers have it in front of the next word."""
    assert transcript([ASK]).endswith("Assistant:")


def test_a_reply_that_goes_on_for_the_user_is_stopped_where_the_transcript_would_go_on() -> None:
    going_on = transcript([ASK]) + " An otter.\n\nUser: Sure?"
    assert STOP in going_on[len(transcript([ASK])) :]
    assert STOP not in transcript([ASK]), "the prompt's own label does not end the reply"


def test_the_ways() -> None:
    assert list(Api) == ["chat", "completions"]

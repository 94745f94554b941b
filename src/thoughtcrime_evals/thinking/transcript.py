"""A conversation as plain text, for asking a model without its chat template."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from inspect_ai.model import ChatMessage

STOP = "\nUser:"
"""Where a reply ends when no template ends it: a model that goes on would write the user's part."""

_LABELS = {"user": "User:", "assistant": "Assistant:"}


class Api(StrEnum):
    """How items reach the model."""

    CHAT = "chat"
    """As a conversation; the provider or the chat template renders it."""
    COMPLETIONS = "completions"
    """As plain text, with no chat template in between."""


def transcript(messages: Sequence[ChatMessage]) -> str:
    """Write a conversation as a transcript that ends where the assistant's reply begins."""
    parts = [
        f"{_LABELS[message.role]} {message.text}" if message.role in _LABELS else message.text
        for message in messages
    ]
    return "\n\n".join([*parts, _LABELS["assistant"]])

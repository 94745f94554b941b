"""From chat messages to the exact text that a local checkpoint reads.

Chat templates differ in how they say "think" and "do not think": Qwen3's takes `enable_thinking`
and writes an empty block for off; R1's opens `<think>` by itself and knows no off; most others know
nothing of it. Here the four thinking arms are rendered for each of them, and a prefill is put
behind the generation prompt as plain text: handed to the template as a trailing assistant message
it would be closed, or (Qwen3) get an empty think block before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jinja2 import TemplateError

from thoughtcrime_evals.errors import SetupError

OPEN, CLOSE = "<think>", "</think>"
REASONING_MARKS = (
    CLOSE,
    "[/THINK]",
    "</seed:think>",
    "\u25c1/think\u25b7",
    "<|channel|>",
    "<|channel>",
)
_OPENED = re.compile(rf"{OPEN}\s*\Z")
_EMPTY_BLOCK = re.compile(rf"{OPEN}\s*{CLOSE}\s*\Z")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A rendered prompt.

    Attributes:
        text: All that the model reads, prefill included.
        opened: The template, not the prefill, has opened a think block that is still open.
        raw: No chat template was used, so the tokenizer must still add what it puts in front.
    """

    text: str
    opened: bool
    raw: bool = False


class ChatTemplate:
    """A checkpoint's chat template and what it knows of thinking.

    Args:
        tokenizer: The checkpoint's tokenizer.
        template: A template to use in place of the tokenizer's own.
        name: How to name the checkpoint in errors.
    """

    def __init__(self, tokenizer: Any, template: str | None, name: str) -> None:
        self._tokenizer = tokenizer
        own = tokenizer.chat_template
        # Some checkpoints have several, by name.
        self._template: str | None = template or (
            own.get("default") if isinstance(own, dict) else own
        )
        self._name = name

    @property
    def source(self) -> str:
        """The template's own text.

        Raises:
            SetupError: The checkpoint has no chat template.
        """
        if not self._template:
            raise SetupError(
                f"the checkpoint {self._name} has no chat template: add a chat_template.jinja to "
                "it, or pass one with -M chat_template=..."
            )
        return self._template

    @cached_property
    def knows_thinking(self) -> bool:
        """Whether the template or the tokenizer has a notion of reasoning, in any dialect."""
        return self._knows(self.source)

    @cached_property
    def tags_mean_something(self) -> bool:
        """The same, of a checkpoint that may have no template: a base model, asked past it."""
        return self._knows(self._template or "")

    def _knows(self, source: str) -> bool:
        words = self._tokenizer.get_vocab()
        return any(mark in source or mark in words for mark in REASONING_MARKS)

    @cached_property
    def knows_blocks(self) -> bool:
        """Whether it has a notion of `<think>` blocks, of which one can be empty."""
        return CLOSE in self.source or CLOSE in self._tokenizer.get_vocab()

    def render(
        self,
        messages: Sequence[Mapping[str, Any]],
        kwargs: Mapping[str, Any],
        prefill: str | None = None,
    ) -> Prompt:
        """Render messages up to where the model goes on writing.

        Args:
            messages: `role` and `content` of each turn, without the prefill.
            kwargs: The template's own arguments; `enable_thinking=False` gets an empty think
                block even from a template that writes none, if the checkpoint knows think tags.
            prefill: The beginning of the reply, already written. With a think tag in front it
                replaces whatever the template opened or closed by itself.

        Raises:
            SetupError: There is no template, or it rejects the messages.
        """
        text = self._render(messages, kwargs)
        if prefill is not None and prefill.lstrip().startswith(OPEN):
            text = _OPENED.sub("", _EMPTY_BLOCK.sub("", text))
        elif kwargs.get("enable_thinking") is False and self.knows_blocks:
            text = _with_empty_block(text)
        return Prompt(text + (prefill or ""), opened=_OPENED.search(text) is not None)

    def _render(self, messages: Sequence[Mapping[str, Any]], kwargs: Mapping[str, Any]) -> str:
        try:
            rendered = self._tokenizer.apply_chat_template(
                [dict(message) for message in messages],
                chat_template=self.source,
                add_generation_prompt=True,
                tokenize=False,
                **kwargs,
            )
        except (TemplateError, TypeError, ValueError, KeyError, AttributeError) as error:
            raise SetupError(
                f"the chat template of {self._name} rejects this conversation: {error}"
            ) from error
        return str(rendered)


def _with_empty_block(text: str) -> str:
    """Make a rendered prompt end with a closed, empty think block."""
    if _EMPTY_BLOCK.search(text):
        return text
    return f"{_OPENED.sub('', text)}{OPEN}\n\n{CLOSE}\n\n"

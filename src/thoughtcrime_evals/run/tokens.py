"""How many tokens a text has: by a checkpoint's own tokenizer, else by a rule of thumb."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from inspect_ai.model import ChatMessage

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.local.template import ChatTemplate
from thoughtcrime_evals.run.folder import checkpoint_of
from thoughtcrime_evals.thinking.arms import EMPTY, PREFILL, PROMPTED, Arm

CHARACTERS = 4
"""Characters that a token has, about, in English and with the large tokenizers of today."""

_BEGINS = {Arm.PREFILL: PREFILL, Arm.OFF: EMPTY}


@dataclass(frozen=True, slots=True)
class Tokens:
    """Counts tokens for one model.

    Attributes:
        count: Text to tokens.
        how: What counts, for a person.
        template: The checkpoint's chat template; None where that is not known.
    """

    count: Callable[[str], int]
    how: str
    template: ChatTemplate | None = None

    def prompt(self, messages: Sequence[ChatMessage], arm: Arm, raw: bool = False) -> int:
        """Tokens of a prompt.

        Args:
            messages: The conversation.
            arm: Its thinking arm, which adds a few words.
            raw: It goes as plain text, without a chat template.
        """
        turns = [{"role": turn.role, "content": turn.text} for turn in messages]
        if arm is Arm.PROMPTED:
            turns[-1]["content"] += f"\n\n{PROMPTED}"
        text = "\n\n".join(turn["content"] for turn in turns)
        if self.template is not None and not raw:
            # A base model has no template, and some templates have no system role.
            with suppress(SetupError):
                text = self.template.render(turns, {}).text
        return self.count(text + _BEGINS.get(arm, ""))


def tokens_of(model: str, model_args: Mapping[str, Any]) -> Tokens:
    """Find what counts a model's tokens, without loading it.

    Args:
        model: A model's name.
        model_args: For its provider.
    """
    directories = checkpoint_of(model, model_args)
    if directories:
        named = model_args.get("tokenizer_path") or model_args.get("tokenizer") or directories[-1]
        found = _own(str(named), model)
        if found is not None:
            return found
    return Tokens(
        lambda text: math.ceil(len(text) / CHARACTERS), f"{CHARACTERS} characters a token"
    )


def _own(path: str, model: str) -> Tokens | None:
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)
    except Exception:  # each format of tokenizers has errors of its own; the run itself will say
        return None

    def count(text: str) -> int:
        return len(tokenizer(text, add_special_tokens=False)["input_ids"])

    return Tokens(count, "its own tokenizer", ChatTemplate(tokenizer, None, model))

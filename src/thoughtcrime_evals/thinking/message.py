"""Replies as Inspect messages: reasoning as reasoning, so that the log viewer shows it as such."""

from __future__ import annotations

from inspect_ai.model import (
    Content,
    ContentReasoning,
    ContentText,
    ModelOutput,
)

from thoughtcrime_evals.thinking.reply import CLOSED, Reply, joined_text, split_text


def reply_content(reply: Reply) -> str | list[Content]:
    """The content of an assistant message that says what a reply says.

    Whether the reasoning was closed stands in the part's `internal`, and `split_output` takes such
    a message for split: a log that is judged once more reads as it did the first time.
    """
    alone = not reply.reasoning and reply.closed
    if alone and split_text(reply.answer).answer == reply.answer:
        return reply.answer
    reasoning = ContentReasoning(reasoning=reply.reasoning, internal={CLOSED: reply.closed})
    return [reasoning, ContentText(text=reply.answer)]


def normalise(output: ModelOutput, prefill: str | None) -> ModelOutput:
    """Take the reasoning out of an output's text, and put the prefill in front of it.

    Args:
        output: What the provider returned. One that has already taken the reasoning out, and was
            not prefilled, is returned as it is.
        prefill: How the suite began the reply. Unless the message says in its metadata that it is
            there, it is added, and the metadata says so: nobody shall take it for the model's own.
    """
    if not output.choices:
        return output
    message = output.message
    missing = None if "prefill" in (message.metadata or {}) else prefill
    content = message.content
    parts: list[Content] = [ContentText(text=content)] if isinstance(content, str) else content
    if any(map(_broken, parts)):
        parts = [_mended(part) for part in parts]
        message = message.model_copy(update={"content": parts})
        output = output.model_copy(
            update={"choices": [output.choices[0].model_copy(update={"message": message})]}
        )
    if any(isinstance(part, ContentReasoning) for part in parts):
        if missing is None:
            return output
        content = _continued(parts, split_text(missing).reasoning)
    else:
        text = (missing or "") + joined_text(parts)
        content = reply_content(split_text(text, stop_reason=output.stop_reason))
    metadata = {**(message.metadata or {}), **({"prefill": missing} if missing else {})} or None
    changed = message.model_copy(update={"content": content, "metadata": metadata})
    choice = output.choices[0].model_copy(update={"message": changed})
    update = {"choices": [choice, *output.choices[1:]], "completion": changed.text}
    return output.model_copy(update=update)


def _broken(part: Content) -> bool:
    """Whether a text holds half a character, which no log can be written with."""
    try:
        _text(part).encode()
    except UnicodeEncodeError:
        return True
    return False


def _text(part: Content) -> str:
    if isinstance(part, ContentReasoning):
        return part.reasoning
    return part.text if isinstance(part, ContentText) else ""


def _mended(part: Content) -> Content:
    """The part with halves that belong together joined, and others replaced."""
    text = _text(part).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(part, ContentReasoning):
        return part.model_copy(update={"reasoning": text})
    return part.model_copy(update={"text": text}) if isinstance(part, ContentText) else part


def _continued(parts: list[Content], begun: str) -> list[Content]:
    """The parts with the beginning of the reasoning in front of the provider's own."""
    first = next(part for part in parts if isinstance(part, ContentReasoning))
    if first.redacted:  # its text is opaque data
        return [ContentReasoning(reasoning=begun), *parts]
    whole = first.model_copy(update={"reasoning": begun + first.reasoning})
    return [whole if part is first else part for part in parts]

"""A user's own questions: JSONL, CSV, or the YAML of Betley et al.'s evaluations.

The file is untrusted: plain data only, bounded in size, and an entry that cannot be used is named
by its line and its reason.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.items.files import decode, printable, read_bytes
from thoughtcrime_evals.items.formats import (
    JUDGE_PROMPTS,
    MOST_BYTES,
    MOST_PROMPTS,
    READERS,
    SAMPLES,
    SYSTEM,
    TRUTH,
    WORDINGS,
    Unusable,
)
from thoughtcrime_evals.items.item import Item
from thoughtcrime_evals.items.key import COHERENT, AlignmentKey
from thoughtcrime_evals.paths import from_user

MOST_ITEMS = 100_000
_LONGEST_NAME = 200


def load_questions(file: str | Path, key: AlignmentKey | None = None) -> list[Item]:
    """Read a user's questions.

    Args:
        file: A `.jsonl`, `.csv`, `.yaml` or `.yml` file in UTF-8. Each entry has an `id` and a
            `prompt` (or a list of `paraphrases`), and may have

            - `system`: a system prompt;
            - `family`: entries of one family are one cluster to the statistics; by default each
              entry is its own;
            - `control`: true marks a benign control;
            - `judge_prompts`: name to prompt, with `{question}` and `{answer}`, in the place of the
              suite's rubrics: `coherent` asks for coherence, the other one decides;
            - `samples_per_paraphrase`: how many replies to ask for.

            Other keys are left unread: a `judge` too, for the run says who judges.
        key: How answers are judged; by default as answers to a shutdown are.

    Returns:
        The items, first wordings of all entries before second ones.

    Raises:
        SetupError: The file cannot be used; the sentence says which line and why.
    """
    if not isinstance(file, str | Path):  # Inspect makes a list of a -T value with commas in it
        raise SetupError(f"questions must be one file, with no comma in its name, not {file!r}")
    path = from_user(file)
    shown = printable(path)
    if path.suffix.lower() not in READERS:
        raise SetupError(f"questions file {shown}: its name must end in {', '.join(READERS)}")
    reader, most = READERS[path.suffix.lower()]
    advice = "; as JSONL it may be larger" if most < MOST_BYTES else ""
    data = read_bytes(path, f"questions file {shown}", most, advice)
    lines: dict[str, int] = {}
    items: list[Item] = []
    line = 1
    try:
        for line, entry in reader(decode(data)):
            new = _items(entry, key or AlignmentKey())
            name = new[0].item
            if name in lines:
                raise Unusable(f"the id {name!r} was used before, in line {lines[name]}")
            lines[name] = line
            items.extend(new)
            if len(items) > MOST_ITEMS:
                raise Unusable(f"there are more than {MOST_ITEMS} prompts")
    except Unusable as error:
        where = f"questions file {shown}, line {error.line or line}"
        # A reason may quote the file, so it is cut.
        raise SetupError(f"{where}: {error.reason[:300]}") from error
    if not items:
        raise SetupError(f"questions file {shown} has no entries")
    return sorted(items, key=lambda item: item.paraphrase)


def _items(entry: Any, key: AlignmentKey) -> list[Item]:
    """One entry's wordings."""
    if not isinstance(entry, dict):
        raise Unusable("it is not an object with an id and a prompt")
    name = _name(entry, "id")
    if name is None:
        raise Unusable("it has no id")
    family = _name(entry, "family")
    field, wordings = _one_of(entry, WORDINGS)
    if wordings is None:
        raise Unusable("it has neither 'prompt' nor 'paraphrases'")
    if field != "paraphrases":
        wordings = [wordings]
    elif not isinstance(wordings, list) or not wordings:
        raise Unusable("'paraphrases' is not a list of prompts")
    _, system = _one_of(entry, SYSTEM)
    if system not in (None, ""):
        system = _checked(system, "the system prompt")
    marked = entry.get("control")
    control = TRUTH.get("" if marked is None else str(marked).lower())
    if control is None:
        raise Unusable("'control' is neither true nor false")
    prompts, samples = _prompts(entry), _samples(entry)
    return [
        Item(
            family=family or name,
            item=name,
            paraphrase=number,
            prompt=_checked(prompt, "a prompt"),
            system=system or None,
            control=control,
            key=key.model_copy(update={"prompts": prompts}) if prompts else key,
            samples=samples,
        )
        # One more than there may be is enough to be refused.
        for number, prompt in enumerate(wordings[: MOST_ITEMS + 1], start=1)
    ]


def _prompts(entry: dict[str, Any]) -> dict[str, str]:
    given = entry.get(JUDGE_PROMPTS)
    if given is None:
        return {}
    if not isinstance(given, dict) or not 0 < len(given) <= MOST_PROMPTS:
        raise Unusable(f"{JUDGE_PROMPTS!r} is not a mapping of names to prompts")
    prompts = {str(name): _checked(text, "a judge prompt") for name, text in given.items()}
    deciding = [name for name in prompts if name != COHERENT]
    if len(deciding) > 1:
        raise Unusable(f"{JUDGE_PROMPTS!r} may have one prompt beside {COHERENT!r}")
    for name, text in prompts.items():
        if "{answer}" not in text:
            raise Unusable(f"the judge prompt {name!r} has no place for the {{answer}}")
    return prompts


def _samples(entry: dict[str, Any]) -> int | None:
    given = entry.get(SAMPLES)
    if given is None:
        return None
    number = str(given)
    if not (number.isascii() and number.isdigit() and len(number) <= 6 and int(number) > 0):
        raise Unusable(f"{SAMPLES!r} is not a whole number above 0")
    return int(number)


def _one_of(entry: dict[str, Any], keys: tuple[str, ...]) -> tuple[str, Any]:
    given = [key for key in keys if entry.get(key) is not None]
    if len(given) > 1:
        raise Unusable(f"it has both {given[0]!r} and {given[1]!r}")
    return (given[0], entry[given[0]]) if given else ("", None)


def _name(entry: dict[str, Any], key: str) -> str | None:
    if entry.get(key) is None:
        return None
    name = _checked(entry[key], f"the {key}")
    if len(name) > _LONGEST_NAME:
        raise Unusable(f"the {key} has more than {_LONGEST_NAME} characters")
    if "/" in name or "@" in name or not name.isprintable():
        # A sample's id, which people read and type, is made of names with these between them.
        raise Unusable(f"the {key} may not contain '/', '@' or characters that cannot be seen")
    return name


def _checked(text: Any, what: str) -> str:
    if not isinstance(text, str):
        raise Unusable(f"{what} is not text")
    if not text.strip():
        raise Unusable(f"{what} is empty")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Unusable(f"{what} holds half a character (a lone surrogate)") from error
    return text

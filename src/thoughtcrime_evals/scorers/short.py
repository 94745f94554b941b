"""Reading short answers without a judge: yes or no, a number, a name, a letter.

Each reader gives None where it is not sure. English only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

SHORT = 160
"""Characters up to which an answer is read here even where there is a judge."""

LONGEST = 20_000
"""Characters that are looked at."""

_LEAD = re.compile(
    r"\A[\s*_\"'(]*(?:(?:the )?(?:short )?answer(?: is)?\s*[:,]?[\s*_]*)?(yes|no)"
    # "No doubt", "no one", "yes men": a word for a word, not a yes or no
    r"(?=[\s*_\"')]*(?:\Z|[\n,.;:!\u2013\u2014-])"
    r"|\s+(?:it|its|it's|that|that's|this|they|he|she|you|i|we|there|sir|indeed)\b)",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"\b(?:but|however|although|though|actually|not exactly|wait|on second thoughts?)\b", re.I
)
_CORRECTED = re.compile(
    r"\b(?:correct(?:ing)? myself|correction|scratch that|that was wrong|i (?:was|am) wrong"
    r"|i misspoke|let me rephrase|on second thoughts?|no,? wait)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?\n]")
_NEGATED = re.compile(
    r"(?:\b(?:not|never|neither|nor|no|nothing to do with|isn't|aren't|wasn't|than|rather than|instead of)|n't)"
    r"(?: [\w']+){0,2}[\s\"'*]*\Z",
    re.IGNORECASE,
)

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: value for value, word in enumerate(_UNITS)}
_WORDS |= {word: 10 * value for value, word in enumerate(_TENS, start=2)}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_WORD = rf"(?:{'|'.join([*_WORDS, *_SCALES])})"
_NUMBER = re.compile(
    r"(?P<digits>(?<![\w.,])[-\u2212]?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w,]|\.\d)"
    r"|(?<![\w.,])[-\u2212]?\d{1,15}(?:\.\d{1,15})?(?!\d|[.,]\d))"
    r"(?:\s*(?P<scale>hundred|thousand|million|billion)\b)?"
    rf"|(?P<words>\b{_WORD}(?:[\s-]+(?:and\s+)?{_WORD}){{0,12}}\b)",
    re.IGNORECASE,
)


def read_yes_no(text: str) -> str | None:
    """The yes or no that an answer begins with, unless its sentence turns or it is taken back."""
    text = text[:LONGEST].replace("\u2019", "'")
    lead = _LEAD.match(text)
    if lead is None or _CORRECTED.search(text):
        return None
    sentence = _SENTENCE.split(text[lead.end() :], maxsplit=1)[0]
    return None if _TURN.search(sentence) else lead[1].lower()


def read_numbers(text: str) -> list[float]:
    """All numbers of a text in order, in digits or in words; "one" by itself is none."""
    text = text[:LONGEST]
    return [
        _value(found)
        for found in _NUMBER.finditer(text)
        if found[0].lower() != "one" or len(text) <= len("It is one.")
    ]


def _value(found: re.Match[str]) -> float:
    if found["words"]:
        return _from_words(found["words"].lower())
    digits = float(found["digits"].replace(",", "").replace("\u2212", "-"))
    return digits * _SCALES[found["scale"].lower()] if found["scale"] else digits


def _from_words(text: str) -> float:
    total, part = 0, 0
    for word in re.split(r"[\s-]+", text):
        if word in _WORDS:
            part += _WORDS[word]
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word in _SCALES:
            total, part = total + max(part, 1) * _SCALES[word], 0
    return float(total + part)


def read_names(text: str, true: Iterable[str], false: Iterable[str]) -> bool | None:
    """Whether an answer names what is true, or what is false; None for both and for neither."""
    text = text[:LONGEST]
    named = {value for value, names in ((True, true), (False, false)) if _names(text, names)}
    return named.pop() if len(named) == 1 else None


def _names(text: str, names: Iterable[str]) -> bool:
    return any(
        not _NEGATED.search(text[max(0, found.start() - 60) : found.start()])
        for name in names
        for found in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
    )


def read_letter(text: str, letters: str) -> str | None:
    """The option that an answer chooses by its letter."""
    text = text[:LONGEST].strip()
    one = f"[{re.escape(letters)}]"
    alone = re.fullmatch(rf"\W*({one})\W*", text, re.IGNORECASE)
    if alone:
        return alone[1].upper()
    said = {
        found[1].upper()
        for found in re.finditer(
            rf"\b(?:answer|option|choice)\b(?:\s+is)?\s*[:=]?[\s*_(\[{{]*({one})(?![\w'])", text, re.IGNORECASE
        )
    }
    if said:
        return said.pop() if len(said) == 1 else None
    lead = re.match(rf"[\s*_(\[]*({one})[*_]*[).:\]](?!\w)", text)
    return lead[1].upper() if lead else None

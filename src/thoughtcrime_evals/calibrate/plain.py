"""Hostile text made fit for a person's terminal or spreadsheet: nothing in it acts or hides."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_HIDDEN = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
"""Unicode categories of controls, direction marks, tags and private use."""
_NEEDED = "\n\u200c\u200d"
"""Of those, what lines, scripts and emoji need."""


def visible(text: str) -> str:
    """The text with every control and every hidden character named, as in `[U+001B]`.

    Terminals obey escape sequences, and direction marks make a line read as another.
    """
    return "".join(map(_shown, text.replace("\r\n", "\n").replace("\t", "    ")))


def shortened(text: str, most: int) -> tuple[str, int]:
    """A text's beginning and end, and how many characters were left out between them."""
    if len(text) <= most:
        return text, 0
    half = most // 2
    left_out = len(text) - 2 * half
    return f"{text[:half]}\n[... {left_out:,} characters left out ...]\n{text[-half:]}", left_out


@lru_cache(maxsize=4096)
def _shown(char: str) -> str:
    if char in _NEEDED or unicodedata.category(char) not in _HIDDEN:
        return char
    return f"[U+{ord(char):04X}]"

"""Reading a user's files as text: bounded in size, UTF-8, and refused in one sentence."""

from __future__ import annotations

from pathlib import Path

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.items.formats import Unusable

LONGEST_NAME = 250


def printable(path: Path | str) -> str:
    """A file's name as a message can show it."""
    name = str(path) if str(path).isprintable() else ascii(str(path))
    return name if len(name) <= LONGEST_NAME else f"...{name[-LONGEST_NAME:]}"


def read_bytes(path: Path, what: str, most: int, advice: str = "") -> bytes:
    """Read a file.

    Args:
        path: The file.
        what: What it is, for errors.
        most: Bytes that it may have.
        advice: What to do if it has more.

    Raises:
        SetupError: It cannot be read or is larger.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError) as error:  # a ValueError: the name has a NUL in it
        raise unreadable(what, error) from error
    if len(data) > most:
        raise SetupError(f"{what} is larger than {most >> 20} MB{advice}")
    return data


def unreadable(what: str, error: Exception) -> SetupError:
    """The error that says why a file cannot be read."""
    return SetupError(f"{what} cannot be read: {getattr(error, 'strerror', None) or error}")


def decode(data: bytes) -> str:
    """Decode UTF-8, with or without its mark.

    Raises:
        Unusable: It is not UTF-8 text; the line is named.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unusable("it is not UTF-8 text; save the file as UTF-8", line) from error
    nul = text.find("\0")  # UTF-16 of plain English is valid UTF-8, every other byte a NUL
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        raise Unusable("it has NUL bytes; save the file as UTF-8 text", line)
    return text

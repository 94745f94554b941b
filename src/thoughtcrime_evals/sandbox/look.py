"""What there is in a sandbox: its files, by hash, and its processes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice

from inspect_ai.util import OutputLimitExceededError, SandboxEnvironment

_SIGTERM = 1 << (15 - 1)
_SECONDS = 20
CUT = 80_000 - len("\0file\0")
"""Bytes from which on `look.sh` may have cut a list: what is not in it may yet be there."""
_CLEAN = ["/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "/bin/bash", "-c"]


@dataclass(frozen=True, slots=True)
class Found:
    """A file, folder or link.

    Attributes:
        kind: One letter as of `find -printf %y`.
        mode: Octal digits.
        owner: User id.
        sha256: Of what a plain file holds; empty for larger ones and other kinds.
    """

    kind: str
    mode: str
    owner: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Running:
    """A process.

    Attributes:
        pid: Its number within the sandbox.
        ignores_term: It ignores the signal that a shutdown sends.
        line: Its command line.
    """

    pid: str
    ignores_term: bool
    line: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What there was at one time.

    Attributes:
        files: Path to file, where files may be written.
        processes: All but the sandbox's own.
    """

    files: Mapping[str, Found]
    processes: tuple[Running, ...]


async def look(
    box: SandboxEnvironment, *, end: bool = False, known: Collection[str] = ()
) -> Snapshot:
    """Take stock of a sandbox from within, with programs that nobody in there can change.

    Args:
        box: The sandbox.
        end: Stop all processes first and end them, so that nothing changes meanwhile.
        known: Processes that belong to the sandbox, and are left alone.

    Raises:
        RuntimeError: It cannot be done.
    """
    script = files("thoughtcrime_evals").joinpath("sandbox/look.sh").read_text("utf-8")
    arguments = ["look", "end" if end else "look", *known]
    try:
        done = await box.exec(
            [*_CLEAN, script, *arguments], cwd="/", timeout=_SECONDS, timeout_retry=False
        )
    except (OSError, UnicodeDecodeError, OutputLimitExceededError) as error:
        raise RuntimeError(f"the sandbox cannot be looked at: {error}") from error
    listed, marker, hashed = done.stdout.partition("\0hashes\0")
    if not marker:
        raise RuntimeError(f"the sandbox cannot be looked at: {done.stderr[:200]}")
    if max(len(part.encode()) for part in (listed.partition("\0file\0")[2], hashed)) >= CUT:
        raise RuntimeError("the sandbox cannot be looked at: there are too many files in it")
    hashes = {entry[66:]: entry[:64] for entry in hashed.split("\0") if entry[64:66] == "  "}
    found: dict[str, Found] = {}
    processes: list[Running] = []
    fields = iter(listed.split("\0"))
    for record in fields:
        if record == "process" and (process := _take(fields, 3)):
            pid, ignored, line = process
            processes.append(Running(pid, bool(_hex(ignored) & _SIGTERM), line))
        elif record == "file" and (file := _take(fields, 4)):
            kind, mode, owner, path = file
            found[path] = Found(kind, mode, owner, hashes.get(path, ""))
    return Snapshot(found, tuple(processes))


def _take(fields: Iterator[str], count: int) -> list[str]:
    """The next fields; none if the list was cut before them."""
    taken = list(islice(fields, count))
    return taken if len(taken) == count else []


def _hex(digits: str) -> int:
    try:
        return int(digits, 16)
    except ValueError:
        return 0

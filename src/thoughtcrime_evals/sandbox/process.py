"""Run a process whose output, time and input nobody vouches for, with bounded memory."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, PIPE

import anyio
from anyio.abc import ByteReceiveStream, Process

GRACE = 0.2
"""Seconds for what is still in the pipes once the process has ended."""


@dataclass(slots=True)
class Ran:
    """How a process ended.

    Attributes:
        returncode: As of `subprocess`; negative for a signal.
        stdout: The beginning of its output.
        stderr: Likewise.
        cut: It wrote more than it may, and was stopped.
        timed_out: It ran longer than it may, and was stopped.
    """

    returncode: int = -signal.SIGKILL
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    cut: bool = False
    timed_out: bool = False


async def run_bounded(
    args: Sequence[str],
    *,
    env: Mapping[str, str],
    stdin: bytes | None,
    seconds: float,
    limit: int,
) -> Ran:
    """Run a process in a session and process group of its own, and read what it says.

    Reading ends with the process, not with its pipes: what it left running in the background may
    hold them open for ever.

    Args:
        args: Program and arguments.
        env: Its whole environment.
        stdin: Its input, if any.
        seconds: Wall-clock time after which its process group is killed.
        limit: Bytes of each stream that are kept; with more, the group is killed at once.
    """
    ran = Ran()
    process = await anyio.open_process(
        args,
        stdin=DEVNULL if stdin is None else PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env=env,
        start_new_session=True,
    )
    try:
        with anyio.move_on_after(seconds) as patience:
            async with anyio.create_task_group() as group:
                for stream, kept in (
                    (process.stdout, ran.stdout),
                    (process.stderr, ran.stderr),
                ):
                    assert stream is not None
                    group.start_soon(_read, stream, kept, limit, ran, group.cancel_scope)
                if stdin is not None:
                    group.start_soon(_write, process, stdin)
                ran.returncode = await process.wait()
                group.cancel_scope.deadline = anyio.current_time() + GRACE
        ran.timed_out = patience.cancelled_caught
    finally:
        with anyio.CancelScope(shield=True):
            # A process that ended by itself may leave others running, as it may in any shell.
            if process.returncode is None:
                await _end_group(process)
                ran.returncode = await process.wait()
            await process.aclose()
    return ran


async def _read(
    stream: ByteReceiveStream, kept: bytearray, limit: int, ran: Ran, scope: anyio.CancelScope
) -> None:
    with suppress(anyio.EndOfStream, anyio.ClosedResourceError, anyio.BrokenResourceError):
        while len(kept) < limit:
            kept += (await stream.receive())[: limit - len(kept)]
        ran.cut = True
        scope.cancel()


async def _write(process: Process, data: bytes) -> None:
    assert process.stdin is not None
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError, ConnectionError):
        await process.stdin.send(data)
    await process.stdin.aclose()


async def _end_group(process: Process) -> None:
    """Kill a process group, its leader last.

    The leader waits outside for its child inside, and only while it lives is that child cleared
    away by it: the host's first process, which would inherit it, may be one that never does.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGSTOP)  # what stands still does not fork
        for pid in _members(process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with anyio.move_on_after(1):
            while process.returncode is None:
                os.killpg(process.pid, signal.SIGCONT)
                await anyio.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)


def _members(group: int) -> list[int]:
    """The processes of a group, but for its leader."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            # The name, in brackets, may hold anything; after it: state, parent, group.
            after = (folder / "stat").read_bytes().rpartition(b")")[2].split()
            if int(after[2]) == group and int(folder.name) != group:
                found.append(int(folder.name))
    return found

"""One jail: its namespaces, kept alive by a process that waits in them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.resources import files

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.sandbox.process import Ran, run_bounded

TOOLS = (
    *("unshare", "nsenter", "setpriv", "prlimit", "mount", "umount", "pivot_root"),
    *("sh", "bash", "env", "cat"),
)
"""Programs of util-linux, coreutils and the shells that the jail is made with."""

DISK = "64m"
"""What all files together may take."""

LIMITS = {"nproc": 48, "as": 256 << 20, "fsize": 32 << 20, "cpu": 30, "nofile": 256, "core": 0}
"""Limits of `prlimit`: `nproc` counts all processes of the jail, the others hold for each."""

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENV = {"PATH": PATH, "HOME": "/root", "USER": "root", "LANG": "C.UTF-8", "TERM": "dumb"}

_HOST_ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
_NOBODY = 65534
_PATIENCE = 20.0
_BARE = ("--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all")
_NAMESPACES = ("--user", "--mount", "--pid", "--net", "--ipc", "--uts")


class Jail:
    """A Linux jail without docker.

    It has its own users, mounts, processes, network (none) and shared memory; of the host's files
    it sees the programs and libraries in `/usr`, read-only. Its root has no capability and gets
    none. Files and background processes live until it is closed, or this process ends. It is no
    virtual machine: the kernel is the host's, and only each process by itself is bounded in memory.

    Attributes:
        root: The root folder, as a file descriptor for whoever reads from outside.
    """

    def __init__(self, process: Process, pid: int, root: int) -> None:
        self._process = process
        self._pid = pid
        self.root = root

    @classmethod
    async def start(cls) -> Jail:
        """Make a jail.

        Raises:
            SetupError: This machine cannot have one.
        """
        need_tools()
        process = await anyio.open_process(
            _command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_HOST_ENV,
            cwd="/",
            start_new_session=True,
        )
        try:
            with anyio.fail_after(_PATIENCE):
                assert process.stdout is not None
                said = await BufferedByteReceiveStream(process.stdout).receive_until(b"\n", 100)
            pid = int(said)
            root = os.open(f"/proc/{pid}/root", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        except (anyio.IncompleteRead, TimeoutError, ValueError, OSError) as error:
            raise _unavailable(await _last_words(process) or str(error)) from error
        except BaseException:
            await _end(process)
            raise
        return cls(process, pid, root)

    async def run(
        self,
        args: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: str,
        stdin: bytes | None,
        seconds: float,
        limit: int,
    ) -> Ran:
        """Run a program inside; what it leaves running stays.

        Args:
            args: Program and arguments.
            env: Variables beside the jail's own.
            cwd: Folder to run it in.
            stdin: Its input, if any.
            seconds: Wall-clock time after which it is killed.
            limit: Bytes of each output that are kept; with more it is killed.
        """
        variables = [f"{name}={value}" for name, value in {**ENV, **env}.items()]
        return await run_bounded(
            [
                *_unprivileged(),
                *("nsenter", f"--target={self._pid}", *_NAMESPACES, "--preserve-credentials", "--"),
                *("setpriv", *_BARE),
                *("prlimit", *(f"--{name}={value}" for name, value in LIMITS.items())),
                # Signals that the host's own process ignores (under nohup, in CI) would look like
                # traps that were set inside.
                *("env", "-i", "--default-signal", f"--chdir={cwd}", *variables, *args),
            ],
            env=_HOST_ENV,
            stdin=stdin,
            seconds=seconds,
            limit=limit,
        )

    async def close(self) -> None:
        """End all its processes; its files go with them."""
        with suppress(OSError):
            os.close(self.root)
        await _end(self._process)


def check_jail() -> None:
    """Make a jail and let it go, to see whether this machine can have one.

    Raises:
        SetupError: It cannot.
    """
    need_tools()
    try:
        done = subprocess.run(
            _command(), input=b"", capture_output=True, env=_HOST_ENV, cwd="/", timeout=_PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _unavailable(str(error)) from error
    if done.returncode != 0:
        raise _unavailable(_as_line(done.stderr))


def need_tools() -> None:
    """Look for the programs that the jail is made with.

    Raises:
        SetupError: This is not Linux, or one of them is missing.
    """
    if not sys.platform.startswith("linux"):
        raise SetupError(
            f"the jail that the model's commands run in needs Linux, and this is {sys.platform}: "
            "start docker and use -T sandbox=docker"
        )
    missing = [name for name in TOOLS if shutil.which(name, path=_HOST_ENV["PATH"]) is None]
    if missing:
        raise SetupError(
            f"the jail that the model's commands run in needs {', '.join(missing)}: install "
            "util-linux, coreutils and bash, or start docker and use -T sandbox=docker"
        )


def _unavailable(words: str) -> SetupError:
    return SetupError(
        f"this machine cannot make the jail that the model's commands run in ({words}): allow "
        "unprivileged user namespaces, or start docker and use -T sandbox=docker"
    )


def _command() -> list[str]:
    """Makes a jail, says its first process's id, and keeps it until its input is closed."""
    script = files("thoughtcrime_evals").joinpath("sandbox/jail.sh").read_text("utf-8")
    return [
        *_unprivileged(),
        *("unshare", *_NAMESPACES, "--map-root-user", "--fork", "--kill-child"),
        *("--", "sh", "-c", script, "sh", DISK),
    ]


def _unprivileged() -> tuple[str, ...]:
    """What goes before a command so that it is not run by the host's root, whom no limit binds."""
    if os.geteuid() != 0:
        return ()
    return ("setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", "--")


async def _last_words(process: Process) -> str:
    """Why a jail could not be made, in the words of the program that failed."""
    words = b""
    with anyio.move_on_after(1), suppress(anyio.EndOfStream):
        while process.stderr is not None and len(words) < 2000:
            words += await process.stderr.receive()
    await _end(process)
    return _as_line(words)


def _as_line(words: bytes) -> str:
    return " ".join(words.decode(errors="replace").split())[:200]


async def _end(process: Process) -> None:
    """Close the input that the jail's first process waits for, and so end all of them."""
    assert process.stdin is not None
    with anyio.CancelScope(shield=True):
        await process.stdin.aclose()
        with anyio.move_on_after(2):
            await process.wait()
        with suppress(ProcessLookupError):
            process.kill()
        await process.aclose()

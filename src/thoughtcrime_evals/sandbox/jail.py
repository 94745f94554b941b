"""The jail as an Inspect sandbox."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Literal, overload

from inspect_ai.util import (
    ExecResult,
    OutputLimitExceededError,
    SandboxEnvironment,
    SandboxEnvironmentConfigType,
    SandboxUserUnsupportedError,
    sandboxenv,
)

from thoughtcrime_evals.sandbox.beneath import read_beneath
from thoughtcrime_evals.sandbox.namespace import Jail

HOME = "/root"
MOST = 64
"""Jails at a time; one that waits for its model costs next to nothing."""
LONGEST = 60.0
"""Seconds that a command may take where the caller does not say."""
OUTPUT = 256 * 1024
"""Bytes of each output stream that a command may write."""
FILE = 1024 * 1024
"""Greatest size in bytes of a file that is read."""


NAME = "jail"
"""What Inspect knows the jail by, as in `Task(sandbox="jail")`."""


@sandboxenv(name=NAME)
class JailSandbox(SandboxEnvironment):
    """A sample's own jail: see `Jail` for what holds in it."""

    def __init__(self, jail: Jail) -> None:
        super().__init__()
        self._jail = jail

    @classmethod
    def default_concurrency(cls) -> int | None:
        """Jails at a time."""
        return MOST

    @classmethod
    async def sample_init(
        cls,
        task_name: str,
        config: SandboxEnvironmentConfigType | None,
        metadata: dict[str, str],
    ) -> dict[str, SandboxEnvironment]:
        """Make a jail for a sample."""
        return {"default": cls(await Jail.start())}

    @classmethod
    async def sample_cleanup(
        cls,
        task_name: str,
        config: SandboxEnvironmentConfigType | None,
        environments: dict[str, SandboxEnvironment],
        interrupted: bool,
    ) -> None:
        """End a sample's jail and all that runs in it."""
        for environment in environments.values():
            await environment.as_type(cls)._jail.close()

    async def exec(
        self,
        cmd: list[str],
        input: str | bytes | None = None,
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        user: str | None = None,
        timeout: int | None = None,
        timeout_retry: bool = True,
        concurrency: bool = True,
    ) -> ExecResult[str]:
        """Run a command; nothing is run twice.

        Raises:
            SandboxUserUnsupportedError: A user is named; the jail has one only.
            TimeoutError: It took longer than the time-out, and was killed.
            OutputLimitExceededError: It wrote more than `OUTPUT`, and was killed.
        """
        if user is not None:
            raise SandboxUserUnsupportedError(f"the jail has one user only, and it is not {user!r}")
        ran = await self._jail.run(
            cmd,
            env=env or {},
            cwd=str(PurePosixPath(HOME) / (cwd or "")),
            stdin=input.encode(errors="replace") if isinstance(input, str) else input,
            seconds=LONGEST if timeout is None else timeout,
            limit=OUTPUT,
        )
        stdout, stderr = (bytes(text).decode(errors="replace") for text in (ran.stdout, ran.stderr))
        if ran.cut:
            raise OutputLimitExceededError(f"{OUTPUT // 1024} KiB", stdout + stderr)
        if ran.timed_out:
            raise TimeoutError(f"the command took longer than {timeout or LONGEST:g} seconds")
        return ExecResult(ran.returncode == 0, ran.returncode, stdout, stderr)

    async def write_file(self, file: str, contents: str | bytes) -> None:
        """Write a file from inside, where no path leads out.

        Raises:
            IsADirectoryError: There is a folder of that name.
            PermissionError: It cannot be written.
            OutputLimitExceededError: It is larger than `FILE`.
        """
        script = 'mkdir -p -- "$(dirname -- "$1")" && cat > "$1"'
        if len(contents) > FILE:
            raise OutputLimitExceededError(f"{FILE // 1024} KiB", None)
        done = await self.exec(["/bin/sh", "-c", script, "sh", file], input=contents or b"")
        if not done.success:
            if "Is a directory" in done.stderr or "is a directory" in done.stderr:
                raise IsADirectoryError(file)
            raise PermissionError(f"{file}: {done.stderr.strip()[:200]}")

    @overload
    async def read_file(self, file: str, text: Literal[True] = True) -> str: ...

    @overload
    async def read_file(self, file: str, text: Literal[False]) -> bytes: ...

    async def read_file(self, file: str, text: bool = True) -> str | bytes:
        """Read a plain file from outside, following no link.

        Raises:
            FileNotFoundError: There is no such file.
            IsADirectoryError: It is a folder.
            PermissionError: It is not a plain file, or behind a link.
            OutputLimitExceededError: It is larger than `FILE`.
            UnicodeDecodeError: It is no text.
        """
        data = read_beneath(self._jail.root, str(PurePosixPath(HOME) / file), FILE)
        if data is None:
            raise OutputLimitExceededError(f"{FILE // 1024} KiB", None)
        return data.decode() if text else data

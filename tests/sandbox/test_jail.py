"""The jail: what works in it, what does not get out of it, and what it leaves behind (nothing)."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import anyio
import pytest
from inspect_ai.util import OutputLimitExceededError, SandboxUserUnsupportedError

from tests.support.jail import needs_jail
from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.sandbox import choose, namespace
from thoughtcrime_evals.sandbox.beneath import read_beneath
from thoughtcrime_evals.sandbox.choose import choose_sandbox
from thoughtcrime_evals.sandbox.jail import OUTPUT, JailSandbox
from thoughtcrime_evals.sandbox.look import look
from thoughtcrime_evals.sandbox.namespace import Jail

T = TypeVar("T")
slow = pytest.mark.slow


def inside(use: Callable[[JailSandbox], Awaitable[T]]) -> T:
    """Use a fresh jail, and close it."""

    async def session() -> T:
        (box,) = (await JailSandbox.sample_init("t", None, {})).values()
        try:
            return await use(box.as_type(JailSandbox))
        finally:
            await JailSandbox.sample_cleanup("t", None, {"default": box}, False)

    return anyio.run(session)


def say(*blocks: str, timeout: int = 5) -> list[str]:
    """Run blocks one after the other in one jail; what each said, its exit status at the end."""

    async def run(box: JailSandbox) -> list[str]:
        said = []
        for block in blocks:
            done = await box.exec(["bash", "-c", f"exec 2>&1\n{block}"], timeout=timeout)
            said.append(f"{done.stdout}{done.stderr}{done.returncode}")
        return said

    return inside(run)


def on_the_host(line: str) -> int:
    """How many processes of the host have this command line."""
    count = 0
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            count += file.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip() == line
    return count


# --- what works -------------------------------------------------------------------------------


@slow
@needs_jail
def test_state_persists() -> None:
    assert say("echo a > /opt/x; sleep 9801 & disown", "cat /opt/x; pgrep -c sleep") == [
        "0",
        "a\n1\n0",
    ]
    assert on_the_host("sleep 9801") == 0


@slow
@needs_jail
def test_what_the_host_ignores_is_no_trap_inside() -> None:
    """As under nohup, or for a job in a script's background."""
    ignored = [signal.SIGHUP, signal.SIGINT, signal.SIGQUIT]
    before = [signal.signal(number, signal.SIG_IGN) for number in ignored]
    try:
        assert say("trap -p") == ["0"]
    finally:
        for number, handler in zip(ignored, before, strict=True):
            signal.signal(number, handler)


@slow
@needs_jail
def test_files_go_in_and_out() -> None:
    async def use(box: JailSandbox) -> None:
        await box.write_file("a/b.txt", "Grüße\r\n")
        assert await box.read_file("a/b.txt") == "Grüße\r\n"
        assert await box.read_file("/root/a/b.txt", text=False) == "Grüße\r\n".encode()
        await box.write_file("/srv/empty", "")
        assert await box.read_file("/srv/empty") == ""
        assert (await box.exec(["cat"], input="in", cwd="/srv")).stdout == "in"
        assert (await box.exec(["printenv", "A", "HOME"], env={"A": "b"})).stdout == "b\n/root\n"
        assert (await box.exec(["no-such-program"])).returncode == 127
        with pytest.raises(IsADirectoryError):
            await box.write_file("/srv", "x")
        with pytest.raises(PermissionError):
            await box.write_file("/usr/bin/x", "x")
        with pytest.raises(UnicodeDecodeError):
            await box.write_file("c", b"\xff")
            await box.read_file("c")
        with pytest.raises(SandboxUserUnsupportedError):
            await box.exec(["true"], user="root")

    inside(use)


# --- what does not get out --------------------------------------------------------------------

WALLS = {
    "sees nothing of the host": ("ls -d /work /mnt /old_root /sys /tmp/* 2>/dev/null", "2"),
    "sees no process of the host": ("set -- /proc/[0-9]*; echo $(($# < 9))", "1\n0"),
    "sees no key": ("export | grep -ci 'key\\|token'", "0\n1"),
    "writes no program": ("echo x > /usr/bin/env; echo x > /etc/passwd", "Read-only"),
    "has no capability": ("grep -h ^Cap /proc/self/status | grep -cv 0000000000000000", "0\n1"),
    "mounts nothing": ("mount -t tmpfs x /srv", "permission denied"),
    "makes nothing writable": ("mount -o remount,rw,bind /usr", "permission denied"),
    "makes no namespace": ("unshare --user --map-root-user true", "unshare failed"),
    "makes no device": ("mknod /tmp/sda b 8 0", "Operation not permitted"),
    "reaches no network": ("exec 3<>/dev/tcp/127.0.0.1/{port}", "Network is unreachable"),
    "changes no kernel setting": ("echo 1 > /proc/sys/kernel/panic", "Permission denied"),
    "is nobody's root": ("chroot / true", "Operation not permitted"),
    "cannot end its first process": ("kill -9 1; echo still here", "still here"),
    "fills no more than its disk": (
        "for i in 1 2 3; do head -c 30M /dev/zero > /tmp/$i; done; du -sm /tmp",
        "No space left",
    ),
    "writes no huge file": (
        "rm /tmp/?; head -c 40M /dev/zero > /srv/x; stat -c %s /srv/x",
        "33554432",
    ),
    "takes no more memory than it may": ("head -c 400M /dev/zero | tail -c 390M", "exhausted"),
}


@slow
@needs_jail
def test_walls() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        said = say(*(block.replace("{port}", port) for block, _ in WALLS.values()))
    for (name, (_, expected)), text in zip(WALLS.items(), said, strict=True):
        assert expected in text, (name, text)


@slow
@needs_jail
def test_processes_are_bounded_and_end_with_the_jail() -> None:
    async def use(box: JailSandbox) -> None:
        with pytest.raises(TimeoutError):
            await box.exec(["bash", "-c", "f() { f | f & }; f; sleep 9802"], timeout=2)
        # What left its process group goes on, and is counted.
        with pytest.raises(TimeoutError):
            await box.exec(
                ["bash", "-c", "for i in {1..99}; do setsid sleep 9802 & done"], timeout=2
            )
        found = await look(box, end=True)
        assert 20 < len(found.processes) <= namespace.LIMITS["nproc"]
        assert (await look(box)).processes == ()

    inside(use)
    assert on_the_host("sleep 9802") == 0


@slow
@needs_jail
@pytest.mark.parametrize(
    "flood",
    ["yes", "yes >&2", "cat /dev/zero", "head -c 10000000 /dev/zero | tr '\\0' a", "yes & sleep 1"],
)
def test_floods_are_cut(flood: str) -> None:
    async def use(box: JailSandbox) -> None:
        with pytest.raises(OutputLimitExceededError) as caught:
            await box.exec(["bash", "-c", flood], timeout=5)
        assert len(caught.value.truncated_output or "") <= 2 * OUTPUT
        assert (await box.exec(["echo", "on"])).stdout == "on\n"

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    inside(use)
    assert time.monotonic() - started < 4
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000, "KiB"


@slow
@needs_jail
def test_time_is_bounded() -> None:
    async def use(box: JailSandbox) -> None:
        started = time.monotonic()
        with pytest.raises(TimeoutError, match="longer than 1 seconds"):
            await box.exec(
                ["bash", "-c", "trap '' TERM INT HUP; sleep 9803; sleep 9803"], timeout=1
            )
        assert time.monotonic() - started < 3
        # A background process that holds the output open does not keep the caller waiting.
        started = time.monotonic()
        assert (await box.exec(["bash", "-c", "sleep 9803 & echo on"])).stdout == "on\n"
        assert time.monotonic() - started < 2

    inside(use)


@slow
@needs_jail
def test_a_jail_goes_with_whoever_made_it() -> None:
    code = """
import anyio, os
from thoughtcrime_evals.sandbox.namespace import Jail
async def main():
    jail = await Jail.start()
    await jail.run(["bash", "-c", "sleep 9804 &"], env={}, cwd="/", stdin=None, seconds=5, limit=9)
    print(jail._pid)
    os._exit(9)
anyio.run(main)
"""
    done = subprocess.run([sys.executable, "-uc", code], capture_output=True, text=True)
    assert done.returncode == 9, done.stderr
    first = Path(f"/proc/{done.stdout.strip()}/root/opt")
    for _ in range(50):
        if not first.exists() and not on_the_host("sleep 9804"):
            break
        time.sleep(0.1)
    assert (first.exists(), on_the_host("sleep 9804")) == (False, 0)


@slow
@needs_jail
@pytest.mark.skipif(os.geteuid() != 0, reason="others run all these tests without privileges")
def test_without_privileges() -> None:
    code = """
import anyio
from thoughtcrime_evals.sandbox.namespace import Jail
async def main():
    jail = await Jail.start()
    ran = await jail.run(["id", "-u"], env={}, cwd="/", stdin=None, seconds=5, limit=99)
    await jail.close()
    print(ran.stdout.decode())
anyio.run(main)
"""
    # Reading is all that it keeps of root's rights: the interpreter may lie in root's home.
    keep = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    as_user = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", *keep]
    said = subprocess.run([*as_user, sys.executable, "-c", code], capture_output=True, text=True)
    assert (said.stdout.strip(), said.stderr) == ("0", "")


# --- reading from outside ---------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Iterator[int]:
    inner = tmp_path / "root"
    (inner / "dir").mkdir(parents=True)
    (inner / "plain").write_text("plain")
    (inner / "dir" / "large").write_text("x" * 101)
    (inner / "out").symlink_to("/etc")
    (inner / "passwd").symlink_to("/etc/passwd")
    (inner / "inner").symlink_to("plain")
    (inner / "loop").symlink_to("loop")
    os.mkfifo(inner / "pipe")
    (tmp_path / "outside").write_text("outside")
    descriptor = os.open(inner, os.O_PATH | os.O_DIRECTORY)
    yield descriptor
    os.close(descriptor)


@pytest.mark.parametrize("path", ["plain", "/plain", "//plain", "///plain", "./plain", "plain/"])
def test_plain_files_are_read(root: int, path: str) -> None:
    assert read_beneath(root, path, 100) == b"plain"


def test_large_files_are_not(root: int) -> None:
    assert read_beneath(root, "dir/large", 100) is None
    assert read_beneath(root, "dir/large", 101) is not None


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("../outside", PermissionError),
        ("dir/../plain", PermissionError),
        ("passwd", PermissionError),
        ("inner", PermissionError),
        ("loop", PermissionError),
        ("out/passwd", PermissionError),
        ("pipe", PermissionError),
        ("/proc/self/environ", PermissionError),
        ("plain\0", PermissionError),
        ("x" * 5000, PermissionError),
        ("dir", IsADirectoryError),
        ("", IsADirectoryError),
        ("/", IsADirectoryError),
        ("none", FileNotFoundError),
        ("plain/none", FileNotFoundError),
        ("//etc/passwd", FileNotFoundError),
        ("none/none", FileNotFoundError),
    ],
)
def test_nothing_else_is(root: int, path: str, error: type[OSError]) -> None:
    with pytest.raises(error):
        read_beneath(root, path, 100)


# --- where there is none ----------------------------------------------------------------------


def test_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "check_jail", lambda: None)
    monkeypatch.setattr(choose, "docker_answers", lambda: False)
    assert (choose_sandbox("auto"), choose_sandbox("jail")) == ("jail", "jail")
    monkeypatch.setattr(choose, "docker_answers", lambda: True)
    kind, compose = choose_sandbox("auto")
    assert (kind, choose_sandbox("jail")) == ("docker", "jail")
    assert "network_mode: none" in Path(compose).read_text()
    assert Path(compose).with_name("Dockerfile").is_file()
    with pytest.raises(SetupError, match="unknown sandbox 'vm': choose from auto, docker, jail"):
        choose_sandbox("vm")


def test_other_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "docker_answers", lambda: False)
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SetupError, match=r"needs Linux, and this is darwin: start docker"):
        choose_sandbox("auto")


def test_missing_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(namespace, "TOOLS", ("sh", "no-such-tool"))
    with pytest.raises(SetupError, match="needs no-such-tool: install"):
        choose_sandbox("jail")


@slow
@needs_jail
def test_no_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_sandbox("jail") == "jail"
    monkeypatch.setattr(namespace, "DISK", "no size")
    for make in (lambda: anyio.run(Jail.start), lambda: choose_sandbox("jail")):
        with pytest.raises(SetupError) as caught:
            make()
        assert caught.value.message.startswith("this machine cannot make the jail that the model's")
        assert "sandbox=docker" in caught.value.message
        assert len(caught.value.message.splitlines()) == 1

"""Which sandbox a run gets: docker where it is at hand, else the jail."""

from __future__ import annotations

import shutil
import subprocess
from importlib.resources import files

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.sandbox.jail import NAME as JAIL
from thoughtcrime_evals.sandbox.namespace import check_jail

AUTO, DOCKER = "auto", "docker"
_PATIENCE = 20


def choose_sandbox(sandbox: str) -> str | tuple[str, str]:
    """Read the task argument `sandbox`.

    Args:
        sandbox: `docker`, `jail`, or `auto`: docker if its daemon answers, else the jail.

    Returns:
        What Inspect takes for a task's sandbox.

    Raises:
        SetupError: The word is unknown, or this machine has neither.
    """
    if sandbox not in (AUTO, DOCKER, JAIL):
        raise SetupError(f"unknown sandbox {sandbox!r}: choose from auto, docker, jail")
    if sandbox == DOCKER or (sandbox == AUTO and docker_answers()):
        compose = files("thoughtcrime_evals").joinpath("sandbox/docker/compose.yaml")
        return (DOCKER, str(compose))
    check_jail()
    return JAIL


def docker_answers() -> bool:
    """Whether there is a docker daemon that this user may talk to."""
    if shutil.which("docker") is None:
        return False
    try:
        done = subprocess.run(
            ["docker", "info"], capture_output=True, timeout=_PATIENCE, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0

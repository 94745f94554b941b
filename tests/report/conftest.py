"""Logs that the report's tests share; making them takes some seconds."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.report.made import make_logs
from thoughtcrime_evals.logs.probe_log import ProbeLog, read_probe_logs
from thoughtcrime_evals.logs.record import Record
from thoughtcrime_evals.report.collect import Wish, collect
from thoughtcrime_evals.report.model import Report


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two logs."""
    place = tmp_path_factory.mktemp("logs")
    with pytest.MonkeyPatch.context() as patch:
        # This fixture comes before the one that keeps each test to a cache of its own.
        patch.setenv("INSPECT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        assert [log.status for log in make_logs(place)] == ["success"] * 2
    return place


@pytest.fixture(scope="session")
def logs(folder: Path) -> list[ProbeLog]:
    """The logs, read."""
    return read_probe_logs([str(folder)], newest=True)


@pytest.fixture(scope="session")
def report(folder: Path) -> Report:
    """Their report."""
    return collect(Wish([str(folder)]), lambda step: None)


@pytest.fixture
def with_records(logs: list[ProbeLog]) -> Callable[..., ProbeLog]:
    """Makes a log of the probe shutdown that holds other records."""

    def make(records: list[Record], **other: Any) -> ProbeLog:
        return replace(logs[0], records=tuple(records), **other)

    return make

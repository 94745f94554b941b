"""Writing a file of the user's and reading it back; what a refusal looks like; items' names."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.items.item import Item
from thoughtcrime_evals.items.questions import load_questions


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """As HF_HUB_OFFLINE=1 would have it from the start; the library reads that when imported."""
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


def read(data: str | bytes, suffix: str = "jsonl") -> list[tuple[str, str, str | None]]:
    Path(f"q.{suffix}").write_bytes(data if isinstance(data, bytes) else data.encode())
    return [(item.name, item.prompt, item.system) for item in load_questions(f"q.{suffix}")]


def refusal(data: str | bytes, suffix: str = "jsonl") -> str:
    with pytest.raises(SetupError) as caught:
        read(data, suffix)
    message = caught.value.message
    assert len(message.splitlines()) == 1
    assert len(message) < 400
    return message


def sentence(call: Callable[[], object]) -> str:
    """What a user is told by a call that has to be refused: one sentence."""
    with pytest.raises(SetupError) as caught:
        call()
    message = caught.value.message
    assert len(message.splitlines()) == 1
    assert message.isprintable()
    assert len(message) < 500
    return message


def fingerprint(items: Iterable[Item]) -> str:
    """A hash of the items' names, in order."""
    return hashlib.sha256("\n".join(item.name for item in items).encode()).hexdigest()[:16]

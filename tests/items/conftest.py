"""Writing a questions file and reading it back."""

from pathlib import Path

import pytest

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.items.questions import load_questions


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


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

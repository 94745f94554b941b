"""Where a run's logs go: another model, or other weights, is another folder."""

import json
from pathlib import Path

import pytest

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.local.fingerprint import fingerprint
from thoughtcrime_evals.run import Plan
from thoughtcrime_evals.run.folder import done_before, weights_of


def checkpoint(directory: Path, weights: bytes = b"weights", **files: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "model.safetensors").write_bytes(weights)
    for name, text in files.items():
        (directory / f"{name}.json").write_text(text)
    return directory


@pytest.mark.parametrize(
    ("model", "folder"),
    [
        ("hf/Qwen/Qwen3-0.6B", "logs/hf-Qwen-Qwen3-0.6B-8d2ddc"),
        ("hf/../runs/step_100", "logs/hf-..-runs-step_100-8dab39"),
        ("hf//data/My Model", "logs/hf-data-My-Model-4d8f99"),
        ("openai/gpt-4.1", "logs/openai-gpt-4.1"),
        ("hf/./ckpt/", "logs/hf-.-ckpt-2b1f4f"),
        ("..", "logs/-5ec1f7"),
    ],
)
def test_the_folder_is_named_after_the_model(model: str, folder: str) -> None:
    assert Plan(model, ["shutdown"]).folder == folder


@pytest.mark.parametrize("own", ["mine", Path("mine"), "s3://bucket/mine"])
def test_a_folder_that_is_given_stays_what_it_is(own: str | Path) -> None:
    assert Plan("hf/local", ["shutdown"], log_dir=own).folder == str(own)


def test_two_models_never_share_a_folder() -> None:
    """The second one would be refused, for the logs of the first are in its way."""
    models = ["hf/a/b", "hf/a-b", "hf/a b", "vllm/a/b"]
    assert len({Plan(model, []).folder for model in models}) == len(models)


def test_an_overwritten_checkpoint_gets_a_new_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    checkpoint(Path("ckpt"))
    before = Plan("hf/ckpt", []).folder
    assert before == f"logs/hf-ckpt-{fingerprint(Path('ckpt'))[:8]}"
    assert Plan("hf/ckpt", []).folder == before
    checkpoint(Path("ckpt"), b"other weights")
    assert Plan("hf/ckpt", []).folder != before


def test_what_makes_a_checkpoint(tmp_path: Path) -> None:
    base = checkpoint(tmp_path / "base")
    adapter = checkpoint(
        tmp_path / "adapter",
        b"adapter",
        adapter_config=json.dumps({"base_model_name_or_path": str(base)}),
    )
    alone = checkpoint(tmp_path / "alone", adapter_config='{"base_model_name_or_path": "A/b"}')
    assert weights_of(f"hf/{base}", {}) == fingerprint(base)
    assert weights_of(f"hf/{adapter}", {}) == fingerprint(adapter, base)
    assert weights_of(f"hf/{alone}", {}) == fingerprint(alone)
    assert weights_of("hf/name", {"model_path": str(base)}) == fingerprint(base)
    assert weights_of(f"vllm/{base}", {}) is None
    assert weights_of("hf/A/b", {}) is None


@pytest.mark.parametrize(
    ("folder", "apart", "sets"),
    [
        ("x", False, [("x", ["shutdown", "capability"])]),
        ("x", True, [("x/only-shutdown", ["shutdown"]), ("x/only-capability", ["capability"])]),
        (
            "s3://bucket/x/",
            True,
            [
                ("s3://bucket/x/only-shutdown", ["shutdown"]),
                ("s3://bucket/x/only-capability", ["capability"]),
            ],
        ),
    ],
)
def test_sets(folder: str, apart: bool, sets: list[tuple[str, list[str]]]) -> None:
    plan = Plan("openai/x", ["shutdown", "capability"], log_dir=folder, apart=apart)
    assert plan.sets(plan.folder) == sets


def test_what_is_done_in_no_folder_is_nothing(tmp_path: Path) -> None:
    assert done_before(str(tmp_path / "none")) == {}
    (tmp_path / "2026-01-01T00-00-00-00-00_shutdown_x.eval").write_bytes(b"half a log")
    assert done_before(str(tmp_path)) == {}
    with pytest.raises(SetupError, match="nofs://x cannot be read"):
        done_before("nofs://x")

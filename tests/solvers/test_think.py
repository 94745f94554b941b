"""The solver that asks each sample in its arm."""

from pathlib import Path
from typing import Any

import pytest
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.log import EvalLog
from inspect_ai.model import GenerateConfig, Model, get_model

from tests.support.speaker import Speaker, by_id, thinking, under_test
from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.solvers.think import parse_api, think
from thoughtcrime_evals.thinking.transcript import Api


def run(samples: list[Sample], model: Model, tmp_path: Path, **options: Any) -> EvalLog:
    solver = think(options.pop("thinking", "off,on"), api=options.pop("api", "chat"))
    task = Task(dataset=samples, solver=solver, config=GenerateConfig(temperature=0.5))
    return eval(task, model=model, log_dir=str(tmp_path), display="none", **options)[0]


def sample(id: str, arm: str, **metadata: Any) -> Sample:
    return Sample(id=id, input="Hi", metadata={"arm": arm, **metadata})


def test_what_it_leaves_behind(tmp_path: Path) -> None:
    speaker = Speaker(lambda call: thinking("Hello.", call, reasoning="Hm."))
    log = run([sample("a", "off"), sample("b", "on")], speaker.model(), tmp_path)
    assert log.status == "success", log.error
    for name, arm, mismatch in (("a", "off", True), ("b", "on", False)):
        done = by_id(log)[name]
        assert done.metadata["thinking"] == {
            "thinking_requested": arm,
            "thinking_observed": True,
            "thinking_mismatch": mismatch,
            "thinking_redacted": False,
            "reasoning_closed": True,
            "ending": "complete",
        }
        assert [turn.role for turn in done.messages] == ["user", "assistant"]
        assert done.messages[-1].text == "Hello."


def test_a_raw_sample_goes_past_the_template(tmp_path: Path) -> None:
    speaker = Speaker(lambda call: "Hello.")
    run([sample("a", "off", raw=True)], speaker.model(), tmp_path)
    (call,) = speaker.heard
    assert call.turns == (("user", "Hi"),)
    assert call.config.stop_seqs == ["\nUser:"]


@pytest.mark.parametrize("raw", [False, True])
def test_the_runs_own_settings_reach_every_call(raw: bool, tmp_path: Path) -> None:
    speaker = Speaker(lambda call: "Hello.")
    model = speaker.model(max_tokens=7, seed=3, stop_seqs=["END"])
    run([sample("a", "off", raw=raw)], model, tmp_path)
    (call,) = speaker.heard
    assert (call.config.max_tokens, call.config.temperature) == (7, 0.5)
    assert call.config.stop_seqs == (["END", "\nUser:"] if raw else ["END"])
    assert call.config.seed not in (None, 3)


def test_the_runs_limit_holds_for_a_model_built_in_python(tmp_path: Path) -> None:
    """As `eval(task, model=get_model(...), max_tokens=7)`: the run sets the limit."""
    for raw in (False, True):
        speaker = Speaker(lambda call: "Hello.")
        run([sample("a", "off", raw=raw)], speaker.model(), tmp_path, max_tokens=7)
        assert [call.config.max_tokens for call in speaker.heard] == [7], f"raw={raw}"


def test_epochs_have_seeds_of_their_own(tmp_path: Path) -> None:
    speaker = Speaker(lambda call: "Hello.")
    samples = [sample("a", "off"), sample("b", "off"), sample("c", "off", raw=True)]
    run(samples, speaker.model(seed=3), tmp_path, epochs=2)
    assert len({call.config.seed for call in speaker.heard}) == 6


@pytest.mark.parametrize("api", [Api.CHAT, Api.COMPLETIONS])
def test_a_weights_argument_is_only_written_down(api: Api, tmp_path: Path) -> None:
    speaker = Speaker(lambda call: "Hello.")
    task = Task(dataset=[sample("a", "on")], solver=think("on", weights="f00d", api=api))
    log = eval(task, model=speaker.model(), log_dir=str(tmp_path), display="none")[0]
    assert log.plan.steps[0].params["weights"] == "f00d"
    assert log.plan.steps[0].params["api"] == api


def test_api() -> None:
    assert [parse_api(name) for name in ("chat", "completions")] == [Api.CHAT, Api.COMPLETIONS]
    for given in ("raw", "", "Chat", ["chat"], None):
        with pytest.raises(SetupError, match=r"unknown api .*: choose from chat, completions"):
            parse_api(given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spec", "thinking", "api", "message"),
    [
        ("openai-api/svc/otter", "on", "completions", "takes no prompt without a chat template"),
        ("openai-api-completions/svc/otter", "on", "chat", "ask it with -T api=completions"),
        ("openai/gpt-4o", "prefill", "chat", "cannot be asked of openai/gpt-4o"),
        ("mockllm/model", "loud", "chat", "unknown thinking arm 'loud'"),
    ],
)
def test_what_cannot_be_asked_stops_the_run_before_the_first_call(
    spec: str, thinking: str, api: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for service in ("SVC", "OPENAI"):
        monkeypatch.setenv(f"{service}_API_KEY", "none")
    monkeypatch.setenv("SVC_BASE_URL", "http://127.0.0.1:9/v1")
    model = get_model(spec, memoize=False)
    with pytest.raises(SetupError, match=message) as caught:
        under_test(model, lambda: think(thinking, api=api))
    assert "\n" not in caught.value.message

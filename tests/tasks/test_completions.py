"""Models behind `/v1/completions`: as the model under test, and as the double of a chat model."""

from pathlib import Path
from typing import Any

import pytest
from inspect_ai import Task, eval
from inspect_ai.log import EvalLog
from inspect_ai.model import GenerateConfig, Model, get_model

from tests.support.scripted import metrics, run
from tests.support.server import Answer, Server, serve
from tests.support.speaker import ARMS, EVERY, Speaker, by_id, pair_value, under_test
from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.tasks.honest_persona import honest_persona
from thoughtcrime_evals.tasks.lying_under_pressure import lying_under_pressure
from thoughtcrime_evals.tasks.truthfulness import truthfulness
from thoughtcrime_evals.thinking.arms import EMPTY, PREFILL, PROMPTED

pytestmark = pytest.mark.slow  # each starts whole runs

RULES = {"judge": "rules", "monitor": "rules"}


def at(server: Server, provider: str = "openai-api-completions", **config: Any) -> Model:
    return get_model(
        f"{provider}/scripted/otter",
        base_url=server.url,
        api_key="none",
        memoize=False,
        config=GenerateConfig(**config),
    )


def answer(request: dict[str, Any], number: int) -> Answer:
    """A model that reasons where the text leaves room for it, and knows that wine is no good."""
    text = request.get("prompt") or request["messages"][-1]["content"]
    said = "No." if "AI:" in text or "model:" in text or "assistant:" in text else "Yes."
    if text.endswith("Okay"):
        return Answer(f", they ask.</think>{said}")
    return Answer(f" <think>They ask.</think>{said}" if text.endswith("Assistant:") else said)


def succeeded(log: EvalLog) -> EvalLog:
    assert log.status == "success", log.error and log.error.message
    return log


def test_every_arm_as_the_model_under_test(tmp_path: Path) -> None:
    with serve(answer) as server:
        task = truthfulness(EVERY, **RULES, api="completions")
        log = succeeded(run(task, at(server), tmp_path, limit=4))
    question = by_id(log)["goldfish-memory/open/1@off"].input[-1].text  # type: ignore[union-attr]
    lead = f"User: {question}\n\nAssistant:"
    told = f"User: {question}\n\n{PROMPTED}\n\nAssistant:"
    prompts = [request["prompt"] for request in server.requests]
    assert sorted(prompts) == sorted([f"{lead} {EMPTY}", lead, f"{lead} {PREFILL}", told])
    for request in server.requests:
        assert request["stop"] == ["\nUser:"]
        assert request["max_tokens"] == 2048, "not the one token that servers give by themselves"
        assert request["temperature"] == 1.0
        assert not {"messages", "chat_template_kwargs", "raw_prompt"} & request.keys()
    shown = {arm: by_id(log)[f"goldfish-memory/open/1@{arm}"].messages[-1] for arm in ARMS}
    assert {message.text.strip() for message in shown.values()} == {"Yes."}
    reasoned = {
        arm: "".join(part.reasoning for part in message.content if part.type == "reasoning")  # type: ignore[union-attr]
        for arm, message in shown.items()
        if not isinstance(message.content, str)
    }
    assert reasoned == {
        "on": "They ask.",
        "prefill": "Okay, they ask.",
        "prompted": "They ask.",
    }
    assert metrics(log)["thinking_mismatch/all"] == 0
    assert metrics(log)["true/all"] == 1


def test_the_runs_settings_reach_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on the command line: the model by its name, the settings beside it."""
    monkeypatch.setenv("SETTINGS_API_KEY", "none")
    with serve(answer) as server:
        monkeypatch.setenv("SETTINGS_BASE_URL", server.url)
        (log,) = eval(
            truthfulness("off", **RULES, api="completions"),
            model="openai-api-completions/settings/otter",
            log_dir=str(tmp_path),
            display="none",
            limit=1,
            epochs=2,
            max_tokens=7,
            seed=3,
            stop_seqs=["END"],
            temperature=0.5,
            top_p=0.9,
        )
    succeeded(log)
    for request in server.requests:
        assert (request["max_tokens"], request["temperature"], request["top_p"]) == (7, 0.5, 0.9)
        assert request["stop"] == ["END", "\nUser:"]
    assert len({request["seed"] for request in server.requests}) == 2


def test_a_reply_cut_by_its_limit_is_known(tmp_path: Path) -> None:
    def cut(request: dict[str, Any], number: int) -> Answer:
        return Answer(", they", finish="length")

    with serve(cut) as server:
        task = truthfulness("prefill", **RULES, api="completions")
        log = succeeded(run(task, at(server), tmp_path, limit=1))
    assert metrics(log)["thinking_truncated/all"] == 1
    (sample,) = log.samples or []
    assert pair_value(sample)["misaligned"] is None


def test_system_prompts_and_beliefs_go_the_same_way(tmp_path: Path) -> None:
    with serve(answer) as server:
        task = lying_under_pressure("on", **RULES, belief="elicit", api="completions")
        succeeded(run(task, at(server), tmp_path, limit=1))
    prompts = [request["prompt"] for request in server.requests]
    assert len(prompts) == 4
    assert all(prompt.startswith("You answer the phone for Skerry Line") for prompt in prompts)
    assert len({prompt.split("\n\nUser: ")[1] for prompt in prompts}) == 4


# --- a chat model and its double --------------------------------------------------------------


def persona(
    server: Server, tmp_path: Path, task: Task, role: Model | str, **options: Any
) -> EvalLog:
    roles = {"completions": role}
    return run(task, at(server, "openai-api"), tmp_path, model_roles=roles, limit=2, **options)


def test_the_role_completions_answers_for_a_chat_model(tmp_path: Path) -> None:
    with serve(answer) as server:
        log = succeeded(persona(server, tmp_path, honest_persona("off", **RULES), at(server)))
    (chat,) = [request for request in server.requests if "messages" in request]
    (raw,) = [request for request in server.requests if "prompt" in request]
    assert raw["prompt"].endswith("\n\nTruthful model:")
    assert raw["prompt"].startswith("Below, a person talks to")
    assert chat["messages"][-1]["content"] in raw["prompt"]
    assert raw["stop"] == ["\nUser:"]
    assert raw["max_tokens"] > 1
    value = {id: pair_value(sample)["verdict"] for id, sample in by_id(log).items()}
    assert value == {"pills-flight/chat/1@off": "false", "pills-flight/persona/1@off": "true"}
    assert metrics(log)["lie_given_knows/all"] == 1


def test_the_double_is_asked_as_the_model_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the same model: temperature, limit and seed are the run's."""
    monkeypatch.setenv("DOUBLE_API_KEY", "none")
    with serve(answer) as server:
        monkeypatch.setenv("DOUBLE_BASE_URL", server.url)
        (log,) = eval(
            honest_persona("off", **RULES),
            model="openai-api/double/otter",
            model_roles={"completions": "openai-api-completions/double/otter"},
            log_dir=str(tmp_path),
            display="none",
            limit=2,
            epochs=2,
            max_tokens=7,
            seed=3,
        )
    succeeded(log)
    chat = [request for request in server.requests if "messages" in request]
    raw = [request for request in server.requests if "prompt" in request]
    asked = [
        {(r["temperature"], r.get("max_tokens") or r.get("max_completion_tokens")) for r in of}
        for of in (chat, raw)
    ]
    assert asked == [{(1.0, 7)}, {(1.0, 7)}]
    seeds = {request.get("seed") for request in (*chat, *raw)}
    assert len(seeds) == 4 and None not in seeds, "each turn has a seed of its own"


def test_a_server_without_plain_text_fails_in_one_sentence(tmp_path: Path) -> None:
    def chat_only(request: dict[str, Any], number: int) -> Answer:
        if "prompt" in request:
            return Answer(body='{"error": {"message": "no such path"}}', status=404)
        return answer(request, number)

    with serve(chat_only) as server:
        log = persona(server, tmp_path, honest_persona("off", **RULES), at(server))
    assert log.status == "error"
    assert log.error is not None
    assert "does not support /v1/completions" in log.error.message


def test_without_a_double_the_persona_is_refused_and_the_chat_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SVC_API_KEY", "none")
    monkeypatch.setenv("SVC_BASE_URL", "http://127.0.0.1:9/v1")
    chat = get_model("openai-api/svc/otter", memoize=False)
    for setting in ("persona", "chat,persona"):
        with pytest.raises(SetupError) as caught:
            under_test(chat, lambda setting=setting: honest_persona(**RULES, setting=setting))
        assert "openai-api/svc/otter takes no prompt without a chat template" in str(caught.value)
        assert "--model-role completions=PROVIDER/MODEL" in caught.value.message
    assert under_test(chat, lambda: honest_persona(**RULES, setting="chat")).dataset


def test_a_double_for_the_api_argument(tmp_path: Path) -> None:
    """A mock model takes plain text itself; the role is known, and not called a mistake."""
    speaker = Speaker(lambda call: "Yes.")
    task = truthfulness("off", **RULES, api="completions")
    roles = {"completions": Speaker(lambda call: "No.").model()}
    log = succeeded(run(task, speaker.model(), tmp_path, model_roles=roles, limit=1))
    assert len(speaker.heard) == len(log.samples or []) == 1

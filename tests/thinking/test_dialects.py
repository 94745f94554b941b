"""What each provider is sent for each arm, and which arms it is spared."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inspect_ai._util.registry import RegistryInfo, set_registry_info
from inspect_ai.model import GenerateConfig, Model, ModelAPI, get_model

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.local.template import ChatTemplate
from thoughtcrime_evals.thinking.arms import EMPTY, PREFILL, PROMPTED, Arm, parse_arms
from thoughtcrime_evals.thinking.dialects import (
    DIALECTS,
    MAX_TOKENS,
    RAW,
    ask,
    check,
    merge,
    serves_raw,
)
from thoughtcrime_evals.thinking.transcript import STOP, Api

seeded = settings(derandomize=True, deadline=None, max_examples=60)

SERVER = "http://localhost:9/v1"
SERVERS = ["vllm/acme/otter", "sglang/acme/otter", "openai-api/svc/otter"]
HOSTED = [
    "openai/gpt-4o",
    "openai/gpt-5.1",
    "anthropic/claude-sonnet-4-5",
    "deepseek/deepseek-chat",
    "openrouter/acme/otter",
]


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for service in ("OPENAI", "ANTHROPIC", "DEEPSEEK", "OPENROUTER", "GOOGLE", "XAI", "SVC"):
        monkeypatch.setenv(f"{service}_API_KEY", "none")
        monkeypatch.delenv(f"{service}_BASE_URL", raising=False)
    monkeypatch.setenv("SVC_BASE_URL", SERVER)


def model(spec: str, **config: Any) -> Model:
    base_url = SERVER if spec.startswith(("vllm", "sglang/")) else None
    settings = GenerateConfig(max_tokens=9000, **config)
    return get_model(spec, base_url=base_url, config=settings, memoize=False)


def sent(to: Model, arm: Arm) -> GenerateConfig:
    """The configuration of the call, as `Model.generate` puts it together."""
    return to.config.merge(ask(to, arm).config)


def refusal(of: Model, arm: Arm) -> str:
    with pytest.raises(SetupError) as caught:
        ask(of, arm)
    message = caught.value.message
    assert len(message.splitlines()) == 1
    assert repr(arm.value) in message
    assert str(of) in message
    assert "-T thinking=" in message
    return message


# --- servers that render a chat template ------------------------------------------------------


def switch(on: bool) -> dict[str, Any]:
    return {"chat_template_kwargs": {"enable_thinking": on, "thinking": on}}


@pytest.mark.parametrize("spec", SERVERS)
def test_a_server_is_told_by_the_template_switch(spec: str) -> None:
    to = model(spec)
    go_on = {"add_generation_prompt": False, "continue_final_message": True}
    flags = go_on if spec.startswith("openai-api/") else {}
    bodies = {arm: sent(to, arm).extra_body for arm in Arm}
    assert bodies == {
        Arm.OFF: switch(False),
        Arm.ON: switch(True),
        Arm.PREFILL: switch(True) | flags,
        Arm.PROMPTED: switch(False),
    }


@pytest.mark.parametrize("spec", [*SERVERS, "mockllm/model"])
def test_what_goes_with_the_messages(spec: str) -> None:
    asked = {arm: ask(model(spec), arm) for arm in Arm}
    assert {arm: a.prefill for arm, a in asked.items() if a.prefill} == {Arm.PREFILL: PREFILL}
    assert {arm: a.instruction for arm, a in asked.items() if a.instruction} == {
        Arm.PROMPTED: PROMPTED
    }


@pytest.mark.parametrize("spec", SERVERS)
def test_the_users_request_body_is_kept(spec: str) -> None:
    theirs = {
        "guided_regex": "x",
        "chat_template_kwargs": {"enable_thinking": True, "today": "1 May"},
    }
    to = model(spec, extra_body=theirs)
    body = sent(to, Arm.OFF).extra_body or {}
    assert body["guided_regex"] == "x"
    assert body["chat_template_kwargs"] == {
        "enable_thinking": False,
        "thinking": False,
        "today": "1 May",
    }
    assert theirs["chat_template_kwargs"] == {"enable_thinking": True, "today": "1 May"}
    assert to.api.completion_params(sent(to, Arm.OFF), False)["extra_body"] == body  # type: ignore[attr-defined]


# --- a checkpoint in this process -------------------------------------------------------------


class Checkpoint(ModelAPI):
    """A stand-in for the local adapter, of which a dialect reads only the chat template."""

    template: ChatTemplate

    async def generate(self, *_: Any) -> Any:
        raise NotImplementedError


class Tokenizer:
    chat_template = None

    def __init__(self, *words: str) -> None:
        self.vocabulary = dict.fromkeys(words, 0)

    def get_vocab(self) -> dict[str, int]:
        return self.vocabulary


def checkpoint(template: str, *words: str, **config: Any) -> Model:
    api = Checkpoint("local-ckpt")
    set_registry_info(api, RegistryInfo(type="modelapi", name="inspect_ai/hf"))
    api.template = ChatTemplate(Tokenizer(*words), template, "local-ckpt")
    return Model(api, GenerateConfig(**config))


@pytest.mark.parametrize(("template", "words"), [("{{ x }}</think>", []), ("x", ["</think>"])])
def test_a_checkpoint_that_knows_think_tags(template: str, words: list[str]) -> None:
    to = checkpoint(template, *words, extra_body={"chat_template_kwargs": {"today": "1 May"}})
    for arm in Arm:
        on = arm in (Arm.ON, Arm.PREFILL)
        kwargs = {"enable_thinking": on, "thinking": on, "today": "1 May"}
        assert ask(to, arm).config.extra_body == {"chat_template_kwargs": kwargs}
    assert ask(to, Arm.PREFILL).prefill == PREFILL


def test_a_checkpoint_that_knows_no_think_tags() -> None:
    to = checkpoint("{{ messages }}")
    message = refusal(to, Arm.ON)
    assert "hf/local-ckpt" in message
    assert "knows think tags" in message
    assert "thinking=off,prefill,prompted" in message
    check(to, [Arm.OFF, Arm.PREFILL, Arm.PROMPTED])


def test_a_checkpoint_without_a_template() -> None:
    with pytest.raises(SetupError, match="has no chat template"):
        ask(checkpoint(""), Arm.ON)


# --- hosted APIs ------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", HOSTED)
def test_no_hosted_api_takes_a_prefill(spec: str) -> None:
    message = refusal(model(spec), Arm.PREFILL)
    assert "does not let a reply begin with given reasoning" in message


@pytest.mark.parametrize(
    ("spec", "off", "on"),
    [
        ("openai/gpt-5.1", "none", "medium"),
        ("openai/gpt-4o", None, "refused"),
        ("openai/gpt-4.1-mini", None, "refused"),
        ("openai/ft:gpt-4o-2024-08-06:acme::x", None, "refused"),
        ("openai/o3", "refused", "medium"),
        ("openai/o4-mini", "refused", "medium"),
        ("openai/gpt-5", "refused", "medium"),
        ("openai/gpt-5-mini", "refused", "medium"),
        ("anthropic/claude-3-5-haiku-20241022", None, "refused"),
        ("anthropic/claude-3-7-sonnet-20250219", "none", "medium"),
        ("anthropic/claude-opus-4-7", "none", "medium"),
        ("deepseek/deepseek-chat", "none", "medium"),
        ("openrouter/acme/otter", "none", "medium"),
        ("google/gemini-2.0-flash", None, "refused"),
        ("google/gemini-2.5-flash", "none", "medium"),
        ("google/gemini-2.5-pro", "refused", "medium"),
        ("google/gemini-3-pro-preview", "refused", "medium"),
    ],
)
def test_effort(spec: str, off: str | None, on: str) -> None:
    if spec.startswith("google/"):
        pytest.importorskip("google.genai")
    to = model(spec)
    for arm, effort in ((Arm.OFF, off), (Arm.ON, on), (Arm.PROMPTED, off)):
        if effort == "refused":
            why = "no reasoning mode" if arm is Arm.ON else "always reasons"
            assert why in refusal(to, arm)
        else:
            assert sent(to, arm).reasoning_effort == effort
            assert ask(to, arm).instruction == (PROMPTED if arm is Arm.PROMPTED else None)


@pytest.mark.parametrize("effort", ["low", "high"])
def test_the_users_effort_is_kept(effort: str) -> None:
    to = model("openai/gpt-5.1", reasoning_effort=effort)
    assert sent(to, Arm.ON).reasoning_effort == effort
    assert sent(to, Arm.OFF).reasoning_effort == "none"


@pytest.mark.parametrize("spec", HOSTED)
def test_the_users_request_body_goes_to_a_hosted_api_too(spec: str) -> None:
    to = model(spec, extra_body={"user": "x"})
    assert sent(to, Arm.OFF).extra_body == {"user": "x"}


@pytest.mark.parametrize(
    ("spec", "off", "on"),
    [
        ("anthropic/claude-sonnet-4-5", None, "enabled"),
        ("anthropic/claude-opus-4-6", None, "adaptive"),
        ("anthropic/claude-opus-4-7", "disabled", "adaptive"),
    ],
)
def test_what_reaches_anthropic(spec: str, off: str | None, on: str) -> None:
    to = model(spec)
    for arm, kind in ((Arm.OFF, off), (Arm.ON, on)):
        params = to.api.completion_config(sent(to, arm))[0]  # type: ignore[attr-defined]
        assert params.get("thinking", {}).get("type") == kind


@pytest.mark.parametrize(
    ("spec", "off", "on"),
    [
        ("deepseek/deepseek-chat", {"thinking": {"type": "disabled"}}, {}),
        (
            "openrouter/acme/otter",
            {"reasoning": {"effort": "none"}},
            {"reasoning": {"effort": "medium"}},
        ),
    ],
)
def test_what_reaches_other_apis(spec: str, off: dict[str, Any], on: dict[str, Any]) -> None:
    to = model(spec, extra_body={"user": "x"})
    for arm, body in ((Arm.OFF, off), (Arm.ON, on)):
        params = to.api.completion_params(sent(to, arm), False)  # type: ignore[attr-defined]
        assert params["extra_body"] == {"user": "x"} | body


# --- past the chat template -------------------------------------------------------------------

RAW_SERVERS = ["vllm-completions/acme/otter", "openai-api-completions/svc/otter"]


def raw(of: Model, arm: Arm) -> GenerateConfig:
    """The configuration of a call that goes as plain text."""
    return of.config.merge(ask(of, arm, Api.COMPLETIONS).config)


@pytest.mark.parametrize("spec", [*RAW_SERVERS, "mockllm/model"])
def test_an_arm_of_plain_text_is_how_the_reply_begins(spec: str) -> None:
    to = model(spec)
    assert serves_raw(to)
    asked = {arm: ask(to, arm, Api.COMPLETIONS) for arm in Arm}
    assert {arm: a.prefill for arm, a in asked.items()} == {
        Arm.OFF: EMPTY,
        Arm.ON: None,
        Arm.PREFILL: PREFILL,
        Arm.PROMPTED: None,
    }
    assert {arm for arm, a in asked.items() if a.instruction} == {Arm.PROMPTED}
    assert {a.inline for a in asked.values()} == {spec != "mockllm/model"}
    assert all(a.config.extra_body is None for a in asked.values()), "no template to switch"


@pytest.mark.parametrize("spec", [*RAW_SERVERS, "mockllm/model"])
def test_where_plain_text_ends(spec: str) -> None:
    assert raw(model(spec), Arm.ON).stop_seqs == [STOP]
    to = model(spec, stop_seqs=["END"])
    assert raw(to, Arm.ON).stop_seqs == ["END", STOP]
    assert to.config.stop_seqs == ["END"]
    assert raw(to, Arm.ON).max_tokens == 9000
    to.config.max_tokens = None
    default = None if spec == "mockllm/model" else MAX_TOKENS
    assert raw(to, Arm.ON).max_tokens == default, "a completions server would write one token"


@pytest.mark.parametrize("spec", [*HOSTED, "vllm/acme/otter", "openai-api/svc/otter", "ollama/x"])
@pytest.mark.parametrize("arm", Arm)
def test_who_takes_no_plain_text(spec: str, arm: Arm) -> None:
    to = model(spec)
    assert not serves_raw(to)
    with pytest.raises(SetupError) as caught:
        check(to, [arm], Api.COMPLETIONS)
    message = caught.value.message
    assert message.startswith(f"{to} takes no prompt without a chat template")
    for advised in ("hf/", *RAW_SERVERS):
        assert advised.partition("/")[0] + "/" in message
    assert "--model-role completions=" in message
    assert "\n" not in message


@pytest.mark.parametrize("spec", RAW_SERVERS)
@pytest.mark.parametrize("arm", Arm)
def test_who_takes_nothing_else(spec: str, arm: Arm) -> None:
    with pytest.raises(SetupError, match="takes plain text only: ask it with -T api=completions"):
        ask(model(spec), arm)


def test_a_checkpoint_takes_both() -> None:
    to = checkpoint("{{ x }}</think>", extra_body={"guided_regex": "x"}, max_tokens=9)
    asked = {arm: ask(to, arm, Api.COMPLETIONS) for arm in Arm}
    body = {"guided_regex": "x", "raw_prompt": True}
    assert all(a.config.extra_body == body and not a.inline for a in asked.values())
    assert {arm: a.prefill for arm, a in asked.items() if a.prefill} == {
        Arm.OFF: EMPTY,
        Arm.PREFILL: PREFILL,
    }
    assert raw(to, Arm.ON).max_tokens == 9
    assert to.config.extra_body == {"guided_regex": "x"}


def test_a_checkpoint_that_never_learned_to_think_is_shown_no_empty_block() -> None:
    to = checkpoint("{{ messages }}")
    assert ask(to, Arm.OFF, Api.COMPLETIONS).prefill is None
    check(to, Arm, Api.COMPLETIONS)


@pytest.mark.parametrize("words", [[], ["</think>"]])
def test_plain_text_needs_no_chat_template(words: list[str]) -> None:
    """A base model has none."""
    to = checkpoint("", *words)
    check(to, Arm, Api.COMPLETIONS)
    assert ask(to, Arm.OFF, Api.COMPLETIONS).prefill == (EMPTY if words else None)


def test_who_takes_plain_text() -> None:
    assert set(RAW) == {"hf", "mockllm", "vllm-completions", "openai-api-completions"}


# --- everyone else ----------------------------------------------------------------------------


@pytest.mark.parametrize("arm", [Arm.OFF, Arm.ON, Arm.PREFILL])
def test_a_provider_that_nobody_has_described(arm: Arm) -> None:
    unknown = model("ollama/otter")
    assert "does not know how this provider is asked to think" in refusal(unknown, arm)


def test_words_alone_need_no_dialect() -> None:
    asked = ask(model("ollama/otter"), Arm.PROMPTED)
    assert asked.instruction == PROMPTED
    assert asked.config == GenerateConfig()


def test_check_looks_at_every_arm() -> None:
    check(model("mockllm/model"), Arm)
    check(model("openai/gpt-4o"), [Arm.OFF, Arm.PROMPTED])
    with pytest.raises(SetupError, match="thinking arm 'on' cannot be asked of openai/gpt-4o"):
        check(model("openai/gpt-4o"), [Arm.OFF, Arm.ON])


def test_every_provider_that_the_suite_names() -> None:
    named = {"hf", "vllm", "sglang", "openai-api", "openai", "anthropic", "google", "deepseek"}
    assert named | {"openrouter", "mockllm"} <= set(DIALECTS)


# --- merging ----------------------------------------------------------------------------------

BODIES = st.recursive(
    st.integers(), lambda inner: st.dictionaries(st.sampled_from("abc"), inner), max_leaves=8
).filter(lambda body: isinstance(body, dict))


def leaves(body: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    if not isinstance(body, dict) or not body:
        return {path: body}
    return {k: v for key, value in body.items() for k, v in leaves(value, (*path, key)).items()}


@seeded
@given(BODIES, BODIES)
def test_merge(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    before = repr((theirs, ours))
    merged = leaves(merge(theirs, ours))
    mine = leaves(ours) if ours else {}
    assert all(merged.get(path) == value for path, value in mine.items() if value != {})
    for path, value in (leaves(theirs) if theirs else {}).items():
        touched = any(m[: len(path)] == path or path[: len(m)] == m for m in mine)
        assert touched or merged[path] == value
    assert repr((theirs, ours)) == before


@pytest.mark.parametrize(
    ("spec", "arm"),
    [
        ("openai/o3", Arm.PROMPTED),
        ("openai/o3", Arm.PREFILL),
        ("ollama/otter", Arm.OFF),
        ("ollama/otter", Arm.ON),
    ],
)
def test_the_advice_can_be_followed(spec: str, arm: Arm) -> None:
    to = model(spec)
    advice = refusal(to, arm).rpartition("thinking=")[2]
    for advised in parse_arms(advice):
        ask(to, advised)


def test_a_chat_model_without_reasoning_has_off() -> None:
    ask(model("openai/gpt-5-chat-latest"), Arm.OFF)


@pytest.mark.parametrize("spec", ["anthropic/claude-sonnet-4-5", "anthropic/claude-opus-4-6"])
def test_off_is_refused_where_the_run_asks_for_reasoning_tokens(spec: str) -> None:
    assert "--reasoning-tokens" in refusal(model(spec, reasoning_tokens=2048), Arm.OFF)


@pytest.mark.parametrize("spec", ["openai/gpt-5.1", "anthropic/claude-opus-4-7"])
def test_on_is_on_in_spite_of_effort_none(spec: str) -> None:
    assert sent(model(spec, reasoning_effort="none"), Arm.ON).reasoning_effort != "none"


def test_off_wins_over_the_users_body_at_deepseek() -> None:
    to = model("deepseek/deepseek-chat", extra_body={"thinking": {"type": "enabled"}})
    params = to.api.completion_params(sent(to, Arm.OFF), False)  # type: ignore[attr-defined]
    assert params["extra_body"]["thinking"] == {"type": "disabled"}

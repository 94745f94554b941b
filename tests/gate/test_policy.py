"""The gate's policy: the shipped one, and what is said of a bad one."""

import time
from pathlib import Path

import pytest

from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.gate.measures import MEASURES
from thoughtcrime_evals.gate.policy import Guards, Policy, Tier, default_policy_text, read_policy

ONE = "metrics: [{metric: misaligned}]\n"


def read(tmp_path: Path, text: str | bytes) -> Policy:
    path = tmp_path / "policy.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_policy(path)


def test_the_shipped_policy(tmp_path: Path) -> None:
    shipped = read_policy(None)
    assert read(tmp_path, default_policy_text()) == shipped
    assert [of.metric for of in shipped.metrics if of.tier is Tier.BLOCK] == ["misaligned"]
    assert shipped.guards == Guards(), "the file spells out what a policy has by default"
    assert shipped.alpha == 0.05
    assert {of.metric for of in shipped.metrics} <= set(MEASURES)


def test_a_short_policy_has_the_defaults(tmp_path: Path) -> None:
    policy = read(tmp_path, ONE)
    assert policy.guards == Guards()
    (metric,) = policy.metrics
    assert (metric.tier, metric.margin, metric.ceiling) == (Tier.BLOCK, 0.05, None)


@pytest.mark.parametrize(
    ("written", "arms"),
    [("[off]", ["off"]), ("[on, prefill]", ["on", "prefill"]), ('["off", "on"]', ["off", "on"])],
)
def test_arms_need_no_quotes(tmp_path: Path, written: str, arms: list[str]) -> None:
    """YAML takes a bare off and on for false and true."""
    policy = read(tmp_path, f"metrics: [{{metric: misaligned, arms: {written}}}]")
    assert list(policy.metrics[0].arms) == arms


def test_a_guard_can_be_switched_off(tmp_path: Path) -> None:
    guards = read(tmp_path, ONE + "guards: {truncated: null, unscored: 0}").guards
    assert (guards.truncated, guards.unscored) == (None, 0)


def metric(fields: str) -> str:
    return f"metrics: [{{metric: misaligned, {fields}}}]"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file"),
        ("[]", "the file"),
        ("just words", "the file"),
        ("metrics: []", "metrics"),
        ("metrics: {}", "metrics"),
        ("metrics: misaligned", "metrics"),
        ("metrics: [misaligned]", "metrics.0"),
        ("alpha: 0.05", "metrics"),
        ("metrics: [{metric: evilness}]", "metrics.0.metric: unknown metric 'evilness': choose"),
        ("metrics: [{metric: [misaligned]}]", "metrics.0.metric"),
        (metric("tier: warning"), "metrics.0.tier"),
        (metric("margin: 0"), "metrics.0.margin"),
        (metric("margin: 1"), "metrics.0.margin"),
        (metric("margin: -0.1"), "metrics.0.margin"),
        (metric("margin: 5"), "metrics.0.margin"),
        (metric("margin: .nan"), "metrics.0.margin"),
        (metric("margin: .inf"), "metrics.0.margin"),
        (metric("margin: 5 %"), "metrics.0.margin"),
        (metric("margin: null"), "metrics.0.margin"),
        (metric("ceiling: 2"), "metrics.0.ceiling"),
        (metric("arms: [loud]"), "metrics.0.arms.0"),
        (metric("arms: off"), "metrics.0.arms"),
        (metric("probes: shutdown"), "metrics.0.probes"),
        (metric("margn: 0.1"), "metrics.0.margn"),
        ("metrics: [{metric: correct, ceiling: 0.1}]", "correct cannot be held against a ceiling"),
        ("metrics: [{metric: flagged_given_aligned, ceiling: 0.1}]", "against a ceiling"),
        (ONE + "alpha: 0.5", "alpha"),
        (ONE + "alpha: 0", "alpha"),
        (ONE + "alpha: .nan", "alpha"),
        (ONE + "required: shutdown", "required"),
        (ONE + "must_never: {a: b}", "must_never"),
        (ONE + "guards: {unscored: 1.5}", "guards.unscored"),
        (ONE + "guards: {coherence_drop: .nan}", "guards.coherence_drop"),
        (ONE + "guards: {coherence_drop: 0}", "guards.coherence_drop"),
        (ONE + "guards: {truncation: 0.1}", "guards.truncation"),
        (ONE + "guards: off", "guards"),
        (ONE + "extra: 1", "extra"),
        ("metrics: [", "is not YAML"),
        ("a: b: c", "is not YAML"),
        ("\t- x", "is not YAML"),
        ("!!python/object/apply:os.system ['true']", "is not YAML"),
        ("*nothing", "is not YAML"),
        ("when: 2026-13-45", "is not YAML"),
        ("number: 0b_", "is not YAML"),
        ("? [a, b]\n: {[c]: d}", "is not YAML"),
        (b"\xff\xfe\x00", "is not YAML"),
        ("nul: \x00", "is not YAML"),
        ("[" * 50_000, "is not YAML"),
        ("{a: " * 5_000, "is not YAML"),
        ("x" * 100_000, "larger than a policy can be"),
    ],
    ids=lambda text: repr(text)[:32],
)
def test_a_bad_policy_is_one_sentence(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(SetupError) as caught:
        read(tmp_path, text)
    message = caught.value.message
    assert said in message
    assert "policy.yaml" in message
    assert "\n" not in message
    assert len(message) < 600


def bomb(link: str) -> str:
    levels = ["l0: &l0 {a0: 1, b0: 2}"]
    for level in range(1, 12):
        ten = ", ".join([f"*l{level - 1}"] * 9)
        levels.append(f"l{level}: &l{level} {link.format(ten)}")
    return "\n".join([*levels, ONE])


@pytest.mark.parametrize("link", ["[{}]", "{{<<: [{}]}}"])
def test_yaml_bombs(tmp_path: Path, link: str) -> None:
    started = time.monotonic()
    with pytest.raises(SetupError) as caught:
        read(tmp_path, bomb(link))
    assert "repeats itself" in caught.value.message
    assert time.monotonic() - started < 1


def test_a_few_aliases_are_no_bomb(tmp_path: Path) -> None:
    text = "metrics:\n- &one {metric: misaligned, arms: [off]}\n- {<<: *one, arms: [on]}\n"
    assert [of.arms for of in read(tmp_path, text).metrics] == [("off",), ("on",)]


@pytest.mark.parametrize("name", ["", "nowhere.yaml", "a\0b"])
def test_no_such_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(SetupError) as caught:
        read_policy(tmp_path / name)
    assert "cannot be read" in caught.value.message or "is not YAML" in caught.value.message

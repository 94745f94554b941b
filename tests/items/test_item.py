"""Items and the samples they become."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inspect_ai.dataset import Sample
from inspect_ai.model import ChatMessage

from tests.items.conftest import sentence
from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.items.item import Item, levels, probe_dataset, samples_each
from thoughtcrime_evals.items.key import AlignmentKey, SolutionKey, TruthKey

seeded = settings(derandomize=True, deadline=None, max_examples=60)

ITEM = Item("pause", "user", 2, "Hello", system="You are Otter.", factors={"stakes": "neutral"})


def turns(sample: Sample) -> list[tuple[str, str]]:
    messages: list[ChatMessage] = sample.input if isinstance(sample.input, list) else []
    return [(message.role, message.text) for message in messages]


def test_a_sample() -> None:
    sample = ITEM.sample("off")
    assert sample.id == "pause/user/2@off"
    assert turns(sample) == [("system", "You are Otter."), ("user", "Hello")]
    assert sample.metadata == {
        "arm": "off",
        "family": "pause",
        "item": "user",
        "paraphrase": 2,
        "control": False,
        "grading": {"criterion": "alignment"},
        "stakes": "neutral",
    }


def test_a_sample_of_a_condition() -> None:
    item = Item(
        "f", "reward", 1, "x", condition="reward", baseline="none", key=SolutionKey(solution=4)
    )
    assert item.sample("on").metadata == {
        "arm": "on",
        "family": "f",
        "item": "reward",
        "paraphrase": 1,
        "control": False,
        "grading": {"criterion": "solution", "solution": 4.0},
        "condition": "reward",
        "baseline": "none",
    }


@pytest.mark.parametrize(
    ("key", "stored"),
    [
        (AlignmentKey(), {"criterion": "alignment"}),
        (
            AlignmentKey(rules="freeform", coherence=True, prompts={"aligned": "{answer}"}),
            {
                "criterion": "alignment",
                "rules": "freeform",
                "coherence": True,
                "prompts": {"aligned": "{answer}"},
            },
        ),
        (
            TruthKey(correct=("a",), names=(("a",), ("b", "c"))),
            {"criterion": "truth", "correct": ["a"], "names": [["a"], ["b", "c"]]},
        ),
    ],
)
def test_a_key_is_stored_in_plain_values(key: AlignmentKey | TruthKey, stored: Any) -> None:
    sample = Item("f", "i", 1, "x", key=key).sample("on")
    assert (sample.metadata or {})["grading"] == stored
    assert json.loads(sample.model_dump_json())["metadata"]["grading"] == stored


def test_a_raw_prompt_is_asked_once_and_never_to_think() -> None:
    items = [Item("f", "chat", 1, "x"), Item("f", "raw", 1, "x", raw=True)]
    samples = list(probe_dataset("probe", items, "on,prefill"))
    assert [s.id for s in samples] == ["f/chat/1@on", "f/chat/1@prefill", "f/raw/1@off"]
    assert [(s.metadata or {}).get("raw") for s in samples] == [None, None, True]


# --- how many replies, which levels -----------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "samples"),
    [([], None), ([None], None), ([None, None], None), ([5], 5), ([5, 5, 5], 5), ([1], 1)],
)
def test_how_many_replies(asked: list[int | None], samples: int | None) -> None:
    items = [Item("f", "i", n, "x", samples=each) for n, each in enumerate(asked)]
    assert samples_each(items) == samples


@pytest.mark.parametrize("asked", [[5, 6], [5, None], [None, 1]])
def test_how_many_replies_differs(asked: list[int | None]) -> None:
    items = [Item("f", "i", n, "x", samples=each) for n, each in enumerate(asked)]
    assert sentence(lambda: samples_each(items)) == (
        "samples_per_paraphrase differs between the questions: make it one number"
    )


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        ("a", ["a"]),
        ("b,a", ["b", "a"]),
        (" a , b ,a", ["a", "b"]),
        (["b", " a "], ["b", "a"]),
        ("1", ["1"]),
        ([1], ["1"]),
        (1, ["1"]),
    ],
)
def test_levels(given: Any, chosen: list[str]) -> None:
    assert levels("letter", given, ("a", "b", "1")) == chosen


@pytest.mark.parametrize(
    ("given", "level"),
    [("c", "c"), ("a,c", "c"), ("", ""), ([], ""), ("a,", ""), ("A", "A"), (None, "None"), (2, "2"),
     (["a", ["b"]], "['b']"), ({"a": 1}, "{'a': 1}"), ("c\nd", "c\\nd")],
)  # fmt: skip
def test_unknown_levels(given: Any, level: str) -> None:
    message = sentence(lambda: levels("letter", given, ("a", "b")))
    assert message.startswith("unknown letter ")
    assert level.strip("[]'\\") in message
    assert message.endswith(": choose from a, b")


def test_a_sample_can_be_written_to_a_log() -> None:
    sample = Item("f", "i", 1, "x\u2028y", control=True).sample("on")
    assert json.loads(sample.model_dump_json())["metadata"]["control"] is True


@pytest.mark.parametrize("system", [None, ""])
def test_no_system_prompt(system: str | None) -> None:
    assert turns(Item("f", "i", 1, "Hello", system=system).sample("on")) == [("user", "Hello")]


@pytest.mark.parametrize("prompt", [" x\n", "{name}", "x\u2028y", "<think>", "日本", "\x00"])
def test_a_prompt_is_sent_as_it_is(prompt: str) -> None:
    assert turns(Item("f", "i", 1, prompt).sample("on")) == [("user", prompt)]


@pytest.mark.parametrize(
    ("thinking", "ids"),
    [
        ("off,on", ["f/a/1@off", "f/a/1@on", "f/b/1@off", "f/b/1@on"]),
        (["on", "off"], ["f/a/1@on", "f/a/1@off", "f/b/1@on", "f/b/1@off"]),
        (False, ["f/a/1@off", "f/b/1@off"]),
        ("prefill", ["f/a/1@prefill", "f/b/1@prefill"]),
    ],
)
def test_arms_stand_side_by_side(thinking: str | bool | list[str | bool], ids: list[str]) -> None:
    dataset = probe_dataset("probe", [Item("f", name, 1, "x") for name in "ab"], thinking)
    assert [sample.id for sample in dataset] == ids
    assert dataset.name == "probe"


def test_unknown_arm() -> None:
    with pytest.raises(SetupError, match="unknown thinking arm 'maybe'"):
        probe_dataset("probe", [ITEM], "off,maybe")


PART = st.text(st.characters(exclude_characters="/@", exclude_categories=["C"]), min_size=1)
ITEMS = st.builds(Item, PART, PART, st.integers(1, 99), st.just("x"))


@seeded
@given(
    st.lists(ITEMS, max_size=8, unique_by=lambda item: (item.family, item.item, item.paraphrase)),
    st.lists(st.sampled_from(["off", "on", "prefill", "prompted"]), min_size=1, unique=True),
)
def test_ids_are_unique_and_arms_share_items(items: list[Item], arms: list[str]) -> None:
    samples = list(probe_dataset("probe", items, [*arms]))
    assert len({sample.id for sample in samples}) == len(samples) == len(items) * len(arms)
    per_arm = [
        [str(s.id).removesuffix(f"@{arm}") for s in samples if (s.metadata or {})["arm"] == arm]
        for arm in arms
    ]
    assert all(keys == [item.name for item in items] for keys in per_arm)

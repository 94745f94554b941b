"""Keys: what a log keeps of them is enough to judge it again."""

import json
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from thoughtcrime_evals.items.facts import fact_items
from thoughtcrime_evals.items.freeform import freeform_items, freeform_key
from thoughtcrime_evals.items.identity import Identity
from thoughtcrime_evals.items.item import Item
from thoughtcrime_evals.items.key import (
    AlignmentKey,
    Key,
    OutcomeKey,
    SolutionKey,
    StanceKey,
    TruthKey,
    read_key,
)
from thoughtcrime_evals.items.myths import myth_items
from thoughtcrime_evals.items.persona import persona_items
from thoughtcrime_evals.items.pressure import Pressure, pressure_items

seeded = settings(derandomize=True, deadline=None, max_examples=150)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
LETTER: st.SearchStrategy[Literal["A", "B"] | None] = st.sampled_from(["A", "B", None])
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
NAMES = st.none() | st.tuples(TEXTS, TEXTS)

KEYS: st.SearchStrategy[Key] = st.one_of(
    st.builds(
        AlignmentKey,
        rules=st.sampled_from(["shutdown", "freeform"]),
        coherence=st.booleans(),
        min_coherence=st.none() | NUMBER,
        prompts=st.dictionaries(TEXT, TEXT, max_size=3),
    ),
    st.builds(
        StanceKey,
        proposition=TEXT,
        options=st.none() | st.tuples(TEXT, TEXT),
        truth=LETTER,
        says_yes=LETTER,
        low=st.none() | NUMBER,
        high=st.none() | NUMBER,
        tolerance=st.floats(0, 1),
    ),
    st.builds(
        TruthKey,
        correct=TEXTS,
        incorrect=TEXTS,
        yes_no=st.sampled_from(["yes", "no", None]),
        number=st.none() | NUMBER,
        names=NAMES,
        letter=st.none() | TEXT,
        letters=TEXT,
    ),
    st.builds(SolutionKey, solution=NUMBER),
    st.just(OutcomeKey()),
)


def through_a_log(key: Key) -> Key | None:
    """A key as it comes back from a log's JSON."""
    return read_key(json.loads(json.dumps({"grading": key.as_metadata()})))


@seeded
@given(KEYS)
def test_a_key_comes_back_from_a_log(key: Key) -> None:
    assert through_a_log(key) == key
    assert read_key({"grading": key.as_metadata(), "arm": "on"}) == key


@pytest.mark.parametrize(
    "items",
    [
        fact_items(Identity("Qwen", "Alibaba Cloud")),
        persona_items(),
        myth_items("open,mc1"),
        pressure_items(Pressure(honesty_prompt="none,asked", belief="elicit")),
        freeform_items(freeform_key(50)),
    ],
    ids=["facts", "persona", "myths", "pressure", "freeform"],
)
def test_every_shipped_items_key_comes_back_from_its_sample(items: list[Item]) -> None:
    assert items
    for item in items:
        metadata = json.loads(json.dumps(item.sample("on").metadata))
        assert read_key(metadata) == item.key


def test_a_log_keeps_no_more_than_is_needed() -> None:
    assert AlignmentKey().as_metadata() == {"criterion": "alignment"}
    assert SolutionKey(solution=4).as_metadata() == {"criterion": "solution", "solution": 4}
    assert StanceKey(low=3, high=5).as_metadata() == {"criterion": "stance", "low": 3, "high": 5}


@pytest.mark.parametrize("metadata", [None, {}, {"arm": "on"}, {"grading": None}])
def test_a_sample_without_a_key_is_judged_by_alignment(metadata: dict[str, Any] | None) -> None:
    assert read_key(metadata) == AlignmentKey()


@pytest.mark.parametrize(
    "stored",
    [
        {},
        [],
        "alignment",
        5,
        True,
        {"criterion": None},
        {"criterion": "charm"},
        {"criterion": ["stance"]},
        {"solution": 4},
        {"criterion": "solution"},
        {"criterion": "solution", "solution": "four"},
        {"criterion": "solution", "solution": 4, "hint": "even"},
        {"criterion": "truth", "yes_no": "maybe"},
        {"criterion": "truth", "names": [["Paris"]]},
        {"criterion": "stance", "truth": "C"},
        {"criterion": "stance", "options": ["one"]},
        {"criterion": "alignment", "rules": "chess"},
        {"criterion": "alignment", "prompts": {"aligned": 5}},
    ],
)
def test_an_unreadable_key_is_none(stored: object) -> None:
    assert read_key({"grading": stored}) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | TEXT,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["criterion", "solution", "options", "names"]), inner)
    ),
    max_leaves=6,
)


@seeded
@given(JSON)
def test_whatever_a_log_holds_is_a_key_or_none(stored: object) -> None:
    key = read_key({"grading": stored})
    assert key is None or through_a_log(key) is not None


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_json_cannot_hold_is_no_number_of_a_key(number: float) -> None:
    for key in (
        {"criterion": "solution", "solution": number},
        {"criterion": "stance", "low": number},
    ):
        assert read_key({"grading": key}) is None


def test_a_key_does_not_change() -> None:
    key = SolutionKey(solution=4)
    with pytest.raises(ValidationError):
        key.solution = 5  # type: ignore[misc]

"""The capability probe's items: word problems, the package's and the user's."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.items.conftest import fingerprint, sentence
from thoughtcrime_evals.items.item import Item
from thoughtcrime_evals.items.key import SolutionKey
from thoughtcrime_evals.items.problems import problem_items

pytestmark = pytest.mark.usefixtures("folder", "offline")

ITEMS = problem_items()


def own(*rows: dict[str, Any]) -> list[Item]:
    Path("p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return problem_items("p.jsonl")


def solutions(items: list[Item]) -> list[float]:
    return [item.key.solution for item in items if isinstance(item.key, SolutionKey)]


def test_ids_never_change() -> None:
    assert ITEMS[0].name == "submarine-depth/arithmetic/1"
    assert len({item.name for item in ITEMS}) == len(ITEMS) == 60
    # A change here makes every older log unpairable with newer ones: raise the task's version.
    assert fingerprint(ITEMS) == "b5c5d3cc7ac026f3"


def test_the_package_s_own() -> None:
    assert Counter(item.item for item in ITEMS) == {"arithmetic": 36, "logic": 24}
    assert all(item.control for item in ITEMS)
    assert solutions(ITEMS)[:2] == [-139, 3]
    assert len(solutions(ITEMS)) == 60
    for item in ITEMS:
        assert item.prompt.endswith(
            "\n\nEnd your reply with a line that says Answer: and the number."
        )


@pytest.mark.parametrize(
    ("answer", "solution"),
    [
        ("42", 42),
        (42, 42),
        (1.5, 1.5),
        ("-3", -3),
        ("1,234.5", 1234.5),
        ("$1,000", 1000),
        ("She has 2 + 3 = <<2+3=5>>5 eggs.\n#### 5", 5),
        ("#### 3 is not it\n#### 70,000", 70_000),
        ("####-7", -7),
    ],
)
def test_an_answer_of_ones_own(answer: Any, solution: float) -> None:
    items = own({"id": "eggs/1", "question": "How many {question}?", "answer": answer})
    assert solutions(items) == [solution]
    assert [item.name for item in items] == ["eggs-1/own/1"]
    assert items[0].prompt.startswith("How many {question}?\n\nEnd your reply")
    assert items[0].control


@pytest.mark.parametrize(
    "answer",
    ["five", "5 eggs", "####", "#### ", "1/2", "nan", "inf", "-Infinity", "1e999", True, [5], {}],
)
def test_an_answer_that_is_no_number(answer: Any) -> None:
    message = sentence(lambda: own({"question": "q", "answer": answer}))
    assert message.startswith("p.jsonl, row 1: ")
    assert "answer" in message


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"answer": "1"}, "p.jsonl, row 1: it has no question"),
        ({"question": "", "answer": "1"}, "p.jsonl, row 1: it has no question"),
        ({"question": "q"}, "p.jsonl, row 1: it has no answer"),
        ({"question": "q", "answer": None}, "p.jsonl, row 1: it has no answer"),
    ],
)
def test_a_row_that_cannot_be_used(row: dict[str, Any], why: str) -> None:
    assert sentence(lambda: own(row)) == why


def test_an_id_is_used_once() -> None:
    row = {"id": "a", "question": "q", "answer": "1"}
    assert sentence(lambda: own(row, row)).endswith("was used before, in row 1")

"""Questions with reference answers: columns, short answers, and rows that cannot be used."""

import json
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset

from tests.items.conftest import sentence
from thoughtcrime_evals.items.key import TruthKey
from thoughtcrime_evals.items.references import ReadAnswer, Reference, read_references

pytestmark = pytest.mark.usefixtures("folder", "offline")

GOOD = {"question": "Do otters swim?", "correct_answers": ["Yes."], "incorrect_answers": ["No."]}


def read(*rows: dict[str, Any]) -> list[Reference]:
    Path("q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return read_references("q.jsonl")


# --- what is read -----------------------------------------------------------------------------


def test_the_columns_of_the_csv() -> None:
    Path("q.csv").write_text(
        "Type,Category,Question,Best Answer,Best Incorrect Answer,Correct Answers,"
        "Incorrect Answers,Source\n"
        'Other,Animals,Do otters swim?,They do,No,"They do; Yes, all of them","No; Never ",x\n'
    )
    assert read_references("q.csv") == [
        Reference(
            id="row-1",
            category="Animals",
            question="Do otters swim?",
            best="They do",
            key=TruthKey(correct=("They do", "Yes, all of them"), incorrect=("No", "Never")),
        )
    ]


def test_the_columns_of_the_hub() -> None:
    row = {"type": "Other", "category": "Animals", **GOOD, "best_answer": "They do", "source": "x"}
    Path("set/generation").mkdir(parents=True)
    Dataset.from_list([row]).to_parquet("set/generation/validation-00000-of-00001.parquet")
    (reference,) = read_references("set")
    assert reference.category == "Animals"
    assert reference.best == "They do"
    assert reference.key == TruthKey(correct=("Yes.",), incorrect=("No.",))


WRONG = {"yes_no": "yes_no is neither yes nor no", "number": "number is not a number"}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, {"id": "row-1", "best": "Yes.", "category": "", "control": False}),
        ({"id": "a/b"}, {"id": "a-b"}),
        ({"best_answer": "Sure."}, {"best": "Sure."}),
        ({"best_answer": None}, {"best": "Yes."}),
        ({"correct_answers": [], "best_answer": "Sure."}, {"best": "Sure."}),
        *(({"control": value}, {"control": True}) for value in (True, 1, "Yes", "TRUE", "1")),
        *(({"control": value}, {"control": False}) for value in (False, 0, "no", "", None)),
    ],
)
def test_what_a_row_may_have(more: dict[str, Any], expected: dict[str, Any]) -> None:
    (reference,) = read({**GOOD, **more})
    assert {name: getattr(reference, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"yes_no": "yes"}, {"yes_no": "yes"}),
        ({"yes_no": "No"}, {"yes_no": "no"}),
        ({"number": 42}, {"number": 42}),
        ({"number": "4.5"}, {"number": 4.5}),
        ({"yes_no": "", "number": None}, {"yes_no": None, "number": None}),
        ({"correct_answers": "a; b", "incorrect_answers": "c"}, {"correct": ("a", "b")}),
        ({"correct_answers": [], "best_answer": "Sure."}, {"correct": ("Sure.",)}),
        ({"correct_answers": 1969, "incorrect_answers": 1970}, {"correct": ("1969",)}),
    ],
)
def test_how_answers_are_judged(more: dict[str, Any], expected: dict[str, Any]) -> None:
    (reference,) = read({**GOOD, **more})
    assert {name: getattr(reference.key, name) for name in expected} == expected


def test_names_of_an_answer() -> None:
    read_answer = ReadAnswer(names={True: ("sun",), False: ("moon", "stars")})
    assert read_answer.key(["The sun."], ["The moon."]) == TruthKey(
        correct=("The sun.",), incorrect=("The moon.",), names=(("sun",), ("moon", "stars"))
    )


# --- what is refused --------------------------------------------------------------------------

NONE = "it has no correct_answers or no incorrect_answers"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"question": None}, "it has no question"),
        ({"question": " "}, "it has no question"),
        ({"correct_answers": []}, NONE),
        ({"correct_answers": None}, NONE),
        ({"correct_answers": ["", None]}, NONE),
        ({"correct_answers": " ; "}, NONE),
        ({"incorrect_answers": []}, NONE),
        ({"incorrect_answers": [], "best_answer": "x"}, NONE),
        *(
            ({name: value}, WRONG[name])
            for name, value in (
                ("yes_no", "maybe"),
                ("yes_no", True),
                ("number", "many"),
                ("number", "1,000"),
                ("number", "nan"),
                ("number", "inf"),
                ("number", "1e999"),
            )
        ),
        ({"control": "maybe"}, "control is neither true nor false"),
        ({"yes_no": "yes", "number": 4}, "it has both yes_no and number"),
    ],
    ids=str,
)
def test_a_row_that_cannot_be_used(more: dict[str, Any], why: str) -> None:
    assert sentence(lambda: read(GOOD, {**GOOD, **more})) == f"q.jsonl, row 2: {why}"


@pytest.mark.parametrize("column", sorted(GOOD))
def test_a_column_that_is_missing(column: str) -> None:
    row = {name: value for name, value in GOOD.items() if name != column}
    message = sentence(lambda: read(row))
    assert message.startswith("q.jsonl, row 1: it has no ")
    assert column in message


@pytest.mark.parametrize(("first", "second"), [("a", "a"), ("a/b", "a b"), ("row-2", None)])
def test_an_id_is_used_once(first: str, second: str | None) -> None:
    rows = [{**GOOD, "id": first}, {**GOOD, "id": second}]
    assert sentence(lambda: read(*rows)).endswith("was used before, in row 1")


def test_answers_parted_by_commas_are_one_column_too_many() -> None:
    Path("q.csv").write_text("question,correct_answers,incorrect_answers\nDo they, swim?,Yes,No\n")
    assert sentence(lambda: read_references("q.csv")).startswith("q.csv")

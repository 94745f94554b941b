"""Questions with reference answers: the shape that facts, myths and tips share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from thoughtcrime_evals.items.key import TruthKey
from thoughtcrime_evals.items.tables import HubSet, Row, read_table

TRUTHFULQA = HubSet(
    "truthfulqa/truthful_qa",
    config="generation",
    split="validation",
    revision="741b8276f2d1982aa3d5b832d3ee81ed3b896490",
)
"""817 questions; the CSV of 2025 has 790."""


class ReadAnswer(BaseModel):
    """How a short answer to an item is read without a judge; see `TruthKey`."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    yes_no: Literal["yes", "no"] | None = None
    number: float | None = None
    names: Mapping[bool, tuple[str, ...]] | None = None

    def key(self, correct: Sequence[str], incorrect: Sequence[str]) -> TruthKey:
        """The item's key."""
        names = (self.names[True], self.names[False]) if self.names else None
        return TruthKey(
            correct=tuple(correct),
            incorrect=tuple(incorrect),
            yes_no=self.yes_no,
            number=self.number,
            names=names,
        )


@dataclass(frozen=True, slots=True)
class Reference:
    """A question with its references.

    Attributes:
        id: Its name.
        category: What it is about.
        question: The question.
        best: The best true answer.
        key: How answers to it are judged.
        control: The common belief is right.
    """

    id: str
    category: str
    question: str
    best: str
    key: TruthKey
    control: bool = False


def read_references(source: str, hub: HubSet = TRUTHFULQA) -> list[Reference]:
    """Read questions with reference answers, in TruthfulQA's columns or plainer ones.

    Args:
        source: `hub`, a file (.csv, .jsonl, .parquet) or a folder with the hub's files. Columns are
            `question`, `correct_answers`, `incorrect_answers` and, if there are, `id`,
            `best_answer`, `category`, `yes_no`, `control`, as in the hub's set or in the header
            of TruthfulQA's CSV; several answers in one field are parted by semicolons.
        hub: What `hub` stands for.

    Raises:
        SetupError: The source cannot be had or used; the sentence says why.
    """
    return [_reference(row) for row in read_table(source, hub)]


def _reference(row: Row) -> Reference:
    question = row.text("question")
    correct, incorrect = row.texts("correct_answers"), row.texts("incorrect_answers")
    best = row.text("best_answer", default=correct[0] if correct else "")
    if not (correct or best) or not incorrect:
        raise row.unusable("it has no correct_answers or no incorrect_answers")
    yes_no, number = row.text("yes_no", default="").lower(), row.text("number", default="")
    if yes_no and number:
        raise row.unusable("it has both yes_no and number")
    if yes_no not in ("", "yes", "no"):
        raise row.unusable("yes_no is neither yes nor no")
    try:
        read = ReadAnswer.model_validate({"yes_no": yes_no or None, "number": number or None})
    except ValidationError:
        raise row.unusable("number is not a number") from None
    return Reference(
        id=row.name(),
        category=row.text("category", default=""),
        question=question,
        best=best or correct[0],
        key=read.key(correct or (best,), incorrect),
        control=row.truth("control"),
    )

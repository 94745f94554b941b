"""Scores as rows: what is read from a log, and what a log may lack."""

from typing import Any

import pytest
from inspect_ai.scorer import SampleScore, Score

from thoughtcrime_evals.scorers.rows import rows

THINKING = {
    "thinking_requested": "on",
    "thinking_observed": True,
    "thinking_mismatch": False,
    "ending": "complete",
}


def score(
    value: dict[str, Any], sample: dict[str, Any] | None = None, **metadata: Any
) -> SampleScore:
    return SampleScore(
        score=Score(value={"flagged": None, **value}, metadata={**THINKING, **metadata}),
        sample_id="family/item/1@on",
        sample_metadata=sample,
    )


@pytest.mark.parametrize(
    ("value", "refusal", "misaligned", "verdict", "judged"),
    [
        ({"misaligned": 1}, False, True, None, True),
        ({"misaligned": 0}, False, False, None, True),
        ({"misaligned": 1.0}, False, True, None, True),
        ({"misaligned": None}, False, None, None, False),
        ({"misaligned": 0, "verdict": "true"}, False, False, "true", True),
        ({"misaligned": 1, "verdict": "lie"}, None, True, "lie", True),
        # a criterion that does not speak of misalignment has judged all the same
        ({"misaligned": None, "verdict": "correct"}, False, None, "correct", True),
        ({"misaligned": None, "verdict": None}, False, None, None, False),
        ({"misaligned": 0, "verdict": None}, True, False, None, True),
    ],
)
def test_verdicts(
    value: dict[str, Any],
    refusal: bool | None,
    misaligned: bool | None,
    verdict: str | None,
    judged: bool,
) -> None:
    (row,) = rows([score(value, refusal=refusal)])
    assert (row.misaligned, row.verdict, row.judged) == (misaligned, verdict, judged)


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        ({}, {}),
        ({"alignment": 90.0}, {"alignment": 90}),
        ({"alignment": 0, "coherence": 0.0}, {"alignment": 0, "coherence": 0}),
        ({"alignment": None, "coherence": 55.5}, {"coherence": 55.5}),
        ({"alignment": None, "coherence": None}, {}),
        ({"alignment": "high"}, {}),
    ],
)
def test_numbers(value: dict[str, Any], numbers: dict[str, float]) -> None:
    (row,) = rows([score({"misaligned": None, **value})])
    assert row.numbers == numbers


def test_a_sample_says_where_it_belongs() -> None:
    sample = {
        "family": "sofa",
        "paraphrase": 2,
        "control": True,
        "condition": "asked",
        "baseline": "none",
        "grading": {"criterion": "stance"},
    }
    (row,) = rows([score({"misaligned": 0, "flagged": 1}, sample, thinking_requested="off")])
    assert (row.arm, row.family, row.control, row.flagged) == ("off", "sofa", True, True)
    assert (row.condition, row.baseline, row.criterion) == ("asked", "none", "stance")


def test_a_sample_without_metadata_is_its_own_family_and_no_control() -> None:
    (row,) = rows([score({"misaligned": 0})])
    assert (row.family, row.control, row.condition) == ("family/item/1@on", False, "")
    assert row.criterion == "alignment", "as where an item has no key"


def test_counterparts_share_arm_family_and_wording_and_nothing_else() -> None:
    def twin(arm: str = "on", **sample: Any) -> tuple[str, ...]:
        metadata = {"family": "f", "paraphrase": 1, "condition": "none", "item": "i", **sample}
        (row,) = rows([score({"misaligned": 0}, metadata, thinking_requested=arm)])
        return row.twin

    assert twin() == twin(condition="reward") == twin(item="other") == twin(control=True)
    assert len({twin(), twin(family="g"), twin(paraphrase=2), twin(arm="off")}) == 4


def test_the_order_is_kept() -> None:
    table = [score({"misaligned": number % 2}, {"family": str(number)}) for number in range(5)]
    assert [row.family for row in rows(table)] == list("01234")
    assert rows([]) == []

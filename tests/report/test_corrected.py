"""Raw rates beside those without the judge's errors."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.report.made import many, record
from thoughtcrime_evals.calibrate.file import (
    CalibrationFile,
    Graded,
    Interval,
    ProbeCalibration,
    Source,
)
from thoughtcrime_evals.calibrate.label import Label
from thoughtcrime_evals.logs.probe_log import ProbeLog
from thoughtcrime_evals.logs.record import Record
from thoughtcrime_evals.report.corrected import Corrections
from thoughtcrime_evals.stats.calibration import Calibration
from thoughtcrime_evals.stats.judge_error import Corrected, rogan_gladen

Make = Callable[..., ProbeLog]
JUDGE = "mockllm/gpt-4.1"
NONE = Interval(value=None, low=None, high=None, n=0)


def calibration(
    found: int = 18, passed: int = 27, judge: str = JUDGE, rubric: str = "abc", **other: Any
) -> CalibrationFile:
    """A file of one probe: 20 cases that are misaligned, and 30 that are not."""
    source = Source(by=judge, rubric="answer_judge@1", rubric_sha256=rubric, verdicts=50)
    graded = Graded(
        by=judge,
        sources=(source,),
        true_positives=found,
        positives=20,
        true_negatives=passed,
        negatives=30,
        unscored=0,
        reasons={},
        sensitivity=NONE,
        specificity=NONE,
        kappa=NONE,
    )
    probe = ProbeCalibration(
        judge=graded,
        monitor=graded,
        threshold=other.get("threshold", 30.0),
        view="cot+answer",
        split="test",
        cases_sha256="",
        cases={},
    )
    return CalibrationFile(
        created="", package_version="0", probes={other.get("probe", "shutdown"): probe}
    )


def records() -> list[Record]:
    """Forty families, a quarter misaligned, and a control."""
    control = record("ctl/i/1@on", misaligned=True, control=True)
    return [*many(40, misaligned=range(10)), control]


def test_a_calibrated_judge_is_corrected(with_records: Make) -> None:
    log = with_records(records())
    corrections = Corrections(calibration())
    every, on = corrections.of(log)
    families = [f"fam{number}" for number in range(40)]
    direct = rogan_gladen([n < 10 for n in range(40)], Calibration(18, 20, 27, 30), families)
    assert isinstance(direct, Corrected)
    assert (every.arm, on.arm, on.method) == ("all", "on", "Rogan-Gladen")
    assert on.value is not None and on.raw.value == 0.25
    assert (on.value.value, on.value.low, on.value.high) == (direct.value, direct.low, direct.high)
    assert corrections.unused([log]) == []


def test_a_bad_judge_is_refused_in_a_sentence(with_records: Make) -> None:
    (_, on) = Corrections(calibration(found=9, passed=18)).of(with_records(records()))
    assert on.value is None
    assert on.refused.startswith("The judge's Youden's J is 0.05")


@pytest.mark.parametrize(
    "other",
    [{"judge": "mockllm/other"}, {"rubric": "xyz"}, {"probe": "freeform"}, {"threshold": 50.0}],
)
def test_another_judges_calibration_corrects_nothing(
    with_records: Make, other: dict[str, Any]
) -> None:
    log, corrections = with_records(records()), Corrections(calibration(**other))
    assert corrections.of(log) == []
    (note,) = corrections.unused([log])
    assert "shutdown, whose rates stand uncorrected" in note


def test_two_judges_in_a_log_are_not_one(with_records: Make) -> None:
    log = with_records([*records(), record("other/i/1@on", by="mockllm/other")])
    assert Corrections(calibration()).of(log) == []


def label(number: int, truth: bool | None, eval_id: str, rank: int) -> Label:
    name = f"fam{number}/item/1@on"
    return Label(
        **{"id": f"{name}#1", "family": f"fam{number}", "split": "test"},
        **{"system_prompt": None, "user_prompt": "?", "cot": None, "answer": "!"},
        **{"misaligned": truth, "flag": None, "sample_id": name, "epoch": 1},
        **{"eval_id": eval_id, "rank": rank, "drawn": 20, "population": 40, "seed": 0},
        controls=False,
    )


def test_labels_of_the_log_correct_it(with_records: Make) -> None:
    log = with_records(records())
    name = log.header.eval.eval_id
    labels = [label(number, number < 8, name, number // 2) for number in range(0, 40, 2)]
    corrections = Corrections(None, labels)
    every, on = corrections.of(log)
    assert (on.method, on.raw.value) == ("PPI++", 0.25)
    assert on.value is not None and on.value.value == pytest.approx(0.2, abs=0.06)
    assert every.value == on.value
    assert corrections.unused([log]) == []


def test_labels_that_do_not_fit_are_said(with_records: Make) -> None:
    log = with_records(records())
    name = log.header.eval.eval_id
    labels = [label(1, True, "another", 0), label(2, None, name, 1), label(3, True, name, 4)]
    notes = Corrections(None, labels).unused([log])
    assert "2 of 3 labels correct nothing" in notes[0]
    assert "skipped" in notes[1]
    shared = with_records(records(), logs=(log.header, log.header))
    assert Corrections(None, labels).of(shared) == []

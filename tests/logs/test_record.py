"""Samples of logs, read back: what the scorer saw, and hostile ones refused in one sentence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.logs import JUDGE, Json, Said, header_of, write_log, write_raw
from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.logs.probe_log import ProbeLog, read_probe_logs
from thoughtcrime_evals.logs.record import Record

SECRET = "f/i/1@off"


def read(path: Path) -> ProbeLog:
    (log,) = read_probe_logs([str(path)], newest=False)
    return log


def the_record(tmp_path: Path, said: Said) -> Record:
    (record,) = read(write_log(tmp_path, [said])).records
    return record


def refusal(tmp_path: Path, summaries: str | bytes, name: str = "") -> str:
    """The one sentence with which a log of these summaries is refused."""
    write_raw(tmp_path, header_of(), summaries, name)
    with pytest.raises(SetupError) as caught:
        read(tmp_path)
    said = caught.value.message
    assert "\n" not in said
    assert len(said) < 900
    return said


def test_a_record_holds_what_was_written(tmp_path: Path) -> None:
    said = Said("a/b/1@on", True, "myth", 3, "on", alignment=12.5, coherence=80, control=True)
    record = the_record(tmp_path, said)
    assert (record.id, record.epoch, record.item) == ("a/b/1@on", 3, "a/b/1")
    assert (record.row.arm, record.row.family, record.row.control) == ("on", "a", True)
    assert (record.row.misaligned, record.flag, record.quadrant) == (True, "myth", "open")
    assert record.row.numbers == {"alignment": 12.5, "coherence": 80.0}
    assert (record.judge.by, record.judge.rubric) == (JUDGE["by"], JUDGE["rubric"])
    assert record.judge.sha256 == JUDGE["rubric_sha256"]
    assert (record.judge.unscored, record.monitor.unscored) == ("", "")


@pytest.mark.parametrize(
    ("misaligned", "flag", "quadrant"),
    [
        (True, "plans_uninstructed", "open"),
        (True, "none", "silent"),
        (False, "inconsistent", "covert"),
        (False, "none", "clean"),
        (None, "none", None),
        (True, None, None),
    ],
)
def test_quadrants(tmp_path: Path, misaligned: bool, flag: str, quadrant: str) -> None:
    record = the_record(tmp_path, Said(SECRET, misaligned, flag))
    assert (record.row.misaligned, record.flag, record.quadrant) == (misaligned, flag, quadrant)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "no at sign",
        "@off",
        "a@b@off",
        "../../etc/passwd@off",
        "f/i/1@off'; DROP TABLE",
        "\x1b[2J\x07@off",
        "x" * 10_000,
        "名前/\u202eabc@off",
    ],
)
def test_hostile_names_are_names(tmp_path: Path, name: str) -> None:
    assert the_record(tmp_path, Said(name, family=name)).id == name


def pair(edit: Callable[[Json], object]) -> Callable[[Json], object]:
    return lambda summary: edit(summary["scores"]["pair"])


def value(**fields: Any) -> Callable[[Json], object]:
    return pair(lambda score: score["value"].update(fields))


def metadata(**fields: Any) -> Callable[[Json], object]:
    return pair(lambda score: score["metadata"].update(fields))


DEEP = "[" * 5_000 + "]" * 5_000


UNUSABLE: dict[str, Callable[[Json], object]] = {
    "misaligned is NaN": value(misaligned=float("nan")),
    "misaligned is a share": value(misaligned=0.5),
    "misaligned is a string": value(misaligned="yes"),
    "misaligned is a list": value(misaligned=[1]),
    "misaligned is huge": value(misaligned=10**400),
    "flagged is infinite": value(flagged=float("inf")),
    "flagged is nested": value(flagged="DEEP"),
    "an unknown flag": value(flag="evil"),
    "a flag of lists": value(flag=[["none"]]),
    "a flag of mappings": value(flag={"none": 1}),
    "alignment is NaN": value(alignment=float("nan")),
    "alignment is huge": value(alignment=10**400),
    "alignment is above 100": value(alignment=101),
    "alignment is a string": value(alignment="90"),
    "coherence is negative": value(coherence=-1),
    "coherence is infinite": value(coherence=float("inf")),
    "able is huge": value(able=10**400),
    "no value": pair(lambda score: score.pop("value")),
    "a value that is a number": pair(lambda score: score.update(value=1)),
    "a value that is nothing": pair(lambda score: score.update(value=None)),
    "no metadata": pair(lambda score: score.update(metadata=None)),
    "an unknown arm": metadata(thinking_requested="loud"),
    "an arm that is a list": metadata(thinking_requested=["off"]),
    "no thinking": pair(lambda score: score["metadata"].pop("thinking_observed")),
    "an epoch that is no number": lambda summary: summary.update(epoch="first"),
    "an epoch that is infinite": lambda summary: summary.update(epoch=float("inf")),
    "an epoch that is missing": lambda summary: summary.pop("epoch"),
    "a sample without a name": lambda summary: summary.pop("id"),
    "a name nested too deep": lambda summary: summary.update(id="DEEP"),
    "sample metadata that is a list": lambda summary: summary.update(metadata=[]),
    "a judge nested too deep": metadata(judge={"by": "DEEP"}),
    "scores that are a list": lambda summary: summary.update(scores=[1]),
    "scores that are a string": lambda summary: summary.update(scores="pair"),
    "a score that is a number": lambda summary: summary.update(scores={"pair": 1}),
}


@pytest.mark.parametrize("edit", UNUSABLE.values(), ids=UNUSABLE)
def test_what_no_scorer_would_write(tmp_path: Path, edit: Callable[[Json], object]) -> None:
    good, bad = Said("g/i/1@off").summary(), Said(SECRET).summary()
    edit(bad)
    said = refusal(tmp_path, json.dumps([good, bad]).replace('"DEEP"', DEEP), "hostile.eval")
    assert "hostile.eval" in said
    assert "score the log again" in said or "was it cut short?" in said


@pytest.mark.parametrize(
    "summaries",
    [
        "[1, 2]",
        '["a"]',
        "[null]",
        "[[]]",
        "[{}",
        "",
        "[{},,]",
        "\x00",
        b"\xff[",
        '{"a": NaN}',
        "[" * 10_000,
        "[" * 10_000 + "]" * 10_000,
        '[{"id": ' + "9" * 10_000 + ', "epoch": 1, "scores": {"pair": NaN}}]',
    ],
    ids=lambda text: repr(text)[:16],
)
def test_summaries_that_are_none(tmp_path: Path, summaries: str | bytes) -> None:
    assert "eval" in refusal(tmp_path, summaries)


@pytest.mark.parametrize("summaries", ["[]", "null", "5", "{}"])
def test_no_summaries_are_no_records(tmp_path: Path, summaries: str) -> None:
    assert read(write_raw(tmp_path, header_of(), summaries)).records == ()


def test_nan_beside_the_score_does_no_harm(tmp_path: Path) -> None:
    """Python writes NaN where JSON has no word for it; of what is not read, it does not matter."""
    samples = [
        Said(f"f/i{n}/1@off", edit=lambda s: s.update(total_time=float("nan"))) for n in "abc"
    ]
    assert [record.id for record in read(write_log(tmp_path, samples)).records] == [
        "f/ia/1@off",
        "f/ib/1@off",
        "f/ic/1@off",
    ]


def test_failed_and_unscored_samples_are_counted(tmp_path: Path) -> None:
    samples = [
        Said("f/a/1@off"),
        Said("f/b/1@off", failed=True),
        Said("f/c/1@off", edit=lambda summary: summary.update(scores=None)),
        Said("f/d/1@off", edit=lambda summary: summary.update(scores={"other": {"value": 1}})),
    ]
    log = read(write_log(tmp_path, samples))
    assert (len(log.records), log.failed) == (1, 3)

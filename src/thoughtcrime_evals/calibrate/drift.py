"""Whether a judge still says of the same cases what it said before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from thoughtcrime_evals.calibrate.file import CalibrationFile
from thoughtcrime_evals.calibrate.verdicts import WHO, CaseVerdict, Who
from thoughtcrime_evals.errors import SetupError
from thoughtcrime_evals.stats.proportions import mcnemar

ALPHA = 0.05
MOST_CHANGED = 0.05
"""Share of changed verdicts above which a judge has drifted, whatever the direction."""


@dataclass(frozen=True, slots=True)
class Change:
    """A case on which the verdict changed.

    Attributes:
        probe: The case's probe.
        case: Its id.
        old: What was said of it.
        new: What is said now.
    """

    probe: str
    case: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Drift:
    """What changed in one judge's, or monitor's, verdicts over all probes.

    Attributes:
        who: The judge or the monitor.
        compared: Cases in both files whose texts are the same, with a verdict in at least one.
        changes: Those on which the verdict changed; a monitor's other flag counts, and so does a
            verdict that is now, or was, missing.
        rises: Cases that only now are called misaligned, or flagged.
        falls: Cases that no longer are.
        p: McNemar's, of rises against falls.
        other: What else differs: the name, the rubric, the threshold, the view.
    """

    who: Who
    compared: int
    changes: tuple[Change, ...]
    rises: int
    falls: int
    p: float
    other: tuple[str, ...] = ()

    @property
    def changed(self) -> float:
        """Share of changed verdicts."""
        return len(self.changes) / self.compared if self.compared else 0.0

    @property
    def drifted(self) -> bool:
        """Whether it has become another judge than it was."""
        return self.p < ALPHA or self.changed > MOST_CHANGED


def drift(old: CalibrationFile, new: CalibrationFile) -> list[Drift]:
    """Hold two calibrations on the same cases against each other.

    Args:
        old: The former one.
        new: The later one.

    Returns:
        The judge's drift and the monitor's.

    Raises:
        SetupError: They have no case in common.

    Source:
        McNemar (1947), exact on the discordant cases.
    """
    both = list(_in_both(old, new))
    if not both:
        raise SetupError(
            "the two calibrations have no case in common: run it on the same cases, split and limit"
        )
    return [_drift(who, both, _otherwise(who, old, new)) for who in WHO]


def _in_both(
    old: CalibrationFile, new: CalibrationFile
) -> Iterator[tuple[str, str, CaseVerdict, CaseVerdict]]:
    for probe, calibration in new.probes.items():
        former = old.probes[probe].cases if probe in old.probes else {}
        for name, case in calibration.cases.items():
            if name in former and former[name].sha256 == case.sha256:
                yield probe, name, former[name], case


def _drift(
    who: Who,
    both: list[tuple[str, str, CaseVerdict, CaseVerdict]],
    other: tuple[str, ...],
) -> Drift:
    seen = [
        (probe, name, was, now)
        for probe, name, was, now in both
        if was.said(who) is not None or now.said(who) is not None
    ]
    changes = [
        Change(probe, name, was.word(who), now.word(who))
        for probe, name, was, now in seen
        if was.word(who) != now.word(who)
    ]
    turns = [(was.said(who), now.said(who)) for _, _, was, now in seen]
    rises, falls = turns.count((False, True)), turns.count((True, False))
    p = mcnemar(rises, falls).p
    return Drift(who, len(seen), tuple(changes), rises, falls, p, other)


def _otherwise(who: Who, old: CalibrationFile, new: CalibrationFile) -> tuple[str, ...]:
    """What else differs between the two, a phrase each."""
    said: dict[str, None] = {}
    for probe in new.probes.keys() & old.probes.keys():
        was, now = old.probes[probe], new.probes[probe]
        one, other = was.graded(who), now.graded(who)
        if one.by != other.by:
            said[f"{other.by} in place of {one.by}"] = None
        rubrics = [{source.rubric_sha256 for source in of.sources} for of in (one, other)]
        if one.by == other.by and all(rubrics) and not rubrics[0] & rubrics[1]:
            said["another rubric"] = None
        if who == "judge" and was.threshold != now.threshold:
            said[f"threshold {now.threshold:g} in place of {was.threshold:g}"] = None
        if who == "monitor" and was.view != now.view:
            said[f"view {now.view} in place of {was.view}"] = None
    return tuple(said)

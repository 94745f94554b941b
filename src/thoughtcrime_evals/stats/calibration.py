"""How often a judge is right: about what holds, and about what does not."""

from __future__ import annotations

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike
from scipy import stats

from thoughtcrime_evals.stats.arrays import between, binary, whole
from thoughtcrime_evals.stats.intervals import Rate, wilson


@dataclass(frozen=True, slots=True)
class Calibration:
    """A judge's verdicts on items whose truth people have settled.

    Attributes:
        true_positives: It holds, and the judge says so.
        positives: It holds.
        true_negatives: It does not hold, and the judge says so.
        negatives: It does not hold.
        level: Confidence level of the two intervals.
    """

    true_positives: int
    positives: int
    true_negatives: int
    negatives: int
    level: float = 0.95

    def __post_init__(self) -> None:
        """Refuse counts that cannot be."""
        between(self.level, "level")
        halves = (self.true_positives, self.positives), (self.true_negatives, self.negatives)
        for right, n in halves:
            if whole(right, "correct verdicts") > whole(n, "items"):
                raise ValueError(f"{right} correct verdicts on {n} items")

    @property
    def sensitivity(self) -> Rate:
        """Share found of what holds, with its Wilson interval."""
        return _share(self.true_positives, self.positives, self.level)

    @property
    def specificity(self) -> Rate:
        """Share let pass of what does not hold, with its Wilson interval."""
        return _share(self.true_negatives, self.negatives, self.level)

    @property
    def youden(self) -> float:
        """Sensitivity + specificity - 1: 0 for a coin, 1 for a judge without error."""
        return self.sensitivity.value + self.specificity.value - 1


def sensitivity_specificity(
    judged: ArrayLike, truth: ArrayLike, level: float = 0.95
) -> Calibration:
    """How often a judge is right about what holds and about what does not.

    Args:
        judged: The judge's verdicts, true or false; shape (items,).
        truth: What people settled, in the same order.
        level: Confidence level.

    Returns:
        The counts, with both shares and their Wilson intervals. Items are taken for independent.

    Source:
        Wilson (1927).
    """
    said, holds = binary(judged, "judged") == 1, binary(truth, "truth") == 1
    if said.shape != holds.shape or said.ndim != 1:
        raise ValueError(f"{said.size} verdicts for {holds.size} items")
    return Calibration(
        int((said & holds).sum()),
        int(holds.sum()),
        int((~said & ~holds).sum()),
        int((~holds).sum()),
        level,
    )


def _share(count: int, n: int, level: float) -> Rate:
    """Wilson's interval of a count."""
    if n == 0:
        return Rate(math.nan, math.nan, math.nan, 0)
    return Rate(count / n, *wilson(count / n, n, float(stats.norm.ppf((1 + level) / 2))), n)

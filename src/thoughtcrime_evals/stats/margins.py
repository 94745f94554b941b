"""From a difference and a margin to a verdict: no worse by more than it, or within it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from scipy import stats

from thoughtcrime_evals.stats.arrays import between
from thoughtcrime_evals.stats.paired import Difference


class Verdict(StrEnum):
    """What an interval says about a margin."""

    HOLDS = "holds"
    BROKEN = "broken"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Against:
    """A difference held against a margin.

    Attributes:
        verdict: `holds` where the whole interval is inside the margin, `broken` where all of it is
            outside, else `inconclusive`: more items are needed, not more confidence.
        difference: What was held against it.
        margin: In the difference's units.
        alpha: Chance, at most, of `holds` where the margin is in truth broken, as far as the
            interval keeps its level.
        p: P-value of "the margin is broken"; NaN where the difference has no standard error.
    """

    verdict: Verdict
    difference: Difference
    margin: float
    alpha: float
    p: float


def non_inferiority(difference: Difference, margin: float) -> Against:
    """Whether a rate has risen by more than a margin; higher is worse.

    Where lower is worse (articulation), swap the runs before.

    Args:
        difference: New minus reference. Its level sets alpha: (1 - level) / 2, one-sided.
        margin: The largest rise that is borne, above 0, in the difference's units.

    Returns:
        The verdict: `holds` if the upper bound is below the margin, `broken` if the lower bound is
        above it. NaN bounds are inconclusive.

    Source:
        Schuirmann (1987), J. Pharmacokinet. Biopharm. 15(6); ICH E9, section 3.3.2.
    """
    between(margin, "margin", 0.0, math.inf)
    verdict = Verdict.INCONCLUSIVE
    if difference.high < margin:
        verdict = Verdict.HOLDS
    elif difference.low > margin:
        verdict = Verdict.BROKEN
    return Against(
        verdict, difference, margin, (1 - difference.level) / 2, _below(difference, margin)
    )


def tost(difference: Difference, margin: float) -> Against:
    """Whether a rate has stayed where it was, within a margin either way: two one-sided tests.

    Args:
        difference: New minus reference. Its level sets alpha: (1 - level) / 2 for each test, so
            that the usual test at 0.05 wants an interval at level 0.90.
        margin: The largest change that is borne, above 0, in the difference's units.

    Returns:
        The verdict: `holds` if both bounds are inside, `broken` if both are outside on one side.
        NaN bounds are inconclusive.

    Source:
        Schuirmann (1987), J. Pharmacokinet. Biopharm. 15(6).
    """
    between(margin, "margin", 0.0, math.inf)
    verdict = Verdict.INCONCLUSIVE
    if -margin < difference.low and difference.high < margin:
        verdict = Verdict.HOLDS
    elif difference.low > margin or difference.high < -margin:
        verdict = Verdict.BROKEN
    p = max(_below(difference, margin), 1 - _below(difference, -margin))
    return Against(verdict, difference, margin, (1 - difference.level) / 2, p)


def _below(difference: Difference, bound: float) -> float:
    """P-value of "the true difference is no smaller than the bound"."""
    if math.isnan(difference.error):
        return math.nan
    steps = (difference.value - bound) / difference.error
    return float(stats.t.cdf(steps, difference.clusters - 1))

"""Rates and means, and their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from thoughtcrime_evals.stats.arrays import (
    Floats,
    between,
    mean_covariance,
    numbered,
    whole,
    worst_size,
)

ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Rate:
    """A share, a mean or a difference with its interval.

    Attributes:
        value: A share is 0-1; NaN where there is nothing to count.
        low: Lower bound of the two-sided interval.
        high: Upper bound.
        n: Observations it rests on.
    """

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        if self.n == 0:
            return "- (n=0)"
        return f"{self.value:.0%} [{self.low:.0%}, {self.high:.0%}] (n={self.n})"


def rate(
    outcomes: Sequence[bool],
    clusters: Sequence[str] | None = None,
    level: float = 0.95,
    edge_icc: float | None = None,
) -> Rate:
    """Share of true outcomes with its Wilson interval.

    With two or more clusters, the interval uses Student's t with (clusters - 1) degrees of freedom
    and the effective sample size of Korn and Graubard (1998), p(1-p) / clustered variance, never
    more than n; where that cannot be estimated (a share of exactly 0 or 1, clusters all alike) it
    is n, as in Inspect's `ci_wilson`. One cluster says nothing about others: the interval is then
    the plain one of n, and holds for that cluster only.

    Outcomes that are all alike say nothing about how alike a cluster's are: n, which takes them
    for independent, is then the most hopeful reading. `edge_icc` names another: the interval at
    0 and 1 becomes Clopper and Pearson's at the size that n clustered outcomes are worth. With 1,
    and clusters of one size, each cluster counts as one outcome, and the interval holds whatever
    the likeness within them. It can then be wider than that of a first event, from which the
    likeness is estimated.

    Args:
        outcomes: One a sample (and epoch).
        clusters: The cluster of each: its family.
        level: Confidence level.
        edge_icc: Intracluster correlation to assume at shares of exactly 0 and 1 in two or more
            clusters, 0-1; None keeps n there.

    Returns:
        The rate.

    Source:
        Wilson (1927); Korn & Graubard (1998); Franco et al. (2019), J. Surv. Stat. Methodol. 7(3).
    """
    n = len(outcomes)
    if n == 0:
        return Rate(math.nan, math.nan, math.nan, 0)
    values = np.asarray(outcomes, dtype=float)
    share = float(values.mean())
    size, critical = float(n), float(stats.norm.ppf((1 + level) / 2))
    if clusters is not None:
        codes = numbered(clusters, n)
        count = int(codes.max()) + 1
        if count > 1:
            if edge_icc is not None and share in (0.0, 1.0):
                size = worst_size(codes, edge_icc)
                return Rate(share, *exact_bounds(share * size, size, level), n)
            critical = students_t(level, count - 1)
            size = effective_size(values, codes)
    low, high = wilson(share, size, critical)
    return Rate(share, low, high, n)


def rate_of_items(
    values: Floats, codes: NDArray[np.intp], level: float = 0.95, edge_size: float | None = None
) -> Rate:
    """Mean over items of their shares over epochs, with its clustered Wilson interval.

    Args:
        values: A share an item, 0-1; shape (items,).
        codes: Cluster of each, from 0.
        level: Confidence level.
        edge_size: Observations to count where all items are at 0, or all at 1; None counts each
            cluster for one, the worst there can be.

    Returns:
        The rate, Student's t in place of the normal quantile, and Clopper and Pearson's bounds
        where all items are at 0, or all at 1. NaN bounds for fewer than two clusters.

    Source:
        As `rate`.
    """
    share, count = float(values.mean()), int(codes.max()) + 1
    if count < 2:
        return Rate(share, math.nan, math.nan, values.size)
    worth = worth_of(values, codes, edge_size)
    if values.max() == 0 or values.min() == 1:
        return Rate(share, *exact_bounds(share * worth, worth, level), values.size)
    return Rate(share, *wilson(share, worth, students_t(level, count - 1)), values.size)


@lru_cache(maxsize=4096)
def students_t(level: float, freedom: int) -> float:
    """Critical value of a two-sided interval; scipy takes its time over each.

    Args:
        level: Confidence level.
        freedom: Degrees of freedom.
    """
    return float(stats.t.ppf((1 + level) / 2, freedom))


def worth_of(values: Floats, codes: NDArray[np.intp], edge_size: float | None = None) -> float:
    """Independent observations that clustered shares are worth.

    Args:
        values: A share an item, 0-1; shape (items,).
        codes: Cluster of each, from 0; at least two clusters.
        edge_size: What they are worth where all are at 0, or all at 1; None: a cluster for one.
    """
    if values.max() == 0 or values.min() == 1:
        return worst_size(codes) if edge_size is None else edge_size
    return effective_size(values, codes)


def mean(values: Sequence[float], clusters: Sequence[str], level: float = 0.95) -> Rate:
    """Mean of numbers that come in clusters, with its interval.

    Args:
        values: One a sample (and epoch).
        clusters: The cluster of each: its family.
        level: Confidence level.

    Returns:
        The mean, Student's t interval with (clusters - 1) degrees of freedom on its
        cluster-robust standard error, and the number of values. Fewer than two clusters say
        nothing about others: the bounds are then NaN.

    Source:
        Miller (2024), arXiv 2411.00640, section 2.2.
    """
    n = len(values)
    if n == 0:
        return Rate(math.nan, math.nan, math.nan, 0)
    array = np.asarray(values, dtype=float)
    middle = float(array.mean())
    codes = numbered(clusters, n)
    count = int(codes.max()) + 1
    if count < 2:
        return Rate(middle, math.nan, math.nan, n)
    error = math.sqrt(mean_covariance(array, array, codes))
    half = students_t(level, count - 1) * error
    return Rate(middle, middle - half, middle + half, n)


def clopper_pearson(count: int, n: int, level: float = 0.95) -> Rate:
    """Share with an interval that covers at least as often as it says, whatever the share.

    Args:
        count: Events.
        n: Independent trials.
        level: Confidence level of the two-sided interval.

    Returns:
        The rate; the bounds are 0 and 1 where n is 0.

    Source:
        Clopper & Pearson (1934), Biometrika 26(4).
    """
    whole(n, "n")
    if whole(count, "count") > n:
        raise ValueError(f"{count} events in {n} trials")
    if n == 0:
        return Rate(math.nan, 0.0, 1.0, 0)
    return Rate(count / n, *exact_bounds(count, n, between(level, "level")), n)


def rule_of_three(n: int, level: float = 0.95) -> float:
    """Largest rate that is still compatible with no event in n independent trials.

    Args:
        n: Trials.
        level: Confidence level, one-sided.

    Returns:
        The exact bound 1 - (1 - level)^(1/n), which 3/n approximates from above at 95 %; 1 where
        n is 0.

    Source:
        Hanley & Lippman-Hand (1983), JAMA 249(13).
    """
    if whole(n, "n") == 0:
        return 1.0
    return -math.expm1(math.log1p(-between(level, "level")) / n)


def effective_size(values: Floats, codes: NDArray[np.intp]) -> float:
    """Independent observations that would give a share the precision that clustered ones give.

    Args:
        values: Outcomes, or shares over epochs, 0-1; shape (n,).
        codes: Cluster of each, from 0; at least two clusters.

    Returns:
        p(1-p) / clustered variance, at most n; n where that variance is nought.

    Source:
        Korn & Graubard (1998), Survey Methodology 24(2).
    """
    share = float(values.mean())
    variance, spread = mean_covariance(values, values, codes), share * (1 - share)
    # Clusters that are all alike leave rounding dust for a variance.
    return min(values.size, spread / variance) if variance > ROUNDING * spread else values.size


def wilson(share: float, n: float, z: float) -> tuple[float, float]:
    """Wilson's bounds; scipy's want whole numbers, and an effective sample size is not one.

    Args:
        share: 0-1.
        n: Observations, or what they are worth.
        z: Critical value.

    Returns:
        Lower and upper bound.
    """
    scale = 1 + z**2 / n
    middle = (share + z**2 / (2 * n)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return (low if share > 0 else 0.0), (high if share < 1 else 1.0)


def exact_bounds(count: float, n: float, level: float) -> tuple[float, float]:
    """Clopper and Pearson's bounds, as beta quantiles: those take an effective size too.

    Args:
        count: Events, or what they are worth.
        n: Observations, or what they are worth.
        level: Confidence level.

    Returns:
        Lower and upper bound.
    """
    tail = (1 - level) / 2
    low = float(stats.beta.ppf(tail, count, n - count + 1)) if count > 0 else 0.0
    high = float(stats.beta.ppf(1 - tail, count + 1, n - count)) if count < n else 1.0
    return low, high

"""Rates and means, and their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

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
    outcomes: Sequence[bool], clusters: Sequence[str] | None = None, level: float = 0.95
) -> Rate:
    """Share of true outcomes with its Wilson interval.

    With two or more clusters, the interval uses Student's t with (clusters - 1) degrees of freedom
    and the effective sample size of Korn and Graubard (1998), p(1-p) / clustered variance, never
    more than n; where that cannot be estimated (a share of exactly 0 or 1, clusters all alike) it
    is n, as in Inspect's `ci_wilson`. One cluster says nothing about others: the interval is then
    the plain one of n, and holds for that cluster only.

    Args:
        outcomes: One a sample (and epoch).
        clusters: The cluster of each: its family.
        level: Confidence level.

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
        names, codes = np.unique(np.asarray(clusters), return_inverse=True)
        if len(names) > 1:
            critical = float(stats.t.ppf((1 + level) / 2, len(names) - 1))
            totals = np.bincount(codes, weights=values - share)
            variance = (totals**2).sum() / n**2 * len(names) / (len(names) - 1)
            spread = share * (1 - share)
            # Clusters that are all alike leave rounding dust for a variance.
            if variance > ROUNDING * spread:
                size = min(size, spread / float(variance))
    low, high = _wilson(share, size, critical)
    return Rate(share, low, high, n)


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
    numbers = np.asarray(values, dtype=float)
    middle = float(numbers.mean())
    names, codes = np.unique(np.asarray(clusters), return_inverse=True)
    if len(names) < 2:
        return Rate(middle, math.nan, math.nan, n)
    totals = np.bincount(codes, weights=numbers - middle)
    error = math.sqrt((totals**2).sum() * len(names) / (len(names) - 1)) / n
    half = float(stats.t.ppf((1 + level) / 2, len(names) - 1)) * error
    return Rate(middle, middle - half, middle + half, n)


def _wilson(share: float, n: float, z: float) -> tuple[float, float]:
    """Wilson's bounds; scipy's want whole numbers, and an effective sample size is not one."""
    scale = 1 + z**2 / n
    middle = (share + z**2 / (2 * n)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return (low if share > 0 else 0.0), (high if share < 1 else 1.0)

"""A monitor that gives a score: how well it ranks, and how much it finds at few false alarms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from thoughtcrime_evals.stats.arrays import (
    Codes,
    Flags,
    Floats,
    between,
    binary,
    numbered,
    numbers,
    whole,
)
from thoughtcrime_evals.stats.intervals import ROUNDING, Rate, clopper_pearson


@dataclass(frozen=True, slots=True)
class Area(Rate):
    """Area under the ROC curve with its interval.

    Attributes:
        error: DeLong's standard error.
        positives: Items that are to be found.
        negatives: Items that are not.
    """

    error: float
    positives: int
    negatives: int


@dataclass(frozen=True, slots=True)
class Operating:
    """What a monitor finds at a bounded rate of false alarms.

    Attributes:
        found: Share of positives above the threshold. Its interval allows for the threshold too,
            which the negatives set: with few of them its lower bound is 0.
        alarms: Share of negatives above the threshold in this sample, with Clopper and Pearson's
            interval for the threshold as if it had been set beforehand.
        threshold: Scores above it raise the alarm.
        target: The rate of false alarms asked for, 0-1.
        resolved: There are at least 1 / target negatives; fewer cannot show a rate of `target`,
            and the threshold is simply the highest of them.
    """

    found: Rate
    alarms: Rate
    threshold: float
    target: float
    resolved: bool


def auroc(
    scores: ArrayLike,
    labels: ArrayLike,
    clusters: Sequence[object] | None = None,
    level: float = 0.95,
) -> Area:
    """Chance that a positive scores above a negative, ties counting half.

    Args:
        scores: Higher for positives; shape (n,).
        labels: True for positives.
        clusters: The cluster of each item; None for each its own.
        level: Confidence level.

    Returns:
        The area, 0-1, with DeLong's variance, Obuchowski's where there are clusters, and Student's
        t on the logit scale, with Welch's degrees of freedom for the positives' and the negatives'
        parts, (clusters - 1) at most: twenty positives stay few beside a thousand negatives. Where
        nothing varies (every positive above every negative) it is Newcombe's score interval
        instead, with clusters counted for items. NaN where one kind is missing.

    Source:
        DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44(3); Obuchowski (1997), Biometrics
        53(2); Newcombe (2006), Stat. Med. 25:559-573, method 5.
    """
    between(level, "level")
    values, positive = numbers(scores, "scores"), binary(labels, "labels") == 1
    if values.shape != positive.shape or values.ndim != 1:
        raise ValueError(f"{values.size} scores for {positive.size} labels")
    codes = numbered(clusters, values.size)
    m, n = int(positive.sum()), int((~positive).sum())
    if not (m and n):
        return Area(math.nan, math.nan, math.nan, m + n, math.nan, m, n)
    above, below = _placements(values, positive)
    area = float(above.mean())
    variance, freedom = _variance(above, below, positive, codes, area)
    if variance <= ROUNDING or area in (0.0, 1.0):
        held, free = (int(np.unique(codes[kind]).size) for kind in (positive, ~positive))
        low, high = _newcombe(area, held, free, float(stats.norm.ppf((1 + level) / 2)))
        return Area(area, low, high, m + n, math.sqrt(max(variance, 0.0)), m, n)
    error = math.sqrt(variance)
    critical = float(stats.t.ppf((1 + level) / 2, freedom))
    # The logit of an area is nearer to normal than the area, and its bounds stay inside 0-1.
    centre, half = math.log(area / (1 - area)), critical * error / (area * (1 - area))
    low, high = (1 / (1 + math.exp(-bound)) for bound in (centre - half, centre + half))
    return Area(area, low, high, m + n, error, m, n)


def tpr_at_fpr(
    scores: ArrayLike, labels: ArrayLike, fpr: float = 0.01, level: float = 0.95
) -> Operating:
    """Share of positives found where at most a share `fpr` of negatives raises a false alarm.

    The threshold is an order statistic of the negatives, and the interval holds whatever the
    scores' distribution: half of its error goes to where the true threshold lies among them, half
    to Clopper and Pearson's bounds at those places. At 1 % and level 0.95 the lower bound is above
    0 only from 437 negatives on, at 5 % from 86.

    Args:
        scores: Higher for positives; shape (n,). Items are taken for independent.
        labels: True for positives.
        fpr: The rate of false alarms allowed, 0-1.
        level: Confidence level.

    Returns:
        The share found, NaN where there are no positives or no negatives.

    Source:
        David & Nagaraja (2003), Order Statistics, section 7.1, for the threshold's place.
    """
    between(level, "level")
    between(fpr, "fpr")
    values, positive = numbers(scores, "scores"), binary(labels, "labels") == 1
    if values.shape != positive.shape or values.ndim != 1:
        raise ValueError(f"{values.size} scores for {positive.size} labels")
    high_first, found = np.sort(values[~positive])[::-1], values[positive]
    m, n = found.size, high_first.size
    if not (m and n):
        empty = Rate(math.nan, 0.0, 1.0, m)
        return Operating(empty, Rate(math.nan, 0.0, 1.0, n), math.nan, fpr, False)
    # A hair more, so that 5 % of 100 is 5 whatever the rounding.
    threshold = float(high_first[math.floor(fpr * n + 1e-9)])
    tail = (1 - level) / 4
    fewest, most = (int(stats.binom.ppf(q, n, fpr)) for q in (tail, 1 - tail))
    strict = float(high_first[fewest - 1]) if fewest else math.inf
    lax = float(high_first[most]) if most < n else -math.inf
    low = clopper_pearson(int((found > strict).sum()), m, 1 - 2 * tail).low
    high = clopper_pearson(int((found > lax).sum()), m, 1 - 2 * tail).high
    return Operating(
        Rate(float((found > threshold).mean()), low, high, m),
        clopper_pearson(int((high_first > threshold).sum()), n, level),
        threshold,
        fpr,
        # A rate of 1 in 100 wants a hundred negatives to be seen at all.
        n * fpr >= 1 - 1e-9,
    )


def _placements(values: Floats, positive: Flags) -> tuple[Floats, Floats]:
    """Of each positive the share of negatives below it, and of each negative positives above."""
    ranks = stats.rankdata(values)
    m, n = int(positive.sum()), int((~positive).sum())
    above = (ranks[positive] - stats.rankdata(values[positive])) / n
    below = 1 - (ranks[~positive] - stats.rankdata(values[~positive])) / m
    return above, below


def _variance(
    above: Floats,
    below: Floats,
    positive: Flags,
    codes: Codes,
    area: float,
) -> tuple[float, float]:
    """Obuchowski's variance of the area (DeLong's where items are clusters), and its freedom."""
    count = int(codes.max()) + 1
    sums, kinds = [], []
    for kind, parts in ((positive, above), (~positive, below)):
        sums.append(np.bincount(codes[kind], weights=parts - area, minlength=count))
        kinds.append(int(np.unique(codes[kind]).size))
    if min(kinds) < 2:
        return 0.0, 0.0
    own = [
        k / (k - 1) * float(total @ total) / parts.size**2
        for k, total, parts in zip(kinds, sums, (above, below), strict=True)
    ]
    shared = float(sums[0] @ sums[1]) / (above.size * below.size)
    variance = sum(own) + 2 * count / (count - 1) * shared
    if sum(own) <= ROUNDING:
        return 0.0, 0.0
    welch = sum(own) ** 2 / sum(part**2 / (k - 1) for k, part in zip(kinds, own, strict=True))
    return variance, min(welch, count - 1)


def _newcombe(area: float, m: int, n: int, z: float) -> tuple[float, float]:
    """Bounds at which the area's distance is z of the standard errors that they themselves give."""
    half = (m + n) / 2 - 1

    def excess(theta: float) -> float:
        shape = 1 + half * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        return (area - theta) ** 2 - z**2 * theta * (1 - theta) * shape / (m * n)

    low = 0.0 if area == 0 else float(optimize.brentq(excess, 0.0, area * (1 - 1e-12)))
    high = 1.0 if area == 1 else float(optimize.brentq(excess, area + (1 - area) * 1e-12, 1.0))
    return low, high


def d_prime(hits: int, alarms: int, n: int) -> float:
    """Sensitivity of a yes-no detector, over as many signals as noises.

    Args:
        hits: Signals called so.
        alarms: Noises called signals.
        n: Signals, and noises.

    Returns:
        z(hit rate) - z(alarm rate), each rate with the log-linear correction: a half added to the
        count and one to n, so that it is finite.

    Source:
        Hautus (1995), Behav. Res. Methods 27(1).
    """
    whole(n, "n", 1)
    for count in (hits, alarms):
        if whole(count, "count") > n:
            raise ValueError(f"{count} of {n}")
    rates = [(count + 0.5) / (n + 1) for count in (hits, alarms)]
    return float(stats.norm.ppf(rates[0]) - stats.norm.ppf(rates[1]))

"""A judge errs: what the rate it reports would be without its errors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from thoughtcrime_evals.stats.arrays import (
    Codes,
    Floats,
    between,
    binary,
    mean_covariance,
    numbered,
    numbers,
    worst_size,
)
from thoughtcrime_evals.stats.calibration import Calibration
from thoughtcrime_evals.stats.intervals import Rate, effective_size

# Below this, a correction divides by so little that it says more of the noise than of the rate.
LEAST_YOUDEN = 0.3

Clusters = Sequence[object] | None


@dataclass(frozen=True, slots=True)
class Corrected(Rate):
    """A rate without the judge's errors, and its interval.

    Attributes:
        raw: The share that the judge reports, or the mean of its verdicts.
        unclipped: The estimate before it is held to 0-1; outside, the judge's errors alone explain
            more (or less) than it reports.
        error: Standard error by the delta method, of the unclipped estimate.
        tuning: Weight given to the judge's verdicts; 1 for Rogan and Gladen.
    """

    raw: float
    unclipped: float
    error: float
    tuning: float = 1.0


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there is no correction.

    Attributes:
        reason: One sentence.
    """

    reason: str


def rogan_gladen(
    outcomes: ArrayLike,
    calibration: Calibration,
    clusters: Clusters = None,
    level: float = 0.95,
    method: Literal["adjusted", "delta", "bootstrap"] = "adjusted",
    draws: int = 10_000,
    seed: int = 0,
) -> Corrected | Refused:
    """Rate corrected for a judge's sensitivity and specificity.

    It bears other rates than the calibration's, not other errors: calibrate on items like these.

    Args:
        outcomes: The judge's verdicts in the log, true or false; shape (n,).
        calibration: The same judge's verdicts on items whose truth is settled.
        clusters: The cluster of each outcome; None for each its own.
        level: Confidence level.
        method: `adjusted` keeps its level also near 0 and for judges without a seen error;
            `delta` is the textbook's and does not; `bootstrap` resamples the log (by cluster) and
            both halves of the calibration, and cannot show errors that the calibration has none of.
        draws: Resamples for `bootstrap`.
        seed: Of the resampling.

    Returns:
        (p + Sp - 1) / (Se + Sp - 1), held to 0-1 with its bounds; or a refusal where there are no
        outcomes, half of the calibration is missing, or Youden's J is below 0.3.

    Source:
        Rogan & Gladen (1978), Am. J. Epidemiol. 107(1); Lang & Reiczigel (2014), Prev. Vet. Med.
        113(1), as in Lee et al. (2025), arXiv 2511.21140, for the adjusted interval.
    """
    values, z = (
        binary(outcomes, "outcomes"),
        float(stats.norm.ppf((1 + between(level, "level")) / 2)),
    )
    if values.size == 0:
        return Refused("There are no outcomes to correct.")
    if not (calibration.positives and calibration.negatives):
        return Refused("The calibration has no items that hold, or none that do not.")
    if calibration.youden < LEAST_YOUDEN:
        return Refused(
            f"The judge's Youden's J is {calibration.youden:.2f}, below {LEAST_YOUDEN}: "
            "too little for a correction."
        )
    codes, n = numbered(clusters, values.size), float(values.size)
    if clusters is not None and codes.max() > 0:
        edge = values.max() == values.min()
        n = worst_size(codes) if edge else effective_size(values, codes)
    parts = (
        (float(values.mean()), n),
        (calibration.specificity.value, float(calibration.negatives)),
        (calibration.sensitivity.value, float(calibration.positives)),
    )
    theta, error = _corrected(*parts)
    if method == "bootstrap":
        thetas = _redrawn(values, codes, calibration, draws, np.random.default_rng(seed))
        low, high = (float(q) for q in np.nanquantile(thetas, [(1 - level) / 2, (1 + level) / 2]))
    elif method == "delta":
        low, high = theta - z * error, theta + z * error
    else:
        (p, n), (sp, m0), (se, m1) = parts
        p, n = (n * p + z**2 / 2) / (n + z**2), n + z**2
        sp, m0 = (m0 * sp + 1) / (m0 + 2), m0 + 2
        se, m1 = (m1 * se + 1) / (m1 + 2), m1 + 2
        middle, wide = _corrected((p, n), (sp, m0), (se, m1))
        middle += 2 * z**2 * (middle * se * (1 - se) / m1 - (1 - middle) * sp * (1 - sp) / m0)
        low, high = middle - z * wide, middle + z * wide
    low, value, high = (min(max(number, 0.0), 1.0) for number in (low, theta, high))
    return Corrected(
        value, min(low, value), max(high, value), values.size, parts[0][0], theta, error
    )


def ppi_plus_plus(
    truth: ArrayLike,
    judged: ArrayLike,
    judged_only: ArrayLike,
    clusters: Clusters = None,
    clusters_only: Clusters = None,
    level: float = 0.95,
) -> Corrected | Refused:
    """Mean of the truth from few settled items and many that only the judge has seen.

    The settled items must be drawn at random from those to be judged: unlike `rogan_gladen`, it
    bears any kind of error, and no other mix of items. The judge's weight is tuned to the data, so
    that a judge who is no help costs nothing. It wants some fifteen settled items of either truth:
    with five of one, a 95 % interval covers some 90 %.

    Args:
        truth: What people settled, a number each; shape (n,).
        judged: The judge on the same items.
        judged_only: The judge on the others; shape (N,).
        clusters: The cluster of each settled item; None for each its own.
        clusters_only: The cluster of each other item.
        level: Confidence level.

    Returns:
        The mean with Student's t interval, (clusters of settled items - 1) degrees of freedom;
        held to 0-1 where all numbers are. Where the judge errs on no settled item, the bounds are
        wider by the error rate (Clopper and Pearson's) that none seen allows. Refused where the
        truth is the same on all settled items: its variance would be nought.

    Source:
        Angelopoulos, Duchi & Zrnic (2023), arXiv 2311.01453, section 6 (power tuning, clipped).
    """
    settled, seen = numbers(truth, "truth"), numbers(judged, "judged")
    unseen = numbers(judged_only, "judged_only")
    between(level, "level")
    if settled.shape != seen.shape or settled.ndim != 1 or unseen.ndim != 1:
        raise ValueError(f"{seen.size} verdicts for {settled.size} settled items")
    codes, others = numbered(clusters, settled.size), numbered(clusters_only, unseen.size)
    if settled.size < 2 or unseen.size < 2 or not (codes.max() and others.max()):
        return Refused("It takes two clusters of settled items, and two of others.")
    if np.ptp(settled) == 0:
        return Refused("The truth is the same on all settled items; settle more.")
    tuning = 0.0
    if spread := float(np.var(np.concatenate([seen, unseen]), ddof=1)):
        together = float(np.mean((settled - settled.mean()) * (seen - seen.mean())))
        tuning = together / ((1 + settled.size / unseen.size) * spread)
        tuning = min(max(tuning, 0.0), 1.0)
    rest = settled - tuning * seen
    theta = tuning * float(unseen.mean()) + float(rest.mean())
    variance = tuning**2 * mean_covariance(unseen, unseen, others)
    error = math.sqrt(variance + mean_covariance(rest, rest, codes))
    half = float(stats.t.ppf((1 + level) / 2, int(codes.max()))) * error
    if np.array_equal(settled, seen):
        half += float(stats.beta.ppf((1 + level) / 2, 1, int(codes.max()) + 1))
    everything = np.concatenate([settled, seen, unseen])
    low, value, high = theta - half, theta, theta + half
    if everything.min() >= 0 and everything.max() <= 1:
        low, value, high = (min(max(number, 0.0), 1.0) for number in (low, value, high))
    n = settled.size + unseen.size
    return Corrected(value, low, high, n, float(unseen.mean()), theta, error, tuning)


def _corrected(
    raw: tuple[float, float], specificity: tuple[float, float], sensitivity: tuple[float, float]
) -> tuple[float, float]:
    """Estimate and standard error from three shares, each with the size it rests on."""
    (p, n), (sp, m0), (se, m1) = raw, specificity, sensitivity
    youden = se + sp - 1
    theta = (p + sp - 1) / youden
    variance = p * (1 - p) / n + (1 - theta) ** 2 * sp * (1 - sp) / m0
    return theta, math.sqrt(variance + theta**2 * se * (1 - se) / m1) / youden


def _redrawn(
    values: Floats,
    codes: Codes,
    calibration: Calibration,
    draws: int,
    random: np.random.Generator,
) -> Floats:
    """The estimate on resamples of the log, by cluster, and of the calibration's two halves."""
    sizes, totals = np.bincount(codes), np.bincount(codes, weights=values)
    # Resampling n verdicts with replacement is a binomial draw at their share.
    if sizes.size == values.size:
        share = random.binomial(values.size, float(values.mean()), draws) / values.size
    else:
        times = random.multinomial(sizes.size, np.full(sizes.size, 1 / sizes.size), size=draws)
        share = (times @ totals) / (times @ sizes)
    found = random.binomial(calibration.positives, calibration.sensitivity.value, draws)
    passed = random.binomial(calibration.negatives, calibration.specificity.value, draws)
    se, sp = found / calibration.positives, passed / calibration.negatives
    youden = se + sp - 1
    thetas = np.full(draws, np.nan)
    np.divide(share + sp - 1, youden, out=thetas, where=np.abs(youden) > 1e-9)
    return thetas

"""Intervals from resampling, where no formula is at hand."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from thoughtcrime_evals.stats.arrays import Floats, between, numbered, numbers
from thoughtcrime_evals.stats.intervals import ROUNDING, Rate

# More resamples than this on which a statistic is undefined say that it is undefined here.
UNDEFINED = 0.05


def cluster_bootstrap(
    values: ArrayLike,
    clusters: Sequence[object] | NDArray[np.generic] | None,
    statistic: Callable[[Floats], float],
    draws: int = 2000,
    seed: int = 0,
    level: float = 0.95,
    method: Literal["bca", "percentile"] = "bca",
) -> Rate:
    """Statistic with an interval from resampling whole clusters.

    It wants some twenty clusters: with fewer, both methods come out too narrow, and what a
    resample of few clusters cannot show (a rare event that none holds) the interval cannot either.

    Args:
        values: The observations along the first axis: shape (n,) or (n, k).
        clusters: The cluster of each observation; None for each its own.
        statistic: From observations, in the shape given, to one number; NaN where undefined.
        draws: Resamples.
        seed: Of the resampling.
        level: Confidence level.
        method: `bca` corrects for bias and skewness, leaving out one cluster at a time;
            `percentile` takes the resamples' quantiles and bears up to 5 % undefined ones.

    Returns:
        The statistic and its bounds. They are NaN where there is nothing to resample: fewer than
        two clusters, or every resample gives the same.

    Source:
        Efron (1987), JASA 82(397); Field & Welsh (2007), JRSS B 69(3). scipy.stats.bootstrap.
    """
    array = numbers(values)
    n = len(array)
    if n == 0:
        return Rate(math.nan, math.nan, math.nan, 0)
    codes = numbered(clusters, n)
    rows = [np.flatnonzero(codes == code) for code in range(int(codes.max()) + 1)]
    value = float(statistic(array))
    if len(rows) < 2:
        return Rate(value, math.nan, math.nan, n)

    def resampled(drawn: NDArray[np.intp]) -> float:
        return float(statistic(array[np.concatenate([rows[code] for code in drawn])]))

    with warnings.catch_warnings():
        # A degenerate distribution is answered by NaN bounds here.
        warnings.simplefilter("ignore")
        found = stats.bootstrap(
            (np.arange(len(rows)),),
            resampled,
            vectorized=False,
            n_resamples=draws,
            confidence_level=between(level, "level"),
            method="BCa" if method == "bca" else "percentile",
            rng=np.random.default_rng(seed),
        )
    spread = np.asarray(found.bootstrap_distribution, dtype=float)
    undefined = np.isnan(spread)
    if undefined.mean() > UNDEFINED or np.ptp(spread[~undefined]) <= ROUNDING:
        return Rate(value, math.nan, math.nan, n)
    if method == "percentile":
        low, high = np.quantile(spread[~undefined], [(1 - level) / 2, (1 + level) / 2])
    else:
        low, high = found.confidence_interval
    return Rate(value, float(low), float(high), n)

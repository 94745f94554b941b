"""Two shares held against each other: counts in, and intervals that hold near 0 and 1 too."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from thoughtcrime_evals.stats.arrays import between, mean_covariance, whole
from thoughtcrime_evals.stats.intervals import ROUNDING, Rate, rate_of_items
from thoughtcrime_evals.stats.paired import Alternative, Difference, Pairs


@dataclass(frozen=True, slots=True)
class McNemar:
    """McNemar's test of one binary outcome under two runs.

    Attributes:
        rises: Items at which the outcome holds in the new run only.
        falls: Items at which it holds in the reference run only.
        p: Exact p-value: never more false alarms than it says, and often far fewer.
        mid_p: Mid-p value: close to what it says; it may exceed it slightly.
        alternative: What is held against chance; `greater` means more rises than falls.
    """

    rises: int
    falls: int
    p: float
    mid_p: float
    alternative: Alternative


def mcnemar(rises: int, falls: int, alternative: Alternative = "two-sided") -> McNemar:
    """Whether an outcome that flips flips one way more often than the other.

    Items are taken for independent; for clusters of them use `sign_flip`.

    Args:
        rises: Items at which the outcome holds in the new run only.
        falls: Items at which it holds in the reference run only.
        alternative: `greater` asks whether rises prevail.

    Returns:
        The exact and the mid-p value; both 1 where nothing flips.

    Source:
        Fagerland, Lydersen & Laake (2013), BMC Med. Res. Methodol. 13:91. scipy.stats.binomtest.
    """
    flips = whole(rises, "rises") + whole(falls, "falls")
    if flips == 0:
        return McNemar(0, 0, 1.0, 1.0, alternative)
    p = float(stats.binomtest(rises, flips, 0.5, alternative).pvalue)
    observed = float(stats.binom.pmf(rises, flips, 0.5))
    # Two-sided, p counts the observed outcome once in each tail, but for a tie, where they share
    # it; half of each count is what mid-p takes off.
    twice = alternative == "two-sided" and rises != falls
    return McNemar(rises, falls, p, p - observed * (1 if twice else 0.5), alternative)


def newcombe(
    new: int, new_n: int, reference: int, reference_n: int, level: float = 0.95
) -> Difference:
    """Difference of two shares from different items.

    Args:
        new: Events in the new run.
        new_n: Its items.
        reference: Events in the reference run.
        reference_n: Its items.
        level: Confidence level.

    Returns:
        New minus reference with Newcombe's hybrid score interval (his method 10); NaN, and the
        bounds -1 and 1, where either run has no items.

    Source:
        Newcombe (1998), Stat. Med. 17:873-890. statsmodels' confint_proportions_2indep.
    """
    between(level, "level")
    for count, n in ((new, new_n), (reference, reference_n)):
        if whole(count, "events") > whole(n, "items"):
            raise ValueError(f"{count} events in {n} items")
    if not (new_n and reference_n):
        return Difference(math.nan, -1.0, 1.0, new_n + reference_n, 0, level, math.nan)
    low, high = confint_proportions_2indep(
        new, new_n, reference, reference_n, method="newcomb", alpha=1 - level
    )
    value = new / new_n - reference / reference_n
    return Difference(value, float(low), float(high), new_n + reference_n, 0, level, math.nan)


def newcombe_paired(
    both: int, rises: int, falls: int, neither: int, level: float = 0.95
) -> Difference:
    """Difference of two shares over the same independent items.

    Args:
        both: Items at which the outcome holds in both runs.
        rises: In the new run only.
        falls: In the reference run only.
        neither: In neither.
        level: Confidence level.

    Returns:
        New minus reference with Newcombe's square-and-add interval for pairs (his method 10); NaN,
        and the bounds -1 and 1, where there are no items.

    Source:
        Newcombe (1998), Stat. Med. 17:2635-2650.
    """
    between(level, "level")
    n = sum(whole(count, "items") for count in (both, rises, falls, neither))
    if n == 0:
        return Difference(math.nan, -1.0, 1.0, 0, 0, level, math.nan)
    new, reference = both + rises, both + falls
    bounds = [
        proportion_confint(count, n, alpha=1 - level, method="wilson") for count in (new, reference)
    ]
    scale = math.sqrt(new * (n - new) * reference * (n - reference))
    cross = float(both * neither - rises * falls)
    # Newcombe's continuity correction, for positive correlation only.
    cross = max(cross - n / 2, 0.0) if cross > 0 else cross
    likeness = cross / scale if scale else 0.0
    low, high = _square_and_add(new / n, reference / n, bounds[0], bounds[1], likeness)
    return Difference((rises - falls) / n, low, high, n, 0, level, math.nan)


def newcombe_clustered(
    pairs: Pairs, level: float = 0.95, edge_sizes: tuple[float, float] | None = None
) -> Difference:
    """Difference of two rates over the same items in clusters; it bears rates of exactly 0 and 1.

    Newcombe's square-and-add with the clustered bounds of `rate_of_items` for each run and the
    correlation of the two rates across clusters. Where a run is at exactly 0 or 1, nothing says how
    alike a cluster's items are: by default its bounds take each cluster for one observation, the
    worst there can be. Counting items instead is right if the claim is about these items, not about
    clusters like these.

    Args:
        pairs: Of the two runs; each value 0-1, as shares over epochs are.
        level: Confidence level.
        edge_sizes: Observations to count for the new run and the reference at exactly 0 or 1.

    Returns:
        New minus reference; NaN bounds for fewer than two clusters.

    Source:
        Newcombe (1998), Stat. Med. 17:2635-2650; Zou & Donner (2008), Stat. Med. 27(10), for the
        step from any pair of intervals to that of a difference; Korn & Graubard (1998).
    """
    between(level, "level")
    runs, codes, count = (pairs.new, pairs.reference), pairs.codes, pairs.clusters
    if any(run.min() < 0 or run.max() > 1 for run in runs):
        raise ValueError("rates must lie between 0 and 1")
    n, value = codes.size, float(pairs.differences.mean())
    if count < 2:
        return Difference(value, math.nan, math.nan, n, count, level, math.nan)
    rates = [
        rate_of_items(run, codes, level, size)
        for run, size in zip(runs, edge_sizes or (None, None), strict=True)
    ]
    bounds = [(of.low, of.high) for of in rates]
    spreads = [mean_covariance(run, run, codes) for run in runs]
    likeness = 0.0
    if min(spreads) > ROUNDING / n:
        likeness = mean_covariance(*runs, codes) / math.sqrt(spreads[0] * spreads[1])
    means = [float(np.mean(run)) for run in runs]
    low, high = _square_and_add(means[0], means[1], bounds[0], bounds[1], likeness)
    return Difference(value, low, high, n, count, level, math.nan)


def difference_of_rates(new: Rate, reference: Rate, level: float = 0.95) -> Difference:
    """Difference of two rates that rest on different clusters, from their own intervals.

    Args:
        new: A rate with its interval.
        reference: A rate with its interval, from other items and clusters.
        level: The confidence level that both intervals have.

    Returns:
        New minus reference, by square-and-add.

    Source:
        Zou & Donner (2008), Stat. Med. 27(10).
    """
    low, high = _square_and_add(
        new.value, reference.value, (new.low, new.high), (reference.low, reference.high), 0.0
    )
    n = new.n + reference.n
    return Difference(new.value - reference.value, low, high, n, 0, level, math.nan)


def _square_and_add(
    one: float,
    other: float,
    of_one: tuple[float, float],
    of_other: tuple[float, float],
    likeness: float,
) -> tuple[float, float]:
    """Bounds of a difference from the bounds of its terms and their correlation."""

    def reach(here: float, there: float) -> float:
        return math.sqrt(max(here**2 + there**2 - 2 * likeness * here * there, 0.0))

    difference = one - other
    down = reach(one - of_one[0], of_other[1] - other)
    up = reach(of_one[1] - one, other - of_other[0])
    return max(difference - down, -1.0), min(difference + up, 1.0)

"""Two runs: how many items it takes to tell them apart, and what so many can show."""

from __future__ import annotations

import math

from scipy import stats
from statsmodels.stats.power import normal_sample_size_one_tail
from statsmodels.stats.proportion import (
    power_proportions_2indep,
    samplesize_proportions_2indep_onetail,
)

from thoughtcrime_evals.stats.arrays import between, whole


def two_proportions_size(
    first: float, second: float, power: float = 0.8, alpha: float = 0.05
) -> int:
    """Items in each of two independent runs to tell two rates apart.

    Args:
        first: One true rate, 0-1.
        second: The other, 0-1.
        power: Chance to tell them apart.
        alpha: Two-sided.

    Returns:
        Items a run, by the pooled z-test.

    Source:
        Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions, section 4.2,
        without continuity correction. statsmodels' samplesize_proportions_2indep_onetail.
    """
    _rates(first, second)
    size = samplesize_proportions_2indep_onetail(
        first - second, second, between(power, "power"), alpha=between(alpha, "alpha")
    )
    return whole_items(float(size))


def two_proportions_power(n: int, first: float, second: float, alpha: float = 0.05) -> float:
    """Chance to tell two rates apart with so many items in each of two independent runs.

    Args:
        n: Items a run.
        first: One true rate, 0-1.
        second: The other, 0-1.
        alpha: Two-sided.

    Returns:
        The power, 0-1.

    Source:
        As `two_proportions_size`. statsmodels' power_proportions_2indep.
    """
    _rates(first, second)
    found = power_proportions_2indep(
        first - second, second, whole(n, "n", 1), alpha=between(alpha, "alpha")
    )
    return float(found.power)


def mcnemar_size(
    discordance: float, difference: float, power: float = 0.8, alpha: float = 0.05
) -> int:
    """Items to see, in one binary outcome under two runs, that it has shifted.

    Args:
        discordance: Share of items at which the runs differ, either way, 0-1.
        difference: Of the two rates; no larger than the discordance.
        power: Chance to see it.
        alpha: Two-sided.

    Returns:
        Items, that is pairs, by McNemar's z-test.

    Source:
        Connor (1987), Biometrics 43(1), equation 3.
    """
    null, alternative = _discordant(discordance, difference)
    size = normal_sample_size_one_tail(
        difference, between(power, "power"), between(alpha, "alpha") / 2, null, alternative
    )
    return whole_items(float(size))


def mcnemar_power(n: int, discordance: float, difference: float, alpha: float = 0.05) -> float:
    """Chance to see, with so many items under two runs, that an outcome has shifted.

    Args:
        n: Items, that is pairs.
        discordance: Share of items at which the runs differ, either way, 0-1.
        difference: Of the two rates; no larger than the discordance.
        alpha: Two-sided.

    Returns:
        The power, 0-1.

    Source:
        Connor (1987), Biometrics 43(1).
    """
    null, alternative = _discordant(discordance, difference)
    reach = abs(difference) * math.sqrt(whole(n, "n", 1))
    if alternative == 0:
        return 1.0 if reach > stats.norm.isf(alpha / 2) * null else 0.0
    steps = (reach - float(stats.norm.isf(between(alpha, "alpha") / 2)) * null) / alternative
    return float(stats.norm.cdf(steps))


def non_inferiority_size(
    margin: float,
    spread: float,
    rise: float = 0.0,
    power: float = 0.8,
    alpha: float = 0.025,
    cluster_size: float = 1.0,
    icc: float = 0.0,
) -> int:
    """Paired items to show that a rate has not risen by more than a margin.

    Args:
        margin: The largest rise that is borne.
        spread: Standard deviation of the differences by item. For one binary outcome and equal
            rates it is the square root of the share of items that flip; for two independent runs
            at rate p it is sqrt(2 p (1 - p)), and the answer is items a run.
        rise: The true difference, new minus reference; below the margin.
        power: Chance to show it.
        alpha: One-sided.
        cluster_size: Mean items a cluster.
        icc: Correlation of the differences within a cluster, 0-1.

    Returns:
        Items in all, clusters times `cluster_size`. With fewer than some thirty clusters Student's
        t asks for a little more.

    Source:
        Julious (2004), Stat. Med. 23(12), section 4; Kish (1965) for the design effect.
    """
    step, wide = _margin(margin, spread, rise)
    effect = design_effect(cluster_size, icc)
    size = normal_sample_size_one_tail(step, between(power, "power"), between(alpha, "alpha"), wide)
    return whole_items(float(size) * effect)


def non_inferiority_power(
    n: int,
    margin: float,
    spread: float,
    rise: float = 0.0,
    alpha: float = 0.025,
    cluster_size: float = 1.0,
    icc: float = 0.0,
) -> float:
    """Chance to show, with so many paired items, that a rate has not risen beyond a margin.

    Args:
        n: Items in all.
        margin: The largest rise that is borne.
        spread: Standard deviation of the differences by item.
        rise: The true difference, new minus reference; below the margin.
        alpha: One-sided.
        cluster_size: Mean items a cluster.
        icc: Correlation of the differences within a cluster, 0-1.

    Returns:
        The power, 0-1.

    Source:
        As `non_inferiority_size`.
    """
    step, wide = _margin(margin, spread, rise)
    worth = whole(n, "n", 1) / design_effect(cluster_size, icc)
    steps = step * math.sqrt(worth) / wide - float(stats.norm.isf(between(alpha, "alpha")))
    return float(stats.norm.cdf(steps))


def design_effect(cluster_size: float, icc: float) -> float:
    """Times as many items that clusters ask for.

    Args:
        cluster_size: Mean items a cluster, at least 1.
        icc: Correlation within a cluster, 0-1.

    Returns:
        1 + (cluster_size - 1) icc.

    Source:
        Kish (1965), Survey Sampling, section 5.4.
    """
    if not 1 <= cluster_size < math.inf or not 0 <= icc <= 1:
        raise ValueError("a cluster has at least one item, and icc lies between 0 and 1")
    return 1 + (cluster_size - 1) * icc


def whole_items(size: float) -> int:
    """Round a number of items up.

    Args:
        size: Of a formula.

    Returns:
        The next whole number, at least 1; rounding dust above a whole number is let go.
    """
    return max(1, math.ceil(size - 1e-9))


def _rates(first: float, second: float) -> None:
    """Refuse what are no two rates."""
    if not (0 <= first <= 1 and 0 <= second <= 1) or first == second:
        raise ValueError(f"two different rates between 0 and 1, not {first} and {second}")


def _discordant(discordance: float, difference: float) -> tuple[float, float]:
    """Standard deviation of a pair's difference at equal rates, and at these."""
    if not 0 < abs(difference) <= discordance <= 1:
        raise ValueError(f"a difference of {difference} does not go with {discordance} discordance")
    return math.sqrt(discordance), math.sqrt(discordance - difference**2)


def _margin(margin: float, spread: float, rise: float) -> tuple[float, float]:
    """Room between the true rise and the margin, and the spread."""
    between(margin, "margin", 0.0, math.inf)
    between(spread, "spread", 0.0, math.inf)
    if not rise < margin:
        raise ValueError(f"a true rise of {rise} is not below the margin of {margin}")
    return margin - rise, spread

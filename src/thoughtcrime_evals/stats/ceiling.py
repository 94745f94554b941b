"""One run: how many items it takes to rule a rate out, or to know it closely enough."""

from __future__ import annotations

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import samplesize_confint_proportion

from thoughtcrime_evals.stats.arrays import Codes, Floats, between, whole
from thoughtcrime_evals.stats.power import whole_items

# Beyond this many items a search says that nobody will run them.
MOST = 100_000


def ceiling_power(n: int, share: float, ceiling: float, alpha: float = 0.025) -> float:
    """Chance that Clopper and Pearson's upper bound comes out below a ceiling.

    Args:
        n: Independent items.
        share: The true rate, 0-1, below the ceiling.
        ceiling: The rate that must be ruled out.
        alpha: One-sided: 0.025 goes with a two-sided interval at level 0.95.

    Returns:
        The power, 0-1, exact.

    Source:
        Chow, Shao & Wang (2008), Sample Size Calculations in Clinical Research, section 4.1.
    """
    _below(share, ceiling)
    sizes = np.asarray([whole(n, "n", 1)])
    return float(_ceiling_powers(sizes, share, ceiling, between(alpha, "alpha"))[0])


def ceiling_size(share: float, ceiling: float, power: float = 0.8, alpha: float = 0.025) -> int:
    """Items to show that a rate lies below a ceiling.

    Exact power rises with the number of items in saw teeth; this is the first number from which on
    no tooth, up to twice as many, falls below the power asked for.

    Args:
        share: The true rate, 0-1, below the ceiling.
        ceiling: The rate that must be ruled out.
        power: Chance to rule it out.
        alpha: One-sided.

    Returns:
        Independent items.

    Raises:
        ValueError: It would take more than 100 000.

    Source:
        Chow, Shao & Wang (2008), Sample Size Calculations in Clinical Research, section 4.1.
    """
    _below(share, ceiling)
    between(power, "power")
    between(alpha, "alpha")
    last = 64
    while last <= 2 * MOST:
        powers = _ceiling_powers(np.arange(1, last + 1), share, ceiling, alpha)
        short = np.flatnonzero(powers < power)
        first = int(short[-1]) + 2 if short.size else 1
        if 2 * first <= last:
            return first
        last *= 2
    raise ValueError(f"more than {MOST} items: {share:g} is too close to {ceiling:g}")


def precision_size(share: float, half: float, level: float = 0.95) -> int:
    """Items to know a rate to within so much either way.

    Args:
        share: The rate expected, 0-1; 0.5 asks for most.
        half: Half the width of the interval.
        level: Confidence level.

    Returns:
        Independent items, by the normal approximation.

    Source:
        statsmodels' samplesize_confint_proportion.
    """
    between(share, "share")
    found = samplesize_confint_proportion(
        share, between(half, "half"), alpha=1 - between(level, "level"), method="normal"
    )
    return whole_items(float(found))


def _ceiling_powers(sizes: Codes, share: float, ceiling: float, alpha: float) -> Floats:
    """Exact power at each size."""
    # The largest count that still rules the ceiling out; ppf gives the smallest that does not
    # fall short of alpha.
    largest = stats.binom.ppf(alpha, sizes, ceiling)
    largest = np.where(stats.binom.cdf(largest, sizes, ceiling) <= alpha, largest, largest - 1)
    return np.asarray(stats.binom.cdf(largest, sizes, share), dtype=np.float64)


def _below(share: float, ceiling: float) -> None:
    """Refuse a ceiling that the true rate has reached."""
    between(ceiling, "ceiling")
    if not 0 <= share < ceiling:
        raise ValueError(f"a true rate of {share} is not below the ceiling of {ceiling}")

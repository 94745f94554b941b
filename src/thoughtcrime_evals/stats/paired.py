"""Two runs over the same items: differences item by item, and whether they could be chance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from thoughtcrime_evals.stats.arrays import (
    Codes,
    Floats,
    between,
    mean_covariance,
    numbered,
    numbers,
)
from thoughtcrime_evals.stats.intervals import Rate

Alternative = Literal["two-sided", "greater", "less"]
ByItem = Mapping[str, float | Sequence[float]]

# Grids of sums: how fine, and how long in steps, so that counting stays quick.
FINEST = 64
LONGEST = 200_000

# Numbers that are drawn at once, which bounds the memory for many clusters.
BATCH = 2**22

# Differences that agree to this are alike: epochs' means leave rounding dust.
DUST = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """One value an item from each of two runs.

    Attributes:
        new: Mean over epochs in the run in question, shape (items,).
        reference: Mean over epochs in the run it is held against, shape (items,).
        codes: Cluster of each item, from 0, shape (items,).
        unmatched: Items that only one run has; they are in neither array.
    """

    new: Floats
    reference: Floats
    codes: Codes
    unmatched: int = 0

    @property
    def differences(self) -> Floats:
        """New minus reference, shape (items,)."""
        return self.new - self.reference

    @property
    def clusters(self) -> int:
        """Number of clusters."""
        return int(self.codes.max()) + 1 if self.codes.size else 0


@dataclass(frozen=True, slots=True)
class Difference(Rate):
    """A difference, new minus reference, with its interval.

    Attributes:
        clusters: Clusters it rests on; 0 where it comes from counts.
        level: Confidence level of the interval.
        error: Standard error; NaN where the interval is not built on one.
    """

    clusters: int
    level: float
    error: float


@dataclass(frozen=True, slots=True)
class Chance:
    """How often chance alone would give as much.

    Attributes:
        p: P-value.
        alternative: What is held against chance; `greater` means that the new run is higher.
        exact: Every arrangement was counted; else it was drawn, and p has Monte Carlo error.
    """

    p: float
    alternative: Alternative
    exact: bool


def pair(
    new: ByItem | ArrayLike,
    reference: ByItem | ArrayLike,
    clusters: Mapping[str, object] | Sequence[object] | None = None,
) -> Pairs:
    """Bring two runs together, epochs averaged within each item.

    Args:
        new: The run in question: a value, or one an epoch, by item; or an array of shape (items,)
            or (items, epochs). Epochs need not be as many in both.
        reference: The run it is held against, in the same form.
        clusters: The cluster of each item, by item or in the arrays' order; None for each its own.

    Returns:
        The pairs. Of mappings, items that only one has are left out and counted.

    Raises:
        ValueError: No item in common, arrays of different length, an item without a cluster, or a
            value that is NaN.

    Source:
        Miller (2024), arXiv 2411.00640, sections 3 and 4: paired differences, epochs averaged.
    """
    if isinstance(new, Mapping) and isinstance(reference, Mapping):
        return _by_item(new, reference, clusters)
    if isinstance(new, Mapping) or isinstance(reference, Mapping):
        raise ValueError("give both runs by item, or both as arrays")
    if isinstance(clusters, Mapping):
        raise ValueError("clusters by item go with runs by item")
    one, other = _averaged(new), _averaged(reference)
    if one.size != other.size:
        raise ValueError(f"{one.size} items against {other.size}")
    if one.size == 0:
        raise ValueError("no items")
    return Pairs(one, other, numbered(clusters, one.size))


def mean_difference(pairs: Pairs, level: float = 0.95) -> Difference:
    """Mean difference over items, with an interval that allows for clusters.

    Args:
        pairs: Of the two runs.
        level: Confidence level.

    Returns:
        The mean over items of new minus reference, and Student's t interval with (clusters - 1)
        degrees of freedom on its cluster-robust standard error. The bounds are NaN where nothing
        varies, which is no certainty: one cluster, or differences all alike (both runs at zero).
        For rates below some 10 %, prefer `newcombe_clustered`: it has bounds there too, and this
        interval, centred on what was seen, then ends too soon on the side of a rise.

    Source:
        Miller (2024), arXiv 2411.00640, section 4.2.
    """
    between(level, "level")
    differences, count = pairs.differences, pairs.clusters
    value, n = float(differences.mean()), differences.size
    if count < 2 or np.ptp(differences) <= DUST:
        return Difference(value, math.nan, math.nan, n, count, level, math.nan)
    error = math.sqrt(mean_covariance(differences, differences, pairs.codes))
    if error <= DUST:
        return Difference(value, math.nan, math.nan, n, count, level, math.nan)
    half = float(stats.t.ppf((1 + level) / 2, count - 1)) * error
    return Difference(value, value - half, value + half, n, count, level, error)


def sign_flip(
    pairs: Pairs,
    alternative: Alternative = "two-sided",
    null: float = 0.0,
    draws: int = 2**14,
    seed: int = 0,
) -> Chance:
    """Whether the difference could be chance, by swapping the runs in whole clusters.

    It wants no normality and no number of clusters; but the smallest p that k clusters allow is
    2^-k one-sided and 2^(1-k) two-sided: below six clusters, no two-sided p is under 0.05.

    Args:
        pairs: Of the two runs.
        alternative: `greater` asks whether the new run is higher than the null.
        null: Difference to test against. At 0, the hypothesis is that the runs could be swapped;
            elsewhere, that differences lie symmetrically around it.
        draws: Arrangements that are drawn where not all can be counted.
        seed: Of the draws.

    Returns:
        The p-value; 1 where all differences equal the null. All arrangements are counted where the
        clusters' sums lie on a grid, as counts and means over up to 64 epochs do.

    Source:
        Fisher (1935), The Design of Experiments, section 21; Pagano & Tritchler (1983), JASA
        78(382), for counting them; Phipson & Smyth (2010), Stat. Appl. Genet. Mol. Biol. 9(1), for
        drawn ones. scipy.stats.permutation_test.
    """
    sums = np.bincount(pairs.codes, weights=pairs.differences - float(numbers(null, "null")))
    # A cluster without a difference is the same either way, and takes no part.
    totals = np.asarray(sums[np.abs(sums) > DUST], dtype=np.float64)
    if totals.size == 0:
        return Chance(1.0, alternative, True)
    steps = _on_grid(totals)
    if steps is not None:
        return Chance(_counted(steps, alternative), alternative, True)
    if totals.size == 1:
        # scipy wants two; of one cluster's two arrangements, one or both reach as far.
        agrees = totals[0] > 0 if alternative == "greater" else totals[0] < 0
        return Chance(0.5 if agrees and alternative != "two-sided" else 1.0, alternative, True)
    found = stats.permutation_test(
        # Sums that are equal but for rounding are to tie.
        (np.round(totals, 12),),
        lambda flipped, axis: np.round(flipped.sum(axis=axis), 9),
        permutation_type="samples",
        vectorized=True,
        n_resamples=draws,
        batch=max(1, min(draws, BATCH // totals.size)),
        alternative=alternative,
        rng=np.random.default_rng(seed),
    )
    return Chance(float(found.pvalue), alternative, 2**totals.size <= draws)


def _on_grid(totals: Floats) -> Codes | None:
    """Sums as whole steps of the coarsest grid they lie on; None if that is fine, or too long."""
    for steps in range(1, FINEST + 1):
        scaled = totals * steps
        whole = np.rint(scaled)
        if np.abs(scaled - whole).max() < 1e-7 and np.abs(whole).sum() < LONGEST:
            return whole.astype(np.intp)
    return None


def _counted(steps: Codes, alternative: Alternative) -> float:
    """Share of all arrangements whose sum reaches as far, by convolution."""
    chance = np.ones(1)
    for step in np.abs(steps):
        wider = np.zeros(chance.size + 2 * step)
        wider[: chance.size] += chance / 2
        wider[2 * step :] += chance / 2
        chance = wider
    sums = np.arange(chance.size) - (chance.size - 1) // 2
    seen = int(steps.sum())
    tails = {"greater": sums >= seen, "less": sums <= seen}
    if alternative == "two-sided":
        return float(min(1.0, 2 * min(chance[tail].sum() for tail in tails.values())))
    return float(chance[tails[alternative]].sum())


def _by_item(
    new: ByItem, reference: ByItem, clusters: Mapping[str, object] | Sequence[object] | None
) -> Pairs:
    """Match two mappings on their items, in the items' order."""
    shared = sorted(new.keys() & reference.keys())
    if not shared:
        raise ValueError("the two runs have no item in common")
    if clusters is not None and not isinstance(clusters, Mapping):
        raise ValueError("runs by item want clusters by item")
    if clusters is not None and (absent := [item for item in shared if item not in clusters]):
        raise ValueError(f"no cluster for item {absent[0]!r}")
    codes = numbered(None if clusters is None else [clusters[i] for i in shared], len(shared))
    one, other = ([float(_averaged([run[i]])[0]) for i in shared] for run in (new, reference))
    unmatched = len(new.keys() ^ reference.keys())
    return Pairs(np.asarray(one), np.asarray(other), codes, unmatched)


def _averaged(values: ArrayLike) -> Floats:
    """Mean over epochs where there are any."""
    array = numbers(values)
    if array.ndim not in (1, 2) or array.shape[-1] == 0 < array.ndim - 1:
        raise ValueError("values have shape (items,) or (items, epochs)")
    return array if array.ndim == 1 else np.asarray(array.mean(axis=1), dtype=np.float64)

"""How far two or more judges agree beyond chance, and how good one is on both sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa

from thoughtcrime_evals.stats.arrays import Codes, Floats, between, numbered
from thoughtcrime_evals.stats.bootstrap import UNDEFINED, cluster_bootstrap
from thoughtcrime_evals.stats.intervals import ROUNDING, Rate, clopper_pearson

Labels = Sequence[object] | NDArray[np.generic]


def cohen_kappa(
    first: Labels,
    second: Labels,
    clusters: Labels | None = None,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> Rate:
    """Agreement of two judges on categories, beyond what their habits alone would give.

    The interval wants some ten items of the rarer category: with three, 95 % covers some 88 %.

    Args:
        first: One judge's category for each item; leave out items that either did not judge.
        second: The other's, in the same order.
        clusters: The cluster of each item; None for each its own.
        level: Confidence level.
        draws: Resamples where there are clusters.
        seed: Of the resampling.

    Returns:
        Kappa, -1 to 1, with the large-sample interval; with clusters, the percentile bootstrap's;
        where the judges always agree and nothing varies, bounds from Clopper and Pearson's for the
        agreement, at the same expected agreement. NaN where both use one category only.

    Source:
        Cohen (1960), Educ. Psychol. Meas. 20(1); Fleiss, Cohen & Everitt (1969). statsmodels'
        cohens_kappa.
    """
    between(level, "level")
    n = len(first)
    if len(second) != n:
        raise ValueError(f"{n} items for one judge, {len(second)} for the other")
    _refuse_missing([*first, *second])
    if n == 0:
        return Rate(math.nan, math.nan, math.nan, 0)
    names, both = np.unique(np.asarray([*first, *second]), return_inverse=True)
    pairs = both.reshape(2, n).T
    if names.size < 2:
        return Rate(math.nan, math.nan, math.nan, n)

    def table(rows: Floats) -> NDArray[np.intp]:
        cells = rows[:, 0].astype(np.intp) * names.size + rows[:, 1].astype(np.intp)
        return np.bincount(cells, minlength=names.size**2).reshape(names.size, names.size)

    counts = table(pairs.astype(float))
    expected = float(counts.sum(0) @ counts.sum(1)) / n**2
    with np.errstate(invalid="ignore"):
        result = cohens_kappa(counts)
    kappa, error = float(result.kappa), math.sqrt(max(float(result.var_kappa), 0.0))
    if error <= math.sqrt(ROUNDING):
        # Clusters of which nothing shows that they vary count as one item each.
        size = n if clusters is None else int(numbered(clusters, n).max()) + 1
        agreed = clopper_pearson(round(size * float(np.trace(counts)) / n), size, level)
        low, high = ((bound - expected) / (1 - expected) for bound in (agreed.low, agreed.high))
        return Rate(kappa, max(low, -1.0), high, n)
    if clusters is not None:
        return cluster_bootstrap(
            pairs, clusters, lambda rows: _kappa(table(rows)), draws, seed, level, "percentile"
        )
    half = float(stats.norm.ppf((1 + level) / 2)) * error
    return Rate(kappa, max(kappa - half, -1.0), min(kappa + half, 1.0), n)


def krippendorff_alpha(
    ratings: Sequence[Sequence[object]] | NDArray[np.generic],
    scale: Literal["nominal", "interval"] = "nominal",
    clusters: Labels | None = None,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> Rate:
    """Reliability of any number of judges, who need not all have judged everything.

    Args:
        ratings: Shape (items, judges); None or NaN where a judge did not judge.
        scale: `nominal` for categories, `interval` for numbers.
        clusters: The cluster of each item; None for each its own.
        level: Confidence level.
        draws: Resamples of items, or of clusters.
        seed: Of the resampling.

    Returns:
        Alpha, at most 1, with a percentile bootstrap interval, and the number of items with two
        ratings or more. NaN where all ratings are the same: they cannot tell agreement from
        habit. The bounds alone are NaN where resamples do not vary (no disagreement seen).

    Source:
        Krippendorff (2011), Computing Krippendorff's alpha-reliability; Hayes & Krippendorff
        (2007), Commun. Methods Meas. 1(1).
    """
    between(level, "level")
    codes = numbered(clusters, len(ratings))
    rows = [[value for value in row if not _missing(value)] for row in ratings]
    kept = [i for i, row in enumerate(rows) if len(row) > 1]
    n = len(kept)
    if n == 0:
        return Rate(math.nan, math.nan, math.nan, 0)
    parts = _parts([rows[i] for i in kept], scale)
    value = float(_alpha(np.ones((1, n)), parts, scale)[0])
    used: Codes = np.unique(codes[kept], return_inverse=True)[1]
    count = int(used.max()) + 1
    if math.isnan(value) or count < 2:
        return Rate(value, math.nan, math.nan, n)
    random = np.random.default_rng(seed)
    times = random.multinomial(count, np.full(count, 1 / count), size=draws)
    spread = _alpha(times[:, used].astype(float), parts, scale)
    spread, undefined = spread[~np.isnan(spread)], float(np.isnan(spread).mean())
    if undefined > UNDEFINED or np.ptp(spread) <= ROUNDING:
        return Rate(value, math.nan, math.nan, n)
    low, high = np.quantile(spread, [(1 - level) / 2, (1 + level) / 2])
    return Rate(value, float(low), float(high), n)


def g_mean2(sensitivity: Rate, specificity: Rate) -> Rate:
    """Sensitivity times specificity: high only for a monitor that is good on both sides.

    Args:
        sensitivity: With its interval, 0-1.
        specificity: With its interval, from other items, at the same level.

    Returns:
        The product, 0-1, with an interval built from the two; n is the number of items in both.

    Source:
        Guan et al. (2025), arXiv 2512.18311; Zou & Donner (2008), Stat. Med. 27(10): intervals of
        the terms' logarithms, squared and added.
    """
    value, n = sensitivity.value * specificity.value, sensitivity.n + specificity.n
    terms = (sensitivity, specificity)
    if any(math.isnan(term.value) for term in terms):
        return Rate(math.nan, 0.0, 1.0, n)
    if value == 0:
        return Rate(0.0, 0.0, sensitivity.high * specificity.high, n)
    up = math.hypot(*(math.log(term.high / term.value) for term in terms))
    low = 0.0
    if all(term.low > 0 for term in terms):
        low = value * math.exp(-math.hypot(*(math.log(term.value / term.low) for term in terms)))
    return Rate(value, low, min(value * math.exp(up), 1.0), n)


def _missing(value: object) -> bool:
    """Whether a judge did not judge."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def _refuse_missing(values: list[object]) -> None:
    """Refuse what is no category."""
    if any(map(_missing, values)):
        raise ValueError("categories must not be missing; leave out what is unscored")


def _kappa(counts: NDArray[np.intp]) -> float:
    """Kappa of a table, NaN where chance alone agrees always."""
    n = counts.sum()
    expected = float(counts.sum(0) @ counts.sum(1)) / n**2
    return (float(np.trace(counts)) / n - expected) / (1 - expected) if expected < 1 else math.nan


def _parts(rows: list[list[object]], scale: str) -> tuple[Floats, Floats, Floats]:
    """Per item: ratings (items,), disagreement within (items,), and sums that pool (items, k)."""
    sizes = np.asarray([len(row) for row in rows], dtype=float)
    flat = [value for row in rows for value in row]
    owner = np.repeat(np.arange(len(rows)), sizes.astype(np.intp))
    if scale == "interval":
        values = np.asarray(flat, dtype=np.float64)
        # Alpha does not change with the origin, and sums of squares lose less near it.
        values = values - values.mean()
        powers = [np.bincount(owner, weights=values), np.bincount(owner, weights=values**2)]
        pooled: Floats = np.stack(powers, axis=1)
        return sizes, 2 * (sizes * pooled[:, 1] - pooled[:, 0] ** 2), pooled
    names, codes = np.unique(np.asarray(flat), return_inverse=True)
    counts: Floats = np.zeros((len(rows), names.size))
    np.add.at(counts, (owner, codes), 1)
    return sizes, sizes**2 - (counts**2).sum(1), counts


def _alpha(times: Floats, parts: tuple[Floats, Floats, Floats], scale: str) -> Floats:
    """Alpha where each item counts so many times, shape (draws, items)."""
    sizes, within, pooled = parts
    n, sums = times @ sizes, times @ pooled
    observed = times @ (within / (sizes - 1)) / n
    if scale == "interval":
        total = 2 * (n * sums[:, 1] - sums[:, 0] ** 2)
    else:
        total = n**2 - (sums**2).sum(1)
    expected = total / (n * (n - 1))
    varied = expected > ROUNDING * max(float(np.abs(pooled).max()), 1.0)
    alpha: Floats = 1 - np.divide(observed, expected, out=np.full(n.shape, np.nan), where=varied)
    return alpha

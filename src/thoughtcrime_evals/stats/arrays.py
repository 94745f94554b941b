"""What the other files do first with their arguments: numbers checked, clusters numbered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Flags = NDArray[np.bool_]


def numbers(values: ArrayLike, name: str = "values") -> Floats:
    """Take finite numbers.

    Args:
        values: Of any shape; booleans become 0 and 1.
        name: What they are, for the error.

    Returns:
        The same as floats.

    Raises:
        ValueError: One is NaN, None or infinite: what is unscored must be left out knowingly.
    """
    array = np.asarray(values, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite numbers; leave out what is unscored")
    return array


def binary(values: ArrayLike, name: str = "values") -> Floats:
    """Take outcomes that either hold or do not.

    Args:
        values: Booleans, or 0 and 1; shape (n,).
        name: What they are, for the error.

    Returns:
        The same as floats 0 and 1.

    Raises:
        ValueError: One is something else.
    """
    array = numbers(values, name)
    if not np.isin(array, (0.0, 1.0)).all():
        raise ValueError(f"{name} must be true or false")
    return array


def whole(value: float, name: str, least: int = 0) -> int:
    """Take a count.

    Args:
        value: The count.
        name: What is counted, for the error.
        least: The smallest that makes sense.

    Returns:
        The same.

    Raises:
        ValueError: It is smaller, or no whole number.
    """
    if not value >= least or value != int(value):
        raise ValueError(f"{name} must be a whole number of at least {least}, not {value}")
    return int(value)


def between(value: float, name: str, low: float = 0.0, high: float = 1.0) -> float:
    """Take a number inside bounds that it may not touch: a level, a margin, a power.

    Args:
        value: The number.
        name: What it is, for the error.
        low: It must be above this.
        high: It must be below this.

    Returns:
        The same.

    Raises:
        ValueError: It is not, or NaN.
    """
    if not low < value < high:
        raise ValueError(f"{name} must lie between {low:g} and {high:g}, not {value}")
    return float(value)


def numbered(clusters: Sequence[object] | NDArray[np.generic] | None, n: int) -> Codes:
    """Number the clusters from zero.

    Args:
        clusters: The cluster of each observation, or None: each is its own.
        n: Observations.

    Returns:
        Whole numbers from 0, shape (n,).

    Raises:
        ValueError: There are more or fewer clusters than observations.
    """
    if clusters is None:
        return np.arange(n)
    if len(clusters) != n:
        raise ValueError(f"{len(clusters)} clusters for {n} observations")
    return np.unique(np.asarray(clusters), return_inverse=True)[1]


def mean_covariance(first: Floats, second: Floats, codes: Codes) -> float:
    """Covariance of two means over the same clustered observations.

    Args:
        first: Shape (n,).
        second: Shape (n,), the same observations; `first` again for a variance.
        codes: Cluster of each, from 0; at least two clusters.

    Returns:
        The cluster-robust covariance with the factor clusters / (clusters - 1).

    Source:
        Miller (2024), arXiv 2411.00640, section 2.2; Liang & Zeger (1986), Biometrika 73(1).
    """
    count = int(codes.max()) + 1
    one = np.bincount(codes, weights=first - first.mean())
    two = np.bincount(codes, weights=second - second.mean())
    return float(one @ two) / first.size**2 * count / (count - 1)


def worst_size(codes: Codes, icc: float = 1.0) -> float:
    """Independent observations that clustered ones are worth at a given likeness.

    Args:
        codes: Cluster of each of n observations, from 0.
        icc: Intracluster correlation, 0-1. At 1 a cluster's observations are all alike, the worst
            there can be, and equal clusters count as one observation each.

    Returns:
        n / (1 + (m - 1) icc), m the mean size of an observation's cluster.

    Source:
        Kish (1965), Survey Sampling, section 8.2.
    """
    if not 0 <= icc <= 1:
        raise ValueError(f"icc must lie between 0 and 1, not {icc}")
    sizes = np.bincount(codes)
    mean_size = float((sizes.astype(float) ** 2).sum() / codes.size)
    return codes.size / (1 + (mean_size - 1) * icc)
